/**
 * Runs of runbooks on the lab's clock (aws-facts 3.1): 100 at once, the others wait as Pending, first come first
 * served. How a run walks through its steps is automation-steps.ts.
 */
import {type LabClock, type LabMs, LabRefusal} from '../types.ts';
import {createStepPlayer} from './automation-steps.ts';
import type {Runbook, StepPlan} from './runbook.ts';

export type RunStatus =
	| 'Pending'
	| 'InProgress'
	| 'Cancelling'
	| 'Success'
	| 'Failed'
	| 'Cancelled'
	| 'TimedOut';

export type StepRecord = {
	readonly plan: StepPlan;
	status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';
	startedAt: LabMs | null;
	endedAt: LabMs | null;
	failure: string | null;
};

export type NewRun = {
	readonly id: string;
	readonly document: string;
	readonly version: string;
	readonly runbook: Runbook;
	readonly parameters: Readonly<Record<string, readonly string[]>>;
	/** The access key id of whoever started it. */
	readonly caller: string;
	/** The role its calls are made with; null: as the caller. */
	readonly role: string | null;
	readonly clientToken: string | null;
};

export type Run = NewRun & {
	readonly startedAt: LabMs;
	readonly steps: readonly StepRecord[];
	status: RunStatus;
	endedAt: LabMs | null;
	current: StepRecord | null;
	/** When the sleep that it is in ends. */
	wakesAt: LabMs | null;
	failure: string | null;
};

/**
 * One call of an aws:executeAwsApi step. Throws, or rejects, with what AWS refused; gives a promise only where a
 * fault makes it wait, so that a stepped clock fires everything at its own moment.
 */
export type RunApi = (
	run: Run,
	call: {readonly service: string; readonly api: string; readonly inputs: Readonly<Record<string, unknown>>},
) => Promise<void> | undefined;

export type Runs = {
	/** Newest first. */
	readonly all: () => readonly Run[];
	readonly find: (id: string) => Run | undefined;
	readonly start: (made: NewRun) => Run;
	/** `Complete` lets the step that it is in come to its end. */
	readonly stop: (run: Run, type?: 'Cancel' | 'Complete') => void;
	/** The way to the region's other services, once it is there. */
	readonly connect: (callAws: RunApi) => void;
};

/** From the start to InProgress where a place is free, and from Cancelling to Cancelled. */
const momentMs = 200;
const atOnce = 100;
/** What may wait beside them; more is refused. */
const mostPending = 5000;

export const createRuns = (clock: LabClock): Runs => {
	const runs: Run[] = [];
	const pending: Run[] = [];
	const busy = new Set<Run>();
	const door: {callAws: RunApi} = {
		callAws: () => {
			throw new Error('the region has no services yet');
		},
	};
	const player = createStepPlayer({
		clock,
		callAws: (run, call) => door.callAws(run, call),
		ended(run) {
			busy.delete(run);
			beginPending();
		},
	});
	const beginPending = (): void => {
		if (busy.size >= atOnce) return;
		const ready = pending.filter(({startedAt}) => clock.now() >= startedAt + momentMs);
		for (const run of ready.slice(0, Math.max(0, atOnce - busy.size))) {
			pending.splice(pending.indexOf(run), 1);
			busy.add(run);
			run.status = 'InProgress';
			player.begin(run);
		}
	};
	return {
		all: () => runs,
		find: id => runs.find(run => run.id === id),
		start(made) {
			if (pending.length >= mostPending)
				throw new LabRefusal(
					'AutomationExecutionLimitExceededException',
					'The number of simultaneously running Automation executions exceeded the allowable limit.',
				);
			const run = newRun(made, clock.now());
			runs.unshift(run);
			pending.push(run);
			clock.at(run.startedAt + momentMs, beginPending);
			return run;
		},
		stop(run, type = 'Cancel') {
			if (run.endedAt !== null)
				throw new LabRefusal(
					'InvalidAutomationStatusUpdateException',
					`Automation execution ${run.id} has ended with status ${run.status}.`,
				);
			if (run.status === 'Cancelling') return;
			if (run.status === 'Pending') pending.splice(pending.indexOf(run), 1);
			if (type === 'Complete' && run.status === 'InProgress') player.finishAfterStep(run);
			else player.cancel(run, momentMs);
		},
		connect(callAws) {
			door.callAws = callAws;
		},
	};
};

const newRun = (made: NewRun, startedAt: LabMs): Run => ({
	...made,
	startedAt,
	steps: made.runbook.steps.map(plan => ({
		plan,
		status: 'Pending',
		startedAt: null,
		endedAt: null,
		failure: null,
	})),
	status: 'Pending',
	endedAt: null,
	current: null,
	wakesAt: null,
	failure: null,
});
