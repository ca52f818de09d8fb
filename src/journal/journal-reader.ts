/** A stream of bytes, as journalctl writes it, to entries. */
import {type ParsedLine, parseEntry} from './parse-entry.ts';
import {createLineSplitter, maxLineBytes} from './split-lines.ts';

export type JournalReader = {
	/** What this chunk completed, in order. */
	readonly push: (chunk: Uint8Array) => readonly ParsedLine[];
	/** The unfinished last line, if there is one. */
	readonly end: () => readonly ParsedLine[];
	readonly counts: () => JournalReaderCounts;
};

export type JournalReaderCounts = {
	readonly entries: number;
	/** Lines that were no entry. */
	readonly garbage: number;
	/** Entries that our cap on the length of a line has shortened. */
	readonly cutLines: number;
	readonly cutBytes: number;
};

export const createJournalReader = (lineLimit = maxLineBytes): JournalReader => {
	const splitter = createLineSplitter(lineLimit);
	let entries = 0;
	let garbage = 0;
	let cutLines = 0;
	let cutBytes = 0;

	const collect = (run: (onLine: Parameters<typeof splitter.end>[0]) => void): readonly ParsedLine[] => {
		const lines: ParsedLine[] = [];
		run(line => {
			const parsed = parseEntry(line.text, line.cutBytes, line.tail);
			entries += parsed.kind === 'entry' ? 1 : 0;
			garbage += parsed.kind === 'garbage' ? 1 : 0;
			cutLines += line.cutBytes > 0 ? 1 : 0;
			cutBytes += line.cutBytes;
			lines.push(parsed);
		});
		return lines;
	};

	return {
		push: chunk => collect(onLine => splitter.push(chunk, onLine)),
		end: () => collect(splitter.end),
		counts: () => ({entries, garbage, cutLines, cutBytes}),
	};
};
