/** Runs of runbooks on the lab's clock: Pending, InProgress step by step, and how they end (aws-facts 3.1). */
import type {LabClock, LabMs} from '../types.ts';

export type StepPlan = {
	readonly name: string;
	readonly action: string;
	readonly inputs?: Readonly<Record<string, unknown>>;
	readonly maxAttempts?: number;
	/** 'Abort' (the default), 'Continue' or 'step:NAME'. */
	readonly onFailure?: string;
	readonly isCritical?: boolean;
	readonly nextStep?: string;
	readonly isEnd?: boolean;
};

export type RunStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'Cancelled';

export type Run = {
	readonly id: string;
	readonly document: string;
	readonly version: string;
	readonly parameters: Readonly<Record<string, readonly string[]>>;
	/** Parameters that the document declares as a StringList. */
	readonly lists: readonly string[];
	readonly caller: string;
	readonly clientToken: string | null;
	readonly plan: readonly StepPlan[];
	readonly startedAt: LabMs;
	status: RunStatus;
	endedAt: LabMs | null;
	currentStep: string | null;
	failure: string | null;
	readonly steps: {name: string; action: string; status: string}[];
};

export type Runs = {
	readonly all: () => readonly Run[];
	readonly start: (
		run: Pick<
			Run,
			'id' | 'document' | 'version' | 'parameters' | 'lists' | 'caller' | 'clientToken' | 'plan'
		>,
		api: RunApi,
	) => Run;
	readonly stop: (run: Run) => void;
};

/** One executeAwsApi step: rejects with what AWS answered. */
export type RunApi = (
	run: Run,
	service: string,
	api: string,
	inputs: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** From Pending to InProgress where a place is free. */
const startMs = 200;
const atOnce = 100;
const retryMs = 2000;

export const createRuns = (clock: LabClock): Runs => {
	const runs: Run[] = [];
	const apis = new Map<Run, RunApi>();
	const timers = new Map<Run, {readonly cancel: () => void}>();
	const later = (run: Run, at: LabMs, action: () => void) => {
		timers.set(
			run,
			clock.at(at, () => {
				if (run.endedAt === null) action();
			}),
		);
	};
	const end = (run: Run, status: RunStatus, failure: string | null = null): void => {
		run.status = status;
		run.failure = failure;
		run.endedAt = clock.now();
		run.currentStep = null;
		timers.get(run)?.cancel();
		next();
	};
	/** Those that wait begin when a place is free. */
	const next = (): void => {
		const busy = runs.filter(({status}) => status === 'InProgress').length;
		const ready = runs.filter(({status}) => status === 'Pending').slice(0, Math.max(0, atOnce - busy));
		for (const run of ready)
			if (clock.now() >= run.startedAt + startMs) {
				run.status = 'InProgress';
				begin(run, run.plan[0]);
			}
	};
	const begin = (run: Run, step: StepPlan | undefined): void => {
		if (step === undefined) {
			end(run, 'Success');
			return;
		}
		run.currentStep = step.name;
		const shown = run.steps.find(({name}) => name === step.name);
		if (shown !== undefined) shown.status = 'InProgress';
		if (step.action === 'aws:sleep') later(run, wakeAt(run, step), () => done(run, step));
		else void attempt(run, step, 1);
	};
	const wakeAt = (run: Run, {inputs = {}}: StepPlan): LabMs => {
		const timestamp = fill(run, inputs['Timestamp']);
		if (typeof timestamp === 'string') return Math.max(clock.now(), Date.parse(timestamp));
		const minutes = /^PT(\d+)M$/.exec(String(inputs['Duration']))?.[1];
		return clock.now() + Number(minutes ?? 0) * 60_000;
	};
	const attempt = async (run: Run, step: StepPlan, nth: number): Promise<void> => {
		const {Service, Api, ...inputs} = fill(run, step.inputs ?? {}) as Record<string, unknown>;
		try {
			await apis.get(run)?.(run, String(Service), String(Api), inputs);
			if (run.endedAt === null) done(run, step);
		} catch (error) {
			if (run.endedAt !== null) return;
			if (nth < (step.maxAttempts ?? 1))
				later(run, clock.now() + retryMs, () => void attempt(run, step, nth + 1));
			else failed(run, step, error instanceof Error ? error.message : String(error));
		}
	};
	const mark = (run: Run, step: StepPlan, status: string): void => {
		const shown = run.steps.find(({name}) => name === step.name);
		if (shown !== undefined) shown.status = status;
	};
	const done = (run: Run, step: StepPlan): void => {
		mark(run, step, 'Success');
		if (step.isEnd === true) end(run, 'Success');
		else begin(run, following(run, step));
	};
	const failed = (run: Run, step: StepPlan, message: string): void => {
		mark(run, step, 'Failed');
		const {onFailure = 'Abort'} = step;
		if (onFailure === 'Abort') end(run, 'Failed', message);
		else if (step.isEnd === true) end(run, step.isCritical === false ? 'Success' : 'Failed', message);
		else if (onFailure.startsWith('step:')) begin(run, named(run, onFailure.slice(5)));
		else begin(run, following(run, step));
	};
	return {
		all: () => runs,
		start(made, api) {
			const run: Run = {
				...made,
				startedAt: clock.now(),
				status: 'Pending',
				endedAt: null,
				currentStep: null,
				failure: null,
				steps: made.plan.map(({name, action}) => ({name, action, status: 'Pending'})),
			};
			runs.unshift(run);
			apis.set(run, api);
			later(run, run.startedAt + startMs, next);
			return run;
		},
		stop(run) {
			if (run.endedAt === null) end(run, 'Cancelled');
		},
	};
};

const named = (run: Run, name: string): StepPlan | undefined => run.plan.find(step => step.name === name);
const following = (run: Run, step: StepPlan): StepPlan | undefined =>
	step.nextStep === undefined ? run.plan[run.plan.indexOf(step) + 1] : named(run, step.nextStep);

/** `{{ Name }}` alone becomes the parameter as it is, a list where it is one; inside a text its first value. */
const fill = (run: Run, value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(item => fill(run, item));
	if (typeof value === 'object' && value !== null)
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(run, item)]));
	if (typeof value !== 'string') return value;
	const whole = /^\{\{\s*(\w+)\s*\}\}$/.exec(value)?.[1];
	if (whole === undefined) return value;
	const given = run.parameters[whole] ?? [];
	return run.lists.includes(whole) ? given : (given[0] ?? '');
};
