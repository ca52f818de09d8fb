/** What a person may do to one box of a group: Standby, Detach, and the hooks that keep it waiting. */
import {
	type AutoScalingClient,
	CompleteLifecycleActionCommand,
	DeleteLifecycleHookCommand,
	DetachInstancesCommand,
	EnterStandbyCommand,
	ExitStandbyCommand,
	PutLifecycleHookCommand,
	RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import {UnflapError} from '../base/errors.ts';
import {abortable} from './paging.ts';
import type {ChangeCalls} from './types.ts';

export type BoxChanges = Pick<
	ChangeCalls,
	| 'enterStandby'
	| 'exitStandby'
	| 'detach'
	| 'heartbeat'
	| 'completeHook'
	| 'putDyingHook'
	| 'deleteDyingHook'
>;

/** Without decrement, always: a group at its minimum would refuse, and the others should not have to serve for two. */
export const createBoxChanges = (
	client: AutoScalingClient,
	inOneAttempt: () => AutoScalingClient,
): BoxChanges => ({
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
		const sender = options.attempts === 1 ? inOneAttempt() : client;
		await sender.send(
			new CompleteLifecycleActionCommand({
				...hookOf(group, hook, instanceId),
				LifecycleActionResult: result,
			}),
			abortable(options),
		);
	},
	putDyingHook: async (group, hook, heartbeatSeconds, options = {}) => {
		await client.send(
			new PutLifecycleHookCommand({
				AutoScalingGroupName: checkedName(group),
				LifecycleHookName: checkedDyingHook(hook),
				LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
				HeartbeatTimeout: checkedTimeout(heartbeatSeconds),
				DefaultResult: 'CONTINUE',
			}),
			abortable(options),
		);
	},
	deleteDyingHook: async (group, hook, options = {}) => {
		await client.send(
			new DeleteLifecycleHookCommand({
				AutoScalingGroupName: checkedName(group),
				LifecycleHookName: checkedDyingHook(hook),
			}),
			abortable(options),
		);
	},
});

/** Nobody else's hook is ever written over or taken away. */
const checkedDyingHook = (hook: string) => {
	if (!/^unflap-postmortem-[0-9a-f]{8}$/.test(hook))
		throw new UnflapError('bug', `Not a hook of unflap: ${hook}`);
	return hook;
};

/** Left behind, the hook delays each death by this and no more. */
const checkedTimeout = (seconds: number) => {
	if (!Number.isInteger(seconds) || seconds < 30 || seconds > 900)
		throw new UnflapError('bug', `A post-mortem window of ${seconds} s`);
	return seconds;
};

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
