/** Redaction on arrival: across the pieces of a line that journald cut, and with escapes or invisible marks inside. */
import {maskRanges, type Range, type Redactor} from '../base/redact.ts';
import {createStreamRedactor} from '../base/redact-stream.ts';
import type {JournalEntry} from '../journal/types.ts';

export type EntryRedactor = (entry: JournalEntry) => JournalEntry;

/** One for each box: pieces of one line belong to one process and stream there. */
export const createEntryRedactor = (redactor: Redactor): EntryRedactor => {
	const streams = createStreamRedactor(seeThrough(redactor));
	return entry => {
		const continues = entry.fields._LINE_BREAK === 'line-max';
		const stream = `${entry.bootId} ${entry.pid} ${entry.fields._STREAM_ID ?? ''}`;
		const message = streams.push(stream, entry.message, continues);
		if (message === entry.message) return entry;
		// The bytes behind a masked message would show it again.
		const {bytes: _bytes, ...rest} = entry;
		return {...rest, message};
	};
};

/** Escape sequences, control characters and marks without width: what may stand inside a secret and not be seen. */
const unseen =
	/\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)|[ -/]{0,8}[0-~])|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\u200d|\u034f|[\ufe00-\ufe0f]|[\u{e0000}-\u{e01ef}]/gu;
const mayHide = /[^\x09\x0a\x20-\x7e]/;

/** The same redactor, which also finds what is only there once unseen characters are taken out. */
export const seeThrough = (redactor: Redactor): Redactor => {
	const ranges = (text: string): readonly Range[] => {
		const plain = redactor.ranges(text);
		if (!mayHide.test(text)) return plain;
		const view = withoutUnseen(text);
		if (view === null) return plain;
		const inside = redactor
			.ranges(view.text)
			.map(([start, end]): Range => [view.origin(start), view.originEnd(end)]);
		return union([...plain, ...inside]);
	};
	return {ranges, redact: text => maskRanges(text, ranges(text))};
};

const withoutUnseen = (text: string) => {
	const cuts: {readonly at: number; readonly removed: number}[] = [];
	let seen = '';
	let from = 0;
	let removed = 0;
	for (const match of text.matchAll(unseen)) {
		seen += text.slice(from, match.index);
		from = match.index + match[0].length;
		removed += match[0].length;
		cuts.push({at: seen.length, removed});
	}
	if (cuts.length === 0) return null;
	const shift = (offset: number, isEnd: boolean) => {
		let total = 0;
		for (const cut of cuts) {
			if (isEnd ? cut.at >= offset : cut.at > offset) break;
			total = cut.removed;
		}
		return offset + total;
	};
	return {
		text: seen + text.slice(from),
		origin: (offset: number) => shift(offset, false),
		originEnd: (offset: number) => shift(offset, true),
	};
};

const union = (ranges: readonly Range[]): readonly Range[] => {
	const merged: [number, number][] = [];
	for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const last = merged.at(-1);
		if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
		else merged.push([start, end]);
	}
	return merged;
};
