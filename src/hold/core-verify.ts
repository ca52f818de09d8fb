/** The end of a release: read back, leave to others what is theirs, stop the fuses, delete the tag, close the ledger. */
import type {ScalingProcess} from '../aws/types.ts';
import type {Answer, Turn} from './core-events.ts';
import {unfinished} from './core-fuse.ts';
import {noneLeft} from './core-leave.ts';
import {acceptShared, hasUndecided, mostRunsFailed, noticeOthers, wasNear} from './core-others.ts';
import {finish, need} from './core-outcome.ts';
import {closeGone, keepSeen, putReleasing, readLater} from './core-release.ts';
import {
	call,
	now,
	oursSuspended,
	pause,
	reasonOf,
	retryWaitMs,
	stay,
	stillOurs,
	telling,
	warn,
} from './core-rules.ts';
import type {CallFailure, HoldState, ReleaseGoal, SeenGroup} from './core-state.ts';
import {stopFuses} from './core-stop.ts';
import {without} from './processes.ts';
import {holdTagKey} from './tag.ts';

/** After so many answers that asking again will not mend, the release is reported instead of repeated in silence. */
const lastingLimit = 4;
const hopelessTries = 12;
/** How long a late Suspend may still arrive: after this, an unanswered one is over. */
const suspendFlightMs = 180_000;
/** The same for a tag, which changes nothing in the group. */
const tagFlightMs = 15_000;
/** A tag that was noted so long before the release began has arrived, or never will. */
const longAgoMs = 60_000;
/** Reads of a moment before the resume come this long at most. */
const echoMs = 20_000;
/**
 * Two holds that end together both read the other's tag as live, unless one of the reads comes so long after its own
 * tag said `releasing`: longer than a read is old.
 */
const decisiveMs = 10_000;
const secondReadMs = 5000;

export const resumed = (state: HoldState, answer: Answer): Turn => {
	if (!answer.result.ok) return again(state, 'read', answer.result.failure);
	const acknowledged = need(state).acknowledged ?? now(state).processMs;
	const release = {...need(state), acknowledged, lasting: 0, readsDue: readsDue(state)};
	return call({...state, release}, {at: 'release-verify'}, {do: 'read'});
};

/** One more read at 5 s beside others. */
const readsDue = (state: HoldState): readonly number[] => {
	const inFlight = readsInFlight(state);
	return inFlight.length === 0 && wasNear(state, 60_000) ? [secondReadMs] : inFlight;
};

/** Three clean reads at 5, 20 and 60 s while a Suspend of ours may be on its way, also where nothing was resumed. */
const readsInFlight = (state: HoldState): readonly number[] => {
	const {awsMs, rate} = now(state);
	const last = state.own.windows.at(-1)?.from ?? 0;
	return state.own.unanswered && awsMs - last < suspendFlightMs * rate ? [5000, 15_000, 40_000] : [];
};

export const verified = (state: HoldState, answer: Answer): Turn => {
	if (answer.of !== 'read') return stay(state);
	if (!answer.result.ok) return again(state, 'verify', answer.result.failure);
	const group = answer.result.value;
	if (group === null || (state.own.arn !== null && group.arn !== state.own.arn)) return closeGone(state);
	const noticed = noticeOthers(state, group);
	// A reason that another hold may have made: the runs are read before it is judged.
	if (hasUndecided(noticed, group) && need(state).runsFailed < mostRunsFailed) return readLater(noticed);
	return verify(keepSeen(acceptShared(noticed, group), group), group);
};

/** Nothing of ours may be left in this read, but what is left to others. */
export const verify = (state: HoldState, group: SeenGroup): Turn => {
	const release = need(state);
	const {backed, unbacked} = release.left;
	const {rate} = now(state);
	const still = without(oursSuspended(state.own, group, rate), backed, unbacked);
	if (still.length > 0) {
		const unclean = {...state, release: {...release, firstReadClean: false}};
		return again(unclean, isEcho(state, group, still) ? 'verify' : 'read', null);
	}
	// What an old read had shown as another's, and this one does not: it was never resumed.
	const named: readonly string[] = [...release.resumed, ...backed, ...unbacked];
	if (
		state.own.windows.length > 0 &&
		stillOurs(state.own, group, rate).some(process => !named.includes(process))
	)
		return again(state, 'read', null);
	if (isUnclear(state, group) && release.unclear < 3)
		return pause(
			{...state, release: {...release, unclear: release.unclear + 1}},
			{at: 'release-wait', next: 'verify'},
			secondReadMs,
		);
	return nextRead(state);
};

