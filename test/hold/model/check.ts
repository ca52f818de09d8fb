/** Runs many schedules; the first that breaks the promise comes back small, with its story. */
import fc from 'fast-check';
import type {HolderOptions} from './holder.ts';
import {type Schedule, schedules} from './schedule.ts';
import {runSchedule} from './world.ts';

export type CheckResult = {
	readonly schedules: number;
	/** How many schedules reached each rule. */
	readonly reached: ReadonlyMap<string, number>;
	/** The smallest schedule found that breaks the promise, and what happened in it. */
	readonly failure: {readonly schedule: string; readonly story: string} | null;
};

export type CheckOptions = HolderOptions & {
	readonly runs: number;
	readonly seed: number;
	readonly shrink?: boolean;
};

export const checkSchedules = ({runs, seed, shrink = true, ...core}: CheckOptions): CheckResult => {
	const reached = new Map<string, number>();
	let count = 0;
	const result = fc.check(
		fc.property(schedules, schedule => {
			const verdict = runSchedule(schedule, core);
			count++;
			for (const rule of verdict.reached.keys()) reached.set(rule, (reached.get(rule) ?? 0) + 1);
			return verdict.violations.length === 0;
		}),
		{numRuns: runs, seed, endOnFailure: !shrink},
	);
	return {schedules: count, reached, failure: failureOf(result.counterexample, core)};
};

const failureOf = (
	counterexample: readonly unknown[] | null,
	core: HolderOptions,
): CheckResult['failure'] => {
	if (counterexample === null) return null;
	const schedule = counterexample[0] as Schedule;
	const {violations, story} = runSchedule(schedule, {...core, tell: true});
	return {schedule: JSON.stringify(schedule), story: [...violations, ...story].join('\n')};
};
