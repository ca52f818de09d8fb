/** The ledger's folder: one file a hold, written before any change in AWS, and one lock for whoever finishes it. */
import {randomBytes} from 'node:crypto';
import {link, lstat, readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {
	codeOf,
	ensureOwnFolder,
	openExclusive,
	readOwnFile,
	removeFile,
	syncFolder,
	writeAtomic,
} from '../base/safe-files.ts';
import {formatEntry, type LedgerEntry, parseEntry} from './ledger-entry.ts';
import {
	isAlive,
	isBeforeReboot,
	type MachineIdentity,
	type ProcessIdentity,
	sameMachine,
} from './process-identity.ts';
import {isHoldId} from './tag.ts';

export type LedgerFile = {
	readonly holdId: string;
	/** Null: not an entry of ours, only reported. */
	readonly entry: LedgerEntry | null;
	/** As it was read: an entry that changed meanwhile is left alone. */
	readonly text: string;
	/** Wall time. */
	readonly writtenAt: number;
};

export type Ledger = {
	readonly folder: string;
	readonly write: (entry: LedgerEntry) => Promise<void>;
	readonly remove: (holdId: string) => Promise<void>;
	readonly read: (holdId: string) => Promise<LedgerFile | null>;
	readonly list: () => Promise<readonly LedgerFile[]>;
	/** Null when somebody alive, or somebody we cannot judge, has it. Undo with the returned function. */
	readonly lock: (holdId: string) => Promise<(() => Promise<void>) | null>;
};

export type LedgerOptions = {
	readonly folder: string;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
};

export const openLedger = async ({folder, machine, self}: LedgerOptions): Promise<Ledger> => {
	await ensureOwnFolder(folder);
	const read = async (holdId: string): Promise<LedgerFile | null> => {
		const path = join(folder, fileName(holdId));
		const [text, writtenAt] = await Promise.all([readOwnFile(path, 100_000), modifiedAt(path)]);
		if (text === undefined || writtenAt === null) return null;
		const entry = parseEntry(text);
		return {holdId, entry: entry?.holdId === holdId ? entry : null, text, writtenAt};
	};
	return {
		folder,
		read,
		write: entry => writeAtomic(folder, fileName(entry.holdId), formatEntry(entry)),
		remove: async holdId => {
			await removeFile(join(folder, fileName(holdId)));
			await syncFolder(folder);
		},
		list: async () => {
			const names = (await readdir(folder)).filter(name => /^hold-[0-9a-f]{8}\.json$/.test(name));
			const files = await Promise.all(names.sort().map(name => read(name.slice(5, 13))));
			return files.filter(file => file !== null);
		},
		lock: holdId => lockEntry({folder, machine, self}, holdId),
	};
};

const modifiedAt = async (path: string): Promise<number | null> => {
	try {
		return (await lstat(path)).mtimeMs;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return null;
		throw error;
	}
};

const fileName = (holdId: string): string => {
	if (!isHoldId(holdId)) throw new Error('A hold id has eight hex digits');
	return `hold-${holdId}.json`;
};

/**
 * An entry is dead only where its processes could be seen, with none of them alive: same machine and boot; or where that
 * machine was booted anew since.
 */
export const liveness = async (
	entry: LedgerEntry,
	here: MachineIdentity,
	writtenAt: number,
): Promise<'alive' | 'dead' | 'elsewhere'> => {
	if (!sameMachine(entry.machine, here))
		return isBeforeReboot(entry.machine, here, writtenAt) ? 'dead' : 'elsewhere';
	if (await isAlive(entry.process)) return 'alive';
	return entry.guardian !== null && (await isAlive(entry.guardian)) ? 'alive' : 'dead';
};

type LockOwner = {readonly machine: MachineIdentity; readonly process: ProcessIdentity};

const lockEntry = async (options: LedgerOptions, holdId: string) => {
	const {folder, machine, self} = options;
	const path = join(folder, `hold-${holdId}.lock`);
	const mine = `${JSON.stringify({machine, process: self, nonce: randomBytes(8).toString('hex')})}\n`;
	const held = (await claim(path, mine)) || ((await removeStale(path, options)) && (await claim(path, mine)));
	if (!held) return null;
	return async () => {
		if ((await readOwnFile(path)) === mine) await removeFile(path);
	};
};

/** Written whole under another name first: nobody ever sees half a lock. */
const claim = async (path: string, text: string): Promise<boolean> => {
	const temporary = `${path}.${randomBytes(6).toString('hex')}`;
	const file = await openExclusive(temporary);
	try {
		await file.writeFile(text);
		await file.sync();
		await link(temporary, path);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	} finally {
		await file.close();
		await removeFile(temporary);
	}
};

/** Takes a dead finisher's lock away. Two may try: the rename has one winner, and it looks at what it took. */
const removeStale = async (path: string, {machine}: LedgerOptions): Promise<boolean> => {
	const text = await readOwnFile(path);
	if (text === undefined) return true;
	if (!(await isDead(text, machine, (await modifiedAt(path)) ?? Number.POSITIVE_INFINITY))) return false;
	const aside = `${path}.${randomBytes(6).toString('hex')}`;
	try {
		await rename(path, aside);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return true;
		throw error;
	}
	const same = (await readOwnFile(aside)) === text;
	// Somebody else was faster and this is their live lock: it goes back.
	if (!same) await link(aside, path);
	await removeFile(aside);
	return same;
};

const isDead = async (text: string, here: MachineIdentity, writtenAt: number): Promise<boolean> => {
	const owner = parseOwner(text);
	if (owner === null) return false;
	if (isBeforeReboot(owner.machine, here, writtenAt)) return true;
	return sameMachine(owner.machine, here) && !(await isAlive(owner.process));
};

const parseOwner = (text: string): LockOwner | null => {
	try {
		const value: unknown = JSON.parse(text);
		return isOwner(value) ? value : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const isOwner = (value: unknown): value is LockOwner => {
	const {machine, process} = Object(value) as Partial<LockOwner>;
	return (
		typeof machine?.host === 'string' &&
		typeof machine.bootId === 'string' &&
		typeof machine.pidNamespace === 'string' &&
		Number.isSafeInteger(process?.pid) &&
		typeof process?.startTime === 'string'
	);
};
