/** Small makers of what AWS answers, for tests of groups. Times are minutes before `now`. */
import type {Activity, Aws, Ec2Instance, Group, GroupInstance} from '../../src/aws/types.ts';
import type {ProcessClock} from '../../src/base/clock.ts';

export const now = Date.UTC(2026, 10, 22, 13, 47);
export const ago = (minutes: number): number => now - minutes * 60_000;

let count = 0;
export const anId = (): string => `i-${(++count).toString(16).padStart(17, '0')}`;

export const anActivity = (part: Partial<Activity> = {}): Activity => ({
	activityId: `activity-${++count}`,
	group: 'web-prod',
	description: '',
	cause: '',
	startedAt: now,
	endedAt: now,
	status: 'Successful',
	statusMessage: null,
	...part,
});

export const aLaunch = (instanceId: string, minutes: number, part: Partial<Activity> = {}): Activity =>
	anActivity({
		description: `Launching a new EC2 instance: ${instanceId}`,
		startedAt: ago(minutes),
		endedAt: ago(minutes),
		...part,
	});

export const elbText =
	'an instance was taken out of service in response to an ELB system health check failure.';

export const aDeath = (instanceId: string, minutes: number, cause = elbText): Activity =>
	anActivity({
		description: `Terminating EC2 instance: ${instanceId}`,
		cause: `At ${new Date(ago(minutes)).toISOString().slice(0, 19)}Z ${cause}`,
		startedAt: ago(minutes),
		endedAt: ago(minutes),
	});

/** A box that lived `seconds` and died `minutes` ago. */
export const aLife = (minutes: number, seconds = 400, cause = elbText): readonly Activity[] => {
	const id = anId();
	return [aLaunch(id, minutes + seconds / 60), aDeath(id, minutes, cause)];
};

export const anInstance = (part: Partial<GroupInstance> = {}): GroupInstance => ({
	instanceId: anId(),
	availabilityZone: 'eu-west-1a',
	lifecycleState: 'InService',
	healthStatus: 'Healthy',
	protectedFromScaleIn: false,
	templateVersion: '43',
	instanceType: 't3.small',
	...part,
});

export const aGroup = (part: Partial<Group> = {}): Group => ({
	name: 'web-prod',
	arn: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:uuid:autoScalingGroupName/web-prod',
	min: 1,
	max: 4,
	desired: 3,
	createdAt: ago(100_000),
	status: null,
	operator: null,
	healthCheckTypes: ['ELB'],
	healthCheckGraceSeconds: 300,
	template: {name: 'web', version: '43'},
	targetGroupArns: [],
	instances: [],
	suspended: [],
	tags: [],
	maxInstanceLifetimeSeconds: null,
	warmPool: null,
	...part,
});

export const anEc2Instance = (part: Partial<Ec2Instance> = {}): Ec2Instance => ({
	instanceId: anId(),
	state: 'running',
	stateReason: null,
	launchedAt: now,
	privateIp: '10.0.0.1',
	imageId: 'ami-1',
	instanceType: 't3.small',
	profileArn: null,
	nameTag: null,
	httpTokens: 'required',
	metadataTags: 'enabled',
	hopLimit: 1,
	...part,
});

export type FakeAws = Pick<Aws, 'polling' | 'clock' | 'health' | 'errors'> & {readonly calls: string[]};

/** Answers from what it is given, filtered as AWS would, and keeps what was asked. */
export const fakeAws = (
	world: {
		groups?: () => readonly Group[];
		activities?: () => readonly Activity[];
		instances?: readonly Ec2Instance[];
		health?: Aws['health'];
	},
	refuse: (call: string) => Error | undefined = () => undefined,
): FakeAws => {
	const calls: string[] = [];
	const called = async <T>(call: string, answer: () => T): Promise<T> => {
		calls.push(call);
		const refusal = refuse(call);
		if (refusal !== undefined) throw refusal;
		return answer();
	};
	const groups = world.groups ?? (() => [aGroup()]);
	const activities = world.activities ?? (() => []);
	return {
		calls,
		clock: {now: () => now, rate: 1, skewMs: () => 0, disagreementMs: () => 0, observe: () => undefined},
		health: world.health ?? (() => 'ok'),
		errors: {entries: () => [], subscribe: () => () => undefined},
		polling: {
			groups: ({names, includeInstances} = {}) =>
				called(`groups${includeInstances === false ? ' without instances' : ''}`, () =>
					groups().filter(({name}) => names?.includes(name) ?? true),
				),
			activities: ({group, since, max = 100}) =>
				called(`activities ${group ?? '*'} ${max}`, () =>
					activities()
						.filter(activity => group === undefined || activity.group === group)
						.filter(({startedAt}) => since === undefined || startedAt >= since)
						.toSorted((one, other) => other.startedAt - one.startedAt)
						.slice(0, max),
				),
			hooks: () => called('hooks', () => []),
			policies: () => called('policies', () => []),
			targetGroups: () => called('targetGroups', () => []),
			targetHealth: () => called('targetHealth', () => []),
			instances: ids =>
				called('instances', () => (world.instances ?? []).filter(({instanceId}) => ids.includes(instanceId))),
			consoleOutput: () => called('consoleOutput', () => ({text: '', at: null})),
			userData: () => called('userData', () => null),
			templateVersions: () => called('templateVersions', () => []),
			refreshes: () => called('refreshes', () => []),
			instanceStatus: () => called('instanceStatus', () => []),
			deployments: () => called('deployments', () => []),
			deploymentGroups: () => called('deploymentGroups', () => []),
			deploymentTargets: () => called('deploymentTargets', () => []),
			trailEvents: () => called('trailEvents', () => []),
			ssmInfo: () => called('ssmInfo', () => []),
			ssmConnected: () => called('ssmConnected', () => false),
			identity: () =>
				called('identity', () => ({
					accountId: '123456789012',
					callerArn: 'arn:aws:iam::1:user/ana',
					partition: 'aws',
				})),
			regions: () => called('regions', () => ['eu-west-1']),
			document: () => called('document', () => null),
			automation: () => called('automation', () => null),
			automations: () => called('automations', () => []),
			simulate: actions => called('simulate', () => actions.map(() => 'unknown' as const)),
			role: () => called('role', () => null),
		},
	};
};

/** Time that passes when a test says so. */
export const fakeProcessClock = (): ProcessClock & {readonly pass: (ms: number) => Promise<void>} => {
	let time = 0;
	let sleepers: {readonly at: number; readonly wake: () => void}[] = [];
	const settle = async () => {
		for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
	};
	return {
		now: () => time,
		sleep: (ms, signal) =>
			new Promise(resolve => {
				if (signal?.aborted) return resolve();
				const sleeper = {at: time + ms, wake: resolve};
				sleepers.push(sleeper);
				signal?.addEventListener('abort', () => {
					sleepers = sleepers.filter(other => other !== sleeper);
					resolve();
				});
			}),
		pass: async ms => {
			const end = time + ms;
			await settle();
			for (;;) {
				const next = sleepers.filter(({at}) => at <= end).toSorted((one, other) => one.at - other.at)[0];
				if (next === undefined) break;
				time = next.at;
				sleepers = sleepers.filter(other => other !== next);
				next.wake();
				await settle();
			}
			time = end;
			await settle();
		},
	};
};
