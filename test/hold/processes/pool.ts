/** Runs cells side by side, each worker with a lab of its own; a lab in which a cell went wrong is not used again. */
import {type Bench, openBench} from './bench-lab.ts';

export type PoolOptions<Cell, Result> = {
	readonly workers: number;
	readonly run: (bench: Bench, cell: Cell) => Promise<Result>;
	readonly isBad: (result: Result) => boolean;
	/** Cells that need a lab nobody has used. */
	readonly isFirst?: (cell: Cell) => boolean;
	readonly onResult: (result: Result, done: number, total: number) => void;
};

/** @returns the results in the order of the cells. */
export const runPool = async <Cell, Result>(
	cells: readonly Cell[],
	{workers, run, isBad, isFirst = () => false, onResult}: PoolOptions<Cell, Result>,
): Promise<readonly Result[]> => {
	const results = new Map<Cell, Result>();
	const waiting = [...cells];
	const work = async () => {
		let bench: Bench | null = null;
		try {
			for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
				if (bench !== null && isFirst(cell)) {
					await bench.close();
					bench = null;
				}
				bench ??= await openBench();
				const result = await run(bench, cell);
				results.set(cell, result);
				onResult(result, results.size, cells.length);
				if (isBad(result)) {
					await bench.close();
					bench = null;
				}
			}
		} finally {
			await bench?.close();
		}
	};
	await Promise.all(Array.from({length: Math.min(workers, cells.length)}, work));
	return cells.flatMap(cell => results.get(cell) ?? []);
};
