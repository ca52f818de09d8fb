/** The boot waterfall as text: axis, rows, first fault, last words, notes. Lines of the box stand behind a gutter. */
import {cut, joinShown, ours, pad, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {formatClock} from '../boot/boot-time.ts';
import type {Boot, BootUnit} from '../boot/types.ts';
import {
	layoutWaterfall,
	type OutsideMark,
	type Waterfall,
	type WaterfallRow,
	type WaterfallTone,
} from '../boot/waterfall.ts';
import type {Bar} from '../boot/waterfall-bar.ts';
import type {Printer} from './command.ts';
import {createPaint, type Paint, type PaintStyle} from './paint.ts';

export type BootTextOptions = {
	/** What the boot is of: an instance id or a file. */
	readonly subject: Hostile;
	readonly ascii: boolean;
	readonly outside: readonly OutsideMark[];
};

const mostColumns = 160;
const shownNotes = 12;

export const printBoot = (boot: Boot, out: Printer, options: BootTextOptions): void => {
	const paint = createPaint(out.colour);
	const columns = Math.min(out.columns, mostColumns);
	const layout = layoutWaterfall(boot, {columns: columns - 2, outside: options.outside});
	const glyphs = (text: Shown): Shown => (options.ascii ? asciiOf(text) : text);
	out.line(glyphs(headline(boot, layout, options, paint)));
	out.line(ours``);
	out.line(paint('dim', glyphs(axisLine(layout))));
	for (const row of layout.rows) {
		out.line(glyphs(rowLine(row, layout, paint)));
	}

	printFault(boot, out, paint, glyphs);
	printNotes(boot, out, glyphs);
};

const headline = (boot: Boot, layout: Waterfall, options: BootTextOptions, paint: Paint): Shown => {
	const id = boot.bootId === '' ? ours`` : ours` · boot ${shown(boot.bootId.slice(0, 8))}`;
	const started = boot.startedAtUs === null ? ours`` : ours` · ${shown(utcOf(boot.startedAtUs))}`;
	return ours`${paint('bold', shown(options.subject))}${id}${started} · ${shown(layout.title)}`;
};

const utcOf = (microseconds: number): string =>
	`${new Date(Math.round(microseconds / 1000)).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const axisLine = (layout: Waterfall): Shown => {
	let line = '';
	for (const tick of layout.axis.ticks) {
		line = tick.column >= line.length ? line.padEnd(tick.column) + tick.label : line;
	}

	return joinShown(
		[
			ours`  `,
			pad(ours`UNIT`, layout.unitColumns),
			pad(shown(line), layout.axisColumns),
			pad(ours`TOOK`, layout.tookColumns + 1, 'right'),
		],
		ours``,
	);
};

const rowLine = (row: WaterfallRow, layout: Waterfall, paint: Paint): Shown => {
	switch (row.kind) {
		case 'kernel':
			return line(layout, paint, {...row, name: shown(row.name), label: ours``});
		case 'unit':
			return line(layout, paint, {
				...row,
				name: shown(row.name),
				label: shown(row.label),
				remark: shown(row.remark),
				selected: row.inChain,
			});
		case 'try':
			return line(layout, paint, {
				...row,
				name: ours`  ${shown(row.name)}`,
				label: shown(row.label),
			});
		case 'more':
			return paint('dim', ours`  … ${row.count} more`);
		case 'outside':
			return outsideLine(row, layout);
		default:
			return row satisfies never;
	}
};

type Line = {
	readonly name: Shown;
	readonly label: Shown;
	readonly bar: Bar;
	readonly took: string;
	readonly tone: WaterfallTone;
	readonly remark?: Shown;
	readonly selected?: boolean;
};

const styles: Readonly<Record<WaterfallTone, PaintStyle>> = {
	good: 'green',
	busy: 'blue',
	bad: 'red',
	warn: 'yellow',
	dim: 'dim',
};

const line = (layout: Waterfall, paint: Paint, parts: Line): Shown => {
	const style = styles[parts.tone];
	const labelColumns = parts.label === '' ? 0 : layout.labelColumns;
	const nameColumns = layout.unitColumns - labelColumns;
	const name = pad(cut(parts.name, nameColumns - (labelColumns === 0 ? 1 : 0), 'middle'), nameColumns);
	const label = labelColumns === 0 ? ours`` : paint(style, pad(ours` ${parts.label}`, labelColumns));
	const {before, after} = aroundBar(layout, parts);
	const took = pad(shown(parts.took), layout.tookColumns + 1, 'right');
	return joinShown(
		[
			parts.selected === true ? ours`▸ ` : ours`  `,
			name,
			label,
			before,
			paint(style, shown(parts.bar.cells)),
			after,
			took,
		],
		ours``,
	);
};

/** A remark stands right of its bar, or left of it where there is no room. */
const aroundBar = (
	layout: Waterfall,
	{bar, remark}: Line,
): {readonly before: Shown; readonly after: Shown} => {
	const right = layout.axisColumns - bar.column - bar.cells.length;
	const cells = remark === undefined || remark === '' ? 0 : width(remark) + 2;
	if (remark === undefined || cells === 0 || (cells > right && cells > bar.column)) {
		return {before: pad(ours``, bar.column), after: pad(ours``, right)};
	}

	return cells <= right
		? {before: pad(ours``, bar.column), after: pad(ours`  ${remark}`, right)}
		: {before: pad(ours`${remark}  `, bar.column, 'right'), after: pad(ours``, right)};
};

const outsideLine = (row: WaterfallRow & {kind: 'outside'}, layout: Waterfall): Shown => {
	let text = ours``;
	for (const mark of row.marks.toSorted((a, b) => a.column - b.column)) {
		const label = shown(mark.label);
		const isLeft = mark.column + 2 + width(label) > layout.axisColumns;
		const start = isLeft ? mark.column - width(label) - 1 : mark.column;
		if (start >= width(text)) {
			text = isLeft ? ours`${pad(text, start)}${label} ▲` : ours`${pad(text, start)}▲ ${label} `;
		}
	}

	return ours`  ${pad(ours`outside the box`, layout.unitColumns)}${cut(text, layout.axisColumns)}`;
};

const printFault = (boot: Boot, out: Printer, paint: Paint, glyphs: (text: Shown) => Shown): void => {
	const fault = boot.firstFault;
	out.line(ours``);
	if (boot.chain.length > 0) {
		out.line(glyphs(ours`chain        ${joinShown(boot.chain.map(shown), ours` ▸ `)}`));
	}

	if (fault === null) {
		out.line(ours`first fault  none seen`);
		return;
	}

	const code = fault.exitCode === null ? ours`` : ours`, exit ${fault.exitCode}`;
	const at = shown(formatClock(fault.atSeconds));
	out.line(paint('red', ours`first fault  ${shown(fault.unit)}: ${shown(fault.result)}${code}, at ${at}`));
	out.line(glyphs(ours`  │ ${shown(fault.message)}`), 'box');
	const unit = boot.units.find(one => one.name === fault.unit);
	printLastWords(unit, fault.message, out, glyphs);
};

const printLastWords = (
	unit: BootUnit | undefined,
	message: Hostile,
	out: Printer,
	glyphs: (text: Shown) => Shown,
): void => {
	const words = unit?.lastWords ?? [];
	if (words.length === 0 || (words.length === 1 && words[0] === message)) {
		return;
	}

	out.line(ours`last words of its first failed run`);
	for (const words_ of words) {
		out.line(glyphs(ours`  │ ${shown(words_)}`), 'box');
	}
};

const printNotes = (boot: Boot, out: Printer, glyphs: (text: Shown) => Shown): void => {
	const notes = boot.notes.filter(note => note.kind !== 'target').slice(-shownNotes);
	if (notes.length === 0) {
		return;
	}

	out.line(ours``);
	for (const note of notes) {
		const at = note.atSeconds === null ? ours`` : ours` (at ${shown(formatClock(note.atSeconds))})`;
		out.line(glyphs(ours`! ${shown(note.text)}${at}`));
	}
};

const asciiGlyphs: Readonly<Record<string, string>> = {
	'█': '#',
	'▉': '#',
	'▊': '#',
	'▋': '#',
	'▌': '#',
	'▍': '#',
	'▎': '#',
	'▏': '#',
	'▓': '=',
	'▒': '-',
	'✖': 'x',
	'●': 'o',
	'◌': '.',
	'▸': '>',
	'▲': '^',
	'│': '|',
	'–': '-',
	'·': '.',
	'…': '~',
};

const asciiOf = (text: Shown): Shown =>
	text.replace(/[█▉▊▋▌▍▎▏▓▒✖●◌▸▲│–·…]/g, glyph => asciiGlyphs[glyph] ?? glyph) as Shown;
