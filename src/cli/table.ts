/** A plain table: columns as wide as they need, the last one cut where the terminal ends. */
import {cut, joinShown, ours, pad, width} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';

export type Cell = {
	readonly text: Shown;
	/** Applied after padding, which counts cells. */
	readonly paint?: (text: Shown) => Shown;
};

type TableOptions = {
	/** Alignment of each column. */
	readonly align: readonly ('left' | 'right')[];
	readonly columns: number;
	/** Widest a cell may be; longer ones are cut in the middle. */
	readonly widest: number;
};

export const tableLines = (
	rows: readonly (readonly Cell[])[],
	{align, columns, widest}: TableOptions,
): readonly Shown[] => {
	const fitted = rows.map(row => row.map(cell => ({...cell, text: cut(cell.text, widest, 'middle')})));
	const widths = align.map((_, column) =>
		Math.max(0, ...fitted.map(row => width(row[column]?.text ?? ours``))),
	);
	return fitted.map(row => {
		let left = columns;
		const cells = row.map((cell, column) => {
			const room = Math.max(0, left);
			const isLast = column === row.length - 1;
			const text = isLast
				? cut(cell.text, room)
				: pad(cell.text, widths[column] ?? 0, align[column] ?? 'left');
			left -= width(text) + 2;
			return cell.paint?.(text) ?? text;
		});
		return joinShown(cells, ours`  `);
	});
};
