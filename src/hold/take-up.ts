/** Takes up holds that guardians of this machine keep for a lost terminal: from then on they are sessions of ours. */
import type {AwsMs} from '../base/clock.ts';
import {type Ledger, liveness} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {takeUpFrom} from './linger-socket.ts';
import {isAlive, type MachineIdentity, sameMachine} from './process-identity.ts';
import type {TakenUp} from './session.ts';
import type {HoldRequest, HoldSession} from './types.ts';

export type TakeUpOptions = {
	readonly ledger: Ledger;
	readonly machine: MachineIdentity;
	readonly place: HoldPlace;
	readonly stateFolder: string;
	readonly startSession: (request: HoldRequest, takenUp: TakenUp) => HoldSession;
};

export type TakenUpHold = {readonly group: string; readonly holdId: string; readonly since: AwsMs};

export const takeUpLingering = async (options: TakeUpOptions): Promise<readonly TakenUpHold[]> => {
	const taken: TakenUpHold[] = [];
	for (const {entry, writtenAt} of await options.ledger.list()) {
		if (entry === null || !(await isLingering(entry, writtenAt, options))) continue;
		const hold = await takeUp(entry, options);
		if (hold !== null) taken.push(hold);
	}
	return taken;
};

const isLingering = async (
	entry: LedgerEntry,
	writtenAt: number,
	{machine, place}: TakeUpOptions,
): Promise<boolean> =>
	entry.linger !== null &&
	sameMachine(entry.machine, machine) &&
	entry.place.account === place.account &&
	entry.place.region === place.region &&
	entry.place.endpoint === place.endpoint &&
	(await liveness(entry, machine, writtenAt)) === 'alive' &&
	!(await isAlive(entry.process));

/** The lock keeps two of us from it; the guardian gives it to one alone anyway. */
const takeUp = async (entry: LedgerEntry, options: TakeUpOptions): Promise<TakenUpHold | null> => {
	const {ledger, stateFolder, startSession} = options;
	const unlock = await ledger.lock(entry.holdId);
	if (unlock === null) return null;
	const taken = await takeUpFrom(stateFolder, entry);
	if (taken === null) {
		await unlock();
		return null;
	}
	const session = startSession(requestOf(taken.entry), {
		entry: taken.entry,
		letGo: async () => {
			await taken.letGo();
			await unlock();
		},
	});
	void session.done.then(async () => {
		// It may never have come to a guardian of its own; after `letGo` this does nothing.
		taken.abandon();
		await unlock();
	});
	return {group: entry.group, holdId: entry.holdId, since: entry.own.since};
};

const requestOf = ({group, reason, own}: LedgerEntry): HoldRequest => ({
	group,
	processes: own.wanted,
	preset: 'custom',
	forSeconds: Math.round((own.end - own.since) / 1000),
	reason,
	net: own.fuses.length > 0 ? 'fuse' : 'none',
	interactive: true,
});
