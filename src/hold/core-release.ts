/**
 * Giving back: note, tag to `releasing`, read, resume, read back, delete the tag, close the ledger. Nothing but a
 * missing right or a dead network delays the resume, and the tag and the entry stay until it is verified.
 */
import type {ScalingProcess} from '../aws/types.ts';
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
	tagValue,
	telling,
	warn,
} from './core-rules.ts';
import type {
	Answer,
	CallFailure,
	Command,
	EndReason,
	HoldState,
	Release,
	SeenGroup,
	Turn,
} from './core-state.ts';
import {without} from './processes.ts';
import {holdTagKey, otherHolds} from './tag.ts';

/** After so many answers that asking again will not mend, the release is reported instead of repeated in silence. */
const lastingLimit = 4;
/** How long a late Suspend may still arrive: after this, an unanswered one is over. */
const suspendFlightMs = 180_000;
const blindAfterMs = 12_000;
/** Reads of a moment before the resume come this long at most. */
const echoMs = 20_000;

export const startRelease = (
	state: HoldState,
	why: EndReason,
	message: string,
	next: readonly string[] = [],
): Turn => {
	if (state.release !== null) return stay(state);
	const {awsMs, processMs} = now(state);
	const release: Release = {
		why,
		message,
		next,
		startedMs: processMs,
		startedAws: awsMs,
		tries: 0,
		lasting: 0,
		lastFailure: null,
		resumed: [],
		acknowledged: null,
		readsDue: [],
		firstReadClean: true,
		unclear: 0,
		tagLeft: false,
	};
	const abort: readonly Command[] = state.inFlight === null ? [] : [{do: 'abort', call: state.inFlight}];
	// A Suspend that is cut off here may still be applied.
	const cut = state.step.at === 'suspend' && state.inFlight !== null;
	const own = cut ? {...state.own, unanswered: true} : state.own;
	const turn = first({...state, own, release, inFlight: null});
	return {state: turn.state, commands: [...abort, ...turn.commands]};
};

const first = (state: HoldState): Turn => {
	if (!state.ledgerWritten && !state.tagMayExist && !state.suspendCalled) return finish(state);
	if (!state.tagMayExist && !state.suspendCalled) return closeNote(state);
	const value = tagValue(state, state.own, 'releasing');
	const own = rememberTag(state.own, value);
	return call({...state, own}, {at: 'release-note'}, {do: 'note', phase: 'releasing', own});
};

/** The ledger said so before; whether this note was written changes nothing now. */
export const releaseNoted = (state: HoldState): Turn => {
	if (!state.tagMayExist) return readFirst(state, 0);
	if (!state.suspendCalled) return untag(state);
	const value = tagValue(state, state.own, 'releasing');
	return call(state, {at: 'release-tag'}, {do: 'put-tag', value});
};

/** A tag call that fails never delays a resume. */
export const releaseTagged = (state: HoldState): Turn => readFirst(state, 0);

export const readFirst = (state: HoldState, tries: number): Turn =>
	call(state, {at: 'release-read', tries}, {do: 'read'});

/**
 * A group that may not be read, or not for a while, is resumed by what earlier reads told; until then a foreign
 * suspension that nobody has seen yet gets its chance to be seen.
 */
export const releaseRead = (state: HoldState, tries: number, answer: Answer): Turn => {
	if (answer.of !== 'read') return stay(state);
	if (!answer.result.ok) {
		const blind = answer.result.failure.lasting || elapsed(state) >= blindAfterMs || need(state).tries > 0;
		if (blind) return resume(state, null);
		return pause(state, {at: 'release-read-wait', tries: tries + 1}, retryWaitMs(tries, 0), true);
	}
	const group = answer.result.value;
	if (group === null || (state.own.arn !== null && group.arn !== state.own.arn)) return closeNote(state);
	return resume(knowReasons(keepSeen(state, group), group), group);
};

const keepSeen = (state: HoldState, group: SeenGroup): HoldState => {
	const {awsMs, rate} = now(state);
	const changed = {...state.own.changed};
	for (const {process, reason} of group.suspended)
		if (
			(state.own.wanted as readonly string[]).includes(process) &&
			!isOurs(state.own, process, reason, rate) &&
			isNewer(state.own, process, reason)
		)
			changed[process] = reason;
	const others = otherHolds(group.tags, state.facts.holdId, awsMs).map(({holdId}) => holdId);
	return {...state, own: {...state.own, changed}, watch: {...state.watch, lastGroup: group, others}};
};

/** The reasons of what is about to be resumed: seen again afterwards, they are old news. */
const knowReasons = (state: HoldState, group: SeenGroup): HoldState => {
	const fingerprint = {...state.own.fingerprint};
	for (const process of oursSuspended(state.own, group, now(state).rate)) {
		const reason = reasonOf(group, process);
		const known = fingerprint[process] ?? [];
		if (reason !== undefined && !known.includes(reason)) fingerprint[process] = [...known, reason].slice(-8);
	}
	return {...state, own: {...state.own, fingerprint}};
};

