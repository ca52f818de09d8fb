/** A file of kept activities, taken apart with distrust: anything unexpected in it, and nothing of it is used. */
import type {Activity} from '../aws/types.ts';
import {isRecord, openKept, unusable, type Whose} from './group-files.ts';
import type {ActivityReading} from './group-view.ts';

export const version = 1;
const mostActivities = 2000;

/** Throws `refused` with the reason. */
export const parseActivityFile = (text: string, whose: Omit<Whose, 'version'>): ActivityReading => {
	const {activities, coveredFrom} = openKept(text, {...whose, version});
	const isList = Array.isArray(activities) && activities.length <= mostActivities;
	if (!isList || !activities.every(isActivity) || !isTimeOrNull(coveredFrom))
		throw unusable('it is not what unflap writes');
	return {activities, coveredFrom};
};

const isActivity = (value: unknown): value is Activity =>
	isRecord(value) &&
	['activityId', 'group', 'description', 'cause', 'status'].every(key => typeof value[key] === 'string') &&
	isTime(value['startedAt']) &&
	isTimeOrNull(value['endedAt']) &&
	(value['statusMessage'] === null || typeof value['statusMessage'] === 'string');

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTimeOrNull = (value: unknown): value is number | null => value === null || isTime(value);
