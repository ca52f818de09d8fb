/**
 * Files that decide something, or hold what others may not read: in folders of our own (0700, no link), opened without
 * following links, created exclusively, 0600 whatever the umask, written atomically and synced.
 */
import {constants} from 'node:fs';
import {type FileHandle, lstat, mkdir, open, rename, stat, unlink} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {UnflapError} from './errors.ts';
import {type FileFacts, folderFault} from './safe-modes.ts';

const {O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_WRONLY} = constants;

/**
 * Makes `path` with missing parents (0700) and checks it: a real folder, our own, closed to others, and so is each folder
 * above it up to unflap's own one. Throws `refused` (exit 3) otherwise, before anything is made, so that nothing is
 * changed in AWS on the word of a folder that others can write.
 */
export const ensureOwnFolder = async (path: string): Promise<string> => {
	await checkOwnFolder(path);
	const [top = path] = ownChain(path);
	await mkdir(dirname(top), {recursive: true, mode: 0o700});
	for (const folder of ownChain(path)) await makeFolder(folder);
	await checkOwnFolder(path);
	return path;
};

/** The same without making it; a missing folder is fine and gives false. */
export const checkOwnFolder = async (path: string): Promise<boolean> => {
	const chain = ownChain(path);
	const above = await factsThrough(dirname(chain[0] ?? path));
	for (const [index, folder] of chain.entries()) {
		const facts = await factsOf(folder);
		if (facts === undefined) return false;
		const fault = folderFault(facts, ownUid()) ?? (index === 0 ? parentFault(above) : undefined);
		if (fault !== undefined) throw untrusted(folder, fault);
	}
	return true;
};

/** The folders that must be ours alone, from unflap's own one down to `path`; `path` alone when it lies elsewhere. */
const ownChain = (path: string): readonly string[] => {
	const chain: string[] = [];
	for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
		chain.unshift(folder);
		if (basename(folder) === 'unflap') return chain;
	}
	return [path];
};

/** Made by somebody else in the same moment is fine: what it is, is checked afterwards. */
const makeFolder = async (path: string) => {
	try {
		await mkdir(path, {mode: 0o700});
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') throw error;
	}
};

/** Replaces `name` in a folder of ours: temporary file, fsync, rename, fsync of the folder. */
export const writeAtomic = async (folder: string, name: string, data: string | Uint8Array): Promise<void> => {
	const temporary = join(folder, `.${name}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`);
	const file = await openExclusive(temporary);
	try {
		await file.writeFile(data);
		await file.sync();
	} catch (error) {
		await unlink(temporary);
		throw error;
	} finally {
		await file.close();
	}
	await rename(temporary, join(folder, name));
	await syncFolder(folder);
};

/** Creates a file that must not exist yet; EEXIST passes through (locks tell winner from loser by it). */
export const openExclusive = async (path: string): Promise<FileHandle> => {
	const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
	await file.chmod(0o600);
	return file;
};

/** A file in a folder of ours that has lost its name at once: it is read and written here alone, and goes with the process. */
export const openNameless = async (folder: string): Promise<FileHandle> => {
	await ensureOwnFolder(folder);
	const path = join(folder, `.${process.pid}.${Math.random().toString(36).slice(2, 10)}`);
	const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
	try {
		await unlink(path);
		return file;
	} catch (error) {
		await file.close();
		throw error;
	}
};

/** Opens a log of ours for appending, made when missing. */
export const openAppend = async (path: string): Promise<FileHandle> => {
	const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
	try {
		await checkOwnFile(file, path);
		return file;
	} catch (error) {
		await file.close();
		throw error;
	}
};

/** A file of ours as text, or undefined when there is none. More than `maxBytes` is refused. */
export const readOwnFile = async (path: string, maxBytes = 1_048_576): Promise<string | undefined> => {
	const file = await openIfThere(path);
	if (file === undefined) return undefined;
	try {
		const {size} = await checkOwnFile(file, path);
		if (size > maxBytes) throw untrusted(path, `is larger than ${maxBytes} bytes`);
		return await file.readFile('utf8');
	} finally {
		await file.close();
	}
};

/** Removes a file; gone already is fine. True when it was there. */
export const removeFile = async (path: string): Promise<boolean> => {
	try {
		await unlink(path);
		return true;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return false;
		throw error;
	}
};

/** Makes renames and removals in a folder last through a power loss. */
export const syncFolder = async (folder: string): Promise<void> => {
	const handle = await open(folder, O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
};

/** The code of a file system error, or undefined. */
export const codeOf = (error: unknown): string | undefined =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const openIfThere = async (path: string) => {
	try {
		return await open(path, O_RDONLY | O_NOFOLLOW);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		if (codeOf(error) === 'ELOOP') throw untrusted(path, 'is a symbolic link');
		throw error;
	}
};

const checkOwnFile = async (file: FileHandle, path: string) => {
	const facts = await file.stat();
	if (!facts.isFile()) throw untrusted(path, 'is not a regular file');
	if (facts.uid !== ownUid()) throw untrusted(path, `belongs to uid ${facts.uid}`);
	if ((facts.mode & 0o077) !== 0)
		throw untrusted(path, `has mode ${(facts.mode & 0o777).toString(8)}, not 600`);
	return facts;
};

const factsOf = (path: string) => factsOrNone(() => lstat(path));
/** A link above our own folders is the user's way of laying out a home: what counts is where it leads. */
const factsThrough = (path: string) => factsOrNone(() => stat(path));

const factsOrNone = async (read: () => Promise<FileFacts>): Promise<FileFacts | undefined> => {
	try {
		return await read();
	} catch (error) {
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
		throw error;
	}
};

/** Who may rename what is in the parent may swap our folder for another; a sticky folder keeps others from it. */
const parentFault = (parent: FileFacts | undefined) => {
	if (parent === undefined) return undefined;
	if (parent.uid !== ownUid() && parent.uid !== 0) return `lies in a folder of uid ${parent.uid}`;
	if ((parent.mode & 0o002) === 0 || (parent.mode & 0o1000) !== 0) return undefined;
	return 'lies in a folder that everybody can write';
};

const ownUid = () => process.geteuid?.() ?? 0;

const untrusted = (path: string, fault: string) =>
	new UnflapError('refused', `${path} ${fault}`, {
		meaning:
			'unflap keeps what it owes AWS there, so it changes nothing while others could write or read it.',
		next: [
			`look at it: ls -ld ${path}`,
			'remove it, or give it to yourself alone (chmod 700), or set XDG_STATE_HOME',
		],
	});
