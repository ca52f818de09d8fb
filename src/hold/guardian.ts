/**
 * What the guardian does: nothing, until the process that holds is gone without a word, or silent past its lease. Then
 * it releases, and goes on trying for as long as it lives. For a lost terminal it waits first (guardian-linger.ts).
 */
import {createAws} from '../aws/create-aws.ts';
import type {Aws, AwsOptions, ResolvedCredentials} from '../aws/types.ts';
import type {ProcessClock, ProcessMs} from '../base/clock.ts';
import {checkOwnFolder} from '../base/safe-files.ts';
import {createFuses, type Fuses} from './fuse.ts';
import {keepForTerminal, type Lingering} from './guardian-linger.ts';
import {appendGuardianLog} from './guardian-log.ts';
import {type GuardianMessage, silentMs} from './guardian-messages.ts';
import {type Ledger, openLedger} from './ledger.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {
	isAlive,
	isStopped,
	type MachineIdentity,
	type ProcessIdentity,
	readMachine,
	readProcess,
} from './process-identity.ts';
import {ledgerNotes, type ReleaseEntryOptions, releaseEntry} from './release-entry.ts';
import {tellTerminal} from './terminal-note.ts';

export type GuardianDuty = {
	/** Hears one message; the identity to report once it is ready. */
	readonly hear: (message: GuardianMessage) => Promise<ProcessIdentity | null>;
	/** The pipe ended: resolves when there was nothing to do, or it was done. */
	readonly pipeEnded: () => Promise<void>;
	/** Every few seconds; true when there is nobody left to work for. */
	readonly look: () => Promise<boolean>;
};

type Init = Extract<GuardianMessage, {type: 'init'}>;

/** What it works with; `duty` is null as long as nothing was done that would have to be given back. */
export type Watch = {
	readonly init: Init;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly ledger: Ledger;
	readonly duty: {readonly entry: LedgerEntry; readonly leaseAt: ProcessMs} | null;
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
	let linger: Extract<GuardianMessage, {type: 'linger'}> | null = null;
	let dismissed = false;
	let lastHeard = processClock.now();
	let saidSilent = false;
	let ending: Promise<void> | null = null;
	let endingSince: ProcessMs | null = null;
	let lingering: Lingering | null = null;

	const account = () => watch?.duty?.entry.place.account ?? null;

	const release = (why: string): Promise<void> => {
		if (watch === null || watch.duty === null || dismissed) return Promise.resolve();
		endingSince ??= processClock.now();
		if (ending === null && companion !== null) void endCompanion(companion);
		ending ??= releaseWatched({...watch, entry: watch.duty.entry}, processClock, why);
		return ending;
	};

	const keep = async (on: Watch, entry: LedgerEntry, {ms, message}: {ms: number; message: string}) => {
		lingering = keepForTerminal({...on, entry, processClock, ms, message, options: releaseOptions});
		await lingering.done;
	};

	const lookAtSilence = async (on: Watch, now: ProcessMs): Promise<void> => {
		if (on.duty === null || now - lastHeard <= silentMs || lingering !== null) return;
		const {entry, leaseAt} = on.duty;
		// Stopped by somebody who may go on with it: the fuse ends that one. Without a fuse nothing else would.
		if (entry.own.fuses.length > 0 && (await isStopped(on.init.process))) return;
		if (!saidSilent && ending === null) {
			saidSilent = true;
			await tellTerminal(on.init.terminal, silentText(entry, on.aws));
			await appendLog({...on, entry}, {event: 'silent', why: 'the process that holds does not answer'});
		}
		if (now >= leaseAt) void release('the process that held the group was silent until its lease was over');
	};

	return {
		hear: async message => {
			lastHeard = processClock.now();
			saidSilent = false;
			switch (message.type) {
				case 'init':
					watch = await begin(message, {open, processClock, account});
					return watch.self;
				case 'entry': {
					if (watch === null) return null;
					const entry = {...message.entry, guardian: watch.self};
					watch = {...watch, duty: {entry, leaseAt: processClock.now() + message.leaseMs}};
					return null;
				}
				case 'credentials':
					if (watch !== null)
						watch = await withCredentials(watch, message.credentials, {open, processClock, account});
					return null;
				case 'companion':
					companion = message.companion;
					return null;
				case 'linger':
					linger = message;
					return null;
				case 'done':
					dismissed = true;
					return null;
				case 'beat':
					return null;
			}
		},
		pipeEnded: async () => {
			const entry = watch?.duty?.entry;
			if (watch !== null && entry?.phase === 'held' && linger !== null && !dismissed && ending === null)
				await keep(watch, entry, linger);
			else await release('the process that held the group is gone');
		},
		look: async () => {
			const now = processClock.now();
			if (watch !== null) await lookAtSilence(watch, now);
			return watch !== null && endingSince !== null && now - endingSince > forgottenMs
				? isForgotten(watch)
				: false;
		},
	};
};

