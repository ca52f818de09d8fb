/** Runs the cells of fault-cells.ts side by side, and tables how they ended. */
import {type Bench, openBench} from './bench-lab.ts';
import {discoverCalls} from './discover.ts';
import {type FaultCell, type FaultResult, faultCellsOf, runFaultCell} from './fault-cells.ts';
import {callText, type PhaseName} from './phases.ts';

export const runFaults = async (options: {
	readonly workers: number;
	readonly phases?: readonly PhaseName[];
	readonly only?: (cell: FaultCell) => boolean;
	readonly onResult?: (result: FaultResult, done: number, total: number) => void;
}): Promise<readonly FaultResult[]> => {
	const {workers, only = () => true, onResult = () => undefined} = options;
	const first = await openBench();
	const cells = faultCellsOf(await discoverCalls(first, options)).filter(only);
	const results = new Map<FaultCell, FaultResult>();
	const waiting = [...cells];
	const work = async (opened: Bench | null) => {
		let bench = opened ?? (await openBench());
		try {
			for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
				const result = await runFaultCell(bench, cell);
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
	const count = Math.min(workers, cells.length);
	await Promise.all(Array.from({length: count}, (_, index) => work(index === 0 ? first : null)));
	return cells.flatMap(cell => results.get(cell) ?? []);
};

export const faultCellName = ({call, fault, extent}: FaultCell): string =>
	`${call.phase}, ${callText(call)}, ${fault.name} ${extent}`;

export const faultMarkdown = (results: readonly FaultResult[]): string => {
	const bad = results.filter(({problems}) => problems.length > 0);
	const faults = [...new Set(results.map(({cell}) => `${cell.fault.name} ${cell.extent}`))];
	const rows = new Map<string, FaultResult[]>();
	for (const result of results) {
		const name = `${result.cell.call.phase}: ${callText(result.cell.call)}`;
		rows.set(name, [...(rows.get(name) ?? []), result]);
	}
	const cell = (row: readonly FaultResult[], fault: string): string => {
		const found = row.find(result => `${result.cell.fault.name} ${result.cell.extent}` === fault);
		if (found === undefined) return '';
		return found.problems.length > 0 ? '✖' : short(found.outcome);
	};
	return [
		'# Faults at every call of a hold',
		'',
		'Written by `npm run prove -- --faults`. Each cell is a hold of the built program against the lab that meets one fault at one',
		'call: `once`, or `lasting` from there on for that operation. Allowed ends: **3** refused and nothing of ours is left;',
		'**r** released on SIGTERM and nothing is left; **1** it gave up by itself, released, and nothing is left; **4** incomplete, and the',
		'printed line, pasted into a shell after the fault was over and the guardian killed, gave the group back.',
		'',
		`${results.length} cells, ${results.length - bad.length} ended as allowed.`,
		'',
		`| call | ${faults.join(' | ')} |`,
		`| --- | ${faults.map(() => '---').join(' | ')} |`,
		...[...rows].map(([name, row]) => `| ${name} | ${faults.map(fault => cell(row, fault)).join(' | ')} |`),
		'',
		...(bad.length === 0
			? []
			: [
					'## Not allowed',
					'',
					...bad.map(
						({cell: one, outcome, problems}) => `- ${faultCellName(one)}: ${outcome}: ${problems.join('; ')}`,
					),
					'',
				]),
	].join('\n');
};

const short = (outcome: string): string => {
	if (outcome.startsWith('refused')) return '3';
	if (outcome.startsWith('released (')) return 'r';
	return outcome.startsWith('incomplete') ? '4' : '1';
};
