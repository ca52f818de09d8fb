/**
 * What the guardian does: nothing, until the process that holds is gone without a word, or silent past its lease. Then
 * it releases, and goes on trying for as long as it lives.
 */
import {createAws} from '../aws/create-aws.ts';
import type {Aws, AwsOptions, ResolvedCredentials} from '../aws/types.ts';
import type {ProcessClock, ProcessMs} from '../base/clock.ts';
import {checkOwnFolder} from '../base/safe-files.ts';
import {appendGuardianLog} from './guardian-log.ts';
import {type GuardianMessage, silentMs} from './guardian-messages.ts';
import {type Ledger, openLedger} from './ledger.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {isAlive, type ProcessIdentity, readMachine, readProcess} from './process-identity.ts';
import {ledgerNotes, releaseEntry} from './release-entry.ts';

export type GuardianDuty = {
	/** Hears one message; the identity to report once it is ready. */
	readonly hear: (message: GuardianMessage) => Promise<ProcessIdentity | null>;
	/** The pipe ended: true when there was nothing to do, or it was done. */
	readonly pipeEnded: () => Promise<void>;
	/** Every few seconds; true when there is nobody left to work for. */
	readonly look: () => Promise<boolean>;
};

type Watch = {
	readonly stateFolder: string;
	readonly options: Extract<GuardianMessage, {type: 'init'}>['aws'];
	readonly aws: Aws;
	readonly ledger: Ledger;
	readonly entry: LedgerEntry;
	readonly leaseAt: ProcessMs;
};

/** A release that goes on so long looks whether anybody still keeps the ledger. */
const forgottenMs = 120_000;

/** `open` makes the AWS a test can see through. */
export const createGuardian = (
	processClock: ProcessClock,
	open: (options: AwsOptions) => Promise<Aws> = options => createAws(options, {environment: {}}),
): GuardianDuty => {
	let watch: Watch | null = null;
	let companion: ProcessIdentity | null = null;
	let dismissed = false;
	let lastHeard = processClock.now();
	let releasing: Promise<void> | null = null;
	let releasingSince: ProcessMs | null = null;

	const release = (why: string): Promise<void> => {
		if (watch === null || dismissed) return Promise.resolve();
		releasingSince ??= processClock.now();
		if (releasing === null && companion !== null) void endCompanion(companion);
		releasing ??= releaseWatched(watch, processClock, why);
		return releasing;
	};

	return {
		hear: async message => {
			lastHeard = processClock.now();
			switch (message.type) {
				case 'init':
					watch = await begin(message, processClock, open);
					return watch.entry.guardian;
				case 'entry':
					if (watch === null) return null;
					watch = {...watch, entry: message.entry, leaseAt: processClock.now() + message.leaseMs};
					return null;
				case 'credentials':
					if (watch !== null) watch = await withCredentials(watch, message.credentials, open);
					return null;
				case 'companion':
					companion = message.companion;
					return null;
				case 'done':
					dismissed = true;
					return null;
				case 'beat':
					return null;
			}
		},
		pipeEnded: () => release('the process that held the group is gone'),
		look: async () => {
			const now = processClock.now();
			if (watch !== null && now - lastHeard > silentMs && now >= watch.leaseAt)
				void release('the process that held the group was silent until its lease was over');
			return watch !== null && releasingSince !== null && now - releasingSince > forgottenMs
				? isForgotten(watch)
				: false;
		},
	};
};

/** Where the state folder was removed and AWS does not answer, nobody waits for the end of this hold any more. */
const isForgotten = async ({stateFolder}: Watch): Promise<boolean> => !(await checkOwnFolder(stateFolder));

const begin = async (
	init: Extract<GuardianMessage, {type: 'init'}>,
	processClock: ProcessClock,
	open: (options: AwsOptions) => Promise<Aws>,
): Promise<Watch> => {
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('The guardian cannot find its own process');
	const ledger = await openLedger({folder: init.ledgerFolder, machine, self});
	const aws = await open(init.aws);
	await warmUp(aws, init.entry.group, processClock);
	const entry = {...init.entry, guardian: self};
	return {
		stateFolder: init.stateFolder,
		options: init.aws,
		aws,
		ledger,
		entry,
		leaseAt: Number.POSITIVE_INFINITY,
	};
};

/** Runs the code of a call up to its first byte: nothing is loaded any more when it counts. */
const warmUp = async (aws: Aws, group: string, processClock: ProcessClock): Promise<void> => {
	const limit = new AbortController();
	const calls = aws.release.groups({names: [group], signal: limit.signal});
	limit.abort();
	await Promise.race([
		calls.then(
			() => undefined,
			() => undefined,
		),
		processClock.sleep(2000),
	]);
};

const withCredentials = async (
	watch: Watch,
	credentials: ResolvedCredentials,
	open: (options: AwsOptions) => Promise<Aws>,
): Promise<Watch> => {
	const aws = await open({...watch.options, credentials});
	watch.aws.close();
	return {...watch, aws};
};

const releaseWatched = async (watch: Watch, processClock: ProcessClock, why: string): Promise<void> => {
	const log = (event: string, more: object = {}) => appendLog(watch, {event, why, ...more});
	const {entry} = watch;
	const nothingDone = entry.phase === 'intent';
	const releasing = releaseEntry({
		aws: watch.aws,
		entry,
		...ledgerNotes(watch.ledger, entry),
		processClock,
		patienceMs: Number.POSITIVE_INFINITY,
		why,
		own: nothingDone ? {...entry.own, sent: false} : entry.own,
		onWarning: message => void log('warning', {message}),
	});
	await log('releasing');
	const outcome = await releasing;
	await log('released', {outcome});
};

/** The pid came over the pipe, from its parent, and is checked by its start time: no stranger is signalled. */
const endCompanion = async (companion: ProcessIdentity): Promise<void> => {
	if (await isAlive(companion)) process.kill(companion.pid, 'SIGTERM');
};

/** What the next start of unflap tells the user. A log that cannot be written must not stop a release. */
const appendLog = async ({stateFolder, entry, aws}: Watch, line: object): Promise<void> => {
	const at = new Date(aws.clock.now()).toISOString();
	try {
		await appendGuardianLog(stateFolder, {at, holdId: entry.holdId, group: entry.group, ...line});
	} catch {
		process.exitCode = 1;
	}
};
