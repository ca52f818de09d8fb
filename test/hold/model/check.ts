/** Runs many schedules; the first that breaks the promise comes back small, with its story. */
import fc from 'fast-check';
import type {Step} from './holder.ts';
import {schedules} from './schedule.ts';
import {runSchedule} from './world.ts';

export type CheckResult = {
	readonly schedules: number;
	/** How many schedules reached each rule. */
	readonly reached: ReadonlyMap<string, number>;
	/** The smallest schedule found that breaks the promise, and what happened in it. */
	readonly failure: {readonly schedule: string; readonly story: string} | null;
};

export type CheckOptions = {
	readonly runs: number;
	readonly seed: number;
	readonly step?: Step;
	readonly shrink?: boolean;
};

export const checkSchedules = ({runs, seed, step, shrink = true}: CheckOptions): CheckResult => {
	const reached = new Map<string, number>();
	let count = 0;
	const result = fc.check(
		fc.property(schedules, schedule => {
			const verdict = runSchedule(schedule, step);
			count++;
			for (const rule of verdict.reached.keys()) reached.set(rule, (reached.get(rule) ?? 0) + 1);
			return verdict.violations.length === 0;
		}),
		{numRuns: runs, seed, endOnFailure: !shrink},
	);
	return {schedules: count, reached, failure: failureOf(result.counterexample, step)};
};

const failureOf = (
	counterexample: readonly unknown[] | null,
	step: Step | undefined,
): CheckResult['failure'] => {
	if (counterexample === null) return null;
	const schedule = counterexample[0] as Parameters<typeof runSchedule>[0];
	const {violations, story} = runSchedule(schedule, step);
	return {schedule: JSON.stringify(schedule), story: [...violations, ...story].join('\n')};
};

/** What every larger run must reach at least once: a rule nobody reached is a rule nobody tested. */
export const rulesToReach: readonly string[] = [
	'held',
	'renewed',
	'repaired',
	'crash',
	'guardian releases',
	'next start',
	'sleep',
	'note-changed',
	'look-wait',
	'recheck-wait',
	'tag-wait',
	'suspend-wait',
	'confirm-wait',
	'release-read-wait',
	'release-wait',
	'fault suspend',
	'fault resume',
	'fault put-tag',
	'fault delete-tag',
	'fault read',
	'third party suspend',
	'third party resume',
	'third party swap',
	'third party forge',
	'third party untag',
	'third party rewrite',
	'third party break',
	'finish refused',
	'finish incomplete',
	'finish released asked',
	'finish released end',
	'finish released ended-by-others',
	'finish released jump',
	'finish released lease',
	'finish released left-over',
	'finish released repairs',
	'finish released tag-removed',
];
