/**
 * The waterfall as rows of cells: which units, in which order, where each bar stands. Pure; text, SVG and the TUI draw from it.
 * Names stay `Hostile`: whoever draws makes them `Shown` or `Markup` and cuts them to `unitColumns`.
 */
import {shown, width} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {formatTook} from './boot-time.ts';
import type {Attempt, Boot, BootUnit} from './types.ts';
import {layoutAxis, type WaterfallAxis} from './waterfall-axis.ts';
import {type Bar, barOf, cellOf, pointOf} from './waterfall-bar.ts';
import {chooseUnits} from './waterfall-units.ts';
import {labelOf, remarkOf, titleOf, toneOf, tryLabel, type WaterfallTone} from './waterfall-words.ts';

export type {WaterfallTone} from './waterfall-words.ts';

export type OutsideMark = {readonly atSeconds: number; readonly label: Hostile};

export type WaterfallOptions = {
	/** Cells for name, axis and duration together. */
	readonly columns: number;
	/** At most this many units; the rest stand behind one row "… N more". Default 24. */
	readonly maxUnits?: number;
	/** What happens outside the box, on the boot's own clock. */
	readonly outside?: readonly OutsideMark[];
	/** Right end of the axis for a boot that still runs; by default the last entry. */
	readonly nowSeconds?: number;
};

export type WaterfallRow =
	| {
			readonly kind: 'kernel';
			readonly name: string;
			readonly bar: Bar;
			readonly took: string;
			readonly tone: WaterfallTone;
	  }
	| {
			readonly kind: 'unit';
			readonly unit: BootUnit;
			readonly name: Hostile;
			/** '✖ failed', '✖ cancelled', '✖ orphan', '● reached', '● recovered', …; '' for none. */
			readonly label: string;
			readonly bar: Bar;
			/** Prose for the free cells right of the bar, from column `remarkColumn`; '' for none. */
			readonly remark: string;
			readonly remarkColumn: number;
			readonly took: string;
			readonly tone: WaterfallTone;
			readonly inChain: boolean;
	  }
	| {
			readonly kind: 'try';
			readonly unit: BootUnit;
			readonly attempt: Attempt;
			/** 'try 3' */
			readonly name: string;
			/** 'exit 1, gave up' */
			readonly label: string;
			readonly bar: Bar;
			readonly took: string;
			readonly tone: WaterfallTone;
	  }
	| {readonly kind: 'more'; readonly count: number}
	| {readonly kind: 'outside'; readonly marks: readonly {readonly column: number; readonly label: Hostile}[]};

export type Waterfall = {
	/** Cells for a name and its label together; the label stands in the last `labelColumns` of them. */
	readonly unitColumns: number;
	readonly labelColumns: number;
	readonly axisColumns: number;
	readonly tookColumns: number;
	readonly axis: WaterfallAxis;
	readonly rows: readonly WaterfallRow[];
	/** 'reached multi-user 1:27, degraded · 1 failed · 1 cancelled' */
	readonly title: Hostile;
};

const tookColumns = 6;
const leastUnitColumns = 20;
const mostUnitColumns = 60;
const leastAxisColumns = 24;
const shownTries = 12;

export const layoutWaterfall = (boot: Boot, options: WaterfallOptions): Waterfall => {
	const chosen = chooseUnits(boot, options.maxUnits ?? 24);
	const labelColumns = labelColumnsOf(boot, chosen.units);
	const unitColumns = unitColumnsOf(boot, chosen.units, {columns: options.columns, labelColumns});
	const axisColumns = Math.max(leastAxisColumns, options.columns - unitColumns - tookColumns - 2);
	const axis = layoutAxis(boot, chosen.units, {
		columns: axisColumns,
		nowSeconds: options.nowSeconds,
		outside: options.outside ?? [],
	});
	const rows: WaterfallRow[] = [
		...kernelRow(boot, axis),
		...chosen.units.flatMap(unit => [unitRow(boot, unit, axis), ...tryRows(unit, axis)]),
		...(chosen.hidden > 0 ? [{kind: 'more' as const, count: chosen.hidden}] : []),
		{kind: 'outside', marks: outsideMarks(options.outside ?? [], axis)},
	];
	return {unitColumns, labelColumns, axisColumns, tookColumns, axis, rows, title: titleOf(boot)};
};

/** A blank on both sides of the label. Tries have the widest ones: 'exit 255, gave up'. */
const labelColumnsOf = (boot: Boot, units: readonly BootUnit[]): number =>
	2 +
	Math.max(
		...units.map(unit => labelOf(boot, unit).length),
		...units.flatMap(unit => (hasTries(unit) ? unit.attempts.map(attempt => tryLabel(attempt).length) : [])),
		0,
	);

const unitColumnsOf = (
	boot: Boot,
	units: readonly BootUnit[],
	{columns, labelColumns}: {readonly columns: number; readonly labelColumns: number},
): number => {
	const widest = Math.max(
		leastUnitColumns,
		...units.map(unit => width(shown(unit.name)) + (labelOf(boot, unit) === '' ? 1 : labelColumns)),
	);
	const room = columns - tookColumns - leastAxisColumns - 2;
	return Math.max(leastUnitColumns, Math.min(widest, mostUnitColumns, room));
};

