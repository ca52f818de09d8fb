/** Text broken between words, for sentences; a word wider than the room is broken hard. */
import {ours, width} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {wrapped} from './screens/log-line.ts';

/** A part of what is shown is shown. */
const own = (text: string) => text as Shown;

export const wrapWords = (text: Shown, cells: number): readonly Shown[] => {
	const lines: Shown[] = [];
	let line = ours``;
	for (const word of text.split(/ +/).map(own)) {
		const longer = width(line) === 0 ? word : ours`${line} ${word}`;
		if (width(longer) <= cells) {
			line = longer;
			continue;
		}
		if (width(line) > 0) lines.push(line);
		const pieces = wrapped(word, cells);
		lines.push(...pieces.slice(0, -1));
		line = pieces.at(-1) ?? ours``;
	}
	return [...lines, line];
};
