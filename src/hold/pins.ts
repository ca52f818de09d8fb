/**
 * A pin keeps one box in its wait state by heartbeats of the hook it waits for: every third of the hook's timeout, up to
 * its GlobalTimeout, never against an explicit ABANDON (aws-facts.md 2.4). Pure: no clock, no I/O; times are AWS time.
 */
import type {LifecycleHook} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

export type Transition = 'launch' | 'termination';

/** The wait of a box that is seen now. `since` is when the launch or the termination began: earlier than the wait itself. */
export type Wait = {
	readonly transition: Transition;
	readonly since: AwsMs;
	/** Hooks of this transition, in the group's order. Which of them the box waits for is not told by AWS. */
	readonly hooks: readonly LifecycleHook[];
};

export type Pin = {
	readonly state: 'watching' | 'beating' | 'failing' | 'ended';
	readonly wait: Wait | null;
	/** Hooks of this wait that have no active action for the box: not yet, or not any more. */
	readonly idle: readonly Hostile[];
	/** The hook that answered the last heartbeat. */
	readonly hook: Hostile | null;
	readonly lastBeatAt: AwsMs | null;
	readonly dueAt: AwsMs;
	readonly failures: number;
	readonly says: Hostile;
};

export type PinEvent =
	/** The group was read. `box` is null where the group does not have it any more. */
	| {readonly on: 'seen'; readonly box: {readonly lifecycleState: string} | null; readonly wait: Wait | null}
	| {readonly on: 'beaten'; readonly hook: Hostile}
	/** AWS knows no active action of this hook for the box. */
	| {readonly on: 'no-action'; readonly hook: Hostile}
	| {readonly on: 'failed'; readonly message: Hostile};

/** What the shell does next: a heartbeat, or a read after `ms` of AWS time at most. */
export type PinDeed =
	| {readonly do: 'beat'; readonly hook: Hostile}
	| {readonly do: 'wait'; readonly ms: number}
	| {readonly do: 'nothing'};

export const newPin: Pin = {
	state: 'watching',
	wait: null,
	idle: [],
	hook: null,
	lastBeatAt: null,
	dueAt: 0,
	failures: 0,
	says: 'being looked at',
};

export const stepPin = (pin: Pin, event: PinEvent, now: AwsMs): Pin => {
	if (pin.state === 'ended') return pin;
	switch (event.on) {
		case 'seen':
			return seen(pin, event, now);
		case 'beaten':
			return beaten(pin, event.hook, now);
		case 'no-action':
			return withoutAction(pin, event.hook, now);
		case 'failed':
			return failed(pin, event.message, now);
	}
};

export const nextDeed = (pin: Pin, now: AwsMs): PinDeed => {
	if (pin.state === 'ended') return {do: 'nothing'};
	const hook = hookToBeat(pin);
	if (hook === null) return {do: 'wait', ms: pin.wait === null ? lookEveryMs : 0};
	return now >= pin.dueAt ? {do: 'beat', hook: hook.name} : {do: 'wait', ms: pin.dueAt - now};
};

/** When the wait ends whatever is done; null outside of a wait. */
export const endOfWait = ({wait, hook}: Pick<Pin, 'wait' | 'hook'>): AwsMs | null => {
	if (wait === null || wait.hooks.length === 0) return null;
	const known = wait.hooks.find(({name}) => name === hook);
	const seconds = known?.globalTimeoutSeconds ?? Math.min(...wait.hooks.map(one => one.globalTimeoutSeconds));
	return wait.since + seconds * 1000;
};

/** AWS time between two looks at a box that needs no heartbeat now. */
const lookEveryMs = 15_000;
const shortestBeatMs = 5000;

/** A third of the timeout: two may be lost before the wait runs out. */
const beatEveryMs = ({heartbeatTimeoutSeconds}: LifecycleHook): number =>
	Math.max(shortestBeatMs, (heartbeatTimeoutSeconds * 1000) / 3);

