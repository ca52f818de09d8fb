/** Releases a hold of the ledger whose process is gone: what the guardian does, and the next start after it. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {leftOverHold} from './core.ts';
import {createDriver} from './core-driver.ts';
import type {CoreOutcome, LedgerPhase, Ownership} from './core-state.ts';
import type {Ledger} from './ledger.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {createPerform} from './perform.ts';

export type ReleaseEntryOptions = {
	readonly aws: Aws;
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
};

export const releaseEntry = (options: ReleaseEntryOptions): Promise<CoreOutcome> => {
	const {aws, processClock, entry, own = entry.own} = options;
	return new Promise(resolve => {
		const driver = createDriver({
			state: leftOverHold(
				{
					holdId: entry.holdId,
					group: entry.group,
					owner: entry.owner,
					reason: entry.reason,
					aim: own.wanted,
					forMs: own.end - own.since,
					leaseMs: own.leaseUntil - own.since,
					patienceMs: options.patienceMs,
				},
				own,
			),
			perform: createPerform({
				aws,
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
			onFinish: outcome => resolve(outcome),
			onChange: () => undefined,
		});
		driver.send({on: 'release', why: 'left-over', message: options.why});
	});
};

/** The notes of a release as the entry's own file carries them. */
export const ledgerNotes = (
	ledger: Ledger,
	entry: LedgerEntry,
): Pick<ReleaseEntryOptions, 'note' | 'removeNote'> => ({
	note: (phase, own) => ledger.write({...entry, phase, own}),
	removeNote: () => ledger.remove(entry.holdId),
});
