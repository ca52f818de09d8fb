/** The time axis: from the boot's zero to the last thing worth drawing, with round tick labels that never overlap. */
import {formatClock} from './boot-time.ts';
import type {Boot, BootUnit} from './types.ts';

export type WaterfallAxis = {
	readonly columns: number;
	readonly startSeconds: number;
	readonly endSeconds: number;
	readonly secondsPerCell: number;
	readonly ticks: readonly {readonly column: number; readonly label: string}[];
};

type AxisOptions = {
	readonly columns: number;
	readonly nowSeconds: number | undefined;
	readonly outside: readonly {readonly atSeconds: number}[];
};

const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const leastTickCells = 8;
/** A journal that begins later than this part of its length is drawn from its first entry on. */
const lateStart = 0.5;

export const layoutAxis = (boot: Boot, units: readonly BootUnit[], options: AxisOptions): WaterfallAxis => {
	const latest = latestOf(boot, units, options);
	const startSeconds = boot.firstSeconds > latest * lateStart ? Math.floor(boot.firstSeconds) : 0;
	const endSeconds = Math.max(latest, startSeconds + 1);
	const secondsPerCell = (endSeconds - startSeconds) / options.columns;
	return {
		columns: options.columns,
		startSeconds,
		endSeconds,
		secondsPerCell,
		ticks: ticksOf(startSeconds, endSeconds, options.columns),
	};
};

const latestOf = (boot: Boot, units: readonly BootUnit[], options: AxisOptions): number => {
	const times = units.flatMap(unit => [
		unit.startSeconds ?? 0,
		unit.upSeconds ?? 0,
		unit.state === 'failed' ? (unit.endSeconds ?? 0) : 0,
	]);
	const settled = boot.finishedSeconds ?? boot.shutdownSeconds ?? options.nowSeconds ?? boot.lastSeconds;
	return times
		.concat(
			settled,
			options.outside.map(mark => mark.atSeconds),
		)
		.reduce((a, b) => Math.max(a, b), 0);
};

const ticksOf = (startSeconds: number, endSeconds: number, columns: number): WaterfallAxis['ticks'] => {
	const span = endSeconds - startSeconds;
	const most = Math.max(1, Math.floor(columns / leastTickCells));
	const step = tickSteps.find(seconds => span / seconds <= most) ?? Math.ceil(span / most / 86_400) * 86_400;
	const ticks: {column: number; label: string}[] = [];
	for (let at = 0; at <= span && ticks.length <= most; at += step) {
		const column = Math.floor((at / span) * columns);
		const label = formatClock(startSeconds + at);
		if (column + label.length <= columns) {
			ticks.push({column, label});
		}
	}

	return ticks;
};
