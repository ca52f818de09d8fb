/** What the fleet and `ls` say of a group, made from its description and its activities. */
import type {Activity, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {flapStatistics} from './flap-statistics.ts';
import {isLive, parseHoldTag} from './hold-tag.ts';
import {pairLives} from './lives.ts';
import type {GroupState, GroupView, HoldTag} from './types.ts';

export type ActivityReading = {
	readonly activities: readonly Activity[];
	/** All activities of the group younger than this are there; null: nothing was read. */
	readonly coveredFrom: AwsMs | null;
};

export const nothingRead: ActivityReading = {activities: [], coveredFrom: null};

export const makeGroupView = (
	group: Group,
	{activities, coveredFrom}: ActivityReading,
	now: AwsMs,
): GroupView => {
	const lives = pairLives(activities);
	const {statistics, isFlapping} = flapStatistics(lives, {now, coveredFrom});
	const holds = group.tags.map(parseHoldTag).filter(tag => tag !== null);
	const strays = straysOf(group, holds, now);
	return {
		group,
		state: stateOf({
			group,
			isFlapping,
			isHeld: holds.some(hold => isLive(hold, now)),
			isStray: strays.length > 0,
		}),
		inService: group.instances.filter(({lifecycleState}) => lifecycleState === 'InService').length,
		flaps: statistics,
		holds,
		strays,
		lives,
		activities,
	};
};

type Signs = {
	readonly group: Group;
	readonly isFlapping: boolean | null;
	readonly isHeld: boolean;
	readonly isStray: boolean;
};

const stateOf = ({group, isFlapping, isHeld, isStray}: Signs): GroupState => {
	if (group.status !== null) return 'deleting';
	if (isHeld) return 'held';
	if (isFlapping) return 'flapping';
	if (isStray) return 'stray';
	return isFlapping === null ? 'unknown' : 'calm';
};

/** Every suspended process that no live hold names. */
const straysOf = ({suspended}: Group, holds: readonly HoldTag[], now: AwsMs): GroupView['strays'] => {
	const explained = new Set(holds.filter(hold => isLive(hold, now)).flatMap(({processes}) => processes));
	return suspended
		.filter(({process}) => !explained.has(process) && process !== deprecatedProcess)
		.map(({process, reason}) => ({process, reason, since: suspendedAt(reason)}));
};

/** Shows up in answers and means nothing any more (aws-facts.md 1.1). */
const deprecatedProcess = 'RemoveFromLoadBalancerLowPriority';

/** `User suspended at 2018-08-30T14:11:58Z`; other reasons are AWS's own and say no time we know (aws-facts.md 1.3). */
const suspendedAt = (reason: string): AwsMs | null => {
	const time = Date.parse(/^User suspended at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/.exec(reason)?.[1] ?? '');
	return Number.isNaN(time) ? null : time;
};
