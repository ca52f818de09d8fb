/** All cells of the kill matrix, run side by side on labs of their own. */
import {type Bench, leftIn} from './bench-lab.ts';
import {discoverCalls} from './discover.ts';
import {type HoldCall, type PhaseName, phaseNames} from './phases.ts';
import {runPool} from './pool.ts';
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
	const {workers, phases = phaseNames, only = () => true, onResult = () => undefined} = options;
	const calls = await discoverCalls({phases});
	const cells = cellsOf(calls).filter(cell => phases.includes(cell.call.phase) && only(cell));
	return runPool(cells, {
		workers,
		run: tried,
		isBad: ({problems}) => problems.length > 0,
		isFirst: ({call}) => call.phase === 'create',
		onResult,
	});
};

/** A call that was not reached may have come at another place this time: tried once more. */
const tried = async (bench: Bench, cell: Cell): Promise<CellResult> => {
	const result = await runCell(bench, cell);
	return result.note === 'not reached' && (await leftIn(bench.lab, {})).length === 0
		? runCell(bench, cell)
		: result;
};
