/**
 * Other holds on the group: what their tags claim and what AWS itself says of their fuses. A tag is a claim anybody
 * with tag rights can make; only a run of our document is proof (threats.md H1, H2, F5).
 */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {isOurs, now, oursSuspended, reasonOf, reasonTime} from './core-rules.ts';
import type {HoldState, Ownership, SeenFuse, SeenGroup} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {otherHolds, type ReadTag} from './tag.ts';

/** The longest lease is 60 minutes; a run that sleeps longer is nobody's hold. */
const longestClaimMs = 65 * 60_000;
/** Holds last four hours at most; what is older proves nothing of a hold that is on now. */
export const runsSinceMs = 5 * 3_600_000;
const tenMinutesMs = 600_000;
/** After so many failed looks at the runs a pass of a release goes on without them. */
export const mostRunsFailed = 3;

export type OtherHold = {
	readonly holdId: string;
	readonly tag: ReadTag | null;
	/** Its newest fuse sleeps and its tag does not say `releasing`, not even an expired one. */
	readonly live: boolean;
	/** What its newest sleeping fuse covers. */
	readonly covers: readonly ScalingProcess[];
	readonly runs: readonly SeenFuse[];
};

/** Everybody else with a tag on the group or a run of our document for it. */
export const otherHoldsOf = (state: HoldState, group: SeenGroup): readonly OtherHold[] => {
	const {awsMs} = now(state);
	const others = otherHolds(group.tags, state.facts.holdId, awsMs);
	const runs = state.runs.runs.filter(run => run.genuine && run.holdId !== state.facts.holdId);
	if (others.length + runs.length === 0) return [];
	const tags = new Map(others.map(tag => [tag.holdId, tag]));
	const ids = new Set([...tags.keys(), ...runs.map(({holdId}) => holdId)]);
	return [...ids].map(holdId => {
		const tag = tags.get(holdId) ?? null;
		const own = runs.filter(run => run.holdId === holdId);
		const asleep = newestAsleep(own, awsMs);
		return {
			holdId,
			tag,
			live: asleep !== null && tag?.said !== 'releasing',
			covers: asleep?.processes ?? [],
			runs: own,
		};
	});
};

const newestAsleep = (runs: readonly SeenFuse[], awsMs: AwsMs): SeenFuse | null =>
	runs
		.filter(run => run.onSleepStep && run.deadline > awsMs && run.deadline <= awsMs + longestClaimMs)
		.reduce<SeenFuse | null>(
			(best, run) => (best === null || run.startedAt > best.startedAt ? run : best),
			null,
		);

/** Is somebody else's hold on the group now, or its tag? */
export const isNear = (others: readonly OtherHold[]): boolean =>
	others.some(({tag, live}) => live || (tag !== null && tag.phase !== 'malformed'));

/**
 * A suspension that a run backs: the run covers the process, was started before the suspension and had not ended when
 * it was made. Reasons have whole seconds.
 */
export const backs = (run: SeenFuse, process: string, reason: string): boolean => {
	if (!(run.processes as readonly string[]).includes(process)) return false;
	if (reason === '') return run.final === null;
	const at = reasonTime(reason);
	if (at === null) return false;
	return Math.floor(run.startedAt / 1000) * 1000 <= at && (run.endedAt === null || run.endedAt >= at);
};

export const isBacked = (other: OtherHold, process: string, reason: string): boolean =>
	other.runs.some(run => backs(run, process, reason));

/**
 * Suspensions that are not baseline: a hold that is live and covers them, or one whose tag is still there, made them.
 * A hold that is gone without a trace left them to somebody, and they are somebody's.
 */
export const sharedProcesses = (others: readonly OtherHold[], group: SeenGroup): readonly ScalingProcess[] =>
	inOrder(
		group.suspended
			.filter(({process, reason}) =>
				others.some(other => isStillThere(other, process) && isBacked(other, process, reason)),
			)
			.map(({process}) => process),
	);

const isStillThere = ({live, covers, tag}: OtherHold, process: string): boolean =>
	(live && (covers as readonly string[]).includes(process)) ||
	(tag !== null && (tag.claims as readonly string[]).includes(process));

/** Expired tags of holds whose fuses are gone: everything they claim and that is suspended is provably theirs. */
export const absorbable = (
	state: HoldState,
	group: SeenGroup,
): readonly {readonly holdId: string; readonly processes: readonly ScalingProcess[]}[] => {
	if (state.runs.failed || state.runs.seenMs === null) return [];
	return otherHoldsOf(state, group).flatMap(other => {
		if (other.tag?.phase !== 'expired' || other.runs.some(({final}) => final === null)) return [];
		const suspended = other.tag.claims.filter(process => reasonOf(group, process) !== undefined);
		const isTheirs = suspended.every(process => isBacked(other, process, reasonOf(group, process) ?? ''));
		return isTheirs ? [{holdId: other.holdId, processes: suspended}] : [];
	});
};

