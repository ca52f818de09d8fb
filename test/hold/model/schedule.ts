/** What happens in one run of the model: who holds when, who else meddles, what goes wrong. */
import fc from 'fast-check';
import type {ScalingProcess} from '../../../src/aws/types.ts';
import {presetProcesses, scalingProcesses} from '../../../src/hold/processes.ts';

export type HolderPlan = {
	readonly beginAt: number;
	readonly aim: readonly ScalingProcess[];
	readonly forMs: number;
	readonly net: 'fuse' | 'none';
	/** Asked to release so long after the begin; null: its time runs out. */
	readonly releaseAfter: number | null;
	/** The process dies at this call, before or after AWS has applied it; then the guardian releases. */
	readonly crash: {readonly call: number; readonly applied: boolean; readonly guardianToo: boolean} | null;
	/** The guardian that releases dies at this call of its own. */
	readonly guardianCrash: number | null;
	readonly guardianDiesAfter: number | null;
	/** At once, or with its n-th call from then on its way. */
	readonly sleep: {readonly after: number; readonly ms: number; readonly inCall?: number} | null;
	/** The terminal hangs up; the guardian lingers, and another process takes the hold up again. */
	readonly linger: {readonly after: number; readonly ms: number; readonly takeUpAfter: number | null} | null;
	/** What a person answers after two repairs; null: no terminal. */
	readonly answers: boolean | null;
	readonly extend: {readonly after: number; readonly ms: number} | null;
	/** No key for a long time. */
	readonly renewalsEndAfter: number | null;
	/** The credentials end so long after the begin, and every call with them. */
	readonly credentialsMs: number | null;
};

export type Meddling =
	| {readonly at: number; readonly act: 'suspend' | 'resume'; readonly processes: readonly ScalingProcess[]}
	/** Resumes, then suspends again between two polls. */
	| {readonly at: number; readonly act: 'swap'; readonly process: ScalingProcess}
	| {
			readonly at: number;
			readonly act: 'forge';
			readonly letters: string;
			readonly phase: 'live' | 'releasing' | 'expired';
			/** Written again every minute for two hours. */
			readonly renews: boolean;
	  }
	/** A run that claims: ours with a deadline in a week, or somebody's document that looks like ours. */
	| {
			readonly at: number;
			readonly act: 'far-fuse' | 'stranger-run';
			readonly processes: readonly ScalingProcess[];
	  }
	/** Resumes one process every 45 s for ten minutes. */
	| {readonly at: number; readonly act: 'fight'; readonly process: ScalingProcess}
	/** `end`: resumes, deletes the tag and stops the fuse of a hold, as a person would by hand. */
	| {
			readonly at: number;
			readonly act: 'untag' | 'rewrite' | 'break' | 'cancel' | 'end';
			readonly holder: number;
	  }
	| {readonly at: number; readonly act: 'next start'; readonly holder: number}
	| {readonly at: number; readonly act: 'fill tags'};

export type Window = {readonly from: number; readonly to: number};

export type Schedule = {
	readonly seed: number;
	readonly initial: readonly ScalingProcess[];
	readonly refreshes: boolean;
	/** Share of calls that go wrong, 0 to 0.4. */
	readonly faults: number;
	/** Reads may be this old. */
	readonly staleMs: number;
	/** An operation that is denied for a while. */
	readonly denied: (Window & {readonly operation: DeniedOperation}) | null;
	/** Every change of the group answers ResourceContention. */
	readonly contention: Window | null;
	/** Starts of automations are queued. */
	readonly queue: Window | null;
	/** Starts of automations are refused. */
	readonly limit: Window | null;
	readonly fuseLeavesTag: boolean;
	readonly holders: readonly HolderPlan[];
	readonly meddling: readonly Meddling[];
};

export type DeniedOperation =
	| 'put-tag'
	| 'delete-tag'
	| 'read'
	| 'resume'
	| 'arm'
	| 'see-fuse'
	| 'see-fuses'
	| 'stop-fuse';

const seconds = (from: number, to: number) => fc.integer({min: from, max: to}).map(value => value * 1000);
const someProcesses = fc.subarray([...scalingProcesses], {minLength: 1, maxLength: 3});

