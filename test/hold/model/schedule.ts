/** What happens in one run of the model: who holds when, who else meddles, what goes wrong. */
import fc from 'fast-check';
import type {ScalingProcess} from '../../../src/aws/types.ts';
import {presetProcesses, scalingProcesses} from '../../../src/hold/processes.ts';

export type HolderPlan = {
	readonly beginAt: number;
	readonly aim: readonly ScalingProcess[];
	readonly forMs: number;
	/** Asked to release so long after the begin; null: its time runs out. */
	readonly releaseAfter: number | null;
	/** The process dies at this call, before or after AWS has applied it; then the guardian releases. */
	readonly crash: {readonly call: number; readonly applied: boolean; readonly guardianToo: boolean} | null;
	readonly guardianDiesAfter: number | null;
	readonly sleep: {readonly after: number; readonly ms: number} | null;
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
	  }
	| {readonly at: number; readonly act: 'untag' | 'rewrite' | 'break'; readonly holder: number};

export type Schedule = {
	readonly seed: number;
	readonly initial: readonly ScalingProcess[];
	readonly refreshes: boolean;
	/** Share of calls that go wrong, 0 to 0.4. */
	readonly faults: number;
	/** Reads may be this old. */
	readonly staleMs: number;
	/** An operation that is denied for a while. */
	readonly denied: {
		readonly operation: 'put-tag' | 'delete-tag' | 'read' | 'resume';
		readonly from: number;
		readonly to: number;
	} | null;
	readonly holders: readonly HolderPlan[];
	readonly meddling: readonly Meddling[];
};

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
	forMs: seconds(120, 420),
	releaseAfter: maybe(5, seconds(0, 600)),
	crash: maybe(
		5,
		fc.record({call: fc.integer({min: 1, max: 60}), applied: fc.boolean(), guardianToo: fc.boolean()}),
	),
	guardianDiesAfter: maybe(1, seconds(1, 400)),
	sleep: maybe(2, fc.record({after: seconds(5, 300), ms: seconds(5, 400)})),
});

const at = seconds(0, 600);

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
		weight: 1,
		arbitrary: fc.record({
			at,
			act: fc.constant('forge'),
			letters: fc.constantFrom('L', 'RHTZASIL', 'RH', 'BL'),
			phase: fc.constantFrom('live', 'releasing', 'expired'),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			at,
			act: fc.constantFrom('untag', 'rewrite', 'break'),
			holder: fc.integer({min: 0, max: 2}),
		}),
	},
) as fc.Arbitrary<Meddling>;

export const schedules: fc.Arbitrary<Schedule> = fc
	.record({
		seed: fc.nat(),
		initial: fc.subarray([...scalingProcesses], {maxLength: 3}),
		refreshes: fc.boolean(),
		faults: fc.constantFrom(0, 0, 0.05, 0.15, 0.4),
		staleMs: fc.constantFrom(0, 0, 1000, 4000, 8000),
		denied: maybe(
			2,
			fc.record({
				operation: fc.constantFrom('put-tag', 'delete-tag', 'read', 'resume'),
				from: seconds(0, 600),
				to: seconds(0, 900),
			}),
		),
		holders: fc.array(holder, {minLength: 1, maxLength: 3}),
		meddling: fc.array(meddling, {maxLength: 5}),
	})
	.map(schedule => schedule as Schedule);
