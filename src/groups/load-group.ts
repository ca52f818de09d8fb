/** One group with everything known of it, read once. */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {ActivityCache} from './activity-cache.ts';
import {readKept} from './activity-memory.ts';
import {makeBoxes} from './boxes.ts';
import {makeGroupView, nothingRead} from './group-view.ts';
import type {GroupDetail} from './types.ts';

type LoadOptions = {
	readonly signal?: AbortSignal;
	/** What earlier runs kept of the group's activities; absent: AWS alone is asked, and nothing is kept. */
	readonly cache?: ActivityCache;
};

/** `name` is exact. Throws `not-found`; a part that may not be read is missing, not an error. */
export const loadGroup = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	name: string,
	{cache, ...options}: LoadOptions = {},
): Promise<GroupDetail> => {
	const [group] = await aws.polling.groups({...options, names: [name]});
	if (group === undefined) throw noSuchGroup(name);
	return loadParts(aws, group, {...options, ...(cache === undefined ? {} : {cache})});
};

export const noSuchGroup = (name: string) =>
	new UnflapError('not-found', `There is no group ${name}`, {
		next: ['unflap ls shows the groups of this region', 'check --region and --profile'],
	});

const loadParts = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	group: Group,
	{cache, ...options}: LoadOptions,
): Promise<GroupDetail> => {
	const {polling} = aws;
	const missing = new Map<string, Hostile>();
	const part = async <T>(operation: string, read: Promise<T>, fallback: T): Promise<T> => {
		try {
			return await read;
		} catch (error) {
			if (!(error instanceof UnflapError) || !isPartial(error)) throw error;
			missing.set(operation, error.message);
			return fallback;
		}
	};
	const ids = group.instances.map(({instanceId}) => instanceId);
	const [reading, hooks, policies, targetGroups, refreshes, instances, statuses, ssm, targets] =
		await Promise.all([
			part('DescribeScalingActivities', readKept(aws, group, {cache, ...options}), nothingRead),
			part('DescribeLifecycleHooks', polling.hooks(group.name, options), []),
			part('DescribePolicies', polling.policies(group.name, options), []),
			part('DescribeTargetGroups', polling.targetGroups(group.targetGroupArns, options), []),
			part('DescribeInstanceRefreshes', polling.refreshes(group.name, options), []),
			part('DescribeInstances', polling.instances(ids, options), []),
			part('DescribeInstanceStatus', polling.instanceStatus(ids, options), []),
			part('DescribeInstanceInformation', polling.ssmInfo(ids, options), []),
			Promise.all(
				group.targetGroupArns.map(arn =>
					part('DescribeTargetHealth', polling.targetHealth(arn, options), []),
				),
			),
		]);
	const view = makeGroupView(group, reading, aws.clock.now());
	return {
		view,
		boxes: makeBoxes(group, {lives: view.lives, instances, ssm, targets: targets.flat()}),
		hooks,
		policies,
		targetGroups,
		refreshes,
		statuses,
		missing: [...missing].map(([operation, message]) => ({operation, message})),
	};
};

/** No network, no credentials: then nothing of the group can be said. */
const isPartial = ({kind}: UnflapError) =>
	!['expired-credentials', 'no-credentials', 'unreachable', 'bug'].includes(kind);
