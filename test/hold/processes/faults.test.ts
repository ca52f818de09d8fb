/** A few faults at a few calls of a hold; `npm run prove -- --faults` runs all of them. */
import {expect, test} from 'vitest';
import type {FaultCell} from './fault-cells.ts';
import {faultCellName, runFaults} from './fault-table.ts';

const small = new Set([
	'acquire SuspendProcesses denied lasting',
	'acquire SuspendProcesses ResourceContention once',
	'acquire StartAutomationExecution answer lost once',
	'acquire StartAutomationExecution denied lasting',
	'acquire CreateOrUpdateTags expired token lasting',
	'release ResumeProcesses denied lasting',
	'release ResumeProcesses answer lost once',
	'release StopAutomationExecution throttle once',
]);
const isSmall = ({call, fault, extent}: FaultCell): boolean =>
	call.nth === 0 && small.has(`${call.phase} ${call.operation} ${fault.name} ${extent}`);

test('a fault at a call ends in a clean refusal, a clean release, or a line that finishes the job when pasted', async () => {
	const results = await runFaults({workers: 2, phases: ['acquire', 'release'], only: isSmall});
	expect(results).toHaveLength(small.size);
	expect(
		results
			.filter(({problems}) => problems.length > 0)
			.map(({cell, outcome, problems}) => `${faultCellName(cell)}: ${outcome}: ${problems.join('; ')}`),
	).toEqual([]);
	expect(results.some(({outcome}) => outcome.startsWith('incomplete (4), the line finished it'))).toBe(true);
	expect(results.some(({outcome}) => outcome.startsWith('refused (3)'))).toBe(true);
}, 300_000);