/** Whatever the read says is suspended: a read may be old, and resuming what runs does nothing. */
const resume = (state: HoldState, group: SeenGroup | null): Turn => {
	const release = need(state);
	const processes = stillOurs(state.own, group, now(state).rate);
	if (processes.length === 0 && (group === null || !isUnclear(state, group))) return untag(state);
	if (processes.length === 0) return call(state, {at: 'release-verify'}, {do: 'read'});
	return call(
		{...state, release: {...release, resumed: processes}},
		{at: 'release-resume'},
		{do: 'resume', processes},
	);
};

export const resumed = (state: HoldState, answer: Answer): Turn => {
	if (!answer.result.ok) return again(state, 'read', answer.result.failure);
	const acknowledged = need(state).acknowledged ?? now(state).processMs;
	const release = {...need(state), acknowledged, lasting: 0, readsDue: readsDue(state)};
	return call({...state, release}, {at: 'release-verify'}, {do: 'read'});
};

/** Three clean reads at 5, 20 and 60 s while a Suspend of ours may be on its way; one more at 5 s beside others. */
const readsDue = (state: HoldState): readonly number[] => {
	const {awsMs, rate} = now(state);
	const last = state.own.windows.at(-1)?.from ?? 0;
	if (state.own.unanswered && awsMs - last < suspendFlightMs * rate) return [5000, 15_000, 40_000];
	return state.watch.others.length > 0 ? [5000] : [];
};

export const verified = (state: HoldState, answer: Answer): Turn => {
	if (answer.of !== 'read') return stay(state);
	if (!answer.result.ok) return again(state, 'verify', answer.result.failure);
	const group = answer.result.value;
	if (group === null) return closeNote(state);
	const seen = keepSeen(state, group);
	const release = need(seen);
	const still = oursSuspended(seen.own, group, now(seen).rate);
	if (still.length > 0) {
		const unclean = {...seen, release: {...release, firstReadClean: false}};
		return again(unclean, isEcho(seen, group, still) ? 'verify' : 'read', null);
	}
	// What an old read had shown as another's, and this one does not: it was never resumed.
	const named: readonly string[] = release.resumed;
	if (stillOurs(seen.own, group, now(seen).rate).some(process => !named.includes(process)))
		return again(seen, 'read', null);
	if (isUnclear(seen, group) && release.unclear < 3)
		return pause(
			{...seen, release: {...release, unclear: release.unclear + 1}},
			{at: 'release-wait', next: 'verify'},
			5000,
		);
	const [wait, ...later] = release.firstReadClean || release.readsDue.length > 0 ? release.readsDue : [5000];
	if (wait === undefined) return untag({...seen, release: {...release, tries: 0, lasting: 0}});
	return pause(
		{...seen, release: {...release, firstReadClean: true, readsDue: later}},
		{at: 'release-wait', next: 'verify'},
		wait,
	);
};

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
const isUnclear = (state: HoldState, group: SeenGroup): boolean => {
	const ours = new Set<string>(stillOurs(state.own, group, now(state).rate));
	return without(state.own.wanted, Object.keys(state.own.changed)).some(process => !ours.has(process));
};

const untag = (state: HoldState): Turn =>
	state.tagMayExist ? call(state, {at: 'release-untag'}, {do: 'delete-tag'}) : closeNote(state);

export const untagged = (state: HoldState, answer: Answer): Turn => {
	if (answer.result.ok) return closeNote(state);
	const {failure} = answer.result;
	const release = need(state);
	const hopeless = failure.lasting && release.lasting + 1 >= lastingLimit;
	if (!hopeless && elapsed(state) < state.facts.patienceMs) return again(state, 'untag', failure);
	const turn = closeNote({...state, release: {...release, tagLeft: true}});
	const key = holdTagKey(state.facts.holdId);
	return telling(turn, warn(`The tag ${key} could not be deleted: ${failure.message}`));
};

const closeNote = (state: HoldState): Turn => call(state, {at: 'release-close'}, {do: 'remove-note'});

export const closed = (state: HoldState, answer: Answer): Turn => {
	const turn = finish(state);
	if (answer.result.ok) return turn;
	return telling(turn, warn(`The ledger entry could not be removed: ${answer.result.failure.message}`));
};

export const releaseWaited = (state: HoldState, goal: 'read' | 'verify' | 'untag'): Turn => {
	if (goal === 'untag') return untag(state);
	return goal === 'verify' ? call(state, {at: 'release-verify'}, {do: 'read'}) : readFirst(state, 0);
};

/** Repeats with growing waits, and says so when patience is over; the guardian's patience is endless. */
const again = (state: HoldState, goal: 'read' | 'verify' | 'untag', failure: CallFailure | null): Turn => {
	const release = need(state);
	const lasting = failure?.lasting ? release.lasting + 1 : failure === null ? 0 : release.lasting;
	const next = {...release, tries: release.tries + 1, lasting, lastFailure: failure ?? release.lastFailure};
	const after = {...state, release: next};
	const finite = Number.isFinite(state.facts.patienceMs);
	const over = elapsed(state) >= state.facts.patienceMs || (finite && lasting >= lastingLimit);
	if (over && goal !== 'untag') return finish(after);
	return pause(after, {at: 'release-wait', next: goal}, retryWaitMs(release.tries, elapsed(state)), true);
};

const elapsed = (state: HoldState): number => now(state).processMs - need(state).startedMs;
