/**
 * The local copy of everything streamed: one folder a boot, entries as journalctl writes them in JSON, in gzip members of
 * their own, so that a crash costs the last second at most and `unflap boot --journal` reads the file. What comes in is
 * redacted already. Writing never holds up the stream: what the disk cannot take is counted, not waited for.
 */
import {type FileHandle, lstat, readdir, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {gzip} from 'node:zlib';
import {encodeJson} from '../base/json.ts';
import {codeOf, ensureOwnFolder, openExclusive, writeAtomic} from '../base/safe-files.ts';
import {idSegment, segment} from '../base/segment.ts';
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {journalLine} from './journal-line.ts';

export type Spool = {
	readonly append: (entries: readonly JournalEntry[]) => void;
	/** Folder of the box, for the screen: `…/GROUP/INSTANCE`. */
	readonly folder: string;
	/** Lines that were not kept, because the disk was too slow or the cap was reached. */
	readonly notKept: () => number;
	/** Why nothing is written any more, or null. */
	readonly problem: () => string | null;
	/** Writes what waits and closes the files. */
	readonly close: () => Promise<void>;
};

export type SpoolPlace = {
	/** `settings.paths.spool`. */
	readonly root: string;
	readonly accountId: string;
	readonly region: string;
	/** The unique part of the folder's name comes from the ARN, which holds the group's UUID. */
	readonly group: {readonly name: Hostile; readonly arn: string};
	readonly instanceId: string;
};

export type SpoolOptions = SpoolPlace & {
	readonly maxMegabytes: number;
	/** Milliseconds since 1970 UTC, for names of files. */
	readonly wallNow: () => number;
};

const flushMs = 1000;
const flushCharacters = 256 * 1024;
/** Waiting for the disk beyond this, lines are counted instead of kept. */
const maxWaitingCharacters = 32 * 1024 * 1024;
const compress = promisify(gzip);

type BootFile = {
	readonly bootId: string;
	lines: string[];
	characters: number;
	handle: FileHandle | null;
	written: number;
};

export const createSpool = (options: SpoolOptions): Spool => {
	const folder = boxFolder(options);
	const files = new Map<string, BootFile>();
	/** One box may take a quarter of the cap: others want room too. */
	const maxFileBytes = (options.maxMegabytes * 1024 * 1024) / 4;
	let waiting = 0;
	let notKept = 0;
	let problem: string | null = null;
	let timer: NodeJS.Timeout | null = null;
	let writing = Promise.resolve();

	const writeAll = async () => {
		for (const file of files.values()) {
			const {lines, characters} = file;
			if (lines.length === 0) continue;
			file.lines = [];
			file.characters = 0;
			try {
				if (file.written < maxFileBytes) await write(file, lines);
				else notKept += lines.length;
			} catch (error) {
				problem = error instanceof Error ? error.message : String(error);
				notKept += lines.length;
			} finally {
				waiting -= characters;
			}
		}
	};
	const write = async (file: BootFile, lines: readonly string[]) => {
		const member = await compress(lines.join(''), {level: 1});
		file.handle ??= await openBootFile(folder, file.bootId, options);
		await file.handle.appendFile(member);
		file.written += member.length;
	};
	const flush = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		writing = writing.then(writeAll);
		return writing;
	};

	return {
		folder,
		notKept: () => notKept,
		problem: () => problem,
		append: entries => {
			for (const entry of entries) {
				if (problem !== null || waiting > maxWaitingCharacters || entry.bootId === '') {
					notKept += 1;
					continue;
				}
				const file = files.get(entry.bootId) ?? {
					bootId: entry.bootId,
					lines: [],
					characters: 0,
					handle: null,
					written: 0,
				};
				files.set(entry.bootId, file);
				const line = `${journalLine(entry)}\n`;
				file.lines.push(line);
				file.characters += line.length;
				waiting += line.length;
				if (file.characters > flushCharacters) void flush();
			}
			if (timer === null && waiting > 0) {
				timer = setTimeout(() => void flush(), flushMs);
				timer.unref();
			}
		},
		close: async () => {
			await flush();
			for (const {handle} of files.values()) await handle?.close();
			files.clear();
		},
	};
};

/** `ROOT/ACCOUNT/REGION/GROUP/INSTANCE`: every part by its grammar, or made of safe characters and a hash. */
export const boxFolder = ({root, accountId, region, group, instanceId}: SpoolPlace) =>
	join(
		root,
		idSegment('account', accountId),
		idSegment('region', region),
		segment(group.name, group.arn),
		idSegment('instance', instanceId),
	);

const openBootFile = async (box: string, bootId: string, options: SpoolOptions): Promise<FileHandle> => {
	const folder = await ensureTree(options.root, join(box, idSegment('boot', bootId)));
	const {group, instanceId, region, accountId} = options;
	const about = {group: group.name, groupArn: group.arn, instanceId, bootId, region, accountId};
	await writeAtomic(folder, 'about.json', `${encodeJson(about)}\n`);
	// Two processes may stream the same box: each has a file of its own.
	return openExclusive(join(folder, `${options.wallNow().toString(36)}-${process.pid}.jsonl.gz`));
};

/** Each folder on the way is ours and closed to others, not the last one alone. */
const ensureTree = async (root: string, folder: string) => {
	let path = root;
	await ensureOwnFolder(path);
	for (const part of folder.slice(root.length).split('/').filter(Boolean)) {
		path = join(path, part);
		await ensureOwnFolder(path);
	}
	return path;
};

/** Removes the oldest boots until the spool is within its cap, and those older than `maxAgeDays`. Gives the bytes left. */
export const pruneSpool = async ({
	root,
	maxMegabytes,
	maxAgeDays = 14,
	wallNow,
}: {
	readonly root: string;
	readonly maxMegabytes: number;
	readonly maxAgeDays?: number;
	readonly wallNow: () => number;
}): Promise<number> => {
	const boots = await bootFolders(root, 0);
	let total = boots.reduce((sum, {bytes}) => sum + bytes, 0);
	for (const boot of boots.toSorted((a, b) => a.changedAt - b.changedAt)) {
		const isOld = boot.changedAt < wallNow() - maxAgeDays * 86_400_000;
		if (!isOld && total <= maxMegabytes * 1024 * 1024) break;
		await rm(boot.path, {recursive: true, force: true});
		total -= boot.bytes;
	}
	return total;
};

type BootFolder = {readonly path: string; readonly bytes: number; readonly changedAt: number};

/** Five levels down: account, region, group, instance, boot. Links are never followed. */
const bootFolders = async (path: string, level: number): Promise<readonly BootFolder[]> => {
	const names = await namesIn(path);
	if (level === 5) {
		const files = await Promise.all(names.map(name => stat(join(path, name))));
		return [
			{
				path,
				bytes: files.reduce((sum, {size}) => sum + size, 0),
				changedAt: Math.max(0, ...files.map(({mtimeMs}) => mtimeMs)),
			},
		];
	}
	const found: BootFolder[] = [];
	for (const name of names) {
		const child = join(path, name);
		if ((await lstat(child)).isDirectory()) found.push(...(await bootFolders(child, level + 1)));
	}
	return found;
};

/** [] for what is no folder, or not there. Links are never followed. */
export const namesIn = async (path: string): Promise<readonly string[]> => {
	try {
		return (await lstat(path)).isDirectory() ? await readdir(path) : [];
	} catch (error) {
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
		throw error;
	}
};
