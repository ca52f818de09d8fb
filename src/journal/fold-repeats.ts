/** Folds what a unit says again and again: runs of lines that are like lines before them stand as one row. */
import type {Hostile} from '../base/text.ts';

export type FoldedRow =
	| {readonly kind: 'line'; readonly index: number}
	/** Lines `from` to `to`, both included, are like earlier ones. */
	| {readonly kind: 'folded'; readonly from: number; readonly to: number};

export type FoldOptions = {
	/** Shorter runs stay as they are. Default 8. */
	readonly least?: number;
};

type Line = {readonly unit: Hostile; readonly message: Hostile};

/** Shapes remembered; a journal of ever new lines must not grow the set for ever. */
const maxShapes = 5000;
const seenCharacters = 300;

export const foldRepeats = (lines: readonly Line[], options: FoldOptions = {}): readonly FoldedRow[] => {
	const least = options.least ?? 8;
	const shapes = new Set<string>();
	const rows: FoldedRow[] = [];
	let runFrom = 0;

	const closeRun = (end: number): void => {
		if (end - runFrom >= least) {
			rows.push({kind: 'folded', from: runFrom, to: end - 1});
			return;
		}

		for (let index = runFrom; index < end; index++) {
			rows.push({kind: 'line', index});
		}
	};

	for (const [index, line] of lines.entries()) {
		const shape = shapeOf(line);
		if (shapes.has(shape)) {
			continue;
		}

		closeRun(index);
		rows.push({kind: 'line', index});
		runFrom = index + 1;
		if (shapes.size < maxShapes) {
			shapes.add(shape);
		}
	}

	closeRun(lines.length);
	return rows;
};

/** Numbers, times, ids and addresses do not make a line another one. */
const shapeOf = ({unit, message}: Line): string =>
	`${unit}\n${message.slice(0, seenCharacters).replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#')}`;
