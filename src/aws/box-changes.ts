/** What a person may do to one box of a group: Standby, Detach, and the launch hook that keeps it waiting. */
import {
	type AutoScalingClient,
	CompleteLifecycleActionCommand,
	DetachInstancesCommand,
	EnterStandbyCommand,
	ExitStandbyCommand,
	RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import {UnflapError} from '../base/errors.ts';
import {abortable} from './paging.ts';
import type {ChangeCalls} from './types.ts';

export type BoxChanges = Pick<
	ChangeCalls,
	'enterStandby' | 'exitStandby' | 'detach' | 'heartbeat' | 'completeHook'
>;

/** Without decrement, always: a group at its minimum would refuse, and the others should not have to serve for two. */
export const createBoxChanges = (client: AutoScalingClient): BoxChanges => ({
	enterStandby: async (group, instanceId, options = {}) => {
		await client.send(
			new EnterStandbyCommand({...boxOf(group, instanceId), ShouldDecrementDesiredCapacity: false}),
			abortable(options),
		);
	},
	exitStandby: async (group, instanceId, options = {}) => {
		await client.send(new ExitStandbyCommand(boxOf(group, instanceId)), abortable(options));
	},
	detach: async (group, instanceId, options = {}) => {
		await client.send(
			new DetachInstancesCommand({...boxOf(group, instanceId), ShouldDecrementDesiredCapacity: false}),
			abortable(options),
		);
	},
	heartbeat: async (group, hook, instanceId, options = {}) => {
		await client.send(
			new RecordLifecycleActionHeartbeatCommand(hookOf(group, hook, instanceId)),
			abortable(options),
		);
	},
	completeHook: async (group, hook, instanceId, result, options = {}) => {
		await client.send(
			new CompleteLifecycleActionCommand({
				...hookOf(group, hook, instanceId),
				LifecycleActionResult: result,
			}),
			abortable(options),
		);
	},
});

const boxOf = (group: string, instanceId: string) => ({
	AutoScalingGroupName: checkedName(group),
	InstanceIds: [checkedId(instanceId)],
});

const hookOf = (group: string, hook: string, instanceId: string) => ({
	AutoScalingGroupName: checkedName(group),
	LifecycleHookName: checkedName(hook),
	InstanceId: checkedId(instanceId),
});

const checkedName = (name: string) => {
	if (name === '') throw new UnflapError('bug', 'A group or hook without a name');
	return name;
};

const checkedId = (instanceId: string) => {
	if (!/^i-[0-9a-f]{8,17}$/.test(instanceId)) throw new UnflapError('bad-input', 'That is no instance id');
	return instanceId;
};
