/**
 * Entries of holds whose processes are gone. They are finished only here: same machine and boot, nobody alive, the
 * lock, the same account, region, endpoint and group ARN, and a tag or fingerprint in AWS that agrees (threats.md P4).
 */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {runsSinceMs} from './core-others.ts';
import {isOurs} from './core-rules.ts';
import type {CoreOutcome, Ownership, SeenFuse, SeenGroup} from './core-state.ts';
import {firedOwnership} from './fired-ownership.ts';
import type {Fuses} from './fuse.ts';
import {type Ledger, type LedgerFile, liveness} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {seenGroup} from './perform.ts';
import type {MachineIdentity} from './process-identity.ts';
import {inOrder, processLetters} from './processes.ts';
import {ledgerNotes, releaseEntry} from './release-entry.ts';
import {resumeLine} from './resume-line.ts';
import {strandedProcesses} from './stranded.ts';
import {holdTagKey} from './tag.ts';

export type LeftOver = {
	readonly group: string;
	readonly holdId: string;
	readonly result: 'finished' | 'reported';
	readonly text: string;
	/** Set when it was tried: exit 4 when incomplete. */
	readonly outcome: CoreOutcome | null;
};

export type FinishOptions = {
	readonly aws: Aws;
	readonly ledger: Ledger;
	readonly machine: MachineIdentity;
	readonly place: HoldPlace;
	readonly fuses: Fuses;
	readonly processClock: ProcessClock;
	/** `--force`, by name: an entry of another machine or boot is taken for dead. */
	readonly force?: boolean;
};

const patienceMs = 180_000;

/** Null when there is nothing to say: somebody alive keeps it, or it is gone. */
export const finishLeftOver = async (file: LedgerFile, options: FinishOptions): Promise<LeftOver | null> => {
	const {ledger, machine, place, force = false} = options;
	const reported = (text: string): LeftOver => ({
		group: file.entry?.group ?? '?',
		holdId: file.holdId,
		result: 'reported',
		text,
		outcome: null,
	});
	const {entry} = file;
	if (entry === null) return reported('the ledger entry is not one of ours, or damaged: nothing was done');
	if (!samePlace(entry.place, place)) return null;
	const life = await liveness(entry, machine, file.writtenAt);
	if (life === 'alive') return null;
	if (life === 'elsewhere' && !force)
		return reported(
			`made on another machine, boot or container (${entry.machine.host}): it may be alive there; unflap release --hold ${entry.holdId} --force finishes it`,
		);
	if (options.aws.facts.readOnly) return reported('a hold was left behind; --read-only does not finish it');
	const unlock = await ledger.lock(entry.holdId);
	if (unlock === null) return null;
	try {
		const now = await ledger.read(entry.holdId);
		if (now === null) return null;
		if (now.text !== file.text) return now.entry === null ? null : await finishEntry(now.entry, options);
		return await finishEntry(entry, options);
	} finally {
		await unlock();
	}
};

const samePlace = (one: HoldPlace, other: HoldPlace): boolean =>
	one.account === other.account &&
	one.partition === other.partition &&
	one.region === other.region &&
	one.endpoint === other.endpoint;

const finishEntry = async (entry: LedgerEntry, options: FinishOptions): Promise<LeftOver> => {
	const {aws, ledger, fuses, processClock, force = false} = options;
	const said = (result: LeftOver['result'], text: string, outcome: CoreOutcome | null = null): LeftOver => ({
		group: entry.group,
		holdId: entry.holdId,
		result,
		text,
		outcome,
	});
	const found = (await aws.release.groups({names: [entry.group]})).find(group => group.name === entry.group);
	const isIntent = entry.phase === 'intent';
	if (found !== undefined && found.arn !== entry.own.arn && !isIntent && !isSameRegionGroup(found.arn, entry))
		return said('reported', 'the entry names another group: nothing was done');
	const isGone = found === undefined || found.arn !== entry.own.arn;
	if ((isIntent || isGone) && entry.own.fuses.length === 0) {
		await ledger.remove(entry.holdId);
		return said('finished', 'nothing of ours was left in the group');
	}
	// Nothing was suspended, or it went with the group: only fuses are left to stop.
	const isFuseOnly = isIntent || isGone || entry.own.wanted.length === 0;
	const own = isFuseOnly
		? {...entry.own, sent: false}
		: (backedOwnership(entry, seenGroup(found), aws.clock.rate) ??
			firedOwnership(entry.own, await readFuses(entry.own, fuses), aws.clock.now()));
	if (own === null)
		return said('reported', 'neither tag nor fingerprint in AWS agrees with the entry: nothing was done');
	const stranded = isFuseOnly && !isGone && !force ? await strandedIn(entry, seenGroup(found), fuses) : [];
	if (stranded.length > 0)
		return said(
			'reported',
			`somebody stopped its fuse, to which another hold had left ${stranded.join(', ')}: still suspended. ${resumeLine(aws.facts, entry.group, stranded)} resumes it; unflap release --hold ${entry.holdId} --force forgets this`,
		);
	const outcome = await releaseEntry({
		aws,
		fuses,
		...ledgerNotes(ledger, entry),
		processClock,
		entry,
		own,
		patienceMs,
		why: 'left over from a process that is gone',
	});
	if (outcome.kind === 'incomplete') return said('reported', `not finished: ${outcome.message}`, outcome);
	const resumed = outcome.kind === 'released' ? outcome.resumed : [];
	const text =
		resumed.length === 0 ? 'nothing was left to resume' : `resumed ${resumed.join(', ')}, verified`;
	return said('finished', text, outcome);
};

