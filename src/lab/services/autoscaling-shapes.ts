/** Groups, instances, activities and hooks as autoscaling answers them (botocore model 2011-01-01). */
import type {XmlRecord} from '../wire/xml.ts';
import type {Activity, Hook, LabBox, LabGroup} from '../world/model.ts';
import type {GroupFacts} from './service.ts';

export const groupShape = (group: LabGroup, facts: GroupFacts, includeInstances: boolean): XmlRecord => ({
	AutoScalingGroupName: group.name,
	AutoScalingGroupARN: group.arn,
	LaunchTemplate: templateShape(group, '$Latest'),
	MinSize: group.min,
	MaxSize: group.max,
	DesiredCapacity: group.desired,
	DefaultCooldown: group.cooldownSeconds,
	AvailabilityZones: group.zones.map(({name}) => name),
	LoadBalancerNames: [],
	TargetGroupARNs: group.targetGroups.map(({arn}) => arn),
	HealthCheckType: group.healthCheckTypes.join(','),
	HealthCheckGracePeriod: group.graceSeconds,
	Instances: includeInstances ? group.boxes.map(box => instanceShape(box)) : [],
	CreatedTime: new Date(group.createdAt),
	SuspendedProcesses: [...facts.suspended].map(([ProcessName, SuspensionReason]) => ({
		ProcessName,
		SuspensionReason,
	})),
	VPCZoneIdentifier: group.zones.map(({subnetId}) => subnetId).join(','),
	EnabledMetrics: [],
	Status: group.status,
	Tags: tagShapes(group.name, facts),
	TerminationPolicies: ['Default'],
	NewInstancesProtectedFromScaleIn: false,
	ServiceLinkedRoleARN: `arn:aws:iam::${accountOf(group)}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
	CapacityRebalance: false,
	WarmPoolConfiguration: warmPoolShape(group.warmPool),
	WarmPoolSize: group.warmPool === null ? null : 0,
	TrafficSources: group.targetGroups.map(({arn}) => ({Identifier: arn, Type: 'elbv2'})),
});

export const warmPoolShape = (pool: LabGroup['warmPool']): XmlRecord | null =>
	pool === null ? null : {MinSize: pool.minSize, PoolState: pool.poolState};

export const tagShapes = (groupName: string, facts: GroupFacts): readonly XmlRecord[] =>
	[...facts.tags]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([Key, {value, propagate}]) => ({
			ResourceId: groupName,
			ResourceType: 'auto-scaling-group',
			Key,
			Value: value,
			PropagateAtLaunch: propagate,
		}));

const accountOf = (group: LabGroup): string => group.arn.split(':')[4] ?? '';

const templateShape = (group: LabGroup, version: string): XmlRecord => ({
	LaunchTemplateId: group.template.id,
	LaunchTemplateName: group.template.name,
	Version: version,
});

export const instanceShape = (box: LabBox): XmlRecord => ({
	InstanceId: box.instanceId,
	InstanceType: box.group?.template.instanceType,
	AvailabilityZone: box.zone.name,
	LifecycleState: box.lifecycle,
	HealthStatus: box.health,
	LaunchTemplate: box.group === null ? null : templateShape(box.group, String(box.templateVersion)),
	ProtectedFromScaleIn: box.protectedFromScaleIn,
});

/** As above, but this call writes health in capitals (aws-facts 1.3). */
export const instanceDetailShape = (box: LabBox): XmlRecord => ({
	...instanceShape(box),
	AutoScalingGroupName: box.group?.name,
	HealthStatus: box.health.toUpperCase(),
});

export const activityShape = (activity: Activity): XmlRecord => ({
	ActivityId: activity.id,
	AutoScalingGroupName: activity.groupName,
	Description: activity.description,
	Cause: activity.cause.slice(0, 1023),
	StartTime: new Date(activity.startedAt),
	EndTime: activity.endedAt === null ? null : new Date(activity.endedAt),
	StatusCode: activity.status,
	StatusMessage: activity.statusMessage?.slice(0, 255),
	Progress: activity.progress,
	Details: JSON.stringify({'Subnet ID': activity.zone.subnetId, 'Availability Zone': activity.zone.name}),
	AutoScalingGroupARN: activity.groupArn,
});

export const hookShape = (group: LabGroup, hook: Hook): XmlRecord => ({
	LifecycleHookName: hook.name,
	AutoScalingGroupName: group.name,
	LifecycleTransition: hook.transition,
	HeartbeatTimeout: hook.heartbeatSeconds,
	GlobalTimeout: Math.min(172_800, hook.heartbeatSeconds * 100),
	DefaultResult: hook.defaultResult,
});
