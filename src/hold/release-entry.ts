/** Releases a hold of the ledger whose process is gone: what the guardian does, and the next start after it. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {leftOverHold} from './core.ts';
import {createDriver} from './core-driver.ts';
import type {HoldInput} from './core-events.ts';
import type {CoreOutcome, HoldFacts, LedgerPhase, Ownership} from './core-state.ts';
import type {Fuses} from './fuse.ts';
import type {Ledger} from './ledger.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {createPerform} from './perform.ts';
import {newTokenSeed} from './token-seed.ts';

export type ReleaseEntryOptions = {
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly processClock: ProcessClock;
	readonly entry: Pick<LedgerEntry, 'holdId' | 'group' | 'owner' | 'reason' | 'own'>;
	/** What of the entry is backed by AWS; all of it for the guardian, who knew the hold alive. */
	readonly own?: Ownership;
	readonly patienceMs: number;
	readonly why: string;
	readonly note: (phase: LedgerPhase, own: Ownership) => Promise<void>;
	readonly removeNote: () => Promise<void>;
	/** See perform.ts; true unless said otherwise. */
	readonly clearsBroken?: boolean;
	readonly onWarning?: (message: string) => void;
	/** For a log. */
	readonly onEvent?: (event: string, more?: object) => Promise<void>;
};

export const releaseEntry = (options: ReleaseEntryOptions): Promise<CoreOutcome> =>
	driveEntry(options, {on: 'release', why: 'left-over', message: options.why}).done;

export type DrivenEntry = {
	readonly done: Promise<CoreOutcome>;
	/** Nothing is sent to AWS any more; `done` never resolves. False when the release has begun. */
	readonly letGo: () => boolean;
	readonly release: (why: string) => void;
};

/** A left-over hold with its first event: released at once, or kept for a while (`linger`). */
export const driveEntry = (options: ReleaseEntryOptions, first: HoldInput): DrivenEntry => {
	const {aws, fuses, processClock, entry, own = entry.own} = options;
	const done = Promise.withResolvers<CoreOutcome>();
	const driver = createDriver({
		state: leftOverHold(factsOf(options, own), own),
		perform: createPerform({
			aws,
			fuses,
			processClock,
			group: entry.group,
			holdId: entry.holdId,
			note: options.note,
			removeNote: options.removeNote,
			startGuardian: () => Promise.reject(new Error('A left-over hold has no guardian')),
			onGroup: () => undefined,
			clearsBroken: options.clearsBroken ?? true,
		}),
		awsClock: aws.clock,
		processClock,
		onTold: told => {
			if (told.tell === 'warning') options.onWarning?.(told.message);
		},
		onFinish: outcome => done.resolve(outcome),
		onChange: () => undefined,
	});
	driver.send(first);
	return {
		done: done.promise,
		letGo: () => {
			if (driver.state().release !== null) return false;
			driver.stop();
			return true;
		},
		release: why => driver.send({on: 'release', why: 'left-over', message: why}),
	};
};

const factsOf = ({entry, patienceMs}: ReleaseEntryOptions, own: Ownership): HoldFacts => ({
	holdId: entry.holdId,
	group: entry.group,
	owner: entry.owner,
	reason: entry.reason,
	aim: own.wanted,
	forMs: own.end - own.since,
	leaseMs: own.leaseUntil - own.since,
	patienceMs,
	net: own.fuses.length > 0 ? 'fuse' : 'none',
	tokenSeed: newTokenSeed(),
	interactive: false,
	adopt: [],
});

/** The notes of a release as the entry's own file carries them. */
export const ledgerNotes = (
	ledger: Ledger,
	entry: LedgerEntry,
): Pick<ReleaseEntryOptions, 'note' | 'removeNote'> => ({
	note: (phase, own) => ledger.write({...entry, phase, own}),
	removeNote: () => ledger.remove(entry.holdId),
});
