/** All groups of the region, read again and again at a polite pace (aws-facts.md 6.5). */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs, ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {type ActivityMemory, createActivityMemory} from './activity-memory.ts';
import {makeGroupView} from './group-view.ts';
import {createPoller, type Poller} from './poller.ts';
import {rankGroups} from './rank-groups.ts';
import {fewGroups} from './read-activities.ts';
import {createStore, type Store} from './store.ts';
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
type FleetOptions = {readonly aws: FleetAws; readonly processClock: ProcessClock};

export const createFleetStore = ({aws, processClock}: FleetOptions): FleetStore => {
	const store = createStore<FleetState>({
		groups: [],
		polledAt: null,
		polledAtProcess: null,
		loading: true,
		health: aws.health(),
		error: null,
	});
	const memory = createActivityMemory(aws);
	let groups: readonly Group[] = [];
	let focused: string | null = null;

	const publish = (part: Partial<FleetState> = {}) => {
		const now = aws.clock.now();
		const views = groups.map(group => makeGroupView(group, memory.reading(group.name), now));
		store.update({groups: rankGroups(views), health: aws.health(), ...part});
	};
	const listing = createPoller({
		clock: processClock,
		interval: () => listIntervalMs(groups.length),
		run: async signal => {
			const includeInstances = groups.length <= groupsWithInstances;
			groups = await aws.polling.groups({signal, ...(includeInstances ? {} : {includeInstances})});
			memory.forgetOthers(groups);
			const at = {polledAt: aws.clock.now(), polledAtProcess: processClock.now()};
			const isFirst = store.getState().polledAt === null;
			publish({...at, error: null, ...(groups.length === 0 ? {loading: false} : {})});
			if (isFirst) activities ??= startActivities();
		},
		failed: error => publish({error: asUnflapError(error), loading: false}),
	});
	let activities: Poller | undefined;
	const startActivities = () =>
		createPoller({
			clock: processClock,
			interval: () => activityIntervalMs(groups.length),
			run: async signal => {
				await readActivities({memory, groups, focused, signal, published: publish});
				publish({loading: false});
			},
			// The listing meets the same trouble and says it; the errors view has both.
			failed: () => publish({loading: false}),
		});
	const unsubscribe = aws.errors.subscribe(() => {
		if (aws.health() !== store.getState().health) store.update({health: aws.health()});
	});

	return {
		getState: store.getState,
		subscribe: store.subscribe,
		focus: name => {
			const isNew = name !== null && name !== focused;
			focused = name;
			if (isNew && groups.length > fewGroups) void activities?.refresh();
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

/** Above this the instances are left out: the answers would be throttled (aws-facts.md 6.1). */
const groupsWithInstances = 100;

const listIntervalMs = (count: number) => (count <= fewGroups ? 10_000 : count <= 100 ? 15_000 : 60_000);

/** With the listing below one call a second. */
const activityIntervalMs = (count: number) => (count <= fewGroups ? Math.max(15_000, count * 1_500) : 30_000);

type Reading = {
	readonly memory: ActivityMemory;
	readonly groups: readonly Group[];
	readonly focused: string | null;
	readonly signal: AbortSignal;
	readonly published: () => void;
};

const readActivities = async ({memory, groups, focused, signal, published}: Reading) => {
	if (groups.length > fewGroups) {
		await memory.readAccount(groups, signal);
		published();
		if (focused !== null && groups.some(({name}) => name === focused))
			await memory.readGroup(focused, signal);
		return;
	}
	// The first time all at once, since somebody is waiting; then one after the other.
	const isFirst = groups.every(({name}) => memory.reading(name).coveredFrom === null);
	if (isFirst) await Promise.all(groups.map(({name}) => memory.readGroup(name, signal)));
	else for (const {name} of groups) await memory.readGroup(name, signal);
};

const asUnflapError = (error: unknown): UnflapError =>
	error instanceof UnflapError
		? error
		: new UnflapError('bug', error instanceof Error ? error.message : String(error));
