/** All groups of the region, read again and again at a polite pace (aws-facts.md 6.5). */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs, ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {ActivityCache} from './activity-cache.ts';
import {type ActivityMemory, createActivityMemory} from './activity-memory.ts';
import {makeGroupView} from './group-view.ts';
import {createPoller, type Poller} from './poller.ts';
import {rankGroups} from './rank-groups.ts';
import {fewGroups} from './read-activities.ts';
import {createStore, type Store, type WritableStore} from './store.ts';
import type {GroupView} from './types.ts';

export type FleetState = {
	/** Worst first. */
	readonly groups: readonly GroupView[];
	/** When AWS last listed the groups; null before the first time. */
	readonly polledAt: AwsMs | null;
	/** The same moment on the process clock, for an age that is never scaled. */
	readonly polledAtProcess: ProcessMs | null;
	/** True until groups and their activities were read once. */
	readonly loading: boolean;
	readonly health: ReturnType<Aws['health']>;
	/** Of the last listing; the groups of the one before stay. */
	readonly error: UnflapError | null;
};

export type FleetStore = Store<FleetState> & {
	/** This group's activities are read for themselves, also where there are many groups. */
	readonly focus: (name: string | null) => void;
	readonly refresh: () => Promise<void>;
	readonly stop: () => void;
};

type FleetAws = Pick<Aws, 'polling' | 'clock' | 'health' | 'errors'>;
type FleetOptions = {
	readonly aws: FleetAws;
	readonly processClock: ProcessClock;
	/** What earlier runs kept of activities; absent: nothing is kept. */
	readonly cache?: ActivityCache;
};

export const createFleetStore = (options: FleetOptions): FleetStore => {
	const {aws, processClock} = options;
	const fleet = createFleet(options);
	const {store} = fleet;
	let activities: Poller | undefined;
	const listing = createPoller({
		clock: processClock,
		interval: () => listIntervalMs(fleet.groups.length),
		run: async signal => {
			await listGroups(fleet, signal);
			activities ??= pollActivities(fleet);
		},
		failed: error => publish(fleet, {error: asUnflapError(error), loading: false}),
	});
	const unsubscribe = aws.errors.subscribe(() => {
		if (aws.health() !== store.getState().health) store.update({health: aws.health()});
	});
	return {
		getState: store.getState,
		subscribe: store.subscribe,
		focus: name => {
			const isNew = name !== null && name !== fleet.focused;
			fleet.focused = name;
			if (isNew && fleet.groups.length > fewGroups) void activities?.refresh();
		},
		refresh: async () => {
			await listing.refresh();
			await activities?.refresh();
		},
		stop: () => {
			unsubscribe();
			listing.stop();
			activities?.stop();
		},
	};
};

type Fleet = {
	readonly aws: FleetAws;
	readonly processClock: ProcessClock;
	readonly store: WritableStore<FleetState>;
	readonly memory: ActivityMemory;
	groups: readonly Group[];
	focused: string | null;
};

const createFleet = ({aws, processClock, cache}: FleetOptions): Fleet => ({
	aws,
	processClock,
	store: createStore<FleetState>({
		groups: [],
		polledAt: null,
		polledAtProcess: null,
		loading: true,
		health: aws.health(),
		error: null,
	}),
	memory: createActivityMemory(aws, cache),
	groups: [],
	focused: null,
});

const publish = ({aws, store, memory, groups}: Fleet, part: Partial<FleetState> = {}) => {
	const now = aws.clock.now();
	const views = groups.map(group => makeGroupView(group, memory.reading(group.name), now));
	store.update({groups: rankGroups(views), health: aws.health(), ...part});
};

/** Above this the instances are left out: the answers would be throttled (aws-facts.md 6.1). */
const groupsWithInstances = 100;

const listIntervalMs = (count: number) => (count <= fewGroups ? 10_000 : count <= 100 ? 15_000 : 60_000);

const listGroups = async (fleet: Fleet, signal: AbortSignal) => {
	const {aws, processClock, memory} = fleet;
	const includeInstances = fleet.groups.length <= groupsWithInstances;
	fleet.groups = await aws.polling.groups({signal, ...(includeInstances ? {} : {includeInstances})});
	memory.forgetOthers(fleet.groups);
	publish(fleet, {
		polledAt: aws.clock.now(),
		polledAtProcess: processClock.now(),
		error: null,
		...(fleet.groups.length === 0 ? {loading: false} : {}),
	});
};

/** With the listing below one call a second. */
const activityIntervalMs = (count: number) => (count <= fewGroups ? Math.max(15_000, count * 1_500) : 30_000);

const pollActivities = (fleet: Fleet): Poller =>
	createPoller({
		clock: fleet.processClock,
		interval: () => activityIntervalMs(fleet.groups.length),
		run: async signal => {
			await readActivities(fleet, signal);
			publish(fleet, {loading: false});
		},
		// The listing meets the same trouble and says it; the errors view has both.
		failed: () => publish(fleet, {loading: false}),
	});

const readActivities = async (fleet: Fleet, signal: AbortSignal) => {
	const {memory, groups, focused} = fleet;
	if (groups.length > fewGroups) {
		await memory.readAccount(groups, signal);
		publish(fleet);
		const inFocus = groups.find(({name}) => name === focused);
		if (inFocus !== undefined) await memory.readGroup(inFocus, signal);
		return;
	}
	// The first time all at once, since somebody is waiting; then one after the other.
	const isFirst = groups.every(({name}) => memory.reading(name).coveredFrom === null);
	if (isFirst) await Promise.all(groups.map(group => memory.readGroup(group, signal)));
	else for (const group of groups) await memory.readGroup(group, signal);
};

const asUnflapError = (error: unknown): UnflapError =>
	error instanceof UnflapError
		? error
		: new UnflapError('bug', error instanceof Error ? error.message : String(error));
