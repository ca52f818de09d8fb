/**
 * A hold whose terminal was lost: the guardian keeps it for a while, never past its fuse, so that unflap on the same
 * machine can take it up again; then it releases it.
 */
import {randomBytes} from 'node:crypto';
import type {ProcessClock, ProcessMs} from '../base/clock.ts';
import type {OnDuty} from './guardian.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {type LingerServer, openLingerServer} from './linger-socket.ts';
import {type DrivenEntry, driveEntry, type ReleaseEntryOptions} from './release-entry.ts';

export type Lingering = {
	/** Taken up and let go, or released. */
	readonly done: Promise<void>;
};

export type LingerOptions = OnDuty & {
	readonly processClock: ProcessClock;
	readonly ms: number;
	readonly message: string;
	readonly options: (duty: OnDuty, processClock: ProcessClock, why: string) => ReleaseEntryOptions;
};

export const keepForTerminal = (options: LingerOptions): Lingering => {
	const {processClock, ms, message} = options;
	const until = processClock.now() + ms;
	const nonce = randomBytes(32).toString('hex');
	const entry: LedgerEntry = {
		...options.entry,
		linger: {nonce, until: options.aws.clock.now() + ms * options.aws.clock.rate},
	};
	const done = Promise.withResolvers<void>();
	let driven: DrivenEntry | null = null;
	let server: LingerServer | null = null;

	const finish = async () => {
		await server?.close();
		done.resolve();
	};

	const drive = (left: ProcessMs) => {
		const duty = {...options, entry: {...entry, linger: null}};
		const release = options.options(duty, processClock, message);
		driven = driveEntry(release, {on: 'linger', ms: Math.max(0, left), message});
		void driven.done.then(async outcome => {
			await release.onEvent?.('released', {outcome});
			await finish();
		});
	};

	/** To one alone, and not once it is being released. */
	const takeUp = (): LedgerEntry | null => {
		if (driven === null || !driven.letGo()) return null;
		driven = null;
		return {...entry, linger: null};
	};

	const release = (): boolean => {
		driven?.release('asked to end the hold that lost its terminal');
		return driven !== null;
	};

	const start = async () => {
		await options.ledger.write(entry);
		server = await openLingerServer({
			folder: options.init.stateFolder,
			holdId: entry.holdId,
			nonce,
			takeUp,
			/** Whoever took it is gone before its own guardian was up. */
			returned: () => drive(until - processClock.now()),
			letGo: () => void finish(),
			release,
		});
	};

	drive(ms);
	start().catch(() => {
		// Nobody can take it up then: it is released when its time is over, as it would be anyway.
		process.exitCode = 1;
	});
	return {done: done.promise};
};
