/**
 * Giving back: note, tag to `releasing`, read, resume. Nothing but a missing right or a dead network delays the
 * resume. core-verify has what follows: read back, stop the fuses, delete the tag, close the ledger.
 */
import type {ScalingProcess} from '../aws/types.ts';
import type {Answer, Command, Turn} from './core-events.ts';
import {changeFuse, unfinished} from './core-fuse.ts';
import {leaveTo, noneLeft} from './core-leave.ts';
import {
	acceptShared,
	addReason,
	hasForeign,
	hasUndecided,
	isUndecided,
	knowReasons,
	knowRuns,
	mayBeShared,
	mostRunsFailed,
	noticeOthers,
	runsSinceMs,
	wasNear,
} from './core-others.ts';
import {finish, need} from './core-outcome.ts';
import {
	call,
	isNewer,
	isOurs,
	now,
	oursSuspended,
	pause,
	reasonOf,
	rememberTag,
	retryWaitMs,
	stay,
	stillOurs,
	tagAnswered,
	tagValue,
	telling,
} from './core-rules.ts';
import type {CallFailure, EndReason, HoldState, Release, SeenGroup} from './core-state.ts';
import {again, stopAll, verify} from './core-verify.ts';
import {inOrder, without} from './processes.ts';
import {otherHolds} from './tag.ts';

const blindAfterMs = 12_000;

export const startRelease = (
	state: HoldState,
	why: EndReason,
	message: string,
	next: readonly string[] = [],
): Turn => {
	if (state.release !== null) return stay(state);
	const abort: readonly Command[] = state.inFlight === null ? [] : [{do: 'abort', call: state.inFlight}];
	// A Suspend that is cut off here may still be applied.
	const cut = state.step.at === 'suspend' && state.inFlight !== null;
	const own = cut ? {...state.own, unanswered: true} : state.own;
	const isTagCut = state.step.at === 'tag' && state.inFlight !== null;
	const tagUnansweredAt = isTagCut ? now(state).awsMs : state.tagUnansweredAt;
	const release = newRelease(state, {why, message, next});
	const turn = first({...state, own, tagUnansweredAt, release, inFlight: null, question: null});
	return {state: turn.state, commands: [...abort, ...turn.commands]};
};

const newRelease = (state: HoldState, words: Pick<Release, 'why' | 'message' | 'next'>): Release => {
	const {awsMs, processMs} = now(state);
	return {
		...words,
		startedMs: processMs,
		startedAws: awsMs,
		tries: 0,
		lasting: 0,
		lastFailure: null,
		slept: false,
		resumed: [],
		acknowledged: null,
		tagSaidMs: null,
		tagTries: 0,
		readsDue: null,
		firstReadClean: true,
		left: noneLeft,
		unclear: 0,
		runsFailed: 0,
		fired: false,
		tagLeft: false,
		fuseLeft: false,
	};
};

/** What the user wants resumed although somebody else suspended it anew. */
export const alsoResume = (state: HoldState, processes: readonly ScalingProcess[]): HoldState => {
	const changed = {...state.own.changed};
	let own = state.own;
	for (const process of processes) {
		const reason = changed[process];
		if (reason === undefined) continue;
		delete changed[process];
		own = addReason(own, process, reason);
	}
	return {...state, own: {...own, changed}};
};

const first = (state: HoldState): Turn => {
	if (!state.ledgerWritten && !state.tagMayExist && !state.suspendCalled) return finish(state, 'complete');
	if (!state.tagMayExist && !state.suspendCalled) return stopAll(state);
	const own = rememberTag(state.own, tagValue(state, state.own, 'releasing'), now(state).awsMs);
	return call({...state, own}, {at: 'release-note'}, {do: 'note', phase: 'releasing', own});
};

/** The ledger said so before; whether this note was written changes nothing now. */
export const releaseNoted = (state: HoldState): Turn => lookAtDue(state) ?? saysReleasing(state);

/** A later pass: a fuse whose deadline came meanwhile may have done it all. */
export const readLater = (state: HoldState): Turn => lookAtDue(state) ?? readFirst(state, 0);

/** The next fuse after that of `token` whose deadline has passed. */
const lookAtDue = (state: HoldState, token: string | null = null): Turn | null => {
	const {awsMs} = now(state);
	const fuses = unfinished(state.own);
	const due = fuses
		.slice(fuses.findIndex(({clientToken}) => clientToken === token) + 1)
		.find(({deadline, executionId}) => executionId !== null && deadline <= awsMs);
	if (due === undefined) return null;
	return call(
		state,
		{at: 'release-fired', token: due.clientToken},
		{do: 'see-fuse', executionId: due.executionId ?? ''},
	);
};

/** A fuse whose deadline has passed: where it ran to its end, everything it covered was resumed. */
export const firedLooked = (state: HoldState, token: string, answer: Answer): Turn => {
	const seen = answer.of === 'see-fuse' && answer.result.ok ? answer.result.value : null;
	if (seen === null || seen.final === null) return lookAtDue(state, token) ?? saysReleasing(state);
	const marked = changeFuse(state, token, {final: seen.final});
	const told = {tell: 'fuse-fired', executionId: seen.executionId} as const;
	return seen.final === 'success' ? telling(releaseNoted(marked), told) : releaseNoted(marked);
};

