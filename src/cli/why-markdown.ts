/**
 * The verdict for a ticket. Everything from outside stands in code spans or fences longer than any run of backticks
 * inside, so that no mention, image, link or markup of it comes alive (threats.md R2).
 */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import type {Verdict} from '../verdict/types.ts';

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

const section = (title: string, lines: readonly Hostile[]): readonly Shown[] =>
	lines.length === 0 ? [] : [ours``, ours`### ${shown(hostile(title))}`, ours``, ...fence(lines)];

/** Longer than the longest run of backticks inside. */
const fence = (lines: readonly Hostile[]): readonly Shown[] => {
	const texts = lines.map(line => shown(line));
	const mark = shown(hostile('`'.repeat(Math.max(3, longestRun(texts) + 1))));
	return [ours`${mark}text`, ...texts, mark];
};

const span = (text: Hostile): Shown => {
	const safe = shown(text);
	const mark = shown(hostile('`'.repeat(longestRun([safe]) + 1)));
	return /^`|`$/.test(safe) ? ours`${mark} ${safe} ${mark}` : ours`${mark}${safe}${mark}`;
};

const longestRun = (texts: readonly string[]): number =>
	Math.max(0, ...texts.flatMap(text => [...text.matchAll(/`+/g)].map(([run]) => run.length)));
