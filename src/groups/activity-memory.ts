/** The activities of many groups, read a little at a time and kept: AWS is asked only for what is new. */
import type {Activity, Aws, Group} from '../aws/types.ts';
import type {ActivityCache} from './activity-cache.ts';
import {type ActivityReading, nothingRead} from './group-view.ts';
import {forgiven, mergeActivities, readGroupActivities, readManyGroups, spread} from './read-activities.ts';

export type ActivityMemory = {
	readonly reading: (group: string) => ActivityReading;
	/** One group: the newest 20 where they join what is known or kept, otherwise as much as it takes. */
	readonly readGroup: (group: Group, signal: AbortSignal) => Promise<void>;
	/** All groups in one page of the account. */
	readonly readAccount: (groups: readonly Group[], signal: AbortSignal) => Promise<void>;
	readonly forgetOthers: (groups: readonly Group[]) => void;
};

const newest = 20;
const mostKept = 1000;

export const createActivityMemory = (
	aws: Pick<Aws, 'polling' | 'clock'>,
	/** What earlier runs kept; absent: AWS alone is asked, and nothing is kept. */
	cache?: ActivityCache,
): ActivityMemory => {
	const readings = new Map<string, ActivityReading>();
	const reading = (group: string) => readings.get(group) ?? nothingRead;
	const readGroup = async (group: Group, signal: AbortSignal) => {
		readings.set(group.name, await readKept(aws, group, {cache, signal, known: readings.get(group.name)}));
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

type KeptOptions = {
	readonly cache: ActivityCache | undefined;
	/** What this run knows already; absent: the cache is asked. */
	readonly known?: ActivityReading | undefined;
	readonly signal?: AbortSignal;
};

/** One group, beside what this run or an earlier one knows of it; what is new is kept. */
export const readKept = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	group: Group,
	{cache, known, ...options}: KeptOptions,
): Promise<ActivityReading> => {
	const kept = known ?? (await cache?.read(group)) ?? null;
	const reading = await readBeside(aws, group.name, {kept, ...options});
	if (kept === null || !isSame(kept, reading)) await cache?.write(group, reading);
	return reading;
};

const isSame = (one: ActivityReading, other: ActivityReading): boolean => {
	if (one.activities.length !== other.activities.length) return false;
	const byId = new Map(one.activities.map(activity => [activity.activityId, activity]));
	return other.activities.every(activity => {
		const before = byId.get(activity.activityId);
		return before !== undefined && before.status === activity.status && before.endedAt === activity.endedAt;
	});
};

/**
 * One group beside what is known of it: the newest 20 where they join it, otherwise as much as it takes, and what was
 * known before that where the two still meet. What was in progress then and is not among the newest may have ended since,
 * so all is read again.
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
	if (isSettled && joins(kept.activities, fresh)) return joined(kept, fresh);
	const all = await readGroupActivities(aws, group, options);
	if (!joins(kept.activities, all.activities)) return all;
	const again = new Set(all.activities.map(({activityId}) => activityId));
	const settled = kept.activities.filter(
		({activityId, endedAt}) => endedAt !== null || again.has(activityId),
	);
	return joined({...kept, activities: settled}, all.activities);
};

const parallel = 8;

/** Few groups at once, each beside what is kept of it; a group that may not be asked reads as nothing. */
export const readFewGroups = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	groups: readonly Group[],
	options: Omit<KeptOptions, 'known'>,
): Promise<ReadonlyMap<string, ActivityReading>> => {
	const readings = new Map<string, ActivityReading>();
	const queue = [...groups];
	const work = async () => {
		for (let group = queue.shift(); group !== undefined; group = queue.shift())
			readings.set(group.name, await forgiven(readKept(aws, group, options), nothingRead));
	};
	await Promise.all(Array.from({length: Math.min(parallel, groups.length)}, work));
	return readings;
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
