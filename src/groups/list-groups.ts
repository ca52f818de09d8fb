/** Groups once, as `ls` shows them. */
import type {Activity, Aws, Group} from '../aws/types.ts';
import {type ActivityReading, makeGroupView, nothingRead} from './group-view.ts';
import {rankGroups} from './rank-groups.ts';
import {fewGroups, readFewGroups, readManyGroups} from './read-activities.ts';
import type {GroupView} from './types.ts';

export type ListOptions = {
	/** Part of a name, in any case. */
	readonly filter?: string;
	/** With many groups: read on until the last hour is complete, waiting this way before each further page. */
	readonly pace?: () => Promise<void>;
	readonly signal?: AbortSignal;
};

/** Worst first. */
export const listGroups = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	{filter, pace, signal}: ListOptions = {},
): Promise<readonly GroupView[]> => {
	const options = signal === undefined ? {} : {signal};
	const all = await aws.polling.groups(options);
	const groups = all.filter(group => matchesFilter(group, filter));
	const readings =
		groups.length <= fewGroups
			? await readFewGroups(aws, groups, options)
			: spread(groups, await readManyGroups(aws, {...options, ...(pace === undefined ? {} : {pace})}));
	const now = aws.clock.now();
	return rankGroups(groups.map(group => makeGroupView(group, readings.get(group.name) ?? nothingRead, now)));
};

export const matchesFilter = ({name}: Pick<Group, 'name'>, filter: string | undefined): boolean =>
	filter === undefined || name.toLowerCase().includes(filter.toLowerCase());

/** An account-wide reading, a group at a time. */
export const spread = (
	groups: readonly Group[],
	{activities, coveredFrom}: ActivityReading,
): ReadonlyMap<string, ActivityReading> => {
	const byGroup = new Map<string, Activity[]>(groups.map(({name}) => [name, []]));
	for (const activity of activities) byGroup.get(activity.group)?.push(activity);
	return new Map([...byGroup].map(([name, own]) => [name, {activities: own, coveredFrom}]));
};
