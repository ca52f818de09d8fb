/** The waterfall's rows as spans: names, bars, marks outside of the box. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Hostile, Shown} from '../../base/text.ts';
import type {BootUnit} from '../../boot/types.ts';
import {type Waterfall, type WaterfallRow} from '../../boot/waterfall.ts';
import {type Row, row, type Span, span, type Token} from '../span.ts';
import {alignCell, windowStart} from '../table.ts';

export const waterfallRows = (
	waterfall: Waterfall,
	unit: BootUnit | undefined,
	height: number,
): readonly Row[] => {
	const {unitColumns, tookColumns, axis} = waterfall;
	const head = row(
		...alignCell([span(ours`   UNIT`, 'dim')], unitColumns + 3, 'left'),
		span(axisLabels(axis), 'dim'),
		...alignCell([span(ours`TOOK`, 'dim')], tookColumns + 1, 'right'),
	);
	const isSelected = (one: WaterfallRow) => one.kind === 'unit' && one.unit.name === unit?.name;
	// What happens outside the box stays in sight below, however many units there are.
	const [scrolling, pinned] = [
		waterfall.rows.filter(({kind}) => kind !== 'outside'),
		waterfall.rows.filter(({kind}) => kind === 'outside'),
	];
	const drawn = scrolling.map(one => drawRow(waterfall, one, isSelected(one)));
	const room = Math.max(1, height - 1 - pinned.length);
	const from = windowStart(Math.max(0, scrolling.findIndex(isSelected)), drawn.length, room);
	return [head, ...drawn.slice(from, from + room), ...pinned.map(one => drawRow(waterfall, one, false))];
};

const axisLabels = ({ticks, columns}: Waterfall['axis']): Shown => {
	const cells = Array.from({length: columns}, () => ' ');
	for (const {column, label} of ticks)
		for (const [index, character] of [...label].entries())
			if (column + index < columns) cells[column + index] = character;
	return cells.join('') as Shown;
};

const drawRow = (waterfall: Waterfall, one: WaterfallRow, selected: boolean): Row => {
	const {unitColumns, axisColumns, tookColumns} = waterfall;
	const cell = (spans: readonly Span[]) => alignCell(spans, unitColumns, 'left');
	const took = (text: string) => alignCell([span(shown(hostile(text)))], tookColumns + 1, 'right');
	switch (one.kind) {
		case 'kernel':
			return row(
				span(ours`   `),
				...cell([span(shown(hostile(one.name)), 'dim')]),
				...barSpans(one.bar, axisColumns, one.tone),
				...took(one.took),
			);
		case 'unit': {
			const label =
				one.label === ''
					? []
					: [span(ours`  ${shown(hostile(one.label))}`, one.tone === 'good' ? 'good' : one.tone)];
			return {
				...row(
					selected ? span(ours` ▸ `, 'accent', true) : span(ours`   `),
					...nameCell(shown(one.name), label, unitColumns),
					...barSpans(one.bar, axisColumns, one.tone, one.remark, one.remarkColumn),
					...took(one.took),
				),
				...(selected ? {selected: true} : {}),
			};
		}
		case 'try':
			return row(
				span(ours`   `),
				...cell([span(ours`  ${shown(hostile(one.name))}   ${shown(hostile(one.label))}`, 'dim')]),
				...barSpans(one.bar, axisColumns, one.tone),
				...took(one.took),
			);
		case 'more':
			return row(span(ours`   … ${one.count} more`, 'dim'));
		case 'outside':
			return row(
				...alignCell([span(ours`  outside the box`, 'dim')], unitColumns + 3, 'left'),
				...outsideSpans(one.marks, axisColumns),
			);
	}
};

const nameCell = (name: Shown, label: readonly Span[], cells: number): readonly Span[] => {
	const labelCells = label.reduce((sum, {text}) => sum + text.length, 0);
	const room = Math.max(8, cells - labelCells);
	const short =
		name.length > room ? (`${name.slice(0, Math.max(1, room - 9))}…${name.slice(-8)}` as Shown) : name;
	return alignCell([span(short), ...label], cells, 'left');
};

type BarLike = {readonly column: number; readonly cells: string};

const barSpans = (
	bar: BarLike,
	columns: number,
	tone: string,
	remark = '',
	remarkColumn = 0,
): readonly Span[] => {
	const before = ' '.repeat(bar.column) as Shown;
	const drawn = shown(hostile(bar.cells));
	const remarkAt = remark === '' ? 0 : Math.max(0, remarkColumn - bar.column - drawn.length);
	return alignCell(
		[
			span(before),
			span(drawn, tone as Token),
			...(remark === '' ? [] : [span(' '.repeat(remarkAt) as Shown), span(shown(hostile(remark)), 'dim')]),
		],
		columns,
		'left',
	);
};

const outsideSpans = (
	marks: readonly {readonly column: number; readonly label: Hostile}[],
	columns: number,
): readonly Span[] => {
	let text = '';
	for (const {column, label} of marks) {
		const words = `▲ ${shown(label)} `;
		// Near the right end the words stand before their mark.
		const fits = column + words.length <= columns;
		const from = fits ? column : Math.max(0, column - words.length + 1);
		if (from < text.length) continue;
		text = `${text.padEnd(from)}${fits ? words : `${shown(label)} ▲`}`;
	}
	return alignCell([span(text as Shown, 'busy')], columns, 'left');
};
