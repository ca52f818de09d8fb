/** autoscaling: the Describe calls. */
import {flag, type Params, text, texts, trees} from '../wire/query-params.ts';
import type {XmlRecord} from '../wire/xml.ts';
import {type Activity, type LabGroup, scalingProcesses} from '../world/model.ts';
import {
	activityShape,
	groupShape,
	hookShape,
	instanceDetailShape,
	tagShapes,
	warmPoolShape,
} from './autoscaling-shapes.ts';
import {type Call, groupNamed, type Operation, page, validationError} from './service.ts';

const describeAutoScalingGroups: Operation = call => {
	const {params, region} = call;
	const names = texts(params, 'AutoScalingGroupNames');
	const wanted = names === undefined || names.length === 0 ? undefined : new Set(names);
	const matches = filterOf(params);
	const groups = [...region.groups.values()].filter(
		group => (wanted?.has(group.name) ?? true) && matches(group, call),
	);
	const {items, nextToken} = page(groups, params, {name: 'MaxRecords', fallback: 50, most: 100});
	const includeInstances = flag(params, 'IncludeInstances') ?? true;
	return {
		AutoScalingGroups: items.map(group => groupShape(group, call.facts(group), includeInstances)),
		NextToken: nextToken,
	};
};

/** Filters `tag-key`, `tag-value` and `tag:KEY`; several must all match. */
const filterOf = (params: Params): ((group: LabGroup, call: Call) => boolean) => {
	const filters = (trees(params, 'Filters') ?? []).map(filter => ({
		name: text(filter, 'Name') ?? '',
		values: texts(filter, 'Values') ?? [],
	}));
	for (const {name} of filters)
		if (!/^tag(-key|-value|:.+)$/.test(name)) throw validationError(`Invalid filter name: ${name}`);
	return (group, call) => {
		const tags = [...call.facts(group).tags];
		return filters.every(({name, values}) =>
			tags.some(([key, {value}]) => {
				if (name === 'tag-key') return values.includes(key);
				if (name === 'tag-value') return values.includes(value);
				return key === name.slice(4) && values.includes(value);
			}),
		);
	};
};

const describeAutoScalingInstances: Operation = ({params, region}) => {
	const ids = texts(params, 'InstanceIds');
	const boxes = [...region.groups.values()]
		.flatMap(group => group.boxes)
		.filter(box => ids === undefined || ids.length === 0 || ids.includes(box.instanceId));
	const {items, nextToken} = page(boxes, params, {name: 'MaxRecords', fallback: 50, most: 50});
	return {AutoScalingInstances: items.map(box => instanceDetailShape(box)), NextToken: nextToken};
};

const describeScalingActivities: Operation = ({params, region}) => {
	const name = text(params, 'AutoScalingGroupName');
	const ids = texts(params, 'ActivityIds') ?? [];
	const matches = activityFilterOf(params);
	const groups = name === undefined ? [...region.groups.values()] : [groupNamed({region, params})];
	const sixWeeksAgo = region.clock.now() - 42 * 86_400_000;
	const activities = groups
		.flatMap(group => group.activities)
		.filter(
			activity =>
				(ids.length === 0 || ids.includes(activity.id)) &&
				activity.startedAt >= sixWeeksAgo &&
				matches(activity),
		)
		.sort(unfinishedThenNewest);
	const {items, nextToken} = page(activities, params, {name: 'MaxRecords', fallback: 100, most: 100});
	return {Activities: items.map(activity => activityShape(activity)), NextToken: nextToken};
};

/** Filters `StartTimeLowerBound`, `StartTimeUpperBound` and, with a group's name only, `Status`. */
const activityFilterOf = (params: Params): ((activity: Activity) => boolean) => {
	const tests = (trees(params, 'Filters') ?? []).map(filter => {
		const name = text(filter, 'Name') ?? '';
		const values = texts(filter, 'Values') ?? [];
		if (name === 'Status' && text(params, 'AutoScalingGroupName') !== undefined)
			return ({status}: Activity) => values.includes(status);
		const bound = timeOf(values[0]);
		if (name === 'StartTimeLowerBound') return ({startedAt}: Activity) => startedAt >= bound;
		if (name === 'StartTimeUpperBound') return ({startedAt}: Activity) => startedAt <= bound;
		throw validationError(`Invalid filter name: ${name}`);
	});
	return activity => tests.every(test => test(activity));
};

const timeOf = (value: string | undefined): number => {
	const at = Date.parse(value ?? '');
	if (Number.isNaN(at)) throw validationError(`Invalid timestamp: ${value ?? ''}`);
	return at;
};

const unfinishedThenNewest = (one: Activity, other: Activity): number =>
	Number(other.endedAt === null) - Number(one.endedAt === null) || other.startedAt - one.startedAt;

