/** The rules of a catch, without clock and without AWS. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {newCatch, stepCatch} from '../../src/hold/catch-core.ts';
import type {CatchDeed, CatchEvent, CatchState, CatchWish} from '../../src/hold/catch-types.ts';

const wish = (part: Partial<CatchWish> = {}): CatchWish => ({
	what: 'launch',
	first: null,
	every: false,
	hold: false,
	command: null,
	rescueHook: null,
	hasLaunchHook: true,
	keepMs: 3_600_000,
	waitMs: null,
	...part,
});
const seen = (boxes: Readonly<Record<string, string>>): CatchEvent => ({
	on: 'seen',
	boxes: Object.entries(boxes).map(([instanceId, lifecycleState]) => ({instanceId, lifecycleState})),
});
type Timed = CatchEvent | readonly [at: number, event: CatchEvent];

const play = (of: CatchWish, events: readonly Timed[]) => {
	let state: CatchState = newCatch(of);
	let deeds: readonly CatchDeed[] = [];
	let at = 0;
	for (const timed of events) {
		const event = 'on' in timed ? timed : timed[1];
		at = 'on' in timed ? at + 1 : timed[0];
		const step = stepCatch(state, event, at);
		state = step.state;
		deeds = step.deeds;
	}
	return {
		state,
		last: deeds.map(deed => [deed.do, 'instanceId' in deed ? deed.instanceId : ''].join(' ').trim()),
	};
};

describe('who is caught', () => {
	test('the next box, not those that are there; a second one is left alone', () => {
		expect(play(wish(), [seen({a: 'Pending:Wait'}), seen({a: 'Pending:Wait', b: 'Pending'})]).last).toEqual([
			'catch b',
		]);
		expect(play(wish(), [seen({}), seen({a: 'Pending'}), seen({a: 'Pending', b: 'Pending'})]).last).toEqual(
			[],
		);
	});

	test('with every, all of them; those there before never', () => {
		const {last} = play(wish({every: true}), [
			seen({a: 'InService'}),
			seen({a: 'InService', b: 'Pending', c: 'Pending'}),
		]);
		expect(last).toEqual(['catch b', 'catch c']);
	});

	test('a box that was named is caught at the first read', () => {
		expect(play(wish({first: 'a'}), [seen({a: 'Pending:Wait', b: 'Pending:Wait'})]).last).toEqual([
			'catch a',
		]);
	});

	test('a box that is first seen dying is not the next one', () => {
		expect(play(wish(), [seen({}), seen({a: 'Terminating'})]).last).toEqual([]);
	});

	test('a watch for deaths catches those that die, also later', () => {
		const dying = wish({what: 'dying'});
		expect(
			play(dying, [seen({a: 'InService', b: 'InService'}), seen({a: 'InService', b: 'Terminating'})]).last,
		).toEqual(['catch b']);
	});
});

describe('when the group is held', () => {
	const held = (states: readonly string[], part: Partial<CatchWish> = {}) =>
		play(wish({hold: true, ...part}), [seen({}), ...states.map(state => seen({a: state}))]).last.includes(
			'hold',
		);

	test.each([
		[['Pending'], {}, false],
		[['Pending', 'Pending:Wait'], {}, false],
		[['Pending:Wait', 'Pending:Proceed'], {}, true],
		[['Pending:Wait', 'InService'], {}, true],
		[['Pending'], {hasLaunchHook: false}, true],
		[['Pending:Wait'], {rescueHook: 'CodeDeploy'}, true],
	] as const)('%j %j: %s', (states, part, expected) => {
		expect(held(states, part)).toBe(expected);
	});

	test('once, however often it would help', () => {
		expect(play(wish({hold: true}), [seen({}), seen({a: 'InService'}), seen({a: 'InService'})]).last).toEqual(
			[],
		);
	});

	test('a rescue is answered only under a hold that stands', () => {
		const rescue = wish({hold: true, rescueHook: 'CodeDeploy'});
		const before = [seen({}), seen({a: 'Pending:Wait'})];
		expect(play(rescue, before).last).not.toContain('answer a');
		expect(play(rescue, [...before, {on: 'hold', state: 'held'}]).last).toEqual(['answer a']);
		expect(play(rescue, [...before, {on: 'hold', state: 'over'}, seen({a: 'Pending:Wait'})]).last).toEqual(
			[],
		);
	});
});

describe('COMMAND', () => {
	const exec = wish({command: {hook: 'provision'}});
	const waiting = [seen({}), seen({a: 'Pending'}), seen({a: 'Pending:Wait'})];

	test('runs when the box waits for its hook, once', () => {
		expect(play(exec, waiting).last).toContain('run a');
		expect(play(exec, [...waiting, seen({a: 'Pending:Wait'})]).last).toEqual([]);
	});

	test('does not run when the hook was over before', () => {
		const {last, state} = play(exec, [seen({}), seen({a: 'Pending'}), seen({a: 'InService'})]);
		expect(last).toEqual(['tell a', 'too-late a', 'let-go a', 'end']);
		expect(state.ended).toBe('answered');
	});

	test.each([
		[0, 'CONTINUE'],
		[1, 'ABANDON'],
		[143, 'ABANDON'],
	])('exit %i answers %s', (code, result) => {
		const state = play(exec, waiting).state;
		const {deeds} = stepCatch(state, {on: 'command-ended', instanceId: 'a', code}, 9);
		expect(deeds).toEqual([{do: 'answer', instanceId: 'a', hook: 'provision', result, why: 'command'}]);
	});

	test('one that was stopped, or could not be started, answers nothing', () => {
		const {last} = play(exec, [...waiting, {on: 'command-ended', instanceId: 'a', code: null}]);
		expect(last.filter(deed => deed.startsWith('answer'))).toEqual([]);
	});

	test('is stopped with the box that dies, with its time, and with the catch', () => {
		expect(play(exec, [...waiting, seen({a: 'Terminating'})]).last).toContain('stop-command a');
		expect(play(exec, [...waiting, [3_700_000, seen({a: 'Pending:Wait'})]]).last).toContain('stop-command a');
		expect(play(exec, [...waiting, {on: 'end'}]).last).toEqual(['stop-command a', 'end']);
	});

	test('in a group without a launch hook runs in service, and completes nothing', () => {
		const free = wish({command: {hook: null}, hasLaunchHook: false});
		const inService = [seen({}), seen({a: 'Pending'}), seen({a: 'InService'})];
		expect(play(free, inService).last).toContain('run a');
		const {last} = play(free, [...inService, {on: 'command-ended', instanceId: 'a', code: 0}]);
		expect(last).toEqual(['let-go a', 'end']);
	});
});

describe('the end', () => {
	test('one box: with it, with its time', () => {
		const caught = [seen({}), seen({a: 'InService'})];
		expect(play(wish(), [...caught, seen({})]).state.ended).toBe('gone');
		expect(play(wish(), [...caught, [3_700_000, seen({a: 'InService'})]]).state.ended).toBe('time');
	});

	test('many: not with a box, but when nobody comes for the time given', () => {
		const every = wish({every: true, waitMs: 60_000});
		const gone = [seen({}), seen({a: 'InService'}), [100_000, seen({})]] as const;
		expect(play(every, gone).state.ended).toBeNull();
		expect(play(every, [...gone, [159_999, seen({})]]).state.ended).toBeNull();
		expect(play(every, [...gone, [160_000, seen({})]]).state.ended).toBe('nobody-came');
	});

	test('with its group', () => {
		expect(play(wish(), [seen({}), {on: 'seen', boxes: null}]).state.ended).toBe('group-gone');
	});
});

test('never two answers for a box, whatever happens in whatever order', () => {
	const ids = ['a', 'b', 'c'];
	const states = [
		'Pending',
		'Pending:Wait',
		'Pending:Proceed',
		'InService',
		'Terminating',
		'Terminating:Wait',
	];
	const events: fc.Arbitrary<CatchEvent> = fc.oneof(
		fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...states)).map(seen),
		fc.record({
			on: fc.constant('command-ended' as const),
			instanceId: fc.constantFrom(...ids),
			code: fc.constantFrom(0, 1, null),
		}),
		fc.record({on: fc.constant('answered' as const), instanceId: fc.constantFrom(...ids)}),
		fc.record({on: fc.constant('hold' as const), state: fc.constantFrom('held' as const, 'over' as const)}),
		fc.constant({on: 'end'} as const),
	);
	const wishes = fc.record({every: fc.boolean(), hold: fc.boolean(), rescue: fc.boolean()});
	fc.assert(
		fc.property(wishes, fc.array(events, {maxLength: 60}), ({every, hold, rescue}, played) => {
			const of = rescue
				? wish({every, hold: true, rescueHook: 'x'})
				: wish({every, hold, command: {hook: 'provision'}});
			let state = newCatch(of);
			const answered = new Map<string, number>();
			const runs = new Map<string, number>();
			for (const [at, event] of played.entries()) {
				const step = stepCatch(state, event, at * 1000);
				state = step.state;
				for (const deed of step.deeds) {
					if (deed.do === 'answer') answered.set(deed.instanceId, (answered.get(deed.instanceId) ?? 0) + 1);
					if (deed.do === 'run') runs.set(deed.instanceId, (runs.get(deed.instanceId) ?? 0) + 1);
				}
			}
			for (const times of [...answered.values(), ...runs.values()]) expect(times).toBe(1);
		}),
		{numRuns: 5000},
	);
});
