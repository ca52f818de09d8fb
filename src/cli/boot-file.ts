/** A boot from a journal file: no AWS, no box. Entries are folded as they are read and not kept. */
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {type BootModel, createBootModel} from '../boot/boot-model.ts';
import {readJournalFile} from '../journal/read-journal-file.ts';
import type {JournalEntry} from '../journal/types.ts';

export type BootSource = {
	readonly model: BootModel;
	readonly garbageLines: number;
	/** Why reading ended early, or null. */
	readonly incomplete: Hostile | null;
};

const keptGarbage = 3;

export const readBootFile = async (
	path: string,
	options: {
		readonly units: readonly string[];
		readonly signal: AbortSignal;
		/** Sees every entry as it comes, beside the model. */
		readonly onEntries?: (entries: readonly JournalEntry[]) => void;
	},
): Promise<BootSource> => {
	const model = createBootModel({units: options.units});
	const examples: Hostile[] = [];
	let garbageLines = 0;
	let incomplete: Hostile | null = null;
	for await (const part of readJournalFile(path, {signal: options.signal})) {
		if (part.kind === 'incomplete') {
			incomplete = part.why;
			continue;
		}

		const entries: JournalEntry[] = [];
		for (const line of part.lines) {
			if (line.kind === 'entry') {
				entries.push(line.entry);
			} else if (line.kind === 'garbage') {
				garbageLines++;
				if (examples.length < keptGarbage) {
					examples.push(line.text);
				}
			}
		}

		model.add(entries);
		options.onEntries?.(entries);
	}

	if (model.boot() === null) {
		throw noEntries(path, {garbageLines, examples, incomplete});
	}

	return {model, garbageLines, incomplete};
};

const noEntries = (
	path: string,
	{
		garbageLines,
		examples,
		incomplete,
	}: {
		readonly garbageLines: number;
		readonly examples: readonly Hostile[];
		readonly incomplete: Hostile | null;
	},
): UnflapError =>
	new UnflapError(
		'bad-input',
		garbageLines === 0
			? `There is no journal entry in ${path}${incomplete === null ? '' : ` (${incomplete})`}`
			: `${path} is not what journalctl -o json writes: ${garbageLines} lines, none an entry, the first "${(examples[0] ?? '').slice(0, 60)}"`,
		{next: ['journalctl -b -o json --no-pager > boot.jsonl   (on the box, as root)']},
	);
