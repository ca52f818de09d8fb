/** autoscaling: the calls that change something. Wrong input is refused before anything changes. */
import {LabRefusal} from '../types.ts';
import {flag, number, type Params, text, texts, trees} from '../wire/query-params.ts';
import {detached, movedOutOfStandby, movedToStandby, userTermination, userUpdate} from '../world/causes.ts';
import {isSuspended, type LabBox, type LabGroup} from '../world/model.ts';
import {
	addActivity,
	detach,
	endActivity,
	isScalingProcess,
	type Region,
	resume,
	suspend,
} from '../world/region.ts';
import {activityShape} from './autoscaling-shapes.ts';
import {deleteLifecycleHook, putLifecycleHook} from './lifecycle-hooks.ts';
import {type Call, groupedBox, groupNamed, type Operation, requiredText, validationError} from './service.ts';

/** Absent and `ScalingProcesses=` both mean all nine: the trap of aws-facts 1.2. */
const processesOf = (params: Params): readonly string[] => {
	const processes = (texts(params, 'ScalingProcesses') ?? []).filter(name => name !== '');
	for (const name of processes)
		if (!isScalingProcess(name)) throw validationError(`${name} is not a valid scaling process type.`);
	return processes;
};

const suspendProcesses: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	suspend(region, group, processesOf(params));
};

const resumeProcesses: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	resume(region, group, processesOf(params));
};

const createOrUpdateTags: Operation = ({params, region}) => {
	const wanted = tagsOf(params).map(tag => ({...tag, group: taggedGroup(region, tag.resourceId)}));
	if (wanted.length > 25) throw validationError('You may only specify up to 25 tags.');
	for (const {key, value} of wanted) checkTag(key, value);
	for (const {group} of wanted) {
		const keys = new Set([
			...group.tags.keys(),
			...wanted.filter(tag => tag.group === group).map(({key}) => key),
		]);
		if (keys.size > 50)
			throw new LabRefusal(
				'LimitExceeded',
				`Tag quota exceeded: a resource can have at most 50 tags (${group.name})`,
			);
	}
	for (const {group, key, value, propagate} of wanted) {
		for (const listener of region.beforeChange) listener(group);
		group.tags.set(key, {value, propagate});
	}
};

const deleteTags: Operation = ({params, region}) => {
	for (const {resourceId, key} of tagsOf(params)) {
		const group = taggedGroup(region, resourceId);
		for (const listener of region.beforeChange) listener(group);
		group.tags.delete(key);
	}
};

const tagsOf = (params: Params) =>
	(trees(params, 'Tags') ?? []).map(tag => ({
		resourceId: text(tag, 'ResourceId') ?? '',
		key: requiredText(tag, 'Key'),
		value: text(tag, 'Value') ?? '',
		propagate: flag(tag, 'PropagateAtLaunch') ?? true,
	}));

const taggedGroup = (region: Region, name: string): LabGroup => {
	const group = region.groups.get(name);
	if (group === undefined) throw validationError(`Group ${name} not found`);
	return group;
};

const checkTag = (key: string, value: string): void => {
	if (key.length > 128)
		throw validationError(
			"1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
		);
	if (value.length > 256)
		throw validationError(
			"1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256",
		);
	if (key.toLowerCase().startsWith('aws:'))
		throw validationError('The tag key prefix "aws:" is reserved for internal use.');
};

const setInstanceHealth: Operation = ({params, region, lives}) => {
	const box = groupedBox(region, requiredText(params, 'InstanceId'));
	const status = requiredText(params, 'HealthStatus');
	if (status !== 'Healthy' && status !== 'Unhealthy')
		throw validationError(`Health status must be either 'Healthy' or 'Unhealthy', not '${status}'`);
	if (box.lifecycle.startsWith('Terminat'))
		throw validationError(
			`Instance Id not found - No managed instance found for instance ID: ${box.instanceId}`,
		);
	if (status === 'Healthy') {
		box.health = 'Healthy';
		box.markedBy = null;
		return;
	}
	const graceEnds = (box.inServiceAt ?? region.clock.now()) + box.group.graceSeconds * 1000;
	const respectsGrace = flag(params, 'ShouldRespectGracePeriod') ?? true;
	if (respectsGrace && region.clock.now() < graceEnds) return;
	lives.mark(box, 'user-health');
};

