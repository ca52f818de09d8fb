/** Steps of the catch tests: hooks and boxes by a client that is not ours, and what the lab saw of ours. */
import {
	AutoScalingClient,
	CompleteLifecycleActionCommand,
	DeleteLifecycleHookCommand,
	DescribeAutoScalingGroupsCommand,
	DescribeLifecycleHooksCommand,
	DescribeScalingActivitiesCommand,
	PutLifecycleHookCommand,
	SetDesiredCapacityCommand,
	TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {expect, vi} from 'vitest';
import type {LabRequest, OpenLab} from './open-lab.ts';

/** Calm, without hooks and with room: only what a test does to it happens. */
export const calm = 'batch';
export const hookName = 'provision';

export const clientOf = ({env, endpoint}: OpenLab): AutoScalingClient =>
	new AutoScalingClient({
		endpoint,
		region: 'eu-west-1',
		credentials: {
			accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
			secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
		},
	});

/** A launch hook that nobody answers: after `seconds` without a heartbeat it abandons. */
export const putLaunchHook = (client: AutoScalingClient, seconds: number, group = calm) =>
	client.send(
		new PutLifecycleHookCommand({
			AutoScalingGroupName: group,
			LifecycleHookName: hookName,
			LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
			HeartbeatTimeout: seconds,
			DefaultResult: 'ABANDON',
		}),
	);

export const hookNames = async (client: AutoScalingClient, group = calm): Promise<readonly string[]> => {
	const {LifecycleHooks = []} = await client.send(
		new DescribeLifecycleHooksCommand({AutoScalingGroupName: group}),
	);
	return LifecycleHooks.map(({LifecycleHookName}) => LifecycleHookName ?? '');
};

export const deleteHook = (client: AutoScalingClient, name: string, group = calm) =>
	client.send(new DeleteLifecycleHookCommand({AutoScalingGroupName: group, LifecycleHookName: name}));

/** The next box is launched within seconds of lab time. */
export const launchOne = async (client: AutoScalingClient, group = calm): Promise<void> => {
	const {AutoScalingGroups: [found] = []} = await client.send(
		new DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: [group]}),
	);
	const DesiredCapacity = (found?.DesiredCapacity ?? 0) + 1;
	await client.send(new SetDesiredCapacityCommand({AutoScalingGroupName: group, DesiredCapacity}));
};

/** Somebody else answers the hook. */
export const continueLaunch = (client: AutoScalingClient, instanceId: string, group = calm) =>
	client.send(
		new CompleteLifecycleActionCommand({
			AutoScalingGroupName: group,
			LifecycleHookName: hookName,
			InstanceId: instanceId,
			LifecycleActionResult: 'CONTINUE',
		}),
	);

/** As many as at first, and none that still comes up. */
export const calmDown = async (lab: OpenLab, client: AutoScalingClient, desired: number): Promise<void> => {
	const boxes = (await lab.groups()).find(({name}) => name === calm)?.instances ?? [];
	await client.send(new SetDesiredCapacityCommand({AutoScalingGroupName: calm, DesiredCapacity: desired}));
	for (const {instanceId, lifecycle} of boxes)
		if (lifecycle.startsWith('Pending'))
			await client.send(
				new TerminateInstanceInAutoScalingGroupCommand({
					InstanceId: instanceId,
					ShouldDecrementDesiredCapacity: false,
				}),
			);
};

/** A person ends a box; nobody is launched in its place. */
export const terminate = (client: AutoScalingClient, instanceId: string) =>
	client.send(
		new TerminateInstanceInAutoScalingGroupCommand({
			InstanceId: instanceId,
			ShouldDecrementDesiredCapacity: true,
		}),
	);

export const statusOf = async (client: AutoScalingClient, instanceId: string, group = calm) => {
	const {Activities = []} = await client.send(
		new DescribeScalingActivitiesCommand({AutoScalingGroupName: group}),
	);
	const {StatusCode, StatusMessage} =
		Activities.find(({Description}) =>
			Description?.startsWith(`Launching a new EC2 instance: ${instanceId}`),
		) ?? {};
	return {StatusCode, StatusMessage};
};

export const stateOf = async (lab: OpenLab, instanceId: string): Promise<string> => {
	const boxes = (await lab.groups()).flatMap(({instances}) => instances);
	return boxes.find(box => box.instanceId === instanceId)?.lifecycle ?? 'gone';
};

export const becomes = (lab: OpenLab, instanceId: string, state: string | RegExp, timeout = 20_000) =>
	vi.waitFor(async () => expect(await stateOf(lab, instanceId)).toMatch(state), {timeout, interval: 100});

/** What was answered for a box, in order: 'provision CONTINUE', applied or not. */
export const answersFor = async (lab: OpenLab, instanceId: string): Promise<readonly string[]> =>
	(await lab.requests())
		.filter(({operation, params}) => operation === 'CompleteLifecycleAction' && isOf(params, instanceId))
		.map(({params}) => {
			const {LifecycleHookName, LifecycleActionResult} = params as Record<string, string>;
			return `${LifecycleHookName} ${LifecycleActionResult}`;
		});

const isOf = (params: LabRequest['params'], instanceId: string): boolean =>
	JSON.stringify(params).includes(instanceId);
