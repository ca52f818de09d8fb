/** A file of kept activities, taken apart with distrust: anything unexpected in it, and nothing of it is used. */
import type {Activity} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {ActivityReading} from './group-view.ts';

export const version = 1;
const mostActivities = 2000;

type Whose = {readonly arn: string; readonly endpoint: string | null};

/** Throws `refused` with the reason. */
export const parseActivityFile = (text: string, {arn, endpoint}: Whose): ActivityReading => {
	const file = jsonOf(text);
	if (!isRecord(file)) throw unusable('it is not what unflap writes');
	if (file['version'] !== version) throw unusable('it is of another version');
	if (file['arn'] !== arn || file['endpoint'] !== endpoint) throw unusable('it is of another group');
	const {activities, coveredFrom} = file;
	const isList = Array.isArray(activities) && activities.length <= mostActivities;
	if (!isList || !activities.every(isActivity) || !isTimeOrNull(coveredFrom))
		throw unusable('it is not what unflap writes');
	return {activities, coveredFrom};
};

const jsonOf = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		throw unusable('it is damaged');
	}
};

const isActivity = (value: unknown): value is Activity =>
	isRecord(value) &&
	['activityId', 'group', 'description', 'cause', 'status'].every(key => typeof value[key] === 'string') &&
	isTime(value['startedAt']) &&
	isTimeOrNull(value['endedAt']) &&
	(value['statusMessage'] === null || typeof value['statusMessage'] === 'string');

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTimeOrNull = (value: unknown): value is number | null => value === null || isTime(value);

const unusable = (why: string) => new UnflapError('refused', why);