/** Tenths of the schedules have it. */
const maybe = <T>(tenths: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
	fc.oneof({weight: 10 - tenths, arbitrary: fc.constant(null)}, {weight: tenths, arbitrary});

const holder: fc.Arbitrary<HolderPlan> = fc.record({
	beginAt: seconds(0, 300),
	aim: fc.oneof(
		fc.constantFrom(...(['freeze', 'no-replace', 'quiet'] as const)).map(presetProcesses),
		someProcesses,
	),
	forMs: seconds(60, 900),
	net: fc.constantFrom('fuse', 'fuse', 'fuse', 'fuse', 'none'),
	releaseAfter: maybe(5, seconds(0, 600)),
	crash: maybe(
		4,
		fc.record({call: fc.integer({min: 1, max: 80}), applied: fc.boolean(), guardianToo: fc.boolean()}),
	),
	guardianCrash: maybe(2, fc.integer({min: 1, max: 15})),
	guardianDiesAfter: maybe(1, fc.oneof(seconds(0, 400), fc.integer({min: 0, max: 4000}))),
	sleep: maybe(
		2,
		fc.record({after: seconds(5, 400), ms: seconds(5, 900), inCall: fc.constantFrom(0, 0, 1, 2, 3, 4)}),
	),
	linger: maybe(
		1,
		fc.record({after: seconds(5, 400), ms: seconds(0, 200), takeUpAfter: maybe(7, seconds(1, 120))}),
	),
	answers: fc.constantFrom(null, true, false),
	extend: maybe(1, fc.record({after: seconds(10, 400), ms: seconds(60, 600)})),
	renewalsEndAfter: maybe(1, seconds(30, 400)),
	credentialsMs: maybe(2, seconds(300, 1200)),
});

const at = seconds(0, 900);

const meddling: fc.Arbitrary<Meddling> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({at, act: fc.constantFrom('suspend', 'resume'), processes: someProcesses}),
	},
	{
		weight: 1,
		arbitrary: fc.record({at, act: fc.constant('swap'), process: fc.constantFrom(...scalingProcesses)}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			at,
			act: fc.constant('forge'),
			letters: fc.constantFrom('L', 'RHTZASIL', 'RH', 'BL'),
			phase: fc.constantFrom('live', 'releasing', 'expired'),
			renews: fc.boolean(),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({at, act: fc.constantFrom('far-fuse', 'stranger-run'), processes: someProcesses}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			at,
			act: fc.constantFrom('untag', 'rewrite', 'break', 'cancel', 'end', 'next start'),
			holder: fc.integer({min: 0, max: 2}),
		}),
	},
	{weight: 1, arbitrary: fc.record({at, act: fc.constant('fill tags')})},
	{
		weight: 1,
		arbitrary: fc.record({
			at,
			act: fc.constant('fight'),
			process: fc.constantFrom('ReplaceUnhealthy', 'HealthCheck', 'Terminate'),
		}),
	},
) as fc.Arbitrary<Meddling>;

const window = fc.record({from: seconds(0, 600), to: seconds(0, 900)});

/** Holds that end in the same seconds: each may take the other for one that stays. */
const together = (schedule: Schedule): Schedule => ({
	...schedule,
	holders: schedule.holders.map((plan, index) => ({
		...plan,
		crash: null,
		forMs: 900_000,
		releaseAfter: Math.max(20_000, 400_000 + (schedule.seed % 7) * 500 * index - plan.beginAt),
	})),
});

const alone: fc.Arbitrary<Schedule> = fc.record({
	seed: fc.nat(),
	initial: fc.subarray([...scalingProcesses], {maxLength: 3}),
	refreshes: fc.boolean(),
	faults: fc.constantFrom(0, 0, 0, 0.05, 0.15, 0.4),
	staleMs: fc.constantFrom(0, 0, 1000, 4000, 8000),
	denied: maybe(
		3,
		fc.record({
			operation: fc.constantFrom(
				'put-tag',
				'delete-tag',
				'read',
				'resume',
				'arm',
				'see-fuse',
				'see-fuses',
				'stop-fuse',
			) as fc.Arbitrary<DeniedOperation>,
			from: seconds(0, 600),
			to: seconds(0, 1500),
		}),
	),
	contention: maybe(1, window),
	queue: maybe(1, window),
	limit: maybe(1, window),
	fuseLeavesTag: fc.boolean(),
	holders: fc.array(holder, {minLength: 1, maxLength: 3}),
	meddling: fc.array(meddling, {maxLength: 5}),
});

export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
	{weight: 5, arbitrary: alone},
	{weight: 1, arbitrary: alone.map(together)},
);