const saysReleasing = (state: HoldState): Turn => {
	const spent = spentBy(state);
	const rest = without(state.own.wanted, Object.keys(state.own.changed), spent);
	// Closed without a resume: what is suspended now was suspended by somebody after the fuse.
	if (rest.length === 0) return stopAll({...state, release: {...need(state), fired: spent.length > 0}});
	const resumable = {...state, own: {...state.own, wanted: without(state.own.wanted, spent)}};
	// Others leave us what our fuse covers: without a tag they are told by one that says `releasing`.
	return state.suspendCalled ? putReleasing(resumable) : stopAll(state);
};

/**
 * What a fuse of ours has resumed, and is over. Where a later one still sleeps over it, another hold may have suspended it
 * since and left it to that one.
 */
const spentBy = (state: HoldState): readonly ScalingProcess[] => {
	const {awsMs} = now(state);
	const fired = state.own.fuses.filter(({final}) => final === 'success').flatMap(({processes}) => processes);
	const asleep = unfinished(state.own)
		.filter(({deadline}) => deadline > awsMs)
		.flatMap(({processes}) => processes);
	return without(fired, asleep);
};

export const putReleasing = (state: HoldState): Turn => {
	// The bytes that the ledger knows already: other ones would not be taken for ours (H4).
	const noted = state.own.tagValues.findLast(value => value.startsWith('v1 releasing'));
	const value = noted ?? tagValue(state, state.own, 'releasing');
	const release = {...need(state), tagTries: need(state).tagTries + 1};
	const own = rememberTag(state.own, value, now(state).awsMs);
	return call({...state, own, release, tagMayExist: true}, {at: 'release-tag'}, {do: 'put-tag', value});
};

/** A tag call that fails never delays a resume. */
export const releaseTagged = (state: HoldState, answer: Answer): Turn =>
	readFirst(tagAnswered(answer.result.ok ? said(state) : state, answer.result), 0);

const said = (state: HoldState): HoldState => {
	const release = need(state);
	return {...state, release: {...release, tagSaidMs: release.tagSaidMs ?? now(state).processMs}};
};

export const readFirst = (state: HoldState, tries: number): Turn =>
	call(state, {at: 'release-read', tries}, {do: 'read'});

/**
 * A group that may not be read, or not for a while, is resumed by what earlier reads told; until then a foreign
 * suspension that nobody has seen yet gets its chance to be seen. After a sleep nothing that was read counts any more.
 */
export const releaseRead = (state: HoldState, tries: number, answer: Answer): Turn => {
	if (answer.of !== 'read') return stay(state);
	if (!answer.result.ok) {
		const {startedMs, tries: passes} = need(state);
		const {wokeMs} = state;
		const waited = now(state).processMs - Math.max(startedMs, wokeMs ?? startedMs);
		const saysEnough = wokeMs === null && (passes > 0 || answer.result.failure.lasting);
		const blind = saysEnough || waited >= blindAfterMs;
		// Who else holds cannot be known either: everything of ours is resumed, and who still wants it repairs.
		if (blind) return resume(nothingBacked(state, answer.result.failure), null);
		return pause(state, {at: 'release-read-wait', tries: tries + 1}, retryWaitMs(tries, 0), true);
	}
	const group = answer.result.value;
	if (group === null || (state.own.arn !== null && group.arn !== state.own.arn)) return closeGone(state);
	return judgeFirst(noticeOthers(state, group), group);
};

/** The group is gone, or another one has its name: nothing of ours is in it, but our fuses are. */
export const closeGone = (state: HoldState): Turn => stopAll({...state, tagMayExist: false});

/** Who else holds is asked once a pass, and only where another hold was seen. */
const judgeFirst = (state: HoldState, group: SeenGroup): Turn => {
	const {runsFailed} = need(state);
	const near = wasNear(state) || hasUndecided(state, group) || hasForeign(state, group);
	if (near && runsFailed < mostRunsFailed)
		return call(state, {at: 'release-runs', group}, {do: 'see-fuses', since: now(state).awsMs - runsSinceMs});
	return leave(state, group);
};

export const releaseRuns = (state: HoldState, group: SeenGroup, answer: Answer): Turn => {
	const runs = answer.of === 'see-fuses' && answer.result.ok ? answer.result.value : null;
	const known = knowRuns(state, runs);
	const release = need(known);
	const runsFailed = runs === null ? release.runsFailed + 1 : 0;
	return leave({...known, release: {...release, runsFailed}}, group);
};