const silentText = ({group, own}: LedgerEntry, aws: Aws): string => {
	const at = new Date(Math.max(own.leaseUntil, aws.clock.now())).toISOString().slice(11, 16);
	return `unflap: the process that holds ${group} has not answered for a minute; its guardian releases at ${at} UTC`;
};

/** Where the state folder was removed and AWS does not answer, nobody waits for the end of this hold any more. */
const isForgotten = async ({init}: Watch): Promise<boolean> => !(await checkOwnFolder(init.stateFolder));

type Means = {
	readonly open: (options: AwsOptions) => Promise<Aws>;
	readonly processClock: ProcessClock;
	readonly account: () => string | null;
};

const begin = async (init: Init, {open, processClock, account}: Means): Promise<Watch> => {
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('The guardian cannot find its own process');
	const ledger = await openLedger({folder: init.ledgerFolder, machine, self});
	const aws = await open(init.aws);
	await warmUp(aws, processClock);
	return {
		init,
		machine,
		self,
		aws,
		fuses: fusesOf(aws, processClock, {init, account}),
		ledger,
		duty: null,
	};
};

/** Runs the code of a call up to its first byte, one a service: nothing is loaded any more when it counts. */
const warmUp = async (aws: Aws, processClock: ProcessClock): Promise<void> => {
	const limit = new AbortController();
	const {signal} = limit;
	const calls = [
		aws.release.groups({names: ['unflap'], signal}),
		aws.release.automation('00000000-0000-0000-0000-000000000000', {signal}),
	];
	limit.abort();
	await Promise.race([Promise.allSettled(calls), processClock.sleep(2000)]);
};

const withCredentials = async (
	watch: Watch,
	credentials: ResolvedCredentials,
	{open, processClock, account}: Means,
): Promise<Watch> => {
	const init = {...watch.init, aws: {...watch.init.aws, credentials}};
	const aws = await open(init.aws);
	watch.aws.close();
	return {...watch, init, aws, fuses: fusesOf(aws, processClock, {init, account})};
};

/** The account stands in the entry: the guardian asks STS nothing. */
const fusesOf = (
	aws: Aws,
	processClock: ProcessClock,
	{init, account}: {readonly init: Init; readonly account: () => string | null},
): Fuses => createFuses({aws, processClock, roleArn: init.fuseRoleArn, account});

export type OnDuty = Omit<Watch, 'duty'> & {readonly entry: LedgerEntry};

/** How the guardian gives a hold back: without end, and with every warning in its log. */
const releaseOptions = (duty: OnDuty, processClock: ProcessClock, why: string): ReleaseEntryOptions => {
	const {aws, fuses, ledger, entry} = duty;
	const nothingDone = entry.phase === 'intent';
	return {
		aws,
		fuses,
		entry,
		...ledgerNotes(ledger, entry),
		processClock,
		patienceMs: Number.POSITIVE_INFINITY,
		why,
		own: nothingDone ? {...entry.own, sent: false} : entry.own,
		onWarning: message => void appendLog(duty, {event: 'warning', why, message}),
		onEvent: (event, more = {}) => appendLog(duty, {event, why, ...more}),
	};
};

const releaseWatched = async (duty: OnDuty, processClock: ProcessClock, why: string): Promise<void> => {
	const releasing = releaseEntry(releaseOptions(duty, processClock, why));
	await appendLog(duty, {event: 'releasing', why});
	const outcome = await releasing;
	await appendLog(duty, {event: 'released', why, outcome});
};

/** The pid came over the pipe, from its parent, and is checked by its start time: no stranger is signalled. */
const endCompanion = async (companion: ProcessIdentity): Promise<void> => {
	if (await isAlive(companion)) process.kill(companion.pid, 'SIGTERM');
};

/** What the next start of unflap tells the user. A log that cannot be written must not stop a release. */
const appendLog = async ({init, entry, aws}: OnDuty, line: object): Promise<void> => {
	const at = new Date(aws.clock.now()).toISOString();
	try {
		await appendGuardianLog(init.stateFolder, {at, holdId: entry.holdId, group: entry.group, ...line});
	} catch {
		process.exitCode = 1;
	}
};
