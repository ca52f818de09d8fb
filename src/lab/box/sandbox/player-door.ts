/**
 * The lab's end of the players: watches a command's folder for calls, plays them, writes the answer into the call's pipe.
 * The box is hostile: what it leaves in the folder is opened without following links, must be what it should be, and is
 * read up to a cap.
 */
import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	readSync,
	rmSync,
	unlinkSync,
	watch,
	writeFileSync,
} from 'node:fs';
import {Socket} from 'node:net';
import {join} from 'node:path';
import {codeOf} from '../../../base/safe-files.ts';
import type {PlayedBox} from '../played-box.ts';
import {players} from '../players/index.ts';
import {type PlayerIo, readsInput} from '../players/player.ts';
import {separator} from './player-script.ts';

/** A file of a box that somebody edits is the longest that comes. */
const longestCall = 2 * 1024 * 1024;
const openForMs = 5000;
/** How long the script may take to read its exit status. */
const leftoverMs = 10_000;

export type PlayerDoor = {readonly close: () => void};

export const openPlayerDoor = (folder: string, box: PlayedBox): PlayerDoor => {
	const closing = new AbortController();
	const seen = new Set<string>();
	const watcher = watch(folder, (_event, name) => {
		const call = /^(\d{1,10})\.out$/.exec(name ?? '')?.[1];
		if (call === undefined || seen.has(call) || closing.signal.aborted) return;
		seen.add(call);
		void answer(join(folder, call), box, closing.signal).finally(() => seen.delete(call));
	});
	watcher.unref();
	// The folder goes away with the lab; a watcher that fails by then has nothing left to say.
	watcher.on('error', () => watcher.close());
	return {
		close() {
			watcher.close();
			closing.abort();
			// A killed namespace takes a moment to die, and may still write here.
			rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 20});
		},
	};
};

const answer = async (call: string, box: PlayedBox, closing: AbortSignal): Promise<void> => {
	const [sudo, name = '', ...args] = readCall(`${call}.ask`).split(separator).slice(0, -1);
	const input = readsInput(name, args) ? readBytes(`${call}.in`) : Buffer.alloc(0);
	const pipe = await openPipe(`${call}.out`, closing);
	if (pipe === null) return;
	let complaints = '';
	const io: PlayerIo = {
		write: text => pipe.write(text),
		complain: text => {
			complaints += text;
		},
		gone: AbortSignal.any([closing, pipe.gone]),
	};
	const status = (await players.get(name)?.({box, args, isRoot: sudo === 'sudo', input, io})) ?? 127;
	if (!closing.aborted) leave(call, status, complaints);
	pipe.end();
	discard(call, ['ask', 'in', 'out']);
	setTimeout(() => discard(call, ['end', 'err']), leftoverMs).unref();
};

const readCall = (path: string): string => readBytes(path).toString('utf8');

const readBytes = (path: string): Buffer => {
	const file = openOwn(path, constants.O_RDONLY);
	if (file === null) return Buffer.alloc(0);
	try {
		if (!fstatSync(file).isFile()) return Buffer.alloc(0);
		const bytes = Buffer.alloc(longestCall);
		const length = readSync(file, bytes, 0, longestCall, 0);
		return bytes.subarray(0, length);
	} finally {
		closeSync(file);
	}
};

const openOwn = (path: string, flags: number): number | null => {
	try {
		return openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	} catch (error) {
		// ENXIO: nobody reads the pipe yet. ELOOP, ENOENT: not what a player leaves.
		if (['ENXIO', 'ELOOP', 'ENOENT', 'EACCES'].includes(codeOf(error) ?? '')) return null;
		throw error;
	}
};

/** Files that must not be there yet: a link in their place is refused. */
const leave = (call: string, status: number, complaints: string) => {
	try {
		writeFileSync(`${call}.err`, complaints, {flag: 'wx', mode: 0o600});
		writeFileSync(`${call}.end`, `${status}\n`, {flag: 'wx', mode: 0o600});
	} catch (error) {
		if (!['EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
	}
};

const discard = (call: string, endings: readonly string[]) => {
	for (const ending of endings)
		try {
			unlinkSync(`${call}.${ending}`);
		} catch (error) {
			if (!['ENOENT', 'EISDIR', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
		}
};

type Pipe = {
	readonly write: (text: string | Buffer) => Promise<void>;
	readonly gone: AbortSignal;
	readonly end: () => void;
};

const openPipe = async (path: string, closing: AbortSignal): Promise<Pipe | null> => {
	const until = performance.now() + openForMs;
	for (let waitMs = 1; performance.now() < until && !closing.aborted; waitMs = Math.min(waitMs * 2, 20)) {
		const file = openOwn(path, constants.O_WRONLY);
		if (file !== null) return pipeOn(file);
		await new Promise(resolve => setTimeout(resolve, waitMs));
	}
	return null;
};

const pipeOn = (file: number): Pipe | null => {
	if (!fstatSync(file).isFIFO()) {
		closeSync(file);
		return null;
	}
	const socket = new Socket({fd: file, readable: false, writable: true});
	const gone = new AbortController();
	socket.on('error', () => gone.abort());
	socket.on('close', () => gone.abort());
	return {
		write: text =>
			new Promise(resolve => {
				if (socket.destroyed) resolve();
				else socket.write(text, () => resolve());
			}),
		gone: gone.signal,
		end: () => socket.end(),
	};
};
