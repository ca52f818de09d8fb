/** The verdict for a ticket; markdown.ts keeps what comes from outside inert. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {fence, section, span} from './markdown.ts';
import type {Verdict} from './types.ts';

export const verdictMarkdown = (subject: Hostile, verdict: Verdict): readonly Shown[] => [
	ours`## Why ${span(subject)} did not come up`,
	ours``,
	...fence([verdict.sentence]),
	ours``,
	ours`Confidence: ${shown(hostile(verdict.confidence))}${verdict.rule === null ? ours`` : ours`, rule ${span(verdict.rule)}`}`,
	...section(
		'Evidence',
		verdict.evidence.map(
			({source, text, atSeconds}) =>
				`${atSeconds === null ? '' : `${atSeconds.toFixed(1)} s  `}${source}: ${text}`,
		),
	),
	...section(
		'Also seen',
		verdict.others.map(({kind, sentence}) => `${kind}: ${sentence}`),
	),
	...section('Ruled out', verdict.ruledOut),
	...section('Not judged', verdict.notJudged),
	...section(
		'Try, cheapest first',
		verdict.try.flatMap(({text, command}) => (command === null ? [text] : [text, `    ${command}`])),
	),
];
