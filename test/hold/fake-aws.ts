/** AWS for the shell's tests: one group in memory, every call recorded, the rest as it is when nobody asks. */
import type {Aws, Group, ScalingProcess} from '../../src/aws/types.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {createFuses, type Fuses} from '../../src/hold/fuse.ts';
import {createFakeAutomations, type FakeAutomations} from './fake-automations.ts';

export type FakeCall = readonly [name: string, ...args: readonly unknown[]];

export type FakeAws = {
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly automations: FakeAutomations;
	readonly group: {-readonly [Key in keyof Group]: Group[Key]};
	/** Changes alone. */
	readonly changes: () => readonly FakeCall[];
	readonly forget: () => void;
};

export const fakeArn =
	'arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:1111aaaa-2222-bbbb-3333-cccc4444dddd:autoScalingGroupName/web';

const empty: Group = {
	name: 'web',
	arn: fakeArn,
	min: 1,
	max: 4,
	desired: 2,
	createdAt: null,
	status: null,
	operator: null,
	healthCheckTypes: ['ELB'],
	healthCheckGraceSeconds: 300,
	template: null,
	targetGroupArns: [],
	instances: [],
	suspended: [],
	tags: [],
	maxInstanceLifetimeSeconds: null,
	warmPool: null,
};

/** `rate`: AWS seconds per second of this process. */
export const createFakeAws = (group: Partial<Group> = {}, {rate = 1}: {rate?: number} = {}): FakeAws => {
	const processClock = createProcessClock();
	const state = {...empty, ...group};
	let changes: FakeCall[] = [];
	const change = (...call: FakeCall) => {
		changes.push(call);
		return Promise.resolve();
	};
	const startedAt = processClock.now();
	const start = Date.UTC(2026, 10, 22, 12);
	const now = () => start + (processClock.now() - startedAt) * rate;
	const reads = {
		groups: ({names}: {names?: readonly string[]} = {}) =>
			Promise.resolve(names === undefined || names.includes(state.name) ? [{...state}] : []),
		activities: () => Promise.resolve([]),
		hooks: () => Promise.resolve([]),
		policies: () => Promise.resolve([]),
		targetHealth: () => Promise.resolve([]),
		identity: () =>
			Promise.resolve({
				accountId: '441200009012',
				callerArn: 'arn:aws:iam::441200009012:user/ana',
				partition: 'aws',
			}),
	};
	const automations = createFakeAutomations(now, change);
	const release = {
		...reads,
		...automations.calls,
		suspend: (name: string, processes: readonly ScalingProcess[]) => {
			const reason = `User suspended at ${new Date(now()).toISOString().slice(0, 19)}Z`;
			const known = new Set(state.suspended.map(({process}) => process));
			const fresh = processes.filter(process => !known.has(process));
			state.suspended = [...state.suspended, ...fresh.map(process => ({process, reason}))];
			return change('suspend', name, processes);
		},
		resume: (name: string, processes: readonly ScalingProcess[]) => {
			state.suspended = state.suspended.filter(
				({process}) => !(processes as readonly string[]).includes(process),
			);
			return change('resume', name, processes);
		},
		probeResume: () => Promise.resolve('permitted' as const),
		putTag: (name: string, key: string, value: string) => {
			state.tags = [...state.tags.filter(tag => tag.key !== key), {key, value, propagateAtLaunch: false}];
			return change('putTag', name, key, value);
		},
		deleteTag: (name: string, key: string) => {
			state.tags = state.tags.filter(tag => tag.key !== key);
			return change('deleteTag', name, key);
		},
		setHealthy: (instanceId: string) => change('setHealthy', instanceId),
	};
	const aws = {
		facts: {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
		clock: {now, rate, skewMs: () => 0, disagreementMs: () => 0, observe: () => undefined},
		polling: reads,
		release,
		close: () => undefined,
	};
	// What is not here is never asked for by the hold.
	const whole = aws as unknown as Aws;
	return {
		aws: whole,
		fuses: createFuses({aws: whole, processClock, roleArn: null}),
		automations,
		group: state,
		changes: () => changes,
		forget: () => {
			changes = [];
		},
	};
};
