/**
 * What was read of a group's activities, kept on disk: AWS forgets them after six weeks, and a next start asks only for
 * what is new. One file a group below the cache folder (0700, files 0600), secrets in it masked.
 */
import {lstat, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Activity, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {encodeJson} from '../base/json.ts';
import {
	checkOwnFolder,
	codeOf,
	ensureOwnFolder,
	readOwnFile,
	removeFile,
	writeAtomic,
} from '../base/safe-files.ts';
import {segment} from '../base/segment.ts';
import {hostile, masked, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {parseActivityFile, version} from './activity-file.ts';
import type {ActivityReading} from './group-view.ts';

export type ActivityCache = {
	/** What an earlier run left; null: nothing, or nothing that can be used. */
	readonly read: (group: Group) => Promise<ActivityReading | null>;
	readonly write: (group: Group, reading: ActivityReading) => Promise<void>;
};

type CacheOptions = {
	/** Unflap's own cache folder. */
	readonly folder: string;
	/** As in `AwsFacts`: another endpoint is another world. The group's ARN has account and region. */
	readonly endpoint: string | null;
	/** A file that was not used, or could not be written: said, never fatal. */
	readonly tell: (note: Shown) => void;
};

const mostBytes = 2_097_152;
const mostFiles = 1000;

export const createActivityCache = ({folder: parent, endpoint, tell}: CacheOptions): ActivityCache => {
	const folder = join(parent, 'activities');
	const nameOf = ({name, arn}: Group) => `${segment(name, `${endpoint ?? ''} ${arn}`)}.json`;
	let isTold = false;
	const trying = async <T>(group: Group, deed: () => Promise<T>): Promise<T | null> => {
		try {
			return await deed();
		} catch (error) {
			if (!(error instanceof UnflapError) && codeOf(error) === undefined) throw error;
			const why = error instanceof Error ? error.message : String(error);
			if (!isTold) tell(shown(hostile(`The kept activities of ${group.name} are not used: ${why}`)));
			isTold = true;
			return null;
		}
	};
	return {
		read: group =>
			trying(group, async () => {
				if (!(await checkOwnFolder(folder))) return null;
				const text = await readOwnFile(join(folder, nameOf(group)), mostBytes);
				return text === undefined ? null : parseActivityFile(text, {arn: group.arn, endpoint});
			}),
		write: async (group, {activities, coveredFrom}) => {
			await trying(group, async () => {
				await ensureOwnFolder(folder);
				const file = {
					version,
					arn: group.arn,
					endpoint,
					coveredFrom,
					activities: activities.map(withoutSecrets),
				};
				const name = nameOf(group);
				const isNew = (await readOwnFile(join(folder, name), mostBytes).catch(unusable)) === undefined;
				await writeAtomic(folder, name, encodeJson(file));
				if (isNew) await prune(folder);
			});
		},
	};
};

/** A file that cannot be used is replaced by one that can: the rename follows no link. */
const unusable = (error: unknown): undefined => {
	if (error instanceof UnflapError) return undefined;
	throw error;
};

const withoutSecrets = (activity: Activity): Activity => ({
	...activity,
	description: masked(activity.description),
	cause: masked(activity.cause),
	statusMessage: activity.statusMessage === null ? null : masked(activity.statusMessage),
});

/** The groups that were not looked at for longest go first. */
const prune = async (folder: string) => {
	const names = (await readdir(folder)).filter(name => name.endsWith('.json') && !name.startsWith('.'));
	if (names.length <= mostFiles) return;
	const aged = await Promise.all(
		names.map(async name => ({name, at: (await lstat(join(folder, name))).mtimeMs})),
	);
	const oldest = aged.toSorted((one, other) => one.at - other.at).slice(0, names.length - mostFiles);
	for (const {name} of oldest) await removeFile(join(folder, name));
};
