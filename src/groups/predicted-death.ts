/**
 * When a box whose load balancer check fails is taken out of service: grace, then as many missed checks as the target
 * group counts, from the moment it was in service (verdict.md). By the group's and the target group's own settings.
 */
import type {AwsMs} from '../base/clock.ts';
import type {Box, GroupDetail} from './types.ts';

/** A group that suspends one of these takes no box out of service for its health. */
const takers = ['ReplaceUnhealthy', 'HealthCheck', 'Terminate'];

type Known = Pick<GroupDetail, 'view' | 'targetGroups'>;

/** The end of the launch: from then on the grace period counts. Null where the launch was not read. */
export const inServiceAt = ({view}: Pick<GroupDetail, 'view'>, instanceId: string): AwsMs | null =>
	view.activities.find(
		({description, endedAt}) =>
			endedAt !== null && description.startsWith('Launching') && description.includes(instanceId),
	)?.endedAt ?? null;

/**
 * Milliseconds since 1970 UTC; null where nothing is taken out for its health now: no check of a load balancer, a process
 * suspended, settings or launch unknown.
 */
export const healthDeathAt = (detail: Known, instanceId: string): AwsMs | null => {
	const {group} = detail.view;
	const start = inServiceAt(detail, instanceId);
	const isHeld = group.suspended.some(({process}) => takers.includes(process));
	if (start === null || isHeld || !group.healthCheckTypes.includes('ELB') || detail.targetGroups.length === 0)
		return null;
	return start + (group.healthCheckGraceSeconds + missedSeconds(detail.targetGroups)) * 1000;
};

/** How long the strictest target group fails a box before it counts as unhealthy; Infinity where there is none. */
export const missedSeconds = (targetGroups: GroupDetail['targetGroups']): number =>
	Math.min(
		...targetGroups.map(({intervalSeconds, unhealthyThreshold}) => intervalSeconds * unhealthyThreshold),
	);

/** The same for a box that fails its check now; a box that answers is not expected to die. */
export const predictedDeathAt = (
	detail: Known,
	{instanceId, target}: Pick<Box, 'instanceId' | 'target'>,
): AwsMs | null => (target?.state === 'unhealthy' ? healthDeathAt(detail, instanceId) : null);
