import {rerun} from '../advice.ts';
import {systemdEvidence} from '../finding.ts';
import type {Rule} from '../types.ts';

/** A requirement failed once, recovered, and what it had cancelled never came back. */
export const dependencyOrphan: Rule = {
	name: 'dependency-orphan',
	judge: ({boot}) =>
		(boot?.units ?? []).flatMap(unit => {
			if (boot === null || unit.state !== 'orphan') return [];
			const cause = boot.units.find(({name}) => name === unit.cancelledBy);
			const note = boot.notes.find(({kind, text}) => kind === 'orphan' && text.includes(unit.name));
			return [
				{
					rule: 'dependency-orphan' as const,
					kind: 'fault' as const,
					unit: unit.name,
					sentence: `${unit.cancelledBy ?? 'a requirement'} failed once and recovered, but ${unit.name} was cancelled by the first failure and never came back.`,
					confidence: 'certain' as const,
					evidence: [
						...(note === undefined ? [] : [systemdEvidence(boot, note.text, note.atSeconds)]),
						...(cause?.upSeconds == null
							? []
							: [systemdEvidence(boot, `${cause.name} was up again`, cause.upSeconds)]),
					],
					try: [rerun(unit.name)],
				},
			];
		}),
};