/**
 * A reason we did not make, on a process another hold covers as well: it was that hold's repair, and the suspension is
 * still one with ours. Two holds cannot tell each other's repair from a third party's resume and suspend; then the
 * last one out resumes it.
 */
export const acceptShared = (state: HoldState, group: SeenGroup): HoldState => {
	if (hasGivenBack(state)) return state;
	const {rate} = now(state);
	const others = otherHoldsOf(state, group);
	let own = state.own;
	for (const process of without(own.wanted, Object.keys(own.changed))) {
		const reason = reasonOf(group, process);
		if (reason === undefined || isOurs(own, process, reason, rate)) continue;
		if (others.some(other => isBacked(other, process, reason))) own = addReason(own, process, reason);
	}
	own = takeBack(own, {others, group});
	return own === state.own ? state : {...state, own};
};

/**
 * Somebody's once, and suspended anew by another hold since: where a fuse of ours sleeps over it, that hold leaves it to us.
 */
const takeBack = (
	before: Ownership,
	{others, group}: {readonly others: readonly OtherHold[]; readonly group: SeenGroup},
): Ownership => {
	let own = before;
	const asleep = own.fuses.filter(({final}) => final === null).flatMap(({processes}) => processes);
	for (const process of own.wanted) {
		const reason = reasonOf(group, process);
		const known = own.changed[process];
		if (known === undefined || reason === undefined || reason === known || !asleep.includes(process))
			continue;
		if (!others.some(other => isBacked(other, process, reason))) continue;
		const {[process]: _theirs, ...changed} = own.changed;
		own = addReason({...own, changed}, process, reason);
	}
	return own;
};

/** Without a fuse nothing is left to others: what they suspend anew after our resume is theirs, not one with ours. */
export const hasGivenBack = ({facts, release}: HoldState): boolean =>
	facts.net === 'none' && release !== null && release.acknowledged !== null;

export const addReason = (own: Ownership, process: string, reason: string): Ownership => {
	const known = own.fingerprint[process] ?? [];
	if (known.includes(reason)) return own;
	return {...own, fingerprint: {...own.fingerprint, [process]: [...known, reason].slice(-8)}};
};

/** The reasons of what is ours now: seen again when it is not, they are old news. */
export const knowReasons = (state: HoldState, group: SeenGroup): HoldState => ({
	...state,
	own: oursSuspended(state.own, group, now(state).rate).reduce(
		(own, process) => addReason(own, process, reasonOf(group, process) ?? ''),
		state.own,
	),
});

/** Another hold was seen within ten minutes: a foreign reason may be its repair. */
export const wasNear = (state: HoldState, withinMs = tenMinutesMs): boolean =>
	now(state).processMs - state.watch.nearMs < withinMs;

/**
 * May a foreign reason be another hold's? Where one was near; and in a release with a fuse, to which one may have left it
 * unseen, until three looks at the runs have failed.
 */
export const mayBeShared = (state: HoldState): boolean =>
	wasNear(state) ||
	(state.facts.net === 'fuse' && state.release !== null && state.release.runsFailed < mostRunsFailed);

/** A foreign reason that no look at the runs has judged yet. */
export const isUndecided = (state: HoldState, process: string, reason: string): boolean => {
	if (!mayBeShared(state) || isOurs(state.own, process, reason, now(state).rate)) return false;
	const at = reasonTime(reason);
	return at !== null && (state.runs.failed || state.runs.seenMs === null || state.runs.seenAws < at + 1000);
};

export const hasUndecided = (state: HoldState, group: SeenGroup): boolean =>
	without(state.own.wanted, Object.keys(state.own.changed)).some(process => {
		const reason = reasonOf(group, process);
		return reason !== undefined && isUndecided(state, process, reason);
	});

/**
 * A foreign reason on a process that a fuse of ours covered, also one that somebody stopped since: a hold that is gone by
 * now may have left it to that fuse, and only the runs still tell.
 */
export const hasForeign = ({facts, own, moment}: HoldState, group: SeenGroup): boolean =>
	facts.net === 'fuse' &&
	without(own.wanted, Object.keys(own.changed)).some(process => {
		const reason = reasonOf(group, process);
		return reason !== undefined && !isOurs(own, process, reason, moment?.rate ?? 1);
	});

/** Remembers who is here, from a read of the group. */
export const noticeOthers = (state: HoldState, group: SeenGroup): HoldState => {
	const near = isNear(otherHoldsOf(state, group));
	const {processMs: groupMs} = now(state);
	const nearMs = near ? groupMs : state.watch.nearMs;
	return {...state, watch: {...state.watch, lastGroup: group, groupMs, nearMs}};
};

/** The answer of `see-fuses`; a failed look keeps what was known, and says so. */
export const knowRuns = (state: HoldState, runs: readonly SeenFuse[] | null): HoldState => {
	const {awsMs, processMs} = now(state);
	const watch = {...state.watch, runsAskedMs: processMs};
	if (runs === null) return {...state, watch, runs: {...state.runs, failed: true}};
	return {...state, watch, runs: {seenMs: processMs, seenAws: awsMs, runs, failed: false}};
};
