/** One group in focus: everything of it, each part at its own pace (aws-facts.md 6.5). */
import type {
	Aws,
	Ec2Instance,
	Group,
	LifecycleHook,
	ScalingPolicySummary,
	SsmInfo,
	TargetGroup,
	TargetHealth,
} from '../aws/types.ts';
import type {AwsMs, ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {createActivityMemory} from './activity-memory.ts';
import {makeBoxes} from './boxes.ts';
import {makeGroupView} from './group-view.ts';
import {noSuchGroup} from './load-group.ts';
import {createPoller} from './poller.ts';
import {createStore, type Store} from './store.ts';
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
};

type Parts = {
	group: Group | null;
	hooks: readonly LifecycleHook[];
	policies: readonly ScalingPolicySummary[];
	targetGroups: readonly TargetGroup[];
	targets: readonly TargetHealth[];
	instances: readonly Ec2Instance[];
	ssm: readonly SsmInfo[];
};

export const createGroupStore = ({aws, name, processClock}: GroupStoreOptions): GroupStore => {
	const {polling} = aws;
	const store = createStore<GroupStoreState>({
		detail: null,
		polledAt: null,
		polledAtProcess: null,
		error: null,
		gone: false,
	});
	const memory = createActivityMemory(aws);
	const missing = new Map<string, Hostile>();
	const parts: Parts = {
		group: null,
		hooks: [],
		policies: [],
		targetGroups: [],
		targets: [],
		instances: [],
		ssm: [],
	};
	let hurryUntil: ProcessMs = Number.NEGATIVE_INFINITY;

	const publish = (state: Partial<GroupStoreState> = {}) => {
		const {group} = parts;
		if (group === null) return store.update(state);
		const view = makeGroupView(group, memory.reading(name), aws.clock.now());
		const boxes = makeBoxes(group, {...parts, lives: view.lives});
		const {hooks, policies, targetGroups} = parts;
		const refused = [...missing].map(([operation, message]) => ({operation, message}));
		store.update({detail: {view, boxes, hooks, policies, targetGroups, missing: refused}, ...state});
	};
	const ids = () => parts.group?.instances.map(({instanceId}) => instanceId) ?? [];

	const readGroup = async (signal: AbortSignal) => {
		const before = ids();
		const [group] = await polling.groups({names: [name], signal});
		if (group === undefined) return publish({gone: true, error: noSuchGroup(name)});
		parts.group = group;
		publish({
			polledAt: aws.clock.now(),
			polledAtProcess: processClock.now(),
			error: null,
			gone: false,
		});
		startOthers();
		// A box that was not there before has no age, address and agent yet.
		if (ids().some(id => !before.includes(id)))
			for (const name of ['instances', 'ssm']) void others.get(name)?.refresh();
	};
	const others = new Map<string, ReturnType<typeof createPoller>>();
	const other = (
		key: string,
		operation: string,
		intervalMs: number,
		read: (signal: AbortSignal) => Promise<void>,
	) => {
		const poller = createPoller({
			clock: processClock,
			interval: () => intervalMs,
			run: async signal => {
				await read(signal);
				missing.delete(operation);
				publish();
			},
			failed: error => {
				if (error instanceof UnflapError && error.kind === 'denied') missing.set(operation, error.message);
				publish();
			},
		});
		others.set(key, poller);
	};
	/** Once the group is known: what it names is known only then. */
	const startOthers = () => {
		if (others.size > 0) return;
		other('activities', 'DescribeScalingActivities', 15_000, signal => memory.readGroup(name, signal));
		other('instances', 'DescribeInstances', 30_000, async signal => {
			parts.instances = await polling.instances(ids(), {signal});
		});
		other('ssm', 'DescribeInstanceInformation', 15_000, async signal => {
			parts.ssm = await polling.ssmInfo(ids(), {signal});
		});
		other('targets', 'DescribeTargetHealth', 10_000, async signal => {
			const arns = parts.group?.targetGroupArns ?? [];
			parts.targets = (await Promise.all(arns.map(arn => polling.targetHealth(arn, {signal})))).flat();
		});
		other('targetGroups', 'DescribeTargetGroups', 120_000, async signal => {
			parts.targetGroups = await polling.targetGroups(parts.group?.targetGroupArns ?? [], {signal});
		});
		other('hooks', 'DescribeLifecycleHooks', 120_000, async signal => {
			parts.hooks = await polling.hooks(name, {signal});
		});
		other('policies', 'DescribePolicies', 120_000, async signal => {
			parts.policies = await polling.policies(name, {signal});
		});
	};
	const main = createPoller({
		clock: processClock,
		interval: () => (processClock.now() < hurryUntil ? hurryMs : groupMs),
		run: readGroup,
		failed: error =>
			publish({
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
			void others.get('activities')?.refresh();
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
