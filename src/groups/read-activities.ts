/** Reads activities politely: a group at a time where there are few, one account-wide page where there are many. */
import type {Activity, Aws, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {type ActivityReading, nothingRead} from './group-view.ts';

/** Up to here each group is asked for its own activities (aws-facts.md 6.5: one call a second at most, sustained). */
export const fewGroups = 20;

const hourMs = 3_600_000;
const windowMs = 2 * hourMs;
/** AWS forgets after six weeks. */
const memoryMs = 42 * 24 * hourMs;
const page = 100;
const mostPerGroup = 500;

type ReadOptions = {readonly signal?: AbortSignal};

/** One group's newest activities: at least the last two hours of them, up to 500. */
export const readGroupActivities = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	group: string,
	options: ReadOptions = {},
): Promise<ActivityReading> => {
	const newest = await aws.polling.activities({...options, group, max: page});
	const now = aws.clock.now();
	if (newest.length < page) return {activities: newest, coveredFrom: now - memoryMs};
	const coveredFrom = oldestFinished(newest);
	if (coveredFrom <= now - windowMs) return {activities: newest, coveredFrom};
	const all = await aws.polling.activities({...options, group, since: now - windowMs, max: mostPerGroup});
	const activities = mergeActivities(newest, all);
	return {activities, coveredFrom: all.length < mostPerGroup ? now - windowMs : oldestFinished(all)};
};

type AccountOptions = ReadOptions & {
	/** Awaited before each further page; absent: one page. */
	readonly pace?: () => Promise<void>;
};

/** The account's last hour: one page of 100 records, or all of it where a pace is given. */
export const readManyGroups = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	{pace, ...options}: AccountOptions = {},
): Promise<{readonly activities: readonly Activity[]; readonly coveredFrom: AwsMs | null}> => {
	const since = aws.clock.now() - hourMs;
	const max = pace === undefined ? page : 100_000;
	const read = aws.polling.activities({...options, since, max, ...(pace === undefined ? {} : {pace})});
	const activities = await forgiven(read, null);
	if (activities === null) return nothingRead;
	return {activities, coveredFrom: activities.length < max ? since : oldestFinished(activities)};
};

/** An account-wide reading, a group at a time. */
export const spread = (
	groups: readonly Group[],
	{activities, coveredFrom}: ActivityReading,
): ReadonlyMap<string, ActivityReading> => {
	const byGroup = new Map<string, Activity[]>(groups.map(({name}) => [name, []]));
	for (const activity of activities) byGroup.get(activity.group)?.push(activity);
	return new Map([...byGroup].map(([name, own]) => [name, {activities: own, coveredFrom}]));
};

/** By id, the later reading wins; newest first. */
export const mergeActivities = (
	before: readonly Activity[],
	after: readonly Activity[],
): readonly Activity[] => {
	const merged = new Map<string, Activity>();
	for (const activity of [...before, ...after]) merged.set(activity.activityId, activity);
	return [...merged.values()].toSorted((one, other) => other.startedAt - one.startedAt);
};

/** Those in progress come first, however old (aws-facts.md 4.1): they say nothing about how far the page reaches. */
const oldestFinished = (activities: readonly Activity[]): AwsMs =>
	activities.reduce(
		(oldest, {startedAt, endedAt}) => (endedAt === null ? oldest : Math.min(oldest, startedAt)),
		Infinity,
	);

/** Being refused or slowed down here leaves a blank; everything else is the caller's to say. */
export const forgiven = async <T, F>(read: Promise<T>, fallback: F): Promise<T | F> => {
	try {
		return await read;
	} catch (error) {
		if (error instanceof UnflapError && (error.kind === 'denied' || error.kind === 'throttled'))
			return fallback;
		throw error;
	}
};
