/** A few cells of the kill matrix; `npm run prove -- --processes` runs all of them. */
import {expect, test} from 'vitest';
import {runMatrix} from './matrix.ts';
import {cellName} from './matrix-text.ts';
import type {Cell} from './run-cell.ts';

/** One change of each kind, each death at least twice. */
const isSmall = ({call, when, death}: Cell): boolean => {
	if (!call.mutating || call.nth > 0) return false;
	switch (`${call.phase} ${call.operation}`) {
		case 'acquire SuspendProcesses':
			return when === 'after';
		case 'acquire StartAutomationExecution':
		case 'release ResumeProcesses':
			return when === 'before' && (death === 'process' || death === 'both, fuse');
		case 'release DeleteTags':
			return when === 'after' && death === 'both, restart';
		case 'release CreateOrUpdateTags':
			return when === 'late' && death === 'process';
		default:
			return false;
	}
};

test('killed at a change of acquire or release, a hold leaves the group as it was, whoever is left to end it', async () => {
	const results = await runMatrix({workers: 4, phases: ['acquire', 'release'], only: isSmall});
	expect(results.length).toBeGreaterThanOrEqual(6);
	expect(
		results
			.filter(({problems}) => problems.length > 0)
			.map(({cell, problems}) => `${cellName(cell)}: ${problems.join('; ')}`),
	).toEqual([]);
}, 400_000);
