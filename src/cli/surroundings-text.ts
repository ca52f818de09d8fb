/** What else moves or will move boxes of a group: an instance refresh, a warm pool, EC2's checks and its plans. */
import {ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {clockText, durationText} from '../base/time-text.ts';
import {latestRefresh} from '../groups/refreshes.ts';
import type {GroupDetail} from '../groups/types.ts';
import {isWell} from '../verdict/surroundings.ts';

export const surroundingsLines = (
	{view, refreshes, statuses}: GroupDetail,
	now: number,
): readonly Shown[] => {
	const {warmPool} = view.group;
	const refresh = latestRefresh(refreshes, now);
	return [
		...(refresh === null
			? []
			: [
					ours`instance refresh ${shown(refresh.status)}${refresh.percentage === null ? ours`` : ours` ${refresh.percentage}%`}${refresh.startedAt === null ? ours`` : ours`, begun ${clockText(refresh.startedAt)}`}${refresh.reason === null ? ours`` : ours`: ${shown(refresh.reason)}`}`,
				]),
		...(warmPool === null
			? []
			: [
					ours`warm pool of ${warmPool.size}, at least ${warmPool.minSize}, kept ${shown(warmPool.poolState)}`,
				]),
		...statuses.flatMap(({instanceId, system, instance, scheduled}) => [
			...(isWell(system) && isWell(instance)
				? []
				: [ours`${shown(instanceId)}  EC2 says: system ${shown(system)}, instance ${shown(instance)}`]),
			...scheduled.map(
				({code, description, notBefore}) =>
					ours`${shown(instanceId)}  ${shown(code)}${notBefore === null ? ours`` : ours` ${notBefore > now ? ours`in ${durationText((notBefore - now) / 1000)}` : ours`due`}`}: ${shown(description)}`,
			),
		]),
	];
};
