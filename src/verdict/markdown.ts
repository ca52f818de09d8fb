/**
 * Markdown around text from outside: it stands in code spans, or in fences longer than any run of backticks inside, so
 * that no mention, image, link or markup of it comes alive (threats.md R2).
 */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';

/** A heading and its lines; nothing where there are none. */
export const section = (title: string, lines: readonly Hostile[]): readonly Shown[] =>
	lines.length === 0 ? [] : [ours``, ours`### ${shown(hostile(title))}`, ours``, ...fence(lines)];

export const fence = (lines: readonly Hostile[]): readonly Shown[] => {
	const texts = lines.map(line => shown(line));
	const mark = shown(hostile('`'.repeat(Math.max(3, longestRun(texts) + 1))));
	return [ours`${mark}text`, ...texts, mark];
};

export const span = (text: Hostile): Shown => {
	const safe = shown(text);
	const mark = shown(hostile('`'.repeat(longestRun([safe]) + 1)));
	return /^`|`$/.test(safe) ? ours`${mark} ${safe} ${mark}` : ours`${mark}${safe}${mark}`;
};

const longestRun = (texts: readonly string[]): number =>
	Math.max(0, ...texts.flatMap(text => [...text.matchAll(/`+/g)].map(([run]) => run.length)));
