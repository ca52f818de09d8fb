/** Groups once, as `ls` shows them. */
import type {Aws, Group} from '../aws/types.ts';
import type {ActivityCache} from './activity-cache.ts';
import {readFewGroups} from './activity-memory.ts';
import {makeGroupView, nothingRead} from './group-view.ts';
import {rankGroups} from './rank-groups.ts';
import {fewGroups, readManyGroups, spread} from './read-activities.ts';
import type {GroupView} from './types.ts';

export type ListOptions = {
	/** Part of a name, in any case. */
	readonly filter?: string;
	/** With many groups: read on until the last hour is complete, waiting this way before each further page. */
	readonly pace?: () => Promise<void>;
	readonly signal?: AbortSignal;
	/** What earlier runs kept of activities, where there are few groups. */
	readonly cache?: ActivityCache;
};

/** Worst first. */
export const listGroups = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	{filter, pace, signal, cache}: ListOptions = {},
): Promise<readonly GroupView[]> => {
	const options = signal === undefined ? {} : {signal};
	const all = await aws.polling.groups(options);
	const groups = all.filter(group => matchesFilter(group, filter));
	const readings =
		groups.length <= fewGroups
			? await readFewGroups(aws, groups, {...options, cache})
			: spread(groups, await readManyGroups(aws, {...options, ...(pace === undefined ? {} : {pace})}));
	const now = aws.clock.now();
	return rankGroups(groups.map(group => makeGroupView(group, readings.get(group.name) ?? nothingRead, now)));
};

export const matchesFilter = ({name}: Pick<Group, 'name'>, filter: string | undefined): boolean =>
	filter === undefined || name.toLowerCase().includes(filter.toLowerCase());