const strandedIn = async ({holdId, group: name, own}: LedgerEntry, group: SeenGroup, fuses: Fuses) => {
	if (own.fuses.every(({executionId}) => executionId === null)) return [];
	return strandedProcesses({holdId, own, group, runs: await fuses.list(name, own.since - runsSinceMs)});
};

const readFuses = async ({fuses: known}: Ownership, fuses: Fuses): Promise<readonly SeenFuse[]> => {
	const seen: SeenFuse[] = [];
	for (const {executionId} of known) {
		const run = executionId === null ? null : await fuses.see(executionId);
		if (run !== null) seen.push(run);
	}
	return seen;
};

/** The group was deleted and made anew under its name: what we suspended went with the old one. */
const isSameRegionGroup = (arn: string, entry: LedgerEntry): boolean => {
	const [, partition, , region, account] = arn.split(':');
	const {place, own} = entry;
	const [, , , , entryAccount] = (own.arn ?? '').split(':');
	return (
		partition === place.partition &&
		region === place.region &&
		account === place.account &&
		entryAccount === account &&
		(own.arn ?? '').endsWith(`autoScalingGroupName/${entry.group}`)
	);
};

/**
 * What of the entry AWS itself confirms, or null. With our tag in place: its exact bytes are among those we wrote, and
 * only processes it names are ours. Without it: a process whose reason we read back, or that fell into our call, confirms
 * the entry; what else of it is suspended the release judges by its reason and the runs.
 */
export const backedOwnership = (entry: LedgerEntry, group: SeenGroup, rate: number): Ownership | null => {
	const {own} = entry;
	const tag = group.tags.find(({key}) => key === holdTagKey(entry.holdId))?.value;
	const reasons = new Map(group.suspended.map(({process, reason}) => [process, reason]));
	if (tag === undefined) {
		const known = own.wanted.filter(process => {
			const reason = reasons.get(process);
			return reason !== undefined && reason !== '' && isOurs(own, process, reason, rate);
		});
		const stillSuspended = own.wanted.filter(process => reasons.has(process));
		if (known.length === 0 && stillSuspended.length > 0) return null;
		// Another's reason may be that of a hold which left it to our fuse: the runs tell.
		const wanted = stillSuspended.filter(process => known.includes(process) || reasons.get(process) !== '');
		// A tag that died with its sender may be written yet: it is deleted then.
		const tagValues = own.tagNotedAt === null ? [] : own.tagValues;
		return {...own, wanted: inOrder(wanted), sent: known.length > 0, tagValues};
	}
	if (!own.tagValues.includes(tag)) return null;
	const letters = /(?:^| )procs=([A-Z]+)/.exec(tag)?.[1] ?? '';
	const named = own.wanted.filter(process => letters.includes(processLetters[process]));
	const explained = new Set<string>([...own.wanted, ...own.baseline]);
	const claimed = Object.entries(processLetters).filter(([, letter]) => letters.includes(letter));
	if (claimed.some(([process]) => !explained.has(process))) return null;
	const seen = named.some(process => {
		const reason = reasons.get(process);
		return reason !== undefined && isOurs(own, process, reason, rate);
	});
	return {...own, wanted: inOrder(named), sent: own.sent || seen};
};
