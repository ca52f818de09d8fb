import {seconds, systemdEvidence} from '../finding.ts';
import type {Rule} from '../types.ts';

/** A kernel begins at zero; a first line much later means that what was before it is gone. */
const lateSeconds = 10;

/** Lines that journald dropped or threw away: what is missing may matter. */
export const linesLost: Rule = {
	name: 'lines-lost',
	judge: ({boot}) => {
		if (boot === null) return [];
		const lost = boot.notes.filter(({kind}) => kind === 'suppressed' || kind === 'lost');
		const begins = boot.firstSeconds > lateSeconds;
		if (lost.length === 0 && boot.suppressed === 0 && !begins) return [];
		const parts = [
			...(boot.suppressed > 0 ? [`journald dropped ${boot.suppressed} lines`] : []),
			...(begins ? [`the journal begins at ${seconds(boot.firstSeconds)} only`] : []),
		];
		return [
			{
				rule: 'lines-lost',
				kind: 'note',
				unit: '',
				sentence: `Lines are missing: ${parts.join(', and ') || 'journald lost some'}.`,
				confidence: 'certain',
				evidence: lost.slice(0, 5).map(note => systemdEvidence(boot, note.text, note.atSeconds)),
				try: [],
			},
		];
	},
};
