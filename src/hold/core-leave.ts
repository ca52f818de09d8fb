/**
 * The last one out resumes: what a release leaves suspended because another hold wants it. A live fuse is proof. A tag
 * alone is not: then our own fuse stays armed, so that a forged tag delays the resume by a lease at most (H2).
 */
import type {ScalingProcess} from '../aws/types.ts';
import {unfinished} from './core-fuse.ts';
import {backs, hasGivenBack, isUndecided, type OtherHold, otherHoldsOf} from './core-others.ts';
import {now, oursSuspended, reasonOf, stillOurs} from './core-rules.ts';
import type {HoldState, LeftToOthers, SeenGroup} from './core-state.ts';
import {inOrder, without} from './processes.ts';

export const noneLeft: LeftToOthers = {backed: [], unbacked: [], claimants: []};

/**
 * What a live fuse covers is left whatever this read says of it: what runs there is about to be repaired by its hold.
 * Where only a tag claims, what is suspended can be left; the rest is resumed.
 */
export const leaveTo = (state: HoldState, group: SeenGroup): LeftToOthers => {
	const others = otherHoldsOf(state, group);
	// Nobody can have joined a hold without a fuse: it takes back all it suspended, and who wants it repairs.
	if (state.facts.net === 'none')
		return hasGivenBack(state) ? {...noneLeft, backed: theirsSince(state, group, others)} : noneLeft;
	const ours = oursSuspended(state.own, group, now(state).rate);
	const isKnown = !state.runs.failed && state.runs.seenMs !== null;
	const covered = new Set<string>(
		isKnown ? others.filter(({live}) => live).flatMap(({covers}) => covers) : [],
	);
	const backed = stillOurs(state.own, group, now(state).rate).filter(process => covered.has(process));
	const claims = others.filter(({tag, live}) => tag?.phase === 'live' && !(live && isKnown));
	const claimed = new Set<string>(claims.flatMap(({tag}) => tag?.claims ?? []));
	const undecided = without(state.own.wanted, Object.keys(state.own.changed)).filter(process => {
		const reason = reasonOf(group, process);
		return reason !== undefined && isUndecided(state, process, reason);
	});
	const unbacked = without(ours, backed).filter(process => claimed.has(process));
	if (!hasNet(state)) return {backed, unbacked: [], claimants: []};
	return {
		backed,
		unbacked: inOrder([...unbacked, ...undecided]),
		claimants: unbacked.length === 0 ? [] : claims.map(({tag, holdId}) => tag?.owner ?? holdId),
	};
};

/**
 * Suspended by a live hold that began after our release did, and still covered by it: not the late Suspend of ours that
 * is waited for, which that hold takes for somebody's and drops from its next fuse. One that was there before may have
 * been joined by it, and nobody can tell.
 */
const theirsSince = (
	state: HoldState,
	group: SeenGroup,
	others: readonly OtherHold[],
): readonly ScalingProcess[] => {
	const {release, runs} = state;
	if (release === null || runs.failed || runs.seenMs === null) return [];
	return oursSuspended(state.own, group, now(state).rate).filter(process =>
		others.some(
			other =>
				other.live &&
				(other.covers as readonly string[]).includes(process) &&
				other.runs.some(
					run => run.startedAt > release.startedAws && backs(run, process, reasonOf(group, process) ?? ''),
				),
		),
	);
};

const hasNet = (state: HoldState): boolean =>
	unfinished(state.own).some(
		({deadline, executionId}) => executionId !== null && deadline > now(state).awsMs,
	);
