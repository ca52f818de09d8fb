/** The boot waterfall as a picture of its own: no script, no links, nothing loaded; all text through one escaper. */
import {markup} from '../base/markup.ts';
import {cut, hostile, pad, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {formatClock} from '../boot/boot-time.ts';
import type {Boot} from '../boot/types.ts';
import {
	layoutWaterfall,
	type OutsideMark,
	type Waterfall,
	type WaterfallRow,
	type WaterfallTone,
} from '../boot/waterfall.ts';
import type {Bar} from '../boot/waterfall-bar.ts';

const usualColumns = 140;
const cellWidth = 8;
const rowHeight = 20;
const margin = 12;
const colours: Readonly<Record<WaterfallTone, string>> = {
	good: '#2da44e',
	busy: '#218bff',
	bad: '#cf222e',
	warn: '#bf8700',
	dim: '#8c959f',
};

export const bootSvg = (
	boot: Boot,
	options: {
		readonly subject: Hostile;
		readonly outside: readonly OutsideMark[];
		/** Letters across; 140 where nothing is said, 54 at least. */
		readonly columns?: number;
	},
): string => {
	const {columns = usualColumns} = options;
	const layout = layoutWaterfall(boot, {columns, outside: options.outside, maxUnits: 40});
	const rows = layout.rows.filter(row => row.kind !== 'outside' || row.marks.length > 0);
	const top = margin + 3 * rowHeight;
	const footer = faultLines(boot).flatMap(line => inLines(line, columns));
	const width = 2 * margin + columns * cellWidth;
	const height = top + (rows.length + footer.length + 2) * rowHeight;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`,
		`<rect width="${width}" height="${height}" fill="#ffffff"/>`,
		text(
			margin,
			margin + rowHeight,
			fitting(`${options.subject} · ${layout.title}`, columns),
			'#1f2328',
			'bold',
		),
		...ticks(layout, top, rows.length),
		...rows.flatMap((row, index) => rowOf(row, layout, top + index * rowHeight)),
		...footer.map((line, index) =>
			text(margin, top + (rows.length + 1 + index) * rowHeight, line, '#1f2328'),
		),
		'</svg>',
		'',
	].join('\n');
};

const text = (x: number, y: number, content: Hostile, fill: string, weight = 'normal'): string =>
	`<text x="${x}" y="${y}" fill="${fill}" font-weight="${weight}" xml:space="preserve">${markup(hostile(cut(shown(content), usualColumns)))}</text>`;

const axisX = (layout: Waterfall): number => margin + (layout.unitColumns + 1) * cellWidth;

const ticks = (layout: Waterfall, top: number, rows: number): readonly string[] =>
	layout.axis.ticks.flatMap(tick => {
		const x = axisX(layout) + tick.column * cellWidth;
		return [
			`<line x1="${x}" y1="${top - rowHeight + 4}" x2="${x}" y2="${top + rows * rowHeight}" stroke="#d0d7de" stroke-width="1"/>`,
			text(x + 2, top - rowHeight, tick.label, '#57606a'),
		];
	});

const rowOf = (row: WaterfallRow, layout: Waterfall, y: number): readonly string[] => {
	const baseline = y + 14;
	switch (row.kind) {
		case 'more':
			return [text(margin, baseline, `… ${row.count} more`, '#57606a')];
		case 'outside':
			return [
				text(margin, baseline, 'outside the box', '#57606a'),
				...marksOf(row.marks, layout).map(({column, label}) =>
					text(axisX(layout) + column * cellWidth, baseline, label, '#57606a'),
				),
			];
		case 'kernel':
		case 'unit':
		case 'try': {
			const label =
				row.kind === 'kernel' || row.label === '' ? '' : ` ${row.label}`.padEnd(layout.labelColumns);
			const name = row.kind === 'try' ? `    ${row.name}` : row.name;
			const nameColumns = layout.unitColumns - label.length;
			return [
				text(
					margin,
					baseline,
					`${pad(cut(shown(name), nameColumns, 'middle'), nameColumns)}${label}`,
					nameColour(row),
				),
				...barOf(row.bar, layout, y, row.tone),
				text(
					axisX(layout) + layout.axisColumns * cellWidth,
					baseline,
					row.took.padStart(layout.tookColumns + 1),
					'#57606a',
				),
			];
		}

		default:
			return row satisfies never;
	}
};

type Mark = {readonly column: number; readonly label: Hostile};

/** A label stands right of its mark, left of it where there is no room, or not at all; the mark always stands. */
const marksOf = (marks: readonly Mark[], layout: Waterfall): readonly Mark[] => {
	let used = 0;
	return marks.map(({column, label}, index) => {
		const end = marks[index + 1]?.column ?? layout.axisColumns + layout.tookColumns;
		const cells = label.length + 2;
		const isRight = column + cells < end;
		const isLeft = !isRight && column - cells >= used;
		used = column + (isRight ? cells : 1) + 1;
		if (isRight) return {column, label: `▲ ${label}`};
		return isLeft ? {column: column - cells + 1, label: `${label} ▲`} : {column, label: '▲'};
	});
};

const fitting = (line: Hostile, columns: number): Hostile => hostile(cut(shown(line), columns));

/** Broken between words, at most so many lines of a long message. */
const mostFooterLines = 4;
const inLines = (line: Hostile, columns: number): readonly Hostile[] => {
	const lines: string[] = [];
	for (const word of shown(line).split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= columns)
			lines[lines.length - 1] = `${last} ${word}`;
		else if (lines.length === mostFooterLines)
			return [...lines.slice(0, -1), fitting(`${last} ${word}…`, columns)];
		else lines.push(fitting(word, columns));
	}
	return lines;
};

const nameColour = (row: {readonly tone: WaterfallTone}): string =>
	row.tone === 'bad' ? colours.bad : '#1f2328';

/** A partial block counts by its eighths, a point (`●`, `✖`) as a narrow mark. */
const barOf = (bar: Bar, layout: Waterfall, y: number, tone: WaterfallTone): readonly string[] => {
	if (bar.cells === '') {
		return [];
	}

	const last = bar.cells.at(-1) ?? '█';
	const part = ' ▏▎▍▌▋▊▉'.indexOf(last);
	const cells = part > 0 ? bar.cells.length - 1 + part / 8 : bar.cells.length;
	const x = axisX(layout) + bar.column * cellWidth;
	const width = Math.max(2, cells * cellWidth);
	const opacity = last === '▒' ? 0.45 : 1;
	return [
		`<rect x="${x}" y="${y + 3}" width="${width}" height="${rowHeight - 6}" fill="${colours[tone]}" fill-opacity="${opacity}"/>`,
	];
};

const faultLines = (boot: Boot): readonly Hostile[] => {
	const fault = boot.firstFault;
	const chain = boot.chain.length === 0 ? [] : [`chain  ${boot.chain.join(' ▸ ')}`];
	if (fault === null) {
		return [...chain, 'first fault  none seen'];
	}

	const code = fault.exitCode === null ? '' : `, exit ${fault.exitCode}`;
	return [
		...chain,
		`first fault  ${fault.unit}: ${fault.result}${code}, at ${formatClock(fault.atSeconds)}`,
		fault.message,
	];
};