const describeLifecycleHooks: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	const names = texts(params, 'LifecycleHookNames') ?? [];
	return {
		LifecycleHooks: group.hooks
			.filter(({name}) => names.length === 0 || names.includes(name))
			.map(hook => hookShape(group, hook)),
	};
};

const describePolicies: Operation = ({params, region}) => {
	const policies = chosenGroups(params, region.groups).flatMap(group =>
		group.policies.map(policy => ({
			AutoScalingGroupName: group.name,
			PolicyName: policy.name,
			PolicyARN: policy.arn,
			PolicyType: policy.type,
			StepAdjustments: [],
			Alarms: [{AlarmName: policy.alarm, AlarmARN: policy.alarm}],
			Enabled: true,
		})),
	);
	const {items, nextToken} = page(policies, params, {name: 'MaxRecords', fallback: 50, most: 100});
	return {ScalingPolicies: items, NextToken: nextToken};
};

const chosenGroups = (params: Params, groups: ReadonlyMap<string, LabGroup>): readonly LabGroup[] => {
	const name = text(params, 'AutoScalingGroupName');
	if (name === undefined) return [...groups.values()];
	const group = groups.get(name);
	return group === undefined ? [] : [group];
};

const describeScheduledActions: Operation = ({params, region}) => {
	const actions = chosenGroups(params, region.groups).flatMap(group =>
		group.scheduledActions.map(action => ({
			AutoScalingGroupName: group.name,
			ScheduledActionName: action.name,
			ScheduledActionARN: `${group.arn}:scheduledActionName/${action.name}`,
			Recurrence: action.recurrence,
			DesiredCapacity: action.desired,
		})),
	);
	const {items, nextToken} = page(actions, params, {name: 'MaxRecords', fallback: 50, most: 100});
	return {ScheduledUpdateGroupActions: items, NextToken: nextToken};
};

const describeTags: Operation = call => {
	const {params, region} = call;
	const filters = (trees(params, 'Filters') ?? []).map(filter => ({
		name: text(filter, 'Name') ?? '',
		values: texts(filter, 'Values') ?? [],
	}));
	const fieldOf: Readonly<Record<string, string>> = {
		'auto-scaling-group': 'ResourceId',
		key: 'Key',
		value: 'Value',
		'propagate-at-launch': 'PropagateAtLaunch',
	};
	const tags: readonly XmlRecord[] = [...region.groups.values()]
		.flatMap(group => tagShapes(group.name, call.facts(group)))
		.filter(tag => filters.every(({name, values}) => values.includes(String(tag[fieldOf[name] ?? 'Key']))));
	const {items, nextToken} = page(tags, params, {name: 'MaxRecords', fallback: 50, most: 100});
	return {Tags: items, NextToken: nextToken};
};

const describeInstanceRefreshes: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	return {
		InstanceRefreshes: group.refreshes.map(refresh => ({
			InstanceRefreshId: refresh.id,
			AutoScalingGroupName: group.name,
			Status: refresh.status,
			StartTime: new Date(refresh.startedAt),
			EndTime: refresh.endedAt === null ? null : new Date(refresh.endedAt),
			PercentageComplete: refresh.percentage,
			InstancesToUpdate: Math.ceil((group.desired * (100 - refresh.percentage)) / 100),
		})),
	};
};

const describeTrafficSources: Operation = ({params, region}) => {
	const group = groupNamed({region, params});
	const sources = group.targetGroups.map(({arn}) => ({
		TrafficSource: arn,
		Identifier: arn,
		Type: 'elbv2',
		State: 'InService',
	}));
	const {items, nextToken} = page(sources, params, {name: 'MaxRecords', fallback: 50, most: 50});
	return {TrafficSources: items, NextToken: nextToken};
};

export const autoscalingReads: Readonly<Record<string, Operation>> = {
	DescribeAutoScalingGroups: describeAutoScalingGroups,
	DescribeAutoScalingInstances: describeAutoScalingInstances,
	DescribeScalingActivities: describeScalingActivities,
	DescribeLifecycleHooks: describeLifecycleHooks,
	DescribePolicies: describePolicies,
	DescribeScheduledActions: describeScheduledActions,
	DescribeTags: describeTags,
	DescribeInstanceRefreshes: describeInstanceRefreshes,
	DescribeTrafficSources: describeTrafficSources,
	DescribeWarmPool: ({params, region}) => {
		const {warmPool} = groupNamed({region, params});
		return {WarmPoolConfiguration: warmPoolShape(warmPool), Instances: []};
	},
	DescribeScalingProcessTypes: () => ({
		Processes: scalingProcesses.map(ProcessName => ({ProcessName})),
	}),
};