const nextRead = (state: HoldState): Turn => {
	const release = need(state);
	const isShared = release.left.backed.length + release.left.unbacked.length > 0;
	const due = release.readsDue ?? readsInFlight(state);
	const [wait, ...later] = release.firstReadClean || due.length > 0 ? due : [secondReadMs];
	if (wait === undefined) return isShared ? decide(state) : stopAll(quiet(state));
	return pause(
		{...state, release: {...release, firstReadClean: true, readsDue: later}},
		{at: 'release-wait', next: isShared ? 'read' : 'verify'},
		wait,
	);
};

/** Left for good only by a read that cannot be older than our own word that we are leaving. */
const decide = (state: HoldState): Turn => {
	const release = need(state);
	const {processMs} = now(state);
	if (release.tagSaidMs === null) return sayAgain(state);
	const wait = release.tagSaidMs + decisiveMs - processMs;
	if (wait > 0) return pause(state, {at: 'release-wait', next: 'read'}, wait);
	if (release.left.unbacked.length > 0) return leftUnbacked(state);
	return stopAll(quiet(state));
};

/**
 * Others cannot know that we are leaving: after three tries everything of ours is resumed, and they repair. What nobody
 * could say whose it is stays.
 */
const sayAgain = (state: HoldState): Turn => {
	const release = need(state);
	if (release.tagTries < 3)
		return pause(state, {at: 'release-wait', next: 'tag'}, retryWaitMs(release.tagTries, 0), true);
	const left: readonly string[] = [...release.left.backed, ...release.left.unbacked];
	const ours = stillOurs(state.own, state.watch.lastGroup, now(state).rate);
	const processes = ours.filter(process => left.includes(process));
	if (processes.length === 0) return again(state, 'read', release.lastFailure);
	return call(
		{...state, release: {...release, left: noneLeft, resumed: [...release.resumed, ...processes]}},
		{at: 'release-resume'},
		{do: 'resume', processes},
	);
};

/** Exit 4 with our fuse armed; the guardian stays until the claim or the fuse is over, and asks once a pass whose it is. */
const leftUnbacked = (state: HoldState): Turn => {
	if (Number.isFinite(state.facts.patienceMs)) return finish(state, 'incomplete');
	const release = need(state);
	const runsFailed = Math.min(release.runsFailed, mostRunsFailed - 1);
	return pause({...state, release: {...release, runsFailed}}, {at: 'release-wait', next: 'read'}, 30_000);
};

const quiet = (state: HoldState): HoldState => ({...state, release: {...need(state), tries: 0, lasting: 0}});

/**
 * AWS said that it resumed; a read that still tells of the very same suspension is old. Resuming again could only hit
 * what somebody suspended since.
 */
const isEcho = (state: HoldState, group: SeenGroup, still: readonly ScalingProcess[]): boolean => {
	const {acknowledged} = need(state);
	return (
		acknowledged !== null &&
		now(state).processMs - acknowledged < echoMs &&
		still.every(process => state.own.fingerprint[process]?.includes(reasonOf(group, process) ?? ''))
	);
};

/** A foreign reason from before our own call: another's suspension, or an old read of a moment before ours. */
export const isUnclear = (state: HoldState, group: SeenGroup): boolean => {
	const ours = new Set<string>(stillOurs(state.own, group, now(state).rate));
	const {unbacked} = need(state).left;
	return without(state.own.wanted, Object.keys(state.own.changed), unbacked).some(
		process => !ours.has(process),
	);
};

/** Only after the resume is verified: until then the fuses are what brings the processes back without us. */
export const stopAll = (state: HoldState): Turn => {
	const result = stopFuses(state, {for: 'release'});
	return result.over ? stoppedAll(result.state, result.failure) : result.turn;
};

export const stoppedAll = (state: HoldState, failure: CallFailure | null): Turn => {
	if (unfinished(state.own).length === 0) return untag(quiet(state));
	const lasting = failure?.lasting ? need(state).lasting + 1 : need(state).lasting;
	const finite = Number.isFinite(state.facts.patienceMs);
	const over = finite && (elapsed(state) >= state.facts.patienceMs || lasting >= lastingLimit);
	return over ? keepFuses(state, failure) : again(state, 'stop', failure);
};

