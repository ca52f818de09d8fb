/** The Auto Scaling calls of one lane, in our types. */
import {
	AutoScalingClient,
	CreateOrUpdateTagsCommand,
	DeleteTagsCommand,
	DescribeAutoScalingGroupsCommand,
	DescribeInstanceRefreshesCommand,
	DescribeLifecycleHooksCommand,
	DescribePoliciesCommand,
	DescribeScalingActivitiesCommand,
	ResumeProcessesCommand,
	SetInstanceHealthCommand,
	SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import {UnflapError} from '../base/errors.ts';
import {type BoxChanges, createBoxChanges} from './box-changes.ts';
import {AwsCallError} from './call-error.ts';
import {configuredEndpoint} from './configured-endpoint.ts';
import {silent} from './credentials.ts';
import type {ClientOptions, Lane} from './lane.ts';
import {abortable, allPages, chunks} from './paging.ts';
import {isScalingProcess, probeName} from './process-names.ts';
import {toActivity, toGroup} from './to-group.ts';
import type {
	CallOptions,
	ChangeCalls,
	InstanceRefresh,
	LifecycleHook,
	Permission,
	ReadCalls,
	ScalingPolicySummary,
	ScalingProcess,
} from './types.ts';

type GroupReads = Pick<ReadCalls, 'groups' | 'activities' | 'hooks' | 'policies' | 'refreshes'>;

export type AutoScalingCalls = GroupReads &
	Omit<ChangeCalls, 'createDocument' | 'startAutomation' | 'stopAutomation'>;

export const createAutoScaling = (lane: Lane): AutoScalingCalls => {
	const open = (options: Partial<ClientOptions> = {}) => {
		const client = new AutoScalingClient({...lane.clientOptions('auto-scaling'), ...options});
		lane.door.attach(client.middlewareStack, 'auto-scaling', lane.gate('auto-scaling'));
		return client;
	};
	const client = open();
	// A retry inside the SDK would hide a lost answer: whether a change was sent twice is for the hold to know.
	let once: AutoScalingClient | undefined;
	const inOneAttempt = () => {
		once ??= open({maxAttempts: 1});
		return once;
	};
	return {
		...readCalls(client),
		...changeCalls(client, inOneAttempt),
		...createBoxChanges(client, inOneAttempt),
	};
};

/** What the SDK's own chain gives for a profile; rejects where it gives no region. Sends nothing. */
export const readSdkConfig = async (
	profile: string | undefined,
	region: string | undefined,
): Promise<{readonly region: string; readonly endpoint: string | null}> => {
	const client = new AutoScalingClient({
		logger: silent,
		...(profile === undefined ? {} : {profile}),
		...(region === undefined ? {} : {region}),
	});
	return {region: await client.config.region(), endpoint: await configuredEndpoint(client)};
};

/** The most names one call takes (aws-facts.md 6.1). */
const namesPerCall = 50;
const pageSize = 100;

const readCalls = (client: AutoScalingClient): GroupReads => ({
	refreshes: async (group, options = {}) => {
		const {InstanceRefreshes = []} = await client.send(
			new DescribeInstanceRefreshesCommand({AutoScalingGroupName: group}),
			abortable(options),
		);
		return InstanceRefreshes.map(
			(refresh): InstanceRefresh => ({
				refreshId: refresh.InstanceRefreshId ?? '',
				status: refresh.Status ?? '',
				reason: refresh.StatusReason ?? null,
				percentage: refresh.PercentageComplete ?? null,
				startedAt: refresh.StartTime?.getTime() ?? null,
				endedAt: refresh.EndTime?.getTime() ?? null,
			}),
		);
	},
	groups: async ({names, includeInstances, ...options} = {}) => {
		if (names?.length === 0) return [];
		const requests = names === undefined ? [undefined] : chunks([...new Set(names)], namesPerCall);
		const lists = await Promise.all(
			requests.map(request =>
				allPages(options, async NextToken => {
					const page = await client.send(
						new DescribeAutoScalingGroupsCommand({
							...(request === undefined ? {} : {AutoScalingGroupNames: request}),
							...(includeInstances === undefined ? {} : {IncludeInstances: includeInstances}),
							MaxRecords: pageSize,
							...(NextToken === undefined ? {} : {NextToken}),
						}),
						abortable(options),
					);
					return {items: page.AutoScalingGroups ?? [], next: page.NextToken};
				}),
			),
		);
		return lists.flat().map(toGroup);
	},
	activities: async ({group, since, max = pageSize, pace, ...options}) => {
		const found = await allPages(
			options,
			async (NextToken, count) => {
				if (NextToken !== undefined) await pace?.();
				const page = await client.send(
					new DescribeScalingActivitiesCommand({
						...(group === undefined ? {} : {AutoScalingGroupName: group}),
						...(since === undefined
							? {}
							: {Filters: [{Name: 'StartTimeLowerBound', Values: [new Date(since).toISOString()]}]}),
						MaxRecords: Math.min(pageSize, max - count),
						...(NextToken === undefined ? {} : {NextToken}),
					}),
					abortable(options),
				);
				return {items: page.Activities ?? [], next: page.NextToken};
			},
			max,
		);
		return found.map(toActivity).toSorted((one, other) => other.startedAt - one.startedAt);
	},
	hooks: async (group, options = {}) => {
		const {LifecycleHooks = []} = await client.send(
			new DescribeLifecycleHooksCommand({AutoScalingGroupName: group}),
			abortable(options),
		);
		return LifecycleHooks.map(
			(hook): LifecycleHook => ({
				name: hook.LifecycleHookName ?? '',
				transition: hook.LifecycleTransition ?? '',
				heartbeatTimeoutSeconds: hook.HeartbeatTimeout ?? 3600,
				globalTimeoutSeconds: hook.GlobalTimeout ?? 172_800,
				defaultResult: hook.DefaultResult ?? 'ABANDON',
			}),
		);
	},
	policies: async (group, options = {}) => {
		const found = await allPages(options, async NextToken => {
			const page = await client.send(
				new DescribePoliciesCommand({
					AutoScalingGroupName: group,
					...(NextToken === undefined ? {} : {NextToken}),
				}),
				abortable(options),
			);
			return {items: page.ScalingPolicies ?? [], next: page.NextToken};
		});
		return found.map(
			(policy): ScalingPolicySummary => ({
				name: policy.PolicyName ?? '',
				type: policy.PolicyType ?? '',
				enabled: policy.Enabled ?? true,
			}),
		);
	},
});

type GroupChanges = Omit<AutoScalingCalls, keyof ReadCalls | keyof BoxChanges>;

const changeCalls = (client: AutoScalingClient, inOneAttempt: () => AutoScalingClient): GroupChanges => {
	const tagOf = (group: string, key: string) => ({
		ResourceId: group,
		ResourceType: 'auto-scaling-group',
		Key: checkedTagKey(key),
	});
	return {
		suspend: (group, processes, options = {}) =>
			changeProcesses(inOneAttempt, {kind: 'suspend', group, processes}, options),
		resume: (group, processes, options = {}) =>
			changeProcesses(() => client, {kind: 'resume', group, processes}, options),
		probeResume: (group, options = {}) => probeResume(client, group, options),
		putTag: async (group, key, value, options = {}) => {
			const tag = {...tagOf(group, key), Value: checkedTagValue(value), PropagateAtLaunch: false};
			const sender = options.attempts === 1 ? inOneAttempt() : client;
			await sender.send(new CreateOrUpdateTagsCommand({Tags: [tag]}), abortable(options));
		},
		deleteTag: async (group, key, options = {}) => {
			await client.send(new DeleteTagsCommand({Tags: [tagOf(group, key)]}), abortable(options));
		},
		setHealthy: async (instanceId, options = {}) => {
			await client.send(
				new SetInstanceHealthCommand({InstanceId: instanceId, HealthStatus: 'Healthy'}),
				abortable(options),
			);
		},
	};
};

type ProcessChange = {
	readonly kind: 'suspend' | 'resume';
	readonly group: string;
	readonly processes: readonly ScalingProcess[];
};

/**
 * The one place that suspends and resumes. The SDK sends an empty list as `ScalingProcesses=`, which may mean all nine
 * (aws-facts.md 1.2): empty and unknown lists never reach the client.
 */
const changeProcesses = async (
	clientFor: () => AutoScalingClient,
	{kind, group, processes}: ProcessChange,
	options: CallOptions,
): Promise<void> => {
	const unknown = processes.filter(process => !isScalingProcess(process));
	if (!Array.isArray(processes) || processes.length === 0 || unknown.length > 0)
		throw new UnflapError(
			'bad-input',
			`Will not ${kind} ${unknown.join(', ') || 'an empty list of processes'}`,
			{
				meaning: 'AWS may read such a list as all processes of the group.',
			},
		);
	if (group === '')
		throw new UnflapError('bad-input', `Will not ${kind} processes of a group without a name`);
	const input = {AutoScalingGroupName: group, ScalingProcesses: [...new Set(processes)]};
	const client = clientFor();
	await (kind === 'suspend'
		? client.send(new SuspendProcessesCommand(input), abortable(options))
		: client.send(new ResumeProcessesCommand(input), abortable(options)));
};

/** Never a real process name: a mistake here would resume what somebody suspended. */
const probeResume = async (
	client: AutoScalingClient,
	group: string,
	options: CallOptions,
): Promise<Permission> => {
	try {
		await client.send(
			new ResumeProcessesCommand({AutoScalingGroupName: group, ScalingProcesses: [probeName]}),
			abortable(options),
		);
		return 'unknown';
	} catch (error) {
		if (!(error instanceof AwsCallError)) throw error;
		if (error.kind === 'denied') return 'denied';
		return error.code === 'ValidationError' ? 'permitted' : 'unknown';
	}
};

const checkedTagKey = (key: string) => {
	if (!/^unflap:(?:hold|broken):[0-9a-f]{8}$/.test(key))
		throw new UnflapError('bug', `Not a tag of unflap: ${key}`);
	return key;
};

const checkedTagValue = (value: string) => {
	if (value.length > 256) throw new UnflapError('bug', 'A tag value has more than 256 characters');
	return value;
};
