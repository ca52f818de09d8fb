import {describe, expect, test} from 'vitest';
import type {LifecycleHook} from '../../src/aws/types.ts';
import {
	endOfWait,
	newPin,
	nextDeed,
	type Pin,
	type PinEvent,
	stepPin,
	type Wait,
} from '../../src/hold/pins.ts';

const hook = (name: string, part: Partial<LifecycleHook> = {}): LifecycleHook => ({
	name,
	transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
	heartbeatTimeoutSeconds: 300,
	globalTimeoutSeconds: 30_000,
	defaultResult: 'ABANDON',
	...part,
});
const wait = (...hooks: readonly LifecycleHook[]): Wait => ({transition: 'launch', since: 1000, hooks});
const seen = (lifecycleState: string, of: Wait | null = null): PinEvent => ({
	on: 'seen',
	box: {lifecycleState},
	wait: of,
});
const play = (events: readonly (readonly [now: number, event: PinEvent])[]): Pin =>
	events.reduce((pin, [now, event]) => stepPin(pin, event, now), newPin);

test('a box in Pending:Wait gets its first heartbeat at once, then one every third of the timeout', () => {
	const begun = play([[5000, seen('Pending:Wait', wait(hook('a')))]]);
	expect(nextDeed(begun, 5000)).toEqual({do: 'beat', hook: 'a'});
	const beaten = stepPin(begun, {on: 'beaten', hook: 'a'}, 5000);
	expect(nextDeed(beaten, 5000)).toEqual({do: 'wait', ms: 100_000});
	expect(nextDeed(beaten, 105_000)).toEqual({do: 'beat', hook: 'a'});
});

test('heartbeats end at the GlobalTimeout, counted from the start of the wait', () => {
	const of = wait(hook('a', {globalTimeoutSeconds: 600}));
	const pin = play([
		[5000, seen('Pending:Wait', of)],
		[5000, {on: 'beaten', hook: 'a'}],
	]);
	expect(endOfWait(pin)).toBe(601_000);
	expect(stepPin(pin, seen('Pending:Wait', of), 600_999).state).toBe('beating');
	const over = stepPin(pin, seen('Pending:Wait', of), 601_000);
	expect(over.state).toBe('ended');
	expect(over.says).toContain('GlobalTimeout');
	expect(nextDeed(over, 601_000)).toEqual({do: 'nothing'});
});

test('a box that begins to die is watched on: a hook on terminations may make its death wait', () => {
	const going = play([[5000, seen('Terminating')]]);
	expect(going.state).toBe('watching');
	const of: Wait = {
		transition: 'termination',
		since: 6000,
		hooks: [hook('post', {transition: 'autoscaling:EC2_INSTANCE_TERMINATING', defaultResult: 'CONTINUE'})],
	};
	const waits = stepPin(going, seen('Terminating:Wait', of), 7000);
	expect(nextDeed(waits, 7000)).toEqual({do: 'beat', hook: 'post'});
	expect(stepPin(waits, seen('Terminating:Proceed'), 8000).state).toBe('ended');
});

test('a start that no activity tells is when the wait was first seen, and does not move', () => {
	const first = play([[5000, seen('Pending:Wait', {...wait(hook('a')), since: 5000})]]);
	const later = stepPin(first, seen('Pending:Wait', {...wait(hook('a')), since: 90_000}), 90_000);
	expect(later.wait?.since).toBe(5000);
});

test('no active action for one hook: the next one is asked at once; for all of them: the pin ends and says so', () => {
	const begun = play([
		[5000, seen('Pending:Wait', wait(hook('a'), hook('b')))],
		[5000, {on: 'no-action', hook: 'a'}],
	]);
	expect(nextDeed(begun, 5000)).toEqual({do: 'beat', hook: 'b'});
	const beaten = stepPin(begun, {on: 'beaten', hook: 'b'}, 5000);
	expect(beaten.hook).toBe('b');
	const idle = stepPin(beaten, {on: 'no-action', hook: 'b'}, 105_000);
	expect(nextDeed(idle, 105_000)).toEqual({do: 'wait', ms: 0});
	expect(stepPin(idle, seen('Terminating'), 105_000).says).toContain('no heartbeat stops an ABANDON');
	const finished = stepPin(idle, seen('Pending:Wait', wait(hook('a'), hook('b'))), 105_000);
	expect(finished.state).toBe('ended');
	expect(finished.says).toContain('hook is finished');
});

test('an explicit ABANDON is not answered: the pin ends with the reason', () => {
	const pin = play([
		[5000, seen('Pending:Wait', wait(hook('a')))],
		[5000, {on: 'beaten', hook: 'a'}],
		[9000, seen('Terminating')],
	]);
	expect(pin.state).toBe('ended');
	expect(pin.says).toContain('no heartbeat stops an ABANDON');
	expect(stepPin(pin, seen('Pending:Wait', wait(hook('a'))), 10_000)).toBe(pin);
});

test('a box in service needs no heartbeat; it is watched until it waits', () => {
	const pin = play([[5000, seen('InService')]]);
	expect(pin.state).toBe('watching');
	expect(nextDeed(pin, 5000).do).toBe('wait');
	const waits = stepPin(pin, seen('Terminating:Wait', {...wait(hook('t')), transition: 'termination'}), 9000);
	expect(nextDeed(waits, 9000)).toEqual({do: 'beat', hook: 't'});
});

test('a heartbeat that failed is repeated soon, more slowly each time, never more slowly than a third', () => {
	let pin = play([[5000, seen('Pending:Wait', wait(hook('a')))]]);
	const waits: number[] = [];
	for (let at = 5000; waits.length < 8; ) {
		pin = stepPin(pin, {on: 'failed', message: 'Rate exceeded'}, at);
		const deed = nextDeed(pin, at);
		const ms = deed.do === 'wait' ? deed.ms : 0;
		waits.push(ms);
		at += ms;
	}
	expect(pin.state).toBe('failing');
	expect(pin.says).toContain('Rate exceeded');
	expect(waits.slice(0, 4)).toEqual([5000, 10_000, 20_000, 40_000]);
	expect(Math.max(...waits)).toBe(100_000);
});

describe('a pin ends', () => {
	test.each([
		['the box left the group', {on: 'seen', box: null, wait: null} as const, 'left the group'],
		['it came into service', seen('InService'), 'hook is finished: the box is InService'],
		['the group has no hook any more', seen('Pending:Wait', wait()), 'hook is finished'],
	])('when %s', (_, event, says) => {
		const pin = play([
			[5000, seen('Pending:Wait', wait(hook('a')))],
			[5000, {on: 'beaten', hook: 'a'}],
		]);
		const end = stepPin(pin, event, 6000);
		expect(end.state).toBe('ended');
		expect(end.says).toContain(says);
	});
});
