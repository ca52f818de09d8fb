/** One group in focus: everything of it, each part at its own pace (aws-facts.md 6.5). */
import type {Aws} from '../aws/types.ts';
import type {AwsMs, ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {ActivityCache} from './activity-cache.ts';
import {type ActivityMemory, createActivityMemory} from './activity-memory.ts';
import {makeBoxes} from './boxes.ts';
import {emptyParts, type GroupPart, type GroupParts, groupParts, instanceIds} from './group-parts.ts';
import {makeGroupView} from './group-view.ts';
import {noSuchGroup} from './load-group.ts';
import {createPoller, type Poller} from './poller.ts';
import {createStore, type Store, type WritableStore} from './store.ts';
import type {GroupDetail} from './types.ts';

export type GroupStoreState = {
	/** null until the group was read once. */
	readonly detail: GroupDetail | null;
	readonly polledAt: AwsMs | null;
	readonly polledAtProcess: ProcessMs | null;
	/** Of the group itself; a part that was refused stands in `detail.missing`. */
	readonly error: UnflapError | null;
	/** True when AWS no longer knows the group. */
	readonly gone: boolean;
};

export type GroupStore = Store<GroupStoreState> & {
	readonly refresh: () => Promise<void>;
	/** Something was changed: look more often for half a minute. */
	readonly nudge: () => void;
	readonly stop: () => void;
};

type GroupStoreOptions = {
	readonly aws: Pick<Aws, 'polling' | 'clock'>;
	/** The exact name. */
	readonly name: string;
	readonly processClock: ProcessClock;
	/** What earlier runs kept of the group's activities; absent: nothing is kept. */
	readonly cache?: ActivityCache;
};

export const createGroupStore = (options: GroupStoreOptions): GroupStore => {
	const focus = createFocus(options);
	const {store, others, processClock} = focus;
	let hurryUntil: ProcessMs = Number.NEGATIVE_INFINITY;
	const main = createPoller({
		clock: processClock,
		interval: () => (processClock.now() < hurryUntil ? hurryMs : groupMs),
		run: signal => readGroup(focus, signal),
		failed: error =>
			publish(focus, {
				error: error instanceof UnflapError ? error : new UnflapError('bug', 'The group could not be read'),
			}),
	});
	return {
		getState: store.getState,
		subscribe: store.subscribe,
		refresh: async () => {
			await main.refresh();
			await Promise.all([...others.values()].map(poller => poller.refresh()));
		},
		nudge: () => {
			hurryUntil = processClock.now() + hurryForMs;
			void main.refresh();
			void others.get('DescribeScalingActivities')?.refresh();
		},
		stop: () => {
			main.stop();
			for (const poller of others.values()) poller.stop();
		},
	};
};

const groupMs = 5_000;
const hurryMs = 3_000;
const hurryForMs = 30_000;

type Focus = GroupStoreOptions & {
	readonly store: WritableStore<GroupStoreState>;
	readonly memory: ActivityMemory;
	readonly parts: GroupParts;
	/** Refused operations and what was said. */
	readonly missing: Map<string, Hostile>;
	/** By operation. */
	readonly others: Map<string, Poller>;
};

const createFocus = (options: GroupStoreOptions): Focus => ({
	...options,
	store: createStore<GroupStoreState>({
		detail: null,
		polledAt: null,
		polledAtProcess: null,
		error: null,
		gone: false,
	}),
	memory: createActivityMemory(options.aws, options.cache),
	parts: emptyParts(),
	missing: new Map(),
	others: new Map(),
});

const publish = ({aws, name, store, memory, parts, missing}: Focus, state: Partial<GroupStoreState> = {}) => {
	const {group, hooks, policies, targetGroups, refreshes, statuses} = parts;
	if (group === null) return store.update(state);
	const view = makeGroupView(group, memory.reading(name), aws.clock.now());
	const boxes = makeBoxes(group, {...parts, lives: view.lives});
	const refused = [...missing].map(([operation, message]) => ({operation, message}));
	const read = {hooks, policies, targetGroups, refreshes, statuses};
	store.update({detail: {view, boxes, ...read, missing: refused}, ...state});
};

const readGroup = async (focus: Focus, signal: AbortSignal) => {
	const {aws, name, processClock, parts, others} = focus;
	const before = new Set(instanceIds(parts));
	const [group] = await aws.polling.groups({names: [name], signal});
	if (group === undefined) return publish(focus, {gone: true, error: noSuchGroup(name)});
	parts.group = group;
	publish(focus, {
		polledAt: aws.clock.now(),
		polledAtProcess: processClock.now(),
		error: null,
		gone: false,
	});
	if (others.size === 0) return startOthers(focus);
	// A box that was not there before has no age, address and agent yet.
	if (instanceIds(parts).every(id => before.has(id))) return;
	for (const operation of ['DescribeInstances', 'DescribeInstanceInformation'])
		void others.get(operation)?.refresh();
};

/** Once the group is known: what it names is known only then. */
const startOthers = (focus: Focus) => {
	const {others, memory} = focus;
	const activities: GroupPart = {
		operation: 'DescribeScalingActivities',
		intervalMs: 15_000,
		read: async ({parts: {group}, signal}) => {
			if (group !== null) await memory.readGroup(group, signal);
		},
	};
	for (const part of [activities, ...groupParts]) others.set(part.operation, pollPart(focus, part));
};

const pollPart = (focus: Focus, {operation, intervalMs, read}: GroupPart): Poller => {
	const {aws, parts, missing, processClock} = focus;
	return createPoller({
		clock: processClock,
		interval: () => intervalMs,
		run: async signal => {
			await read({aws, parts, signal});
			missing.delete(operation);
			publish(focus);
		},
		failed: error => {
			if (error instanceof UnflapError && error.kind === 'denied') missing.set(operation, error.message);
			publish(focus);
		},
	});
};
