/** What is read of a group in focus beside the group itself: by which operation, and how often. */
import type {
	Aws,
	Ec2Instance,
	Group,
	InstanceRefresh,
	InstanceStatus,
	LifecycleHook,
	ScalingPolicySummary,
	SsmInfo,
	TargetGroup,
	TargetHealth,
} from '../aws/types.ts';

export type GroupParts = {
	group: Group | null;
	hooks: readonly LifecycleHook[];
	policies: readonly ScalingPolicySummary[];
	targetGroups: readonly TargetGroup[];
	targets: readonly TargetHealth[];
	instances: readonly Ec2Instance[];
	ssm: readonly SsmInfo[];
	refreshes: readonly InstanceRefresh[];
	statuses: readonly InstanceStatus[];
};

export type GroupPart = {
	readonly operation: string;
	readonly intervalMs: number;
	readonly read: (reading: PartReading) => Promise<void>;
};

type PartReading = {
	readonly aws: Pick<Aws, 'polling'>;
	readonly parts: GroupParts;
	readonly signal: AbortSignal;
};

export const emptyParts = (): GroupParts => ({
	group: null,
	hooks: [],
	policies: [],
	targetGroups: [],
	targets: [],
	instances: [],
	ssm: [],
	refreshes: [],
	statuses: [],
});

export const instanceIds = ({group}: GroupParts): readonly string[] =>
	group?.instances.map(({instanceId}) => instanceId) ?? [];

export const groupParts: readonly GroupPart[] = [
	{
		operation: 'DescribeInstances',
		intervalMs: 30_000,
		read: async ({aws, parts, signal}) => {
			parts.instances = await aws.polling.instances(instanceIds(parts), {signal});
		},
	},
	{
		operation: 'DescribeInstanceInformation',
		intervalMs: 15_000,
		read: async ({aws, parts, signal}) => {
			parts.ssm = await aws.polling.ssmInfo(instanceIds(parts), {signal});
		},
	},
	{
		operation: 'DescribeTargetHealth',
		intervalMs: 10_000,
		read: async ({aws, parts, signal}) => {
			const arns = parts.group?.targetGroupArns ?? [];
			parts.targets = (await Promise.all(arns.map(arn => aws.polling.targetHealth(arn, {signal})))).flat();
		},
	},
	{
		operation: 'DescribeTargetGroups',
		intervalMs: 120_000,
		read: async ({aws, parts, signal}) => {
			parts.targetGroups = await aws.polling.targetGroups(parts.group?.targetGroupArns ?? [], {signal});
		},
	},
	{
		operation: 'DescribeLifecycleHooks',
		intervalMs: 120_000,
		read: async ({aws, parts, signal}) => {
			parts.hooks = await aws.polling.hooks(parts.group?.name ?? '', {signal});
		},
	},
	{
		operation: 'DescribeInstanceRefreshes',
		intervalMs: 120_000,
		read: async ({aws, parts, signal}) => {
			parts.refreshes = await aws.polling.refreshes(parts.group?.name ?? '', {signal});
		},
	},
	{
		operation: 'DescribeInstanceStatus',
		intervalMs: 60_000,
		read: async ({aws, parts, signal}) => {
			parts.statuses = await aws.polling.instanceStatus(instanceIds(parts), {signal});
		},
	},
	{
		operation: 'DescribePolicies',
		intervalMs: 120_000,
		read: async ({aws, parts, signal}) => {
			parts.policies = await aws.polling.policies(parts.group?.name ?? '', {signal});
		},
	},
];