const enterStandby: Operation = call =>
	move(call, box => {
		if (box.lifecycle !== 'InService') throw wrongState(box, 'InService');
		return {
			lifecycle: 'Standby',
			cause: movedToStandby,
			verb: 'Moving EC2 instance to Standby',
			deed: 'place into standby',
		};
	});

const exitStandby: Operation = call => {
	const {params, region} = call;
	const group = groupNamed({region, params});
	if (isSuspended(group, 'Launch'))
		throw validationError(`Cannot exit standby while the Launch process is suspended for ${group.name}`);
	const boxes = boxesOf(call, group);
	for (const box of boxes) if (box.lifecycle !== 'Standby') throw wrongState(box, 'Standby');
	const activities = boxes.map(box => {
		const from = group.desired;
		group.desired = Math.min(group.max, from + 1);
		call.lives.enterService(box);
		const cause = movedOutOfStandby(region.clock.now(), {
			instanceId: box.instanceId,
			from,
			to: group.desired,
		});
		return finishedActivity(call, box, {description: 'Moving EC2 instance out of Standby', cause});
	});
	// What is now more than the group may have goes by the termination policy.
	call.lives.reconcile(group, {shrink: true});
	return {Activities: activities.map(activity => activityShape(activity))};
};

const detachInstances: Operation = call =>
	move(call, box => {
		if (box.lifecycle !== 'InService' && box.lifecycle !== 'Standby')
			throw wrongState(box, 'InService or Standby');
		return {lifecycle: 'Detached', cause: detached, verb: 'Detaching EC2 instance', deed: 'detach'};
	});

type Way = {
	readonly lifecycle: 'Standby' | 'Detached';
	readonly cause: typeof detached;
	readonly verb: string;
	/** As the refusal below the group's minimum says it. */
	readonly deed: string;
};

const move = (call: Call, wayOf: (box: LabBox) => Way): unknown => {
	const {params, region, lives} = call;
	const group = groupNamed({region, params});
	const boxes = boxesOf(call, group);
	const ways = boxes.map(box => ({box, way: wayOf(box)}));
	const decrement = flag(params, 'ShouldDecrementDesiredCapacity') ?? false;
	if (decrement && group.desired - boxes.length < group.min)
		throw validationError(
			`AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}. To ${ways[0]?.way.deed ?? 'move'} ${boxes.length} more instance(s), please update the AutoScalingGroup sizes appropriately.`,
		);
	const activities = ways.map(({box, way}) => {
		const from = group.desired;
		if (decrement) group.desired -= 1;
		const cause = way.cause(region.clock.now(), {instanceId: box.instanceId, from, to: group.desired});
		const activity = finishedActivity(call, box, {description: way.verb, cause});
		box.lifecycle = way.lifecycle;
		if (way.lifecycle === 'Detached') detach(box);
		return activity;
	});
	lives.reconcile(group);
	return {Activities: activities.map(activity => activityShape(activity))};
};

const boxesOf = ({params, region}: Call, group: LabGroup): readonly (LabBox & {group: LabGroup})[] => {
	const ids = texts(params, 'InstanceIds') ?? [];
	if (ids.length > 20) throw validationError('You may only specify up to 20 instances.');
	return ids.map(id => {
		const box = groupedBox(region, id);
		if (box.group !== group)
			throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
		return box;
	});
};

const wrongState = (box: LabBox, wanted: string): LabRefusal =>
	validationError(`The instance ${box.instanceId} is not in ${wanted}.`);

const finishedActivity = (
	{region}: Call,
	box: LabBox & {group: LabGroup},
	{description, cause}: {readonly description: string; readonly cause: string},
) => {
	const {group} = box;
	const activity = addActivity(region, group, {
		description: `${description}: ${box.instanceId}`,
		cause,
		status: 'InProgress',
		zone: box.zone,
		random: region.random.fork(`move/${box.instanceId}/${group.activities.length}`),
	});
	endActivity(activity, region.clock.now(), 'Successful');
	return activity;
};

