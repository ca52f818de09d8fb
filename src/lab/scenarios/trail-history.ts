/** What people did to a group in the minutes before its flapping began, as CloudTrail and CodeDeploy remember it. */
import type {LabMs} from '../types.ts';
import type {LabGroup} from '../world/model.ts';
import type {Region} from '../world/region.ts';
import {person, type TrailRecord} from '../world/trail.ts';
import type {GroupPlan} from './plan.ts';

/** Who makes the new versions of launch templates: a pipeline. */
export const pipeline = 'ci-deploy';

/** Nothing is said of a group that is calm: what was done to it weeks ago, CloudTrail tells nobody who does not ask. */
export const writeHistory = (region: Region, group: LabGroup, plan: GroupPlan): void => {
	if (plan.flapsSinceSeconds === null) return;
	const {createdAt, id, name, version} = group.template;
	const note = noter(region, group);
	note('ec2', 'CreateLaunchTemplateVersion', {
		at: createdAt,
		who: pipeline,
		request: {createLaunchTemplateVersionRequest: {launchTemplateId: id, sourceVersion: String(version - 1)}},
		resources: [{type: 'AWS::EC2::LaunchTemplate', name: id}],
	});
	note('autoscaling', 'UpdateAutoScalingGroup', {
		at: createdAt + 6000,
		who: pipeline,
		request: {
			autoScalingGroupName: group.name,
			launchTemplate: {launchTemplateName: name, version: '$Latest'},
		},
	});
	for (const change of plan.changes ?? []) writeChange(note, group, change);
	const deployment = region.deployments.byHand(group, createdAt + 20_000);
	if (deployment !== null)
		note('codedeploy', 'CreateDeployment', {
			at: deployment.createdAt,
			who: pipeline,
			request: {
				applicationName: deployment.application,
				deploymentGroupName: deployment.deploymentGroup,
			},
			response: {deploymentId: deployment.id},
			resources: [],
		});
};

type Note = {
	readonly at: LabMs;
	readonly who: string;
	readonly request: Readonly<Record<string, unknown>>;
	readonly response?: Readonly<Record<string, unknown>>;
	readonly resources?: TrailRecord['resources'];
};

const noter =
	({trail, accountId}: Region, group: LabGroup) =>
	(service: string, name: string, {at, who, request, response, resources}: Note): void =>
		trail.add({
			...person(accountId, who),
			at,
			name,
			source: `${service}.amazonaws.com`,
			request,
			response: response ?? null,
			error: null,
			resources: resources ?? [{type: 'AWS::AutoScaling::AutoScalingGroup', name: group.name}],
		});

const writeChange = (
	note: ReturnType<typeof noter>,
	group: LabGroup,
	change: NonNullable<GroupPlan['changes']>[number],
): void => {
	const at = group.template.createdAt - change.secondsBefore * 1000;
	const [target] = group.targetGroups;
	if (change.of === 'group')
		note('autoscaling', 'UpdateAutoScalingGroup', {
			at,
			who: change.who,
			request: {autoScalingGroupName: group.name, ...change.settings},
		});
	else if (target !== undefined)
		note('elasticloadbalancing', 'ModifyTargetGroup', {
			at,
			who: change.who,
			request: {targetGroupArn: target.arn, ...change.settings},
			resources: [{type: 'AWS::ElasticLoadBalancingV2::TargetGroup', name: target.arn}],
		});
};
