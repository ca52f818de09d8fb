/**
 * Open session ids in the state folder, a file a process, so that a later start can end what a killed one left behind.
 * Nothing else is written: no token, no address.
 */
import {readdirSync, readFileSync, readlinkSync, rmSync, statSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import type {Aws} from '../aws/types.ts';
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

export type SessionRegister = {
	readonly add: (sessionId: string) => Promise<void>;
	readonly remove: (sessionId: string) => Promise<void>;
};

type Owner = {
	readonly host: string;
	readonly bootId: string;
	readonly pidNamespace: string;
	readonly pid: number;
	readonly startTime: string;
};

type Registered = Owner & {
	readonly region: string;
	readonly endpoint: string | null;
	readonly sessions: readonly string[];
};

/** Sessions of this process by folder, region and endpoint: all streams share one file for each. */
const shared = new Map<string, {sessions: Set<string>; writing: Promise<void>}>();

/** Without a folder nothing is written. */
export const createSessionRegister = (
	{region, endpoint}: Pick<Aws['facts'], 'region' | 'endpoint'>,
	stateFolder: string | null,
): SessionRegister => {
	if (stateFolder === null) return {add: async () => undefined, remove: async () => undefined};
	const folder = join(stateFolder, 'sessions');
	const key = `${folder} ${region} ${endpoint ?? ''}`;
	const state = shared.get(key) ?? {sessions: new Set<string>(), writing: Promise.resolve()};
	shared.set(key, state);
	const name = `${process.pid}-${[...shared.keys()].indexOf(key)}.json`;
	const write = () => {
		state.writing = state.writing.then(async () => {
			await ensureOwnFolder(folder);
			if (state.sessions.size === 0) await removeFile(join(folder, name));
			else {
				const content: Registered = {...thisProcess(), region, endpoint, sessions: [...state.sessions]};
				await writeAtomic(folder, name, encodeJson(content));
			}
		});
		return state.writing;
	};
	return {
		add: sessionId => {
			state.sessions.add(sessionId);
			return write();
		},
		remove: sessionId => (state.sessions.delete(sessionId) ? write() : state.writing),
	};
};

/**
 * Ends the sessions of processes that are gone, of this host, boot and pid namespace, region and endpoint. What cannot
 * be judged is left. Gives the number of sessions ended. Not for --read-only.
 */
export const reapSessions = async (
	stateFolder: string,
	aws: Pick<Aws, 'stream' | 'facts'>,
): Promise<number> => {
	if (aws.facts.readOnly) return 0;
	const folder = join(stateFolder, 'sessions');
	if (!(await isOurs(folder))) return 0;
	let ended = 0;
	removeTorn(folder);
	for (const name of namesIn(folder)) {
		const registered = parse(await readOwnFile(join(folder, name)));
		if (registered === null || !isDeadHere(registered)) continue;
		if (registered.region !== aws.facts.region || registered.endpoint !== aws.facts.endpoint) continue;
		for (const sessionId of registered.sessions) {
			await aws.stream.terminateSession(sessionId);
			ended += 1;
		}
		await removeFile(join(folder, name));
	}
	return ended;
};

/** What others could have written ends nobody's session. */
const isOurs = async (folder: string) => {
	try {
		return await checkOwnFolder(folder);
	} catch (error) {
		if (error instanceof UnflapError && error.kind === 'refused') return false;
		throw error;
	}
};

/** What a killed process had not finished writing; nobody writes for a minute. */
const removeTorn = (folder: string) => {
	for (const name of entriesIn(folder)) {
		const isTorn = name.startsWith('.') && statSync(join(folder, name)).mtimeMs < Date.now() - 60_000;
		if (isTorn) rmSync(join(folder, name), {force: true});
	}
};

const namesIn = (folder: string) => entriesIn(folder).filter(name => /^\d{1,10}-\d{1,4}\.json$/.test(name));

const entriesIn = (folder: string) => {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
		throw error;
	}
};

const parse = (text: string | undefined): Registered | null => {
	if (text === undefined) return null;
	try {
		const value: unknown = JSON.parse(text);
		return isRegistered(value) ? value : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const isRegistered = (value: unknown): value is Registered => {
	if (typeof value !== 'object' || value === null) return false;
	const fields = new Map<string, unknown>(Object.entries(value));
	const sessions = fields.get('sessions');
	return (
		['host', 'bootId', 'pidNamespace', 'startTime', 'region'].every(
			key => typeof fields.get(key) === 'string',
		) &&
		Number.isSafeInteger(fields.get('pid')) &&
		(fields.get('endpoint') === null || typeof fields.get('endpoint') === 'string') &&
		Array.isArray(sessions) &&
		sessions.every(id => typeof id === 'string' && /^[A-Za-z0-9_.@-]{1,96}$/.test(id))
	);
};

const thisProcess = (): Owner => ({
	host: hostname(),
	bootId: hostBootId(),
	pidNamespace: pidNamespace(),
	pid: process.pid,
	startTime: startTimeOf(process.pid) ?? '',
});

/** Without /proc (macOS) nothing can be judged, so nothing is reaped there. */
const isDeadHere = (owner: Owner) => {
	const isHere =
		owner.host === hostname() &&
		owner.bootId !== '' &&
		owner.bootId === hostBootId() &&
		owner.pidNamespace === pidNamespace();
	return isHere && startTimeOf(owner.pid) !== owner.startTime;
};

const hostBootId = () => readText('/proc/sys/kernel/random/boot_id').trim();

const pidNamespace = () => {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return '';
	}
};

/** Clock ticks after boot, field 22 of stat; the name in field 2 may hold blanks and brackets. */
const startTimeOf = (pid: number) => {
	const stat = readText(`/proc/${pid}/stat`);
	return stat === '' ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
};

const readText = (path: string) => {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return '';
	}
};
