/** Answers of Auto Scaling in our types: what is absent gets the API's own default. */
import type {Activity as SdkActivity, AutoScalingGroup as SdkGroup} from '@aws-sdk/client-auto-scaling';
import type {Activity, Group} from './types.ts';

export const toGroup = (group: SdkGroup): Group => {
	const templateOf =
		group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
	return {
		name: group.AutoScalingGroupName ?? '',
		arn: group.AutoScalingGroupARN ?? '',
		min: group.MinSize ?? 0,
		max: group.MaxSize ?? 0,
		desired: group.DesiredCapacity ?? 0,
		createdAt: group.CreatedTime?.getTime() ?? null,
		status: group.Status ?? null,
		operator: group.Operator?.Principal ?? null,
		healthCheckTypes: (group.HealthCheckType ?? '')
			.split(',')
			.map(type => type.trim())
			.filter(Boolean),
		healthCheckGraceSeconds: group.HealthCheckGracePeriod ?? 0,
		template:
			templateOf === undefined
				? null
				: {
						name: templateOf.LaunchTemplateName ?? templateOf.LaunchTemplateId ?? '',
						version: templateOf.Version ?? '$Default',
					},
		targetGroupArns: group.TargetGroupARNs ?? [],
		instances: (group.Instances ?? []).map(instance => ({
			instanceId: instance.InstanceId ?? '',
			availabilityZone: instance.AvailabilityZone ?? '',
			lifecycleState: instance.LifecycleState ?? '',
			healthStatus: foldHealth(instance.HealthStatus ?? ''),
			protectedFromScaleIn: instance.ProtectedFromScaleIn ?? false,
			templateVersion: instance.LaunchTemplate?.Version ?? null,
			instanceType: instance.InstanceType ?? null,
		})),
		suspended: (group.SuspendedProcesses ?? []).map(suspended => ({
			process: suspended.ProcessName ?? '',
			reason: suspended.SuspensionReason ?? '',
		})),
		tags: (group.Tags ?? []).map(tag => ({
			key: tag.Key ?? '',
			value: tag.Value ?? '',
			propagateAtLaunch: tag.PropagateAtLaunch ?? false,
		})),
		maxInstanceLifetimeSeconds: group.MaxInstanceLifetime ?? null,
		warmPool:
			group.WarmPoolConfiguration === undefined
				? null
				: {
						poolState: group.WarmPoolConfiguration.PoolState ?? 'Stopped',
						minSize: group.WarmPoolConfiguration.MinSize ?? 0,
						size: group.WarmPoolSize ?? 0,
					},
	};
};

/** `HEALTHY` in one call, `Healthy` in another (aws-facts.md 1.3). */
const foldHealth = (text: string) =>
	/^(?:un)?healthy$/i.test(text) ? `${text.slice(0, 1).toUpperCase()}${text.slice(1).toLowerCase()}` : text;

export const toActivity = (activity: SdkActivity): Activity => ({
	activityId: activity.ActivityId ?? '',
	group: activity.AutoScalingGroupName ?? '',
	description: activity.Description ?? '',
	cause: activity.Cause ?? '',
	startedAt: activity.StartTime?.getTime() ?? 0,
	endedAt: activity.EndTime?.getTime() ?? null,
	status: activity.StatusCode ?? '',
	statusMessage: activity.StatusMessage ?? null,
});
