/** autoscaling: a group's lifecycle hooks, made, changed and taken away. Limits are those of aws-facts 2.4. */
import {LabRefusal} from '../types.ts';
import {number, type Params, text} from '../wire/query-params.ts';
import type {Hook} from '../world/model.ts';
import {groupNamed, type Operation, requiredText, validationError} from './service.ts';

const most = 50;

/** Creates or updates: what an update leaves out stays as it was. */
export const putLifecycleHook: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	const name = hookName(params);
	const old = group.hooks.find(one => one.name === name);
	if (old === undefined && group.hooks.length >= most)
		throw new LabRefusal(
			'LimitExceeded',
			`Lifecycle hook quota exceeded: a group can have at most ${most} hooks (${group.name})`,
		);
	const hook: Hook = {
		name,
		transition: transitionOf(params, old),
		heartbeatSeconds: timeoutOf(params, old),
		defaultResult: resultOf(params, old),
		answer: old?.answer ?? null,
	};
	for (const listener of region.beforeChange) listener(group);
	group.hooks =
		old === undefined ? [...group.hooks, hook] : group.hooks.map(one => (one === old ? hook : one));
	return {};
};

/** Outstanding actions are completed first: ABANDON for launches, CONTINUE for terminations. */
export const deleteLifecycleHook: Operation = ({params, region, lives}) => {
	const group = groupNamed({region, params});
	const name = hookName(params);
	if (!group.hooks.some(one => one.name === name))
		throw validationError(`No Lifecycle Hook found with name: ${name}`);
	for (const listener of region.beforeChange) listener(group);
	group.hooks = group.hooks.filter(one => one.name !== name);
	lives.withoutHook(group, name);
	return {};
};

const hookName = (params: Params): string => {
	const name = requiredText(params, 'LifecycleHookName');
	if (name.length <= 255 && /^[A-Za-z0-9\-_/]+$/.test(name)) return name;
	throw validationError(
		`1 validation error detected: Value '${name}' at 'lifecycleHookName' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9\\-_\\/]+`,
	);
};

const transitionOf = (params: Params, old: Hook | undefined): Hook['transition'] => {
	const transition = text(params, 'LifecycleTransition') ?? old?.transition;
	if (
		transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ||
		transition === 'autoscaling:EC2_INSTANCE_TERMINATING'
	)
		return transition;
	throw validationError(
		transition === undefined
			? 'LifecycleTransition is required when a lifecycle hook is created.'
			: `Invalid lifecycle transition: ${transition}`,
	);
};

const timeoutOf = (params: Params, old: Hook | undefined): number => {
	const seconds = number(params, 'HeartbeatTimeout') ?? old?.heartbeatSeconds ?? 3600;
	if (Number.isInteger(seconds) && seconds >= 30 && seconds <= 7200) return seconds;
	throw validationError(`Heartbeat timeout must be between 30 and 7200 seconds, not ${seconds}`);
};

const resultOf = (params: Params, old: Hook | undefined): Hook['defaultResult'] => {
	const result = text(params, 'DefaultResult') ?? old?.defaultResult ?? 'ABANDON';
	if (result === 'CONTINUE' || result === 'ABANDON') return result;
	throw validationError(`Invalid default result: ${result}`);
};
