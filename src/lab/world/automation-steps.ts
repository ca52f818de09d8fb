/** How a run walks through the steps of its runbook: sleeps, calls, attempts, what follows a failure, how it ends. */
import type {LabClock, LabMs} from '../types.ts';
import type {Run, RunApi, StepRecord} from './automation-runs.ts';
import {substitute} from './runbook.ts';

export type StepPlayer = {
	readonly begin: (run: Run) => void;
	readonly cancel: (run: Run, momentMs: number) => void;
	readonly finishAfterStep: (run: Run) => void;
};

type Parts = {
	readonly clock: LabClock;
	readonly callAws: RunApi;
	readonly ended: (run: Run) => void;
};

/** Between two attempts of one step. */
const retryMs = 2000;
/** aws:sleep takes less than seven days. */
const longestSleepMs = 604_799_000;

export const createStepPlayer = ({clock, callAws, ended}: Parts): StepPlayer => {
	const timers = new Map<Run, {readonly cancel: () => void}>();
	const finishing = new WeakSet<Run>();
	const later = (run: Run, at: LabMs, action: () => void): void => {
		timers.get(run)?.cancel();
		timers.set(run, clock.at(at, action));
	};
	const endRun = (run: Run, status: Run['status'], failure: string | null = null): void => {
		timers.get(run)?.cancel();
		timers.delete(run);
		Object.assign(run, {status, failure, endedAt: clock.now(), current: null, wakesAt: null});
		ended(run);
	};
	const isLive = (run: Run, step: StepRecord): boolean => run.endedAt === null && run.current === step;

	const begin = (run: Run, step: StepRecord | undefined): void => {
		if (step === undefined) {
			endRun(run, ...outcomeOf(run));
			return;
		}
		Object.assign(step, {status: 'InProgress', startedAt: clock.now()});
		run.current = step;
		if (step.plan.action === 'aws:sleep') sleep(run, step);
		else attempt(run, step, 1);
	};
	const sleep = (run: Run, step: StepRecord): void => {
		const until = wakeTime(run, step, clock.now());
		if (until === null) {
			fail(run, step, {status: 'Failed', why: 'The sleep has no valid end.'});
			return;
		}
		run.wakesAt = until;
		later(run, until, () => {
			run.wakesAt = null;
			pass(run, step);
		});
	};
	const attempt = (run: Run, step: StepRecord, nth: number): void => {
		const isCurrent = onlyOnce(() => isLive(run, step));
		const refused = (error: unknown): void => {
			if (isCurrent()) again(run, step, {nth, status: 'Failed', why: failureText(error)});
		};
		if (step.plan.timeoutSeconds !== null)
			later(run, clock.now() + step.plan.timeoutSeconds * 1000, () => {
				if (isCurrent()) again(run, step, {nth, status: 'TimedOut', why: 'The step timed out.'});
			});
		const answered = (): void => {
			if (isCurrent()) pass(run, step);
		};
		try {
			const answer = callAws(run, callOf(run, step));
			if (answer === undefined) answered();
			else answer.then(answered, refused);
		} catch (error) {
			refused(error);
		}
	};
	const again = (
		run: Run,
		step: StepRecord,
		failure: {readonly nth: number; readonly status: 'Failed' | 'TimedOut'; readonly why: string},
	): void => {
		if (failure.nth < step.plan.maxAttempts)
			later(run, clock.now() + retryMs, () => attempt(run, step, failure.nth + 1));
		else fail(run, step, failure);
	};
	const pass = (run: Run, step: StepRecord): void => {
		Object.assign(step, {status: 'Success', endedAt: clock.now()});
		if (step.plan.isEnd || finishing.has(run)) endRun(run, ...outcomeOf(run));
		else begin(run, following(run, step));
	};
	const fail = (
		run: Run,
		step: StepRecord,
		{status, why}: {readonly status: 'Failed' | 'TimedOut'; readonly why: string},
	): void => {
		Object.assign(step, {status, failure: why, endedAt: clock.now()});
		const {onFailure, isEnd} = step.plan;
		if (onFailure === 'Abort') endRun(run, status, why);
		else if (onFailure.startsWith('step:')) begin(run, stepNamed(run, onFailure.slice(5)));
		else if (isEnd) endRun(run, ...outcomeOf(run));
		else begin(run, following(run, step));
	};
	return {
		begin: run => begin(run, run.steps[0]),
		cancel(run, momentMs) {
			if (run.current !== null) Object.assign(run.current, {status: 'Cancelled', endedAt: clock.now()});
			run.status = 'Cancelling';
			run.current = null;
			later(run, clock.now() + momentMs, () => endRun(run, 'Cancelled'));
		},
		finishAfterStep: run => void finishing.add(run),
	};
};

/** Whoever comes first, the answer or the timeout, decides. */
const onlyOnce = (isLive: () => boolean): (() => boolean) => {
	let decided = false;
	return () => {
		if (decided || !isLive()) return false;
		decided = true;
		return true;
	};
};

/** A step that failed and matters makes the run Failed, although it came to its end. */
const outcomeOf = (run: Run): readonly ['Success' | 'Failed', string | null] => {
	const failed = run.steps.find(({plan, failure}) => failure !== null && plan.isCritical);
	return failed === undefined ? ['Success', null] : ['Failed', failed.failure];
};

const stepNamed = (run: Run, name: string): StepRecord | undefined =>
	run.steps.find(({plan}) => plan.name === name);
const following = (run: Run, step: StepRecord): StepRecord | undefined =>
	step.plan.nextStep === null ? run.steps[run.steps.indexOf(step) + 1] : stepNamed(run, step.plan.nextStep);

const callOf = ({runbook, parameters}: Run, {plan}: StepRecord) => {
	const filled = substitute(plan.inputs, runbook, parameters) as Readonly<Record<string, unknown>>;
	const {Service, Api, ...inputs} = filled;
	return {service: String(Service), api: String(Api), inputs};
};

/** A past timestamp continues at once; null where the end is none, or a week or more away. */
const wakeTime = ({runbook, parameters}: Run, {plan}: StepRecord, now: LabMs): LabMs | null => {
	const filled = substitute(plan.inputs, runbook, parameters) as Readonly<Record<string, unknown>>;
	const until =
		filled['Timestamp'] === undefined
			? now + durationMs(String(filled['Duration'] ?? ''))
			: Date.parse(String(filled['Timestamp']));
	if (Number.isNaN(until) || until - now > longestSleepMs) return null;
	return Math.max(now, until);
};

/** ISO 8601 durations of days, hours, minutes, seconds; NaN for anything else. */
const durationMs = (text: string): number => {
	const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
	if (match === null || !/\d/.test(text)) return Number.NaN;
	const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(part => Number(part ?? 0));
	return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
};

const failureText = (error: unknown): string =>
	`Step fails when it is Execute/Cancelling action. ${
		error instanceof Error ? error.message : String(error)
	} Please refer to Automation Service Troubleshooting Guide for more diagnosis details.`;
