/** Runs the pins of this process: reads the box, sends the heartbeats that pins.ts asks for, tells who listens. */
import type {Activity, Aws, Group, LifecycleHook} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {PinView} from './care-types.ts';
import {isNoActiveAction} from './heal.ts';
import {
	endOfWait,
	newPin,
	nextDeed,
	type Pin,
	type PinEvent,
	stepPin,
	type Transition,
	type Wait,
} from './pins.ts';

export type PinKeeperOptions = {
	readonly aws: Pick<Aws, 'release' | 'polling' | 'clock'>;
	readonly processClock: ProcessClock;
	readonly onChange: () => void;
};

export type PinKeeper = {
	readonly pins: () => readonly PinView[];
	readonly pin: (group: string, instanceId: string) => void;
	readonly unpin: (group: string, instanceId: string) => void;
	readonly stop: () => void;
};

type Kept = {view: PinView; readonly over: AbortController};

/** Process time between two reads of a pinned box. */
const lookEveryMs = 10_000;

/** Pins of one group that look at the same moment share what they read: many boxes must not drain AWS's bucket. */
const sharedMs = 2000;
/** A pin that begins wants to know how it is now. */
const freshMs = 100;

export const createPinKeeper = (options: PinKeeperOptions): PinKeeper => {
	const reads = createSharedReads(options);
	const kept = new Map<string, Kept>();
	let views: readonly PinView[] = [];
	const changed = () => {
		views = [...kept.values()].map(({view}) => view);
		options.onChange();
	};
	const unpin = (group: string, instanceId: string) => {
		const key = `${group}\n${instanceId}`;
		kept.get(key)?.over.abort();
		if (kept.delete(key)) changed();
	};
	return {
		pins: () => views,
		pin: (group, instanceId) => {
			unpin(group, instanceId);
			reads.forget(group);
			const one: Kept = {view: viewOf(newPin, group, instanceId), over: new AbortController()};
			kept.set(`${group}\n${instanceId}`, one);
			changed();
			void keep({...options, reads, group, instanceId}, one.over.signal, pin => {
				one.view = viewOf(pin, group, instanceId);
				changed();
			});
		},
		unpin,
		stop: () => {
			for (const {over} of kept.values()) over.abort();
		},
	};
};

const viewOf = (pin: Pin, group: string, instanceId: string): PinView => ({
	group,
	instanceId,
	hook: pin.hook,
	state: pin.state,
	waitingSince: pin.wait?.since ?? null,
	until: endOfWait(pin),
	lastBeatAt: pin.lastBeatAt,
	says: pin.says,
});

type Target = PinKeeperOptions & {
	readonly reads: SharedReads;
	readonly group: string;
	readonly instanceId: string;
};

const keep = async (target: Target, signal: AbortSignal, tell: (pin: Pin) => void): Promise<void> => {
	const {aws, processClock} = target;
	let pin = newPin;
	const hear = (event: PinEvent) => {
		pin = stepPin(pin, event, aws.clock.now());
		if (!signal.aborted) tell(pin);
	};
	let readAt = Number.NEGATIVE_INFINITY;
	while (!signal.aborted) {
		if (processClock.now() - readAt >= lookEveryMs) {
			hear(await look(target));
			readAt = processClock.now();
		}
		const deed = nextDeed(pin, aws.clock.now());
		if (deed.do === 'nothing') return;
		if (deed.do === 'beat') hear(await beat(target, deed.hook, signal));
		else await processClock.sleep(Math.min(lookEveryMs, Math.max(50, deed.ms / aws.clock.rate)), signal);
		// A hook that is gone, or a state that changed, is explained by a read.
		if (deed.do === 'beat' && pin.hook === null) readAt = Number.NEGATIVE_INFINITY;
	}
};

const beat = async (
	{aws, group, instanceId}: Target,
	hook: Hostile,
	signal: AbortSignal,
): Promise<PinEvent> => {
	try {
		await aws.release.heartbeat(group, hook, instanceId, {signal});
		return {on: 'beaten', hook};
	} catch (error) {
		return isNoActiveAction(error) ? {on: 'no-action', hook} : {on: 'failed', message: messageOf(error)};
	}
};

const look = async (target: Target): Promise<PinEvent> => {
	const {reads, group: name, instanceId} = target;
	try {
		const {group: found, wait: beside} = reads.of(name);
		const group = await found;
		const box = group?.instances.find(one => one.instanceId === instanceId) ?? null;
		if (group === undefined || box === null) return {on: 'seen', box: null, wait: null};
		const transition = transitionOf(box.lifecycleState);
		const wait = transition === null ? null : waitOf(target, transition, await beside());
		return {on: 'seen', box, wait};
	} catch (error) {
		return {on: 'failed', message: messageOf(error)};
	}
};

/** Also of a warm pool: 'Warmed:Pending:Wait'. */
export const transitionOf = (lifecycleState: string): Transition | null => {
	if (/(?:^|:)Pending:Wait$/.test(lifecycleState)) return 'launch';
	return /(?:^|:)Terminating:Wait$/.test(lifecycleState) ? 'termination' : null;
};

type Beside = {readonly hooks: readonly LifecycleHook[]; readonly activities: readonly Activity[]};

type SharedReads = {
	readonly of: (group: string) => {
		readonly group: Promise<Group | undefined>;
		readonly wait: () => Promise<Beside>;
	};
	readonly forget: (group: string) => void;
};

const createSharedReads = ({aws, processClock}: PinKeeperOptions): SharedReads => {
	type Shared = ReturnType<SharedReads['of']> & {readonly at: number};
	const known = new Map<string, Shared>();
	const read = (name: string): Shared => {
		let beside: Promise<Beside> | null = null;
		return {
			at: processClock.now(),
			group: aws.polling.groups({names: [name]}).then(groups => groups.find(one => one.name === name)),
			wait: () => {
				beside ??= readBeside(aws, name);
				return beside;
			},
		};
	};
	return {
		of: name => {
			const last = known.get(name);
			if (last !== undefined && processClock.now() - last.at < sharedMs) return last;
			const next = read(name);
			known.set(name, next);
			return next;
		},
		forget: name => {
			const last = known.get(name);
			if (last !== undefined && processClock.now() - last.at >= freshMs) known.delete(name);
		},
	};
};

const readBeside = async ({polling}: PinKeeperOptions['aws'], group: string): Promise<Beside> => {
	const [hooks, activities] = await Promise.all([polling.hooks(group), polling.activities({group, max: 50})]);
	return {hooks, activities};
};

const waitOf = ({aws, instanceId}: Target, transition: Transition, {hooks, activities}: Beside): Wait => {
	const verb = transition === 'launch' ? 'Launching' : 'Terminating';
	const began = activities.filter(
		({description}) => description.startsWith(verb) && description.includes(instanceId),
	);
	return {
		transition,
		since: began.reduce<AwsMs>((latest, {startedAt}) => Math.max(latest, startedAt), 0) || aws.clock.now(),
		hooks: hooks.filter(hook => isOf(hook, transition)),
	};
};

const isOf = ({transition}: LifecycleHook, wanted: Transition): boolean =>
	transition.endsWith(wanted === 'launch' ? 'EC2_INSTANCE_LAUNCHING' : 'EC2_INSTANCE_TERMINATING');

const messageOf = (error: unknown): Hostile => {
	if (error instanceof UnflapError || error instanceof Error) return error.message;
	throw error;
};
