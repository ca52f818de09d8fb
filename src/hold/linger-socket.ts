/**
 * The way to a guardian that keeps a hold for a lost terminal: a socket in our own 0700 folder. Both sides prove that
 * they know the nonce of the ledger entry before anything else is said. No message carries a credential, in either
 * direction (threats.md G3).
 */
import {createHmac, timingSafeEqual} from 'node:crypto';
import {chmod, open} from 'node:fs/promises';
import {createConnection, createServer, type Socket} from 'node:net';
import {join} from 'node:path';
import {ensureOwnFolder, removeFile} from '../base/safe-files.ts';
import {createLineSplitter} from './guardian-messages.ts';
import {formatEntry, type LedgerEntry, parseEntry} from './ledger-entry.ts';

const asks = ['take-up', 'status', 'release'] as const;
type Ask = (typeof asks)[number];

export type LingerServer = {readonly close: () => Promise<void>};

export type LingerServerOptions = {
	readonly folder: string;
	readonly holdId: string;
	readonly nonce: string;
	/** The entry to take up, or null when it cannot be had any more. */
	readonly takeUp: () => LedgerEntry | null;
	/** Whoever took it up went away without a word. */
	readonly returned: () => void;
	/** Whoever took it up has a guardian of its own. */
	readonly letGo: () => void;
	/** False while somebody else has taken it up. */
	readonly release: () => boolean;
};

const waitMs = 5000;
const longestLine = 4096;

export const openLingerServer = async (options: LingerServerOptions): Promise<LingerServer> => {
	const {folder, holdId} = options;
	await ensureOwnFolder(folder);
	const address = await socketAddress(folder, holdId);
	const path = join(folder, socketName(holdId));
	await removeFile(path);
	const server = createServer(socket => serve(socket, options));
	server.maxConnections = 4;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(address.path, resolve);
	});
	await chmod(path, 0o600);
	return {
		close: async () => {
			server.close();
			await removeFile(path);
			await address.close();
		},
	};
};

const serve = (socket: Socket, options: LingerServerOptions): void => {
	const {nonce} = options;
	let size = 0;
	let isTaken = false;
	const answer = (ask: Ask, more: object) =>
		socket.write(`${JSON.stringify({proof: proofOf(nonce, `guardian ${ask}`), ...more})}\n`);
	const hear = (line: string) => {
		if (isTaken) {
			if (readType(line) !== 'done') return;
			isTaken = false;
			options.letGo();
			return void socket.end();
		}
		const ask = readAsk(line, nonce);
		if (ask === null) return void socket.destroy();
		if (ask === 'status') return void answer(ask, {lingering: true});
		if (ask === 'release') return void answer(ask, {releasing: options.release()});
		const entry = options.takeUp();
		isTaken = entry !== null;
		// From here on the one who took it may think as long as it needs.
		if (isTaken) socket.setTimeout(0);
		answer(ask, {entry: entry === null ? null : formatEntry(entry)});
	};
	const split = createLineSplitter(hear);
	socket.setTimeout(waitMs, () => socket.destroy());
	socket.setEncoding('utf8');
	socket.on('data', (chunk: string) => {
		size += chunk.length;
		if (size > longestLine) socket.destroy();
		else split(chunk);
	});
	socket.on('error', () => socket.destroy());
	socket.on('close', () => {
		if (isTaken) options.returned();
		isTaken = false;
	});
};

export type TakenFromGuardian = {
	readonly entry: LedgerEntry;
	/** It is somebody else's from now on: the guardian ends. */
	readonly letGo: () => Promise<void>;
	/** The guardian keeps it on, as if it had not been asked. */
	readonly abandon: () => void;
};

/** Null when nobody listens, or it is being released already. */
export const takeUpFrom = async (folder: string, entry: LedgerEntry): Promise<TakenFromGuardian | null> => {
	const line = await ask(folder, entry, 'take-up');
	if (line === null) return null;
	const {socket, answer} = line;
	const text = answer['entry'];
	const taken = typeof text === 'string' ? parseEntry(text) : null;
	if (taken === null || taken.holdId !== entry.holdId || taken.group !== entry.group) {
		socket.destroy();
		return null;
	}
	return {
		entry: taken,
		abandon: () => socket.destroy(),
		letGo: () =>
			new Promise(resolve => {
				socket.once('close', () => resolve());
				socket.end(`${JSON.stringify({type: 'done'})}\n`);
				if (socket.destroyed) resolve();
			}),
	};
};

/** True when the guardian has begun to release. */
export const endLingering = async (folder: string, entry: LedgerEntry): Promise<boolean> => {
	const line = await ask(folder, entry, 'release');
	line?.socket.destroy();
	return line?.answer['releasing'] === true;
};

type Line = {readonly socket: Socket; readonly answer: Readonly<Record<string, unknown>>};

const ask = async (folder: string, entry: LedgerEntry, type: Ask): Promise<Line | null> => {
	const nonce = entry.linger?.nonce;
	if (nonce === undefined) return null;
	const address = await socketAddress(folder, entry.holdId);
	try {
		return await new Promise<Line | null>(resolve => {
			const socket = createConnection(address.path);
			const give = (line: Line | null) => {
				socket.setTimeout(0);
				if (line === null) socket.destroy();
				resolve(line);
			};
			socket.setEncoding('utf8');
			socket.setTimeout(waitMs, () => give(null));
			socket.on('error', () => give(null));
			socket.on('close', () => give(null));
			socket.on(
				'data',
				createLineSplitter(text => {
					const answer = readAnswer(text, nonce, type);
					give(answer === null ? null : {socket, answer});
				}),
			);
			socket.write(`${JSON.stringify({type, proof: proofOf(nonce, `client ${type}`)})}\n`);
		});
	} finally {
		await address.close();
	}
};

const proofOf = (nonce: string, text: string): string =>
	createHmac('sha256', nonce).update(text).digest('hex');

const isProof = (value: unknown, nonce: string, text: string): boolean => {
	const expected = Buffer.from(proofOf(nonce, text));
	const given = Buffer.from(typeof value === 'string' ? value : '');
	return given.length === expected.length && timingSafeEqual(given, expected);
};

const readAsk = (line: string, nonce: string): Ask | null => {
	const record = parse(line);
	const type = asks.find(name => name === record?.['type']);
	return type !== undefined && isProof(record?.['proof'], nonce, `client ${type}`) ? type : null;
};

const readType = (line: string): unknown => parse(line)?.['type'];

const readAnswer = (line: string, nonce: string, type: Ask): Readonly<Record<string, unknown>> | null => {
	const record = parse(line);
	return record !== null && isProof(record['proof'], nonce, `guardian ${type}`) ? record : null;
};

const parse = (line: string): Readonly<Record<string, unknown>> | null => {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const socketName = (holdId: string): string => `l-${holdId}.sock`;

/** A socket's address takes about a hundred bytes; a longer folder is named by a descriptor, where the system can. */
const socketAddress = async (
	folder: string,
	holdId: string,
): Promise<{readonly path: string; readonly close: () => Promise<void>}> => {
	const path = join(folder, socketName(holdId));
	if (Buffer.byteLength(path) <= 100) return {path, close: () => Promise.resolve()};
	if (process.platform !== 'linux') throw new Error('the path of the state folder is too long for a socket');
	const handle = await open(folder, 'r');
	return {path: `/proc/self/fd/${handle.fd}/${socketName(holdId)}`, close: () => handle.close()};
};