const lifecycleAction = ({params, region}: Call): LabBox => {
	const group = groupNamed({region, params});
	const hookName = requiredText(params, 'LifecycleHookName');
	const [instanceId, token] = [text(params, 'InstanceId'), text(params, 'LifecycleActionToken')];
	const box = group.boxes.find(
		({wait, ...box}) =>
			wait?.hook.name === hookName &&
			(token === undefined ? box.instanceId === instanceId : wait.token === token),
	);
	if (box === undefined)
		throw validationError(
			`No active Lifecycle Action found with ${token === undefined ? `instance ID ${instanceId}` : `token ${token}`}`,
		);
	return box;
};

const completeLifecycleAction: Operation = call => {
	const result = requiredText(call.params, 'LifecycleActionResult');
	if (result !== 'CONTINUE' && result !== 'ABANDON')
		throw validationError(`Invalid Lifecycle Action Result: ${result}`);
	call.lives.completeHook(lifecycleAction(call), result);
	return {};
};

const recordLifecycleActionHeartbeat: Operation = call => {
	call.lives.heartbeat(lifecycleAction(call));
	return {};
};

const setDesiredCapacity: Operation = ({params, region, lives}) => {
	const group = groupNamed({region, params});
	const desired = number(params, 'DesiredCapacity') ?? Number.NaN;
	changeSizes({region, lives}, group, {desired});
};

const updateAutoScalingGroup: Operation = ({params, region, lives}) => {
	const group = groupNamed({region, params});
	const sizes = {
		min: number(params, 'MinSize'),
		max: number(params, 'MaxSize'),
		desired: number(params, 'DesiredCapacity'),
	};
	changeSizes({region, lives}, group, sizes);
};

type Sizes = {
	readonly min?: number | undefined;
	readonly max?: number | undefined;
	readonly desired?: number | undefined;
};

const changeSizes = (
	{region, lives}: Pick<Call, 'region' | 'lives'>,
	group: LabGroup,
	sizes: Sizes,
): void => {
	const {min = group.min, max = group.max} = sizes;
	const desired = sizes.desired ?? Math.min(max, Math.max(min, group.desired));
	if (![min, max, desired].every(size => Number.isInteger(size) && size >= 0) || min > max)
		throw validationError(`Invalid sizes: min ${min}, max ${max}, desired ${desired}`);
	if (desired > max)
		throw validationError(
			`New SetDesiredCapacity value ${desired} is above max value ${max} for the AutoScalingGroup.`,
		);
	if (desired < min)
		throw validationError(
			`New SetDesiredCapacity value ${desired} is below min value ${min} for the AutoScalingGroup.`,
		);
	const from = group.desired;
	Object.assign(group, {min, max, desired});
	if (from !== desired)
		lives.reconcile(group, {cause: userUpdate(region.clock.now(), group, from), shrink: true});
};

const terminateInstance: Operation = ({params, region, lives}) => {
	const box = groupedBox(region, requiredText(params, 'InstanceId'));
	const {group} = box;
	if (flag(params, 'ShouldDecrementDesiredCapacity') === true)
		group.desired = Math.max(group.min, group.desired - 1);
	lives.terminate(box, userTermination(region.clock.now(), box.instanceId));
	const activity = group.activities[0];
	return activity === undefined ? {} : {Activity: activityShape(activity)};
};

export const autoscalingChanges: Readonly<Record<string, Operation>> = {
	SuspendProcesses: suspendProcesses,
	ResumeProcesses: resumeProcesses,
	CreateOrUpdateTags: createOrUpdateTags,
	DeleteTags: deleteTags,
	SetInstanceHealth: setInstanceHealth,
	EnterStandby: enterStandby,
	ExitStandby: exitStandby,
	DetachInstances: detachInstances,
	CompleteLifecycleAction: completeLifecycleAction,
	RecordLifecycleActionHeartbeat: recordLifecycleActionHeartbeat,
	PutLifecycleHook: putLifecycleHook,
	DeleteLifecycleHook: deleteLifecycleHook,
	SetDesiredCapacity: setDesiredCapacity,
	UpdateAutoScalingGroup: updateAutoScalingGroup,
	TerminateInstanceInAutoScalingGroup: terminateInstance,
};
