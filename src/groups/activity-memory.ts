/** The activities of many groups, read a little at a time and kept: AWS is asked only for what is new. */
import type {Activity, Aws, Group} from '../aws/types.ts';
import {type ActivityReading, nothingRead} from './group-view.ts';
import {spread} from './list-groups.ts';
import {mergeActivities, readGroupActivities, readManyGroups} from './read-activities.ts';

export type ActivityMemory = {
	readonly reading: (group: string) => ActivityReading;
	/** One group: the newest 20 where they join what is known, otherwise as much as it takes. */
	readonly readGroup: (group: string, signal: AbortSignal) => Promise<void>;
	/** All groups in one page of the account. */
	readonly readAccount: (groups: readonly Group[], signal: AbortSignal) => Promise<void>;
	readonly forgetOthers: (groups: readonly Group[]) => void;
};

const newest = 20;
const mostKept = 1000;

export const createActivityMemory = (aws: Pick<Aws, 'polling' | 'clock'>): ActivityMemory => {
	const readings = new Map<string, ActivityReading>();
	const reading = (group: string) => readings.get(group) ?? nothingRead;
	const readGroup = async (group: string, signal: AbortSignal) => {
		const before = reading(group);
		const fresh =
			before.activities.length === 0 ? [] : await aws.polling.activities({group, max: newest, signal});
		readings.set(
			group,
			joins(before.activities, fresh)
				? joined(before, fresh)
				: await readGroupActivities(aws, group, {signal}),
		);
	};
	const readAccount = async (groups: readonly Group[], signal: AbortSignal) => {
		const account = await readManyGroups(aws, {signal});
		for (const [group, fresh] of spread(groups, account)) {
			const before = reading(group);
			// What was read of a group on its own reaches further back; a gap between the two would be a silent hole.
			const reachesBack =
				before.coveredFrom !== null &&
				account.coveredFrom !== null &&
				(account.coveredFrom <= (before.activities[0]?.startedAt ?? 0) ||
					joins(before.activities, fresh.activities));
			readings.set(group, reachesBack ? joined(before, fresh.activities) : fresh);
		}
	};
	return {
		reading,
		readGroup,
		readAccount,
		forgetOthers: groups => {
			const names = new Set(groups.map(({name}) => name));
			for (const name of readings.keys()) if (!names.has(name)) readings.delete(name);
		},
	};
};

/**
 * One group beside what an earlier run kept of it: the newest 20 where they join it, otherwise as much as it takes. What
 * was in progress then and is not among them may have ended since, so all is read again.
 */
export const readBeside = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	group: string,
	{kept, ...options}: {readonly kept: ActivityReading | null; readonly signal?: AbortSignal},
): Promise<ActivityReading> => {
	if (kept === null || kept.activities.length === 0) return readGroupActivities(aws, group, options);
	const fresh = await aws.polling.activities({...options, group, max: newest});
	const seen = new Set(fresh.map(({activityId}) => activityId));
	const isSettled = kept.activities.every(
		({activityId, endedAt}) => endedAt !== null || seen.has(activityId),
	);
	return isSettled && joins(kept.activities, fresh)
		? joined(kept, fresh)
		: readGroupActivities(aws, group, options);
};

/** One record known before: nothing is missing between the two readings. */
const joins = (before: readonly Activity[], fresh: readonly Activity[]) => {
	const known = new Map(before.map(({activityId, startedAt}) => [activityId, startedAt]));
	return fresh.some(({activityId, startedAt}) => known.get(activityId) === startedAt);
};

const joined = (before: ActivityReading, fresh: readonly Activity[]): ActivityReading => {
	const activities = mergeActivities(before.activities, fresh);
	if (activities.length <= mostKept) return {activities, coveredFrom: before.coveredFrom};
	const kept = activities.slice(0, mostKept);
	return {activities: kept, coveredFrom: kept.at(-1)?.startedAt ?? before.coveredFrom};
};
