/** Runs the cells of fault-cells.ts side by side, and tables how they ended. */
import {discoverCalls} from './discover.ts';
import {type FaultCell, type FaultResult, faultCellsOf, runFaultCell} from './fault-cells.ts';
import {callText, type PhaseName, phaseNames} from './phases.ts';
import {runPool} from './pool.ts';

export const runFaults = async (options: {
	readonly workers: number;
	readonly phases?: readonly PhaseName[];
	readonly only?: (cell: FaultCell) => boolean;
	readonly onResult?: (result: FaultResult, done: number, total: number) => void;
}): Promise<readonly FaultResult[]> => {
	const {workers, phases = phaseNames, only = () => true, onResult = () => undefined} = options;
	const calls = await discoverCalls({phases});
	const cells = faultCellsOf(calls).filter(cell => phases.includes(cell.call.phase) && only(cell));
	return runPool(cells, {
		workers,
		run: runFaultCell,
		isBad: ({problems}) => problems.length > 0,
		isFirst: ({call}) => call.phase === 'create',
		onResult,
	});
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
		'**r** released on SIGTERM or at its end and nothing is left; **1** it gave up by itself, released, and nothing is left; **t** (exit 1) given',
		'back, only a tag or a fuse is left, which the printed lines took away; **4** incomplete, and the printed line, pasted into a',
		'shell after the fault was over and the guardian killed, gave the group back.',
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
	if (outcome.startsWith('given back')) return 't';
	return outcome.startsWith('incomplete') ? '4' : '1';
};
