/**
 * What was read of a group's activities, kept on disk: AWS forgets them after six weeks, and a next start asks only for
 * what is new. Secrets in it are masked.
 */
import type {Activity, Group} from '../aws/types.ts';
import {masked} from '../base/terminal-text.ts';
import {parseActivityFile, version} from './activity-file.ts';
import {createGroupFiles, type KeptFilesOptions} from './group-files.ts';
import type {ActivityReading} from './group-view.ts';

export type ActivityCache = {
	/** What an earlier run left; null: nothing, or nothing that can be used. */
	readonly read: (group: Group) => Promise<ActivityReading | null>;
	readonly write: (group: Group, reading: ActivityReading) => Promise<void>;
};

export const createActivityCache = (options: KeptFilesOptions): ActivityCache => {
	const {endpoint} = options;
	const files = createGroupFiles({name: 'activities', what: 'activities'}, options);
	return {
		read: group => files.read(group, text => parseActivityFile(text, {arn: group.arn, endpoint})),
		write: (group, {activities, coveredFrom}) =>
			files.write(group, {
				version,
				arn: group.arn,
				endpoint,
				coveredFrom,
				activities: activities.map(withoutSecrets),
			}),
	};
};

const withoutSecrets = (activity: Activity): Activity => ({
	...activity,
	description: masked(activity.description),
	cause: masked(activity.cause),
	statusMessage: activity.statusMessage === null ? null : masked(activity.statusMessage),
});