/** A fuse that will not stop stays in the ledger, with nothing else to do for whoever finishes the entry. */
const keepFuses = (state: HoldState, failure: CallFailure | null): Turn => {
	const own = {...state.own, wanted: [], adopted: [], changed: {}};
	const kept = {...state, own, release: {...need(state), fuseLeft: true, tagLeft: state.tagMayExist}};
	const why = failure?.message ?? 'it does not end';
	return telling(
		call(kept, {at: 'release-leave'}, {do: 'note', phase: 'releasing', own}),
		warn(`A fuse could not be stopped: ${why}. It ends by itself, and stays in the ledger until then`),
	);
};

const untag = (state: HoldState): Turn =>
	state.tagMayExist ? call(state, {at: 'release-untag'}, {do: 'delete-tag'}) : closeNote(state);

export const untagged = (state: HoldState, answer: Answer): Turn => {
	if (answer.result.ok) return untagLate(state) ?? closeNote(state);
	const {failure} = answer.result;
	const release = need(state);
	const hopeless = failure.lasting && release.lasting + 1 >= lastingLimit;
	if (!hopeless && elapsed(state) < state.facts.patienceMs) return again(state, 'untag', failure);
	const turn = closeNote({...state, release: {...release, tagLeft: true}});
	const key = holdTagKey(state.facts.holdId);
	return telling(turn, warn(`The tag ${key} could not be deleted: ${failure.message}`));
};

/** A tag that died with its sender, or was never answered, may be written after this delete: it is deleted once more. */
const untagLate = (state: HoldState): Turn | null => {
	const {awsMs, rate} = now(state);
	const {startedAws} = need(state);
	const sentAt = state.tagUnansweredAt;
	if (sentAt === null || startedAws - sentAt > longAgoMs * rate) return null;
	// Noted before it was sent, and its sender may have died any time until we took over.
	const left = tagFlightMs - (awsMs - Math.max(sentAt, startedAws)) / rate;
	if (left <= 0) return null;
	return pause({...state, tagUnansweredAt: null}, {at: 'release-wait', next: 'untag'}, left);
};

export const closeNote = (state: HoldState): Turn => call(state, {at: 'release-close'}, {do: 'remove-note'});

export const closed = (state: HoldState, answer: Answer): Turn => {
	const turn = finish(state, 'complete');
	if (answer.result.ok) return turn;
	return telling(turn, warn(`The ledger entry could not be removed: ${answer.result.failure.message}`));
};

export const releaseWaited = (state: HoldState, goal: ReleaseGoal): Turn => {
	switch (goal) {
		case 'untag':
			return untag(state);
		case 'stop':
			return stopAll(state);
		case 'tag':
			return putReleasing(state);
		case 'verify':
			return call(state, {at: 'release-verify'}, {do: 'read'});
		case 'read':
			return readLater(state);
	}
};

/** Repeats with growing waits, and says so when patience is over; the guardian's patience is endless. */
export const again = (state: HoldState, goal: ReleaseGoal, failure: CallFailure | null): Turn => {
	const release = need(state);
	const lasting = failure?.lasting ? release.lasting + 1 : failure === null ? 0 : release.lasting;
	const next = {...release, tries: release.tries + 1, lasting, lastFailure: failure ?? release.lastFailure};
	const after = {...state, release: next};
	const finite = Number.isFinite(state.facts.patienceMs);
	const over = elapsed(state) >= state.facts.patienceMs || (finite && lasting >= lastingLimit);
	if (over && goal !== 'untag' && goal !== 'stop') return finish(after, 'incomplete');
	if (!finite && isHopeless(after)) return finish(after, 'incomplete');
	return pause(after, {at: 'release-wait', next: goal}, retryWaitMs(release.tries, elapsed(state)), true);
};

/**
 * A guardian whose credentials are dead for good only keeps others from finishing the entry: once lease and fuses are
 * over it leaves that to the next start.
 */
const isHopeless = (state: HoldState): boolean => {
	const latest = Math.max(state.own.leaseUntil, ...unfinished(state.own).map(({deadline}) => deadline));
	return need(state).lasting >= hopelessTries && now(state).awsMs > latest + 300_000;
};

const elapsed = (state: HoldState): number => now(state).processMs - need(state).startedMs;
