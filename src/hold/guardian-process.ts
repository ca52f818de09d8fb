/**
 * Starts the guardian: detached, in a session of its own, without core dumps, with a clean environment. It loads while
 * the preflight runs, gets all it needs over its stdin, and that pipe's end is its signal to release.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {Socket} from 'node:net';
import {fileURLToPath} from 'node:url';
import type {ResolvedCredentials} from '../aws/types.ts';
import {beatMs, createLineSplitter, type GuardianMessage, type GuardianReady} from './guardian-messages.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import type {ProcessIdentity} from './process-identity.ts';

/** A guardian that has no hold yet: when its process dies now, it just ends. */
export type WarmGuardian = {
	/** Loaded whole and warm; rejects when it did not get so. */
	readonly ready: Promise<Guardian>;
	/** Nobody needs it. */
	readonly cancel: () => void;
};

export type Guardian = {
	readonly identity: ProcessIdentity;
	/** Resolves when the kernel has the message: from then on it survives us. */
	readonly tell: (entry: LedgerEntry, leaseMs: number) => Promise<void>;
	readonly renewCredentials: (credentials: ResolvedCredentials) => Promise<void>;
	/** A command that runs under the hold gets SIGTERM before the release. */
	readonly accompany: (companion: ProcessIdentity) => Promise<void>;
	/** When it ends although nobody dismissed it. */
	readonly onLost: (listener: () => void) => void;
	/** Nothing is left to do: it ends. */
	readonly dismiss: () => Promise<void>;
	/** It releases now. */
	readonly letRelease: () => void;
	/** It keeps the hold for `ms` of process time, so that somebody may take it up again; then it releases. */
	readonly letLinger: (ms: number, message: string) => Promise<void>;
};

export type GuardianStart = {
	readonly init: Promise<Extract<GuardianMessage, {type: 'init'}>>;
	readonly path?: string;
};

const readyWithinMs = 15_000;

/** Starts at once; `init` may come later. */
export const warmGuardian = ({init, path = guardianPath()}: GuardianStart): WarmGuardian => {
	const child = spawnGuardian(path);
	// It keeps nobody here: a process that only looked ends, and with it the pipe.
	child.unref();
	if (child.stdout instanceof Socket) child.stdout.unref();
	let over = false;
	const leave = () => {
		over = true;
		child.stdin?.destroy();
	};
	const makeReady = async (): Promise<Guardian> => {
		try {
			const begun = init.then(message => write(child, message));
			// What fails first is what is told; the other one's failure says nothing more.
			const [identity] = await Promise.all([waitReady(child), begun]);
			return connect(child, identity, () => over);
		} catch (error) {
			leave();
			throw error;
		}
	};
	const ready = makeReady();
	// Whoever asks hears it; a guardian that nobody asked for must not end this process.
	ready.catch(() => undefined);
	return {ready, cancel: leave};
};

const connect = (child: ChildProcess, identity: ProcessIdentity, isCancelled: () => boolean): Guardian => {
	let dismissed = false;
	const lost: (() => void)[] = [];
	const send = (message: GuardianMessage) => write(child, message);
	const beat = setInterval(() => void send({type: 'beat'}).catch(() => clearInterval(beat)), beatMs);
	const leave = () => {
		dismissed = true;
		clearInterval(beat);
	};
	beat.unref();
	child.on('exit', () => {
		clearInterval(beat);
		if (!dismissed && !isCancelled()) for (const listener of lost) listener();
	});
	return {
		identity,
		tell: (entry, leaseMs) => send({type: 'entry', entry, leaseMs}),
		renewCredentials: credentials => send({type: 'credentials', credentials}),
		accompany: companion => send({type: 'companion', companion}),
		onLost: listener => {
			if (child.exitCode !== null || child.signalCode !== null) listener();
			else lost.push(listener);
		},
		dismiss: async () => {
			leave();
			await send({type: 'done'});
			child.stdin?.end();
		},
		letRelease: () => {
			leave();
			child.stdin?.destroy();
		},
		letLinger: async (ms, message) => {
			leave();
			await send({type: 'linger', ms, message});
			child.stdin?.destroy();
		},
	};
};

/** Beside the bundle; from the sources, in the built package. */
const guardianPath = (): string => {
	const places = ['./guardian.js', '../guardian.js', '../../dist/guardian.js'];
	const found = places.map(place => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
	if (found === undefined) throw new Error('guardian.js is missing from the package: npm run build makes it');
	return found;
};

/** Nothing of ours comes along: no proxy, no NODE_OPTIONS, no PATH (threats.md G4). One heap and one helper thread. */
const guardianEnvironment = {LC_ALL: 'C', MALLOC_ARENA_MAX: '1', UV_THREADPOOL_SIZE: '1'};

/** It waits for minutes and works for seconds: no helper threads, the smallest nursery, a sweep once it is loaded. */
const smallHeap = ['--max-semi-space-size=1', '--single-threaded', '--expose-gc'];

/** `--disable-sigusr1`: no signal opens a debugger in a process that has credentials. */
const spawnGuardian = (path: string): ChildProcess =>
	spawn(
		'/bin/sh',
		['-c', 'ulimit -c 0; exec "$0" "$@"', process.execPath, '--disable-sigusr1', ...smallHeap, path],
		{detached: true, cwd: '/', env: guardianEnvironment, stdio: ['pipe', 'pipe', 'ignore']},
	);

const write = (child: ChildProcess, message: GuardianMessage): Promise<void> =>
	new Promise((resolve, reject) => {
		if (!child.stdin?.writable) return reject(new Error('the guardian is gone'));
		child.stdin.write(`${JSON.stringify(message)}\n`, error => (error ? reject(error) : resolve()));
	});

const waitReady = (child: ChildProcess): Promise<ProcessIdentity> =>
	new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('it did not get ready in time')), readyWithinMs);
		timer.unref();
		const fail = (error: Error) => {
			clearTimeout(timer);
			reject(error);
		};
		child.on('error', fail);
		// Errors of a closed pipe come to the one who writes; without a listener they would end this process.
		child.stdin?.on('error', fail);
		child.on('exit', code => fail(new Error(`it ended with ${code}`)));
		child.stdout?.setEncoding('utf8');
		child.stdout?.on(
			'data',
			createLineSplitter(line => {
				clearTimeout(timer);
				child.stdout?.destroy();
				resolve((JSON.parse(line) as GuardianReady).ready);
			}),
		);
	});
