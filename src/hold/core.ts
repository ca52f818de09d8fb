/**
 * The pure core of the hold: `step(state, event) -> {state, commands}`. No clock, no I/O: the shell (session.ts), the
 * guardian and the model-based tests drive the same function.
 *
 * core-acquire: preflight · core-change: note, tag, suspend, read back · core-keep: the loop and its table ·
 * core-release: giving back · core-rules: what several of them share.
 */
import type {AwsMs} from '../base/clock.ts';
import {begin, guarded, intended, looked, probed} from './core-acquire.ts';
import {
	confirmed,
	doneNoted,
	planNoted,
	putTag,
	rechecked,
	suspend,
	suspendAnswered,
	suspendNoted,
	tagged,
} from './core-change.ts';
import {watched, woken} from './core-keep.ts';
import {
	closed,
	readFirst,
	releaseNoted,
	releaseRead,
	releaseTagged,
	releaseWaited,
	resumed,
	startRelease,
	untagged,
	verified,
} from './core-release.ts';
import {call, jumped, pause, stay} from './core-rules.ts';
import type {Answer, CoreEvent, HoldFacts, HoldState, Moment, Ownership, Turn} from './core-state.ts';

const longestHoldMs = 4 * 3_600_000;

/** A hold that has not begun. */
export const newHold = (facts: HoldFacts): HoldState => ({
	facts,
	own: {
		arn: null,
		wanted: [],
		adopted: [],
		joined: [],
		fuses: [],
		baseline: [],
		fingerprint: {},
		windows: [],
		changed: {},
		tagValues: [],
		sent: false,
		unanswered: false,
		since: 0,
		leaseUntil: 0,
		end: 0,
	},
	step: {at: 'new'},
	watch: {
		lastGroup: null,
		readFailures: 0,
		others: [],
		fastUntil: Number.NEGATIVE_INFINITY,
		endedSeen: 0,
		goneSeen: 0,
		runningSince: {},
		repairs: [],
		tagRestored: 0,
	},
	release: null,
	ledgerWritten: false,
	tagMayExist: false,
	suspendCalled: false,
	spent: false,
	runs: {seenMs: null, seenAws: 0, runs: [], failed: false},
	fuse: null,
	tokens: 0,
	credentialsUntil: null,
	renewals: true,
	question: null,
	heldAt: null,
	moment: null,
	calls: 0,
	inFlight: null,
	timers: 0,
});

/** A hold whose process is gone: it is only released. `own` is what its ledger entry says. */
export const leftOverHold = (facts: HoldFacts, own: Ownership): HoldState => ({
	...newHold(facts),
	own,
	ledgerWritten: true,
	tagMayExist: own.tagValues.length > 0,
	suspendCalled: own.sent,
	spent: true,
});

/** A hold of the ledger that another process takes up alive: send `take-up` next. */
export const takenUpHold = (facts: HoldFacts, own: Ownership, heldAt: AwsMs): HoldState => ({
	...newHold(facts),
	own,
	ledgerWritten: true,
	tagMayExist: own.tagValues.length > 0,
	suspendCalled: own.sent,
	heldAt,
});

export const step = (before: HoldState, event: CoreEvent): Turn => {
	const state = timed(before, event.moment);
	if (state.step.at === 'ended') return stay(state);
	switch (event.on) {
		case 'begin':
			return state.step.at === 'new' ? begin(started(state, event.moment)) : stay(state);
		case 'release':
			return startRelease(state, event.why, event.message);
		case 'extend':
			return extended(state, event.ms);
		case 'guardian-lost':
			return guardianLost(state);
		case 'answer':
		case 'renewals':
		case 'credentials':
		case 'take-up':
		case 'linger':
			return stay(state);
		case 'woke':
			return event.timer === state.timers && state.inFlight === null ? wokenAt(state) : stay(state);
		case 'answered':
			return event.call === state.inFlight ? answered({...state, inFlight: null}, event.answer) : stay(state);
	}
};

