/** Tables: columns of fixed cells, a mark before each row, a window around the selected one. */
import {fitTo, ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {fitRow, type Row, row, rowWidth, type Span, span} from './span.ts';

export type Column<T> = {
	readonly heading: Shown;
	readonly cells: number;
	readonly side?: 'left' | 'right';
	readonly cell: (item: T) => readonly Span[];
};

export const headingRow = <T>(columns: readonly Column<T>[], cells: number): Row =>
	fitRow(
		row(
			span(ours`   `),
			...columns.map(({heading, cells: room, side}, index) =>
				span(ours`${index === 0 ? ours`` : ours`  `}${fitTo(heading, room, side ?? 'left')}`, 'dim'),
			),
		),
		cells,
	);

type RowMarks = {readonly selected: boolean; readonly marked?: boolean};

export const tableRow = <T>(
	columns: readonly Column<T>[],
	item: T,
	{selected, marked = false}: RowMarks,
): Row => {
	const mark = selected
		? span(ours` ▸ `, 'accent', true)
		: marked
			? span(ours` ◆ `, 'accent')
			: span(ours`   `);
	const cells = columns.flatMap(({cell, cells: room, side}, index) => [
		...(index === 0 ? [] : [span(ours`  `)]),
		...alignCell(cell(item), room, side ?? 'left'),
	]);
	return {spans: [mark, ...cells], selected};
};

export const alignCell = (spans: readonly Span[], cells: number, side: 'left' | 'right'): readonly Span[] => {
	const taken = rowWidth({spans});
	if (taken > cells) return fitRow({spans}, cells).spans;
	const filler = span(fitTo(ours``, cells - taken));
	return side === 'left' ? [...spans, filler] : [filler, ...spans];
};

/** First row of a window that keeps the selected one in sight, near its middle. */
export const windowStart = (selected: number, count: number, height: number): number =>
	Math.max(0, Math.min(selected - Math.floor(height / 2), count - height));