/** What is left to others needs our own fuse asleep, where nothing but a tag backs the claim (H2). */
const leave = (state: HoldState, group: SeenGroup): Turn => {
	const seen = keepSeen(acceptShared(state, group), group);
	const left = leaveTo(seen, group);
	const kept = {...seen, release: {...need(seen), left}};
	const fuse = unfinished(kept.own).findLast(({executionId}) => executionId !== null);
	if (left.unbacked.length === 0) return resume(kept, group);
	if (fuse?.executionId == null) return resume(withoutUnbacked(kept), group);
	return call(kept, {at: 'release-own', group}, {do: 'see-fuse', executionId: fuse.executionId});
};

export const ownLooked = (state: HoldState, group: SeenGroup, answer: Answer): Turn => {
	const seen = answer.of === 'see-fuse' && answer.result.ok ? answer.result.value : null;
	const fuse = state.own.fuses.find(({executionId}) => executionId === seen?.executionId);
	if (seen !== null && seen.final !== null && fuse !== undefined)
		return releaseNoted(changeFuse(state, fuse.clientToken, {final: seen.final}));
	const covers = new Set<string>(seen?.processes ?? []);
	const isNet = seen?.onSleepStep === true && need(state).left.unbacked.every(process => covers.has(process));
	if (isNet) return resume(state, group);
	return resume(answer.result.ok ? withoutUnbacked(state) : onlyUndecided(state, group), group);
};

/**
 * Whether our fuse sleeps could not be read: what others claim is resumed, and they repair. What nobody could say whose it
 * is stays under the fuse, for another hold may have left it to that one.
 */
const onlyUndecided = (state: HoldState, group: SeenGroup | null): HoldState => {
	const release = need(state);
	const unbacked = release.left.unbacked.filter(process =>
		isUndecided(state, process, (group && reasonOf(group, process)) ?? ''),
	);
	return {...state, release: {...release, left: {...release.left, unbacked, claimants: []}}};
};

const nothingBacked = (state: HoldState, lastFailure: CallFailure): HoldState => {
	const known = onlyUndecided(state, state.watch.lastGroup);
	return {...known, release: {...need(known), lastFailure, left: {...need(known).left, backed: []}}};
};

const withoutUnbacked = (state: HoldState): HoldState => ({
	...state,
	release: {...need(state), left: {...need(state).left, unbacked: [], claimants: []}},
});

export const keepSeen = (state: HoldState, group: SeenGroup): HoldState => {
	const {awsMs, rate} = now(state);
	const changed = {...state.own.changed};
	for (const {process, reason} of group.suspended)
		if (
			(state.own.wanted as readonly string[]).includes(process) &&
			!isOurs(state.own, process, reason, rate) &&
			isNewer(state, process, reason) &&
			!isWaiting(state, group, process)
		)
			changed[process] = reason;
	const others = otherHolds(group.tags, state.facts.holdId, awsMs).map(({holdId}) => holdId);
	return {...state, own: {...state.own, changed}, watch: {...state.watch, lastGroup: group, others}};
};

/** A foreign reason beside another hold, whose runs could not be read: nobody knows whose suspension it is. */
const isWaiting = (state: HoldState, group: SeenGroup, process: string): boolean =>
	state.facts.net === 'fuse' &&
	state.runs.failed &&
	mayBeShared(state) &&
	reasonOf(group, process) !== undefined;

/** Whatever the read says is suspended: a read may be old, and resuming what runs does nothing. */
const resume = (before: HoldState, group: SeenGroup | null): Turn => {
	const state = group === null ? before : knowReasons(before, group);
	const release = need(state);
	const {rate} = now(state);
	const {backed, unbacked} = release.left;
	const processes = without(toResume(state, group), backed, unbacked);
	const news = without(processes, release.resumed);
	const suspended =
		group === null ? processes : without(oursSuspended(state.own, group, rate), backed, unbacked);
	// A later pass, made for others' sake: what was given back and runs is not named again.
	const isDone = release.acknowledged !== null && news.length === 0 && suspended.length === 0;
	if (processes.length === 0 && group === null)
		return mayBeLeftToUs(state) ? again(state, 'read', release.lastFailure) : stopAll(state);
	if (group !== null && (processes.length === 0 || isDone)) return verify(state, group);
	return call(
		{...state, release: {...release, resumed: inOrder([...release.resumed, ...processes])}},
		{at: 'release-resume'},
		{do: 'resume', processes},
	);
};

/** Without a read nobody knows what other holds left to our fuse: it stays armed meanwhile. */
const mayBeLeftToUs = (state: HoldState): boolean =>
	wasNear(state) ||
	need(state).left.unbacked.length > 0 ||
	(state.watch.lastGroup === null && unfinished(state.own).length > 0);

/** Where no Suspend of ours was sent, only what another hold left to us is ours to resume. */
const toResume = (state: HoldState, group: SeenGroup | null) => {
	const {rate} = now(state);
	if (group !== null && state.own.windows.length === 0) return oursSuspended(state.own, group, rate);
	// What the last read showed with a foreign reason is not ours for all we know.
	const ours = stillOurs(state.own, group ?? state.watch.lastGroup, rate);
	if (state.own.windows.length > 0) return ours;
	return ours.filter(process => state.own.fingerprint[process] !== undefined);
};