const kernelRow = (boot: Boot, axis: WaterfallAxis): readonly WaterfallRow[] =>
	boot.kernelSeconds === null || axis.startSeconds > 0
		? []
		: [
				{
					kind: 'kernel',
					name: 'kernel + initrd',
					bar: barOf(axis, {from: 0, to: boot.kernelSeconds, fill: '█'}),
					took: formatTook(boot.kernelSeconds),
					tone: 'good',
				},
			];

const unitRow = (boot: Boot, unit: BootUnit, axis: WaterfallAxis): WaterfallRow => {
	const bar = unitBar(boot, unit, axis);
	return {
		kind: 'unit',
		unit,
		name: unit.name,
		label: labelOf(boot, unit),
		bar,
		remark: remarkOf(unit),
		remarkColumn: bar.column + bar.cells.length + 2,
		took: tookOf(unit, axis),
		tone: toneOf(unit),
		inChain: boot.chain.includes(unit.name),
	};
};

const unitBar = (boot: Boot, unit: BootUnit, axis: WaterfallAxis): Bar => {
	if (unit.state === 'cancelled' || unit.state === 'orphan') {
		return pointOf(axis, cancelledSeconds(boot, unit), '✖');
	}

	if (unit.startSeconds === null) {
		return {column: 0, cells: ''};
	}

	if (unit.name.endsWith('.target')) {
		return pointOf(axis, unit.upSeconds ?? unit.startSeconds, '●');
	}

	const fill = unit.state === 'failed' ? '▓' : '█';
	return barOf(axis, {from: unit.startSeconds, to: endOf(unit) ?? axis.endSeconds, fill});
};

/** When the failure that cancelled it came: the end of the cause's first failed run. */
const cancelledSeconds = (boot: Boot, unit: BootUnit): number => {
	const seen = new Set<Hostile>();
	let cause = boot.units.find(one => one.name === unit.cancelledBy);
	while (cause?.cancelledBy != null && !seen.has(cause.name)) {
		seen.add(cause.name);
		const by: Hostile = cause.cancelledBy;
		cause = boot.units.find(one => one.name === by);
	}

	const failed = cause?.attempts.find(attempt => attempt.result !== null && attempt.result !== 'success');
	return failed?.endSeconds ?? boot.firstFault?.atSeconds ?? 0;
};

/** A unit with several runs ends with its last; one that is up ends where it came up. null: still starting. */
const endOf = (unit: BootUnit): number | null => {
	const last = unit.attempts.at(-1);
	if (last === undefined) {
		return unit.endSeconds;
	}

	const isUp = last.upSeconds !== null && (last.result === null || last.result === 'success');
	return isUp && !last.gaveUp ? last.upSeconds : last.endSeconds;
};

const tookOf = (unit: BootUnit, axis: WaterfallAxis): string => {
	if (unit.state === 'cancelled' || unit.state === 'orphan' || unit.state === 'skipped') {
		return 'never';
	}

	if (unit.startSeconds === null) {
		return '–';
	}

	if (unit.name.endsWith('.target')) {
		return formatTook((unit.upSeconds ?? unit.startSeconds) - axis.startSeconds);
	}

	const end = endOf(unit);
	return end === null ? '…' : formatTook(end - unit.startSeconds);
};

/** Runs are told one by one where one of them failed; a oneshot that is run twice has no tries. */
const hasTries = (unit: BootUnit): boolean =>
	unit.attempts.length > 1 &&
	unit.attempts.some(attempt => attempt.gaveUp || (attempt.result ?? 'success') !== 'success');

const tryRows = (unit: BootUnit, axis: WaterfallAxis): readonly WaterfallRow[] => {
	if (!hasTries(unit)) {
		return [];
	}

	const tries = unit.attempts.slice(-shownTries);
	let free = 0;
	return tries.map(attempt => {
		const to = attempt.endSeconds ?? (attempt.upSeconds === null ? axis.endSeconds : attempt.upSeconds);
		const bar = barOf(axis, {from: attempt.startSeconds, to, fill: '▒', notBefore: free});
		free = bar.column + bar.cells.length;
		return {
			kind: 'try',
			unit,
			attempt,
			name: `try ${attempt.number}`,
			label: tryLabel(attempt),
			bar,
			took: attempt.endSeconds === null ? '…' : formatTook(attempt.endSeconds - attempt.startSeconds),
			tone:
				attempt.result === null ? 'busy' : attempt.result === 'success' && !attempt.gaveUp ? 'good' : 'bad',
		};
	});
};

const outsideMarks = (marks: readonly OutsideMark[], axis: WaterfallAxis) =>
	marks
		.filter(mark => mark.atSeconds >= axis.startSeconds && mark.atSeconds <= axis.endSeconds)
		.map(mark => ({column: cellOf(axis, mark.atSeconds), label: mark.label}));