const hookToBeat = ({wait, idle, hook}: Pin): LifecycleHook | null =>
	wait?.hooks.find(({name}) => name === hook) ?? wait?.hooks.find(({name}) => !idle.includes(name)) ?? null;

const ended = (pin: Pin, says: Hostile): Pin => ({...pin, state: 'ended', says});

const seen = (pin: Pin, {box, wait}: Extract<PinEvent, {on: 'seen'}>, now: AwsMs): Pin => {
	if (box === null) return ended(pin, 'the box left the group');
	const {lifecycleState: state} = box;
	if (wait === null) return outsideOfWait(pin, state);
	if (pin.wait === null || pin.wait.transition !== wait.transition) return beginWait(pin, wait, now);
	// Where no activity tells when the wait began, it began when it was first seen.
	const same = {...pin, wait: {...wait, since: Math.min(wait.since, pin.wait.since)}};
	if (hookToBeat(same) === null) return allIdle(same);
	return isOver(same, now) ? ended(same, overSays(wait.transition)) : same;
};

const outsideOfWait = (pin: Pin, state: string): Pin => {
	// A hook on terminations makes it wait once it is out of the load balancer.
	if (state === 'Terminating' && pin.wait === null)
		return {...pin, state: 'watching', says: 'Terminating: it goes, unless a hook makes its death wait'};
	if (state.startsWith('Terminating') || state === 'Terminated')
		return ended(
			pin,
			pin.wait?.transition === 'launch'
				? 'its launch hook was abandoned or ran out, and the box is going: no heartbeat stops an ABANDON'
				: `the box is going (${state})`,
		);
	if (pin.wait !== null) return ended(pin, `its hook is finished: the box is ${state} now`);
	return {...pin, state: 'watching', says: `${state}: it waits for no hook, so it needs no heartbeat`};
};

const beginWait = (pin: Pin, wait: Wait, now: AwsMs): Pin => {
	const begun: Pin = {...pin, wait, idle: [], hook: null, dueAt: now, failures: 0, state: 'beating'};
	if (wait.hooks.length === 0) return ended(begun, `the group has no hook for a ${wait.transition}`);
	if (isOver(begun, now)) return ended(begun, overSays(wait.transition));
	return {...begun, says: 'its first heartbeat is on its way'};
};

const isOver = (pin: Pin, now: AwsMs): boolean => now >= (endOfWait(pin) ?? Number.POSITIVE_INFINITY);

const overSays = (transition: Transition): Hostile =>
	`its GlobalTimeout is over: AWS ends the ${transition} hook now, whatever is sent`;

const beaten = (pin: Pin, name: Hostile, now: AwsMs): Pin => {
	const hook = pin.wait?.hooks.find(one => one.name === name);
	if (hook === undefined) return pin;
	return {
		...pin,
		state: 'beating',
		hook: name,
		lastBeatAt: now,
		dueAt: now + beatEveryMs(hook),
		failures: 0,
		says: 'heartbeats keep its hook',
	};
};

/** Other hooks of the same transition may have the box: they are asked at once. */
const withoutAction = (pin: Pin, name: Hostile, now: AwsMs): Pin => {
	const left: Pin = {
		...pin,
		idle: [...pin.idle, name],
		hook: pin.hook === name ? null : pin.hook,
		dueAt: now,
	};
	// Why there is none any more, the box itself tells: a read comes first.
	return hookToBeat(left) === null ? {...left, says: 'no active lifecycle action: being looked at'} : left;
};

const allIdle = (pin: Pin): Pin =>
	ended(pin, 'its hook is finished: AWS knows no active lifecycle action for the box, so heartbeats stop');

const failed = (pin: Pin, message: Hostile, now: AwsMs): Pin => {
	const hook = hookToBeat(pin);
	if (hook === null) return {...pin, state: 'failing', says: `it could not be looked at: ${message}`};
	const failures = pin.failures + 1;
	const backOff = Math.min(beatEveryMs(hook), shortestBeatMs * 2 ** Math.min(6, failures - 1));
	return {...pin, state: 'failing', failures, dueAt: now + backOff, says: `no heartbeat: ${message}`};
};
