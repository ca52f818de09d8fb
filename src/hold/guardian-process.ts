/**
 * Starts the guardian: detached, in a session of its own, without core dumps, with a clean environment. It gets all it
 * needs over its stdin; that pipe's end is its signal to release.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {ResolvedCredentials} from '../aws/types.ts';
import {beatMs, createLineSplitter, type GuardianMessage, type GuardianReady} from './guardian-messages.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import type {ProcessIdentity} from './process-identity.ts';

export type Guardian = {
	readonly identity: ProcessIdentity;
	/** Resolves when the kernel has the message: from then on it survives us. */
	readonly tell: (entry: LedgerEntry, leaseMs: number) => Promise<void>;
	readonly renewCredentials: (credentials: ResolvedCredentials) => Promise<void>;
	/** A command that runs under the hold gets SIGTERM before the release. */
	readonly accompany: (companion: ProcessIdentity) => Promise<void>;
	/** Nothing is left to do: it ends. */
	readonly dismiss: () => Promise<void>;
	/** It releases now. */
	readonly letRelease: () => void;
};

export type GuardianStart = {
	readonly init: Extract<GuardianMessage, {type: 'init'}>;
	readonly onLost: () => void;
	readonly path?: string;
};

const readyWithinMs = 15_000;

export const startGuardian = async ({
	init,
	onLost,
	path = guardianPath(),
}: GuardianStart): Promise<Guardian> => {
	const child = spawnGuardian(path);
	let dismissed = false;
	const send = (message: GuardianMessage) => write(child, message);
	const ready = waitReady(child);
	try {
		await send(init);
		const identity = await ready;
		child.on('exit', () => {
			if (!dismissed) onLost();
		});
		const beat = setInterval(() => void send({type: 'beat'}).catch(() => clearInterval(beat)), beatMs);
		beat.unref();
		child.on('exit', () => clearInterval(beat));
		child.unref();
		return {
			identity,
			tell: (entry, leaseMs) => send({type: 'entry', entry, leaseMs}),
			renewCredentials: credentials => send({type: 'credentials', credentials}),
			accompany: companion => send({type: 'companion', companion}),
			dismiss: async () => {
				dismissed = true;
				clearInterval(beat);
				await send({type: 'done'});
				child.stdin?.end();
			},
			letRelease: () => {
				dismissed = true;
				clearInterval(beat);
				child.stdin?.destroy();
			},
		};
	} catch (error) {
		child.stdin?.destroy();
		throw error;
	}
};

/** Beside the bundle; from the sources, in the built package. */
const guardianPath = (): string => {
	const places = ['./guardian.js', '../guardian.js', '../../dist/guardian.js'];
	const found = places.map(place => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
	if (found === undefined) throw new Error('guardian.js is missing from the package: npm run build makes it');
	return found;
};

/** `--disable-sigusr1`: no signal opens a debugger in a process that has credentials. */
const spawnGuardian = (path: string): ChildProcess =>
	spawn(
		'/bin/sh',
		[
			'-c',
			'ulimit -c 0; exec "$0" "$@"',
			process.execPath,
			'--disable-sigusr1',
			'--max-semi-space-size=1',
			path,
		],
		{detached: true, cwd: '/', env: {LC_ALL: 'C'}, stdio: ['pipe', 'pipe', 'ignore']},
	);

const write = (child: ChildProcess, message: GuardianMessage): Promise<void> =>
	new Promise((resolve, reject) => {
		if (!child.stdin?.writable) return reject(new Error('the guardian is gone'));
		child.stdin.write(`${JSON.stringify(message)}\n`, error => (error ? reject(error) : resolve()));
	});

const waitReady = (child: ChildProcess): Promise<ProcessIdentity> =>
	new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('it did not get ready in time')), readyWithinMs);
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
