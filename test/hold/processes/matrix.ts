/** All cells of the kill matrix, run side by side on labs of their own. */
import {type Bench, leftIn, openBench} from './bench-lab.ts';
import {discoverCalls} from './discover.ts';
import type {HoldCall, PhaseName} from './phases.ts';
import {type Cell, type CellResult, deaths, runCell, type When} from './run-cell.ts';

export const cellsOf = (calls: readonly HoldCall[]): readonly Cell[] =>
	calls.flatMap(call => {
		const whens = whensOf(call);
		return whens.flatMap(when =>
			deaths
				// The process that lives hears the late answer itself: that is its `before`.
				.filter(death => !(when === 'late' && death === 'guardian'))
				.map(death => ({call, when, death})),
		);
	});

const whensOf = ({mutating, refused}: HoldCall): readonly When[] => {
	if (refused) return ['before'];
	return mutating ? ['before', 'after', 'late'] : ['before', 'after'];
};

export const runMatrix = async (options: {
	readonly workers: number;
	readonly phases?: readonly PhaseName[];
	readonly only?: (cell: Cell) => boolean;
	readonly onResult?: (result: CellResult, done: number, total: number) => void;
}): Promise<readonly CellResult[]> => {
	const {workers, only = () => true, onResult = () => undefined} = options;
	const first = await openBench();
	const calls = await discoverCalls(first, options);
	const cells = cellsOf(calls).filter(only);
	const results = new Map<Cell, CellResult>();
	const waiting = [...cells];
	const work = async (opened: Bench | null) => {
		let bench = opened ?? (await openBench());
		try {
			for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
				const result = await tried(bench, cell);
				results.set(cell, result);
				onResult(result, results.size, cells.length);
				if (result.problems.length > 0) {
					await bench.close();
					bench = await openBench();
				}
			}
		} finally {
			await bench.close();
		}
	};
	await Promise.all(
		Array.from({length: Math.min(workers, cells.length)}, (_, index) => work(index === 0 ? first : null)),
	);
	return cells.flatMap(cell => results.get(cell) ?? []);
};

/** A call that was not reached may have come at another place this time: tried once more. */
const tried = async (bench: Bench, cell: Cell): Promise<CellResult> => {
	const result = await runCell(bench, cell);
	return result.note === 'not reached' && (await leftIn(bench.lab, {})).length === 0
		? runCell(bench, cell)
		: result;
};
