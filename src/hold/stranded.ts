/**
 * What other holds had left to a fuse that somebody stopped before its time. The release that armed it is over and has
 * given back its own; nobody can prove any more whose these suspensions are, so they are named, never resumed.
 */
import type {ScalingProcess} from '../aws/types.ts';
import {backs} from './core-others.ts';
import {reasonOf} from './core-rules.ts';
import type {Ownership, SeenFuse, SeenGroup} from './core-state.ts';
import {inOrder} from './processes.ts';

export type StrandedFacts = {
	readonly holdId: string;
	/** Of an entry that has nothing left but fuses. */
	readonly own: Ownership;
	readonly group: SeenGroup;
	/** Every run of our document on the group, of this hold and of others. */
	readonly runs: readonly SeenFuse[];
};

export const strandedProcesses = ({holdId, own, group, runs}: StrandedFacts): readonly ScalingProcess[] => {
	const genuine = runs.filter(run => run.genuine);
	const known = new Set(own.fuses.map(({executionId}) => executionId));
	const stopped = genuine.filter(run => known.has(run.executionId) && isStoppedEarly(run));
	const awaited = genuine.filter(({final}) => final === null).flatMap(({processes}) => processes);
	const others = genuine.filter(run => run.holdId !== holdId);
	return inOrder(
		stopped
			.flatMap(({processes}) => processes)
			.filter(process => {
				const reason = reasonOf(group, process);
				if (reason === undefined || awaited.includes(process) || own.baseline.includes(process)) return false;
				return others.some(run => backs(run, process, reason));
			}),
	);
};

const isStoppedEarly = ({final, endedAt, deadline}: SeenFuse): boolean =>
	final === 'other' && endedAt !== null && endedAt < deadline;
