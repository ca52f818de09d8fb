/** Automation executions of our document: queued, asleep, fired, failed, cancelled; and what each does when it fires. */
import type {ScalingProcess} from '../../../src/aws/types.ts';
import type {SeenFuse} from '../../../src/hold/core-state.ts';
import {holdTagKey} from '../../../src/hold/tag.ts';
import {chance} from './random.ts';
import type {World} from './world.ts';

export type Run = {
	readonly executionId: string;
	readonly token: string;
	readonly holdId: string;
	readonly deadline: number;
	readonly processes: readonly ScalingProcess[];
	readonly startedAt: number;
	readonly genuine: boolean;
	/** The moment of the newest read its starter had made. */
	readonly knownAt: number;
	/** The moment at which its starter had last read the runs of all holds. */
	readonly runsKnownAt: number;
	/** The keys it acts with are dead after this. */
	readonly keysUntil: number;
	status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'Cancelling' | 'Cancelled';
	asleep: boolean;
	endedAt: number | null;
};

export type RunsModel = {
	/** Idempotent by token; null at the limit of running automations. */
	readonly start: (
		start: Pick<
			Run,
			'token' | 'holdId' | 'deadline' | 'processes' | 'knownAt' | 'runsKnownAt' | 'keysUntil'
		> & {
			readonly genuine?: boolean;
		},
	) => Run | null;
	readonly see: (executionId: string) => SeenFuse | null;
	readonly list: (since: number) => readonly SeenFuse[];
	readonly cancel: (executionId: string) => void;
	readonly all: () => readonly Run[];
};

export const createRuns = (world: World): RunsModel => {
	const runs: Run[] = [];
	const byId = new Map<string, Run>();
	const byToken = new Map<string, Run>();

	const wakeUp = (run: Run) => {
		if (run.status !== 'Pending' && run.status !== 'InProgress') return;
		if (run.status === 'Pending') {
			const until = world.queuedUntil();
			if (until !== null) {
				world.at(until + 1, () => wakeUp(run));
				return;
			}
			run.status = 'InProgress';
		}
		if (world.now() < run.deadline) {
			run.asleep = true;
			world.at(run.deadline, () => fire(run));
		} else fire(run);
	};

	const fire = (run: Run) => {
		if (run.status !== 'InProgress') return;
		run.asleep = false;
		world.reach('fuse fires');
		world.say(`fuse ${run.holdId[0]}`, () => 'wakes up');
		world.after(500 + 3000 * chance(world.seed, run.startedAt, 1), () => resume(run));
	};

	/** Retries over two hours. */
	const resume = (run: Run) => {
		if (run.status !== 'InProgress') return;
		if (world.now() > run.keysUntil || world.now() > run.deadline + 7_200_000) {
			end(run, 'Failed');
			// Refused for minutes until its credentials were dead: no rule of ours can help that.
			if (run.keysUntil > run.deadline + 30_000) world.excuse(run.processes);
			world.reach('fuse fails');
			world.say(`fuse ${run.holdId[0]}`, () => 'fails: it has no credentials any more');
			return;
		}
		if (world.isDenied('resume') || world.isContended()) {
			world.after(60_000, () => resume(run));
			return;
		}
		world.resumeByFuse(run);
		world.after(500, () => untag(run));
	};

	const untag = (run: Run) => {
		if (run.status !== 'InProgress') return;
		if (world.isDenied('delete-tag') || world.fuseLeavesTag) world.reach('fuse leaves its tag');
		else world.aws.deleteTag(holdTagKey(run.holdId), world.now());
		end(run, 'Success');
		world.reach('fuse fired');
		world.say(`fuse ${run.holdId[0]}`, () => 'has run');
	};

	const end = (run: Run, status: Run['status']) => {
		run.status = status;
		run.asleep = false;
		run.endedAt = world.now();
	};

	return {
		start: ({genuine = true, ...start}) => {
			const known = byToken.get(start.token);
			if (known !== undefined) return known;
			if (world.isLimited()) return null;
			const run: Run = {
				...start,
				genuine,
				executionId: `${(runs.length + 1).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
				startedAt: world.now(),
				status: 'Pending',
				asleep: false,
				endedAt: null,
			};
			runs.push(run);
			byId.set(run.executionId, run);
			byToken.set(run.token, run);
			world.after(100, () => wakeUp(run));
			return run;
		},
		see: executionId => {
			const run = byId.get(executionId);
			return run === undefined ? null : seen(run);
		},
		list: since => runs.filter(run => run.endedAt === null || run.startedAt >= since).map(seen),
		cancel: executionId => {
			const run = byId.get(executionId);
			if (run === undefined || run.endedAt !== null || run.status === 'Cancelling') return;
			if (chance(world.seed, world.now(), 3) < 0.8) {
				end(run, 'Cancelled');
				return;
			}
			run.status = 'Cancelling';
			run.asleep = false;
			world.after(1500, () => end(run, 'Cancelled'));
		},
		all: () => runs,
	};
};

const seen = (run: Run): SeenFuse => ({
	executionId: run.executionId,
	status: run.status,
	onSleepStep: run.asleep,
	genuine: run.genuine,
	deadline: run.deadline,
	processes: run.processes,
	startedAt: run.startedAt,
	endedAt: run.endedAt,
	holdId: run.holdId,
	final: run.endedAt === null ? null : run.status === 'Success' ? 'success' : 'other',
});
