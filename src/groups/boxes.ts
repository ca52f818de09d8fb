/** The boxes of a group: what Auto Scaling says, joined with EC2, Systems Manager and target health. */
import type {Ec2Instance, Group, GroupInstance, SsmInfo, TargetHealth} from '../aws/types.ts';
import type {Box, Life} from './types.ts';

export type BoxFacts = {
	readonly lives: readonly Life[];
	readonly instances: readonly Ec2Instance[];
	readonly ssm: readonly SsmInfo[];
	/** Of all target groups of the group. */
	readonly targets: readonly TargetHealth[];
};

/** Oldest first, numbered from 1. */
export const makeBoxes = (group: Group, facts: BoxFacts): readonly Box[] => {
	const lives = new Map(facts.lives.map(life => [life.instanceId, life]));
	const instances = new Map(facts.instances.map(instance => [instance.instanceId, instance]));
	const ssm = new Map(facts.ssm.map(info => [info.instanceId, info]));
	return group.instances
		.map((instance): Omit<Box, 'number'> => {
			const {instanceId} = instance;
			const ec2 = instances.get(instanceId);
			return {
				instanceId,
				group: group.name,
				instance,
				target: worstTarget(facts.targets.filter(target => target.instanceId === instanceId)),
				ssm: ssm.get(instanceId) ?? null,
				launchedAt: ec2?.launchedAt ?? lives.get(instanceId)?.launchedAt ?? null,
				privateIp: ec2?.privateIp ?? null,
				nameTag: ec2?.nameTag ?? null,
			};
		})
		.toSorted(byAge)
		.map((box, index) => ({...box, number: index + 1}));
};

/** Ids break ties, so that a number means the same box at each reading. */
const byAge = (one: Omit<Box, 'number'>, other: Omit<Box, 'number'>) =>
	(one.launchedAt ?? Infinity) - (other.launchedAt ?? Infinity) ||
	(one.instanceId < other.instanceId ? -1 : 1) ||
	0;

const targetRanks = [
	'unhealthy',
	'unhealthy.draining',
	'unavailable',
	'draining',
	'initial',
	'unused',
	'healthy',
];

const worstTarget = (targets: readonly TargetHealth[]): TargetHealth | null =>
	targets.toSorted((one, other) => rankOf(one) - rankOf(other))[0] ?? null;

/** An unknown state stands before the harmless ones. */
const rankOf = ({state}: TargetHealth) => {
	const rank = targetRanks.indexOf(state);
	return rank === -1 ? 3.5 : rank;
};

/** An instance that stands in no group, as far as it can be a box at all. */
export const loneInstance = ({instanceId, instanceType}: Ec2Instance): GroupInstance => ({
	instanceId,
	availabilityZone: '',
	lifecycleState: '',
	healthStatus: '',
	protectedFromScaleIn: false,
	templateVersion: null,
	instanceType,
});