/** Remembers the moment; a jump, or a passed deadline, spends the right to suspend. */
const timed = (state: HoldState, moment: Moment): HoldState => {
	const past = state.own.end > 0 && moment.awsMs >= Math.min(state.own.leaseUntil, state.own.end);
	const jump = state.moment !== null && jumped(state.moment, moment);
	return {...state, moment, spent: state.spent || past || jump};
};

const started = (state: HoldState, {awsMs}: Moment): HoldState => {
	const end = awsMs + state.facts.forMs;
	const leaseUntil = Math.min(awsMs + state.facts.leaseMs, end);
	return {...state, own: {...state.own, since: awsMs, end, leaseUntil}};
};

/** Only a person moves the end, to four hours at most; the loop renews the lease. */
const extended = (state: HoldState, ms: number): Turn => {
	if (state.release !== null || state.spent) return stay(state);
	const end = Math.min(state.own.end + ms, state.own.since + longestHoldMs);
	const longer = {...state, own: {...state.own, end}};
	return state.step.at === 'idle' ? pause(longer, {at: 'idle'}, 0) : stay(longer);
};

/** Without a guardian nobody resumes after a kill: it is started again before anything else. */
const guardianLost = (state: HoldState): Turn => {
	if (state.release !== null || state.heldAt === null) return stay(state);
	if (state.step.at === 'idle' || state.step.at === 'watch')
		return call(state, {at: 'guard', tries: 0}, {do: 'start-guardian'});
	return startRelease(state, 'guardian-lost', 'The guardian ended in the middle of a change');
};

const wokenAt = (state: HoldState): Turn => {
	switch (state.step.at) {
		case 'look-wait':
			return call(state, {at: 'look', first: state.step.first}, {do: 'read'});
		case 'guard-again':
			return call(state, {at: 'guard', tries: state.step.tries}, {do: 'start-guardian'});
		case 'tag-wait':
			return putTag(state, state.step.plan);
		case 'recheck-wait':
			return call(state, {at: 'recheck', plan: state.step.plan}, {do: 'read'});
		case 'suspend-wait':
			return suspend(state, state.step.plan);
		case 'confirm-wait':
			return call(state, {at: 'confirm', plan: state.step.plan}, {do: 'read'});
		case 'idle':
			return woken(state);
		case 'release-read-wait':
			return readFirst(state, state.step.tries);
		case 'release-wait':
			return releaseWaited(state, state.step.next);
		default:
			return stay(state);
	}
};

const answered = (state: HoldState, answer: Answer): Turn => {
	switch (state.step.at) {
		case 'look':
			return looked(state, state.step.first, answer);
		case 'probe':
			return probed(state, answer);
		case 'intend':
			return intended(state, answer);
		case 'guard':
			return guarded(state, state.step.tries, answer);
		case 'note':
			return planNoted(state, state.step.plan, answer);
		case 'tag':
			return tagged(state, state.step.plan, answer);
		case 'recheck':
			return rechecked(state, state.step.plan, answer);
		case 'note-suspend':
			return suspendNoted(state, state.step.plan, answer);
		case 'suspend':
			return suspendAnswered(state, state.step.plan, answer);
		case 'confirm':
			return confirmed(state, state.step.plan, answer);
		case 'note-done':
			return doneNoted(state, state.step.plan, answer);
		case 'note-changed':
			return pause(state, {at: 'idle'}, 1000);
		case 'watch':
			return watched(state, answer);
		default:
			return releaseAnswered(state, answer);
	}
};

const releaseAnswered = (state: HoldState, answer: Answer): Turn => {
	switch (state.step.at) {
		case 'release-note':
			return releaseNoted(state);
		case 'release-tag':
			return releaseTagged(state);
		case 'release-read':
			return releaseRead(state, state.step.tries, answer);
		case 'release-resume':
			return resumed(state, answer);
		case 'release-verify':
			return verified(state, answer);
		case 'release-untag':
			return untagged(state, answer);
		case 'release-close':
			return closed(state, answer);
		default:
			return stay(state);
	}
};
