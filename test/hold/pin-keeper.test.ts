/** Pins against a group in memory, on a clock that a test moves: one sleep is one step of it. */
import {expect, onTestFinished, test} from 'vitest';
import {AwsCallError} from '../../src/aws/call-error.ts';
import type {Aws, GroupInstance, LifecycleHook} from '../../src/aws/types.ts';
import {createPinKeeper, transitionOf} from '../../src/hold/pin-keeper.ts';

const id = 'i-0123456789abcdef0';
const start = Date.UTC(2026, 10, 22, 12);

const hook = (name: string, part: Partial<LifecycleHook> = {}): LifecycleHook => ({
	name,
	transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
	heartbeatTimeoutSeconds: 300,
	globalTimeoutSeconds: 3000,
	defaultResult: 'ABANDON',
	...part,
});

const noAction = () =>
	new AwsCallError(
		'RecordLifecycleActionHeartbeat',
		{
			kind: 'gone',
			code: 'ValidationError',
			message: `No active Lifecycle Action found with instance ID ${id}`,
			status: 400,
			requestId: 'r',
		} as ConstructorParameters<typeof AwsCallError>[1],
		{region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
	);

type World = {
	lifecycleState: string | null;
	hooks: readonly LifecycleHook[];
	/** Of which hook the box waits. */
	active: string | null;
	beats: {readonly hook: string; readonly seconds: number}[];
	/** Calls that read. */
	reads: number;
};

const open = (rate = 1) => {
	let at = 0;
	const waiting: {readonly at: number; readonly wake: () => void}[] = [];
	const world: World = {
		lifecycleState: 'Pending:Wait',
		hooks: [hook('warmup')],
		active: 'warmup',
		beats: [],
		reads: 0,
	};
	const now = () => start + at * rate;
	const counted = <T>(answer: () => T) => {
		return async () => {
			world.reads += 1;
			return answer();
		};
	};
	const reads = {
		groups: counted(() => [
			{
				name: 'web',
				instances:
					world.lifecycleState === null
						? []
						: [{instanceId: id, lifecycleState: world.lifecycleState} as GroupInstance],
			},
		]),
		hooks: counted(() => world.hooks),
		activities: counted(() => [
			{description: `Launching a new EC2 instance: ${id}`, startedAt: start - 60_000},
		]),
	};
	const release = {
		heartbeat: async (_: string, name: string) => {
			if (world.active !== name) throw noAction();
			world.beats.push({hook: name, seconds: (at * rate) / 1000});
		},
	};
	const keeper = createPinKeeper({
		aws: {polling: reads, release, clock: {now, rate}} as unknown as Aws,
		processClock: {
			now: () => at,
			sleep: (ms, signal) =>
				new Promise(resolve => {
					signal?.addEventListener('abort', () => resolve());
					waiting.push({at: at + ms, wake: resolve});
				}),
		},
		onChange: () => undefined,
	});
	onTestFinished(keeper.stop);
	const settle = async () => {
		for (let turn = 0; turn < 20; turn++) await Promise.resolve();
	};
	return {
		world,
		keeper,
		/** Process time passes, timer by timer. */
		pass: async (seconds: number) => {
			await settle();
			for (const end = at + seconds * 1000; ; ) {
				waiting.sort((a, b) => a.at - b.at);
				const next = waiting[0];
				if (next === undefined || next.at > end) {
					at = end;
					return;
				}
				waiting.shift();
				at = Math.max(at, next.at);
				next.wake();
				await settle();
			}
		},
	};
};

test('forty pins of a group read it as often as one: AWS has one bucket for all of its calls', async () => {
	const {world, keeper, pass} = open();
	const ids = Array.from({length: 40}, (_, index) => `i-0123456789abcde${String(index).padStart(2, '0')}`);
	for (const one of [id, ...ids]) keeper.pin('web', one);
	await pass(60);
	// Group, hooks and activities, seven times in a minute.
	expect(world.reads).toBeLessThanOrEqual(21);
});

test('heartbeats go out at once and then every third of the timeout, and the end is the GlobalTimeout', async () => {
	const {world, keeper, pass} = open();
	keeper.pin('web', id);
	await pass(310);
	expect(world.beats.map(({seconds}) => seconds)).toEqual([0, 100, 200, 300]);
	const [pin] = keeper.pins();
	expect(pin).toMatchObject({state: 'beating', hook: 'warmup', until: start + 2940_000});
	await pass(2700);
	expect(keeper.pins()[0]?.state).toBe('ended');
	expect(keeper.pins()[0]?.says).toContain('GlobalTimeout');
	const {length} = world.beats;
	await pass(1000);
	expect(world.beats.length).toBe(length);
});

test('where AWS time runs faster, heartbeats do as well', async () => {
	const {world, keeper, pass} = open(60);
	keeper.pin('web', id);
	await pass(5.1);
	expect(world.beats.length).toBe(4);
});

test('the hook the box waits for is found among several, and the next one after it', async () => {
	const {world, keeper, pass} = open();
	world.hooks = [hook('first'), hook('second')];
	world.active = 'second';
	keeper.pin('web', id);
	await pass(1);
	expect(world.beats).toEqual([{hook: 'second', seconds: 0}]);
	world.active = null;
	await pass(120);
	expect(keeper.pins()[0]).toMatchObject({state: 'ended'});
	expect(keeper.pins()[0]?.says).toContain('no active lifecycle action');
});

test('a box in service is watched; its termination wait is kept', async () => {
	const {world, keeper, pass} = open();
	world.lifecycleState = 'InService';
	world.hooks = [hook('drain', {transition: 'autoscaling:EC2_INSTANCE_TERMINATING'})];
	world.active = 'drain';
	keeper.pin('web', id);
	await pass(30);
	expect(world.beats).toEqual([]);
	expect(keeper.pins()[0]?.state).toBe('watching');
	world.lifecycleState = 'Terminating:Wait';
	await pass(20);
	expect(world.beats.length).toBe(1);
});

test('unpinned, or at the end of the process, no heartbeat goes out any more', async () => {
	const {world, keeper, pass} = open();
	keeper.pin('web', id);
	await pass(1);
	keeper.unpin('web', id);
	expect(keeper.pins()).toEqual([]);
	await pass(1000);
	expect(world.beats.length).toBe(1);
});

test('wait states of warm pools are waits as well', () => {
	expect(transitionOf('Warmed:Pending:Wait')).toBe('launch');
	expect(transitionOf('Terminating:Wait')).toBe('termination');
	expect(transitionOf('Pending:Proceed')).toBeNull();
});
