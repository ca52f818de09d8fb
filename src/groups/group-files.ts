/**
 * What is kept on disk of a group: one file a group below a folder of the cache (folders 0700, files 0600). A file that
 * cannot be used is said once and replaced by the next that is written; the groups not looked at for longest go first.
 */
import {lstat, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Group} from '../aws/types.ts';
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
import {hostile, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';

export type KeptFilesOptions = {
	/** Unflap's own cache folder. */
	readonly folder: string;
	/** As in `AwsFacts`: another endpoint is another world. The group's ARN has account and region. */
	readonly endpoint: string | null;
	/** A file that was not used, or could not be written: said, never fatal. */
	readonly tell: (note: Shown) => void;
};

type Named = Pick<Group, 'name' | 'arn'>;

export type GroupFiles = {
	/** What `parse` makes of the file; null where there is none that can be used. `parse` throws `refused` with its reason. */
	readonly read: <T>(group: Named, parse: (text: string) => T) => Promise<T | null>;
	readonly write: (group: Named, content: object) => Promise<void>;
};

const mostBytes = 2_097_152;
const mostFiles = 1000;

export const createGroupFiles = (
	/** Folder below the cache, and what is in it, for the sentence: "The kept activities of web-prod …". */
	{name, what}: {readonly name: string; readonly what: string},
	{folder: parent, endpoint, tell}: KeptFilesOptions,
): GroupFiles => {
	const folder = join(parent, name);
	const fileOf = (group: Named) => `${segment(group.name, `${endpoint ?? ''} ${group.arn}`)}.json`;
	let isTold = false;
	const trying = async <T>(group: Named, deed: () => Promise<T>): Promise<T | null> => {
		try {
			return await deed();
		} catch (error) {
			if (!(error instanceof UnflapError) && codeOf(error) === undefined) throw error;
			const why = error instanceof Error ? error.message : String(error);
			if (!isTold) tell(shown(hostile(`The kept ${what} of ${group.name} are not used: ${why}`)));
			isTold = true;
			return null;
		}
	};
	return {
		read: (group, parse) =>
			trying(group, async () => {
				if (!(await checkOwnFolder(folder))) return null;
				const text = await readOwnFile(join(folder, fileOf(group)), mostBytes);
				return text === undefined ? null : parse(text);
			}),
		write: async (group, content) => {
			await trying(group, async () => {
				await ensureOwnFolder(folder);
				const file = fileOf(group);
				const isNew = (await readOwnFile(join(folder, file), mostBytes).catch(replaced)) === undefined;
				await writeAtomic(folder, file, encodeJson(content));
				if (isNew) await prune(folder);
			});
		},
	};
};

/** A file that cannot be used is replaced by one that can: the rename follows no link. */
const replaced = (error: unknown): undefined => {
	if (error instanceof UnflapError) return undefined;
	throw error;
};

const prune = async (folder: string) => {
	const names = (await readdir(folder)).filter(name => name.endsWith('.json') && !name.startsWith('.'));
	if (names.length <= mostFiles) return;
	const aged = await Promise.all(
		names.map(async name => ({name, at: (await lstat(join(folder, name))).mtimeMs})),
	);
	const oldest = aged.toSorted((one, other) => one.at - other.at).slice(0, names.length - mostFiles);
	for (const {name} of oldest) await removeFile(join(folder, name));
};

/** Of whom a file is, and in which form. */
export type Whose = {readonly arn: string; readonly endpoint: string | null; readonly version: number};

/** A kept file, taken apart with distrust. Throws `refused` with the reason where it is none of this group. */
export const openKept = (text: string, {arn, endpoint, version}: Whose): Record<string, unknown> => {
	const file = jsonOf(text);
	if (!isRecord(file)) throw unusable('it is not what unflap writes');
	if (file['version'] !== version) throw unusable('it is of another version');
	if (file['arn'] !== arn || file['endpoint'] !== endpoint) throw unusable('it is of another group');
	return file;
};

const jsonOf = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		throw unusable('it is damaged');
	}
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const unusable = (why: string) => new UnflapError('refused', why);
