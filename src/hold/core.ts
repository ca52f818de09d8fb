/**
 * The pure core of the hold: `step(state, event) -> {state, commands}`. No clock, no I/O: the shell (session.ts), the
 * guardian and the model-based tests drive the same function.
 *
 * core-acquire: preflight · core-change, core-arm, core-confirm: fuse, tag, suspend, read back · core-keep, core-table:
 * the loop and its table · core-release, core-leave, core-verify: giving back · core-stop: stopping fuses ·
 * core-others: what AWS proves of other holds · core-fuse, core-rules: what several of them share.
 */
import type {AwsMs} from '../base/clock.ts';
import {begin} from './core-acquire.ts';
import {answered as answeredCall} from './core-answers.ts';
import type {CoreEvent, Turn} from './core-events.ts';
import {beforeCredentialsMs, currentFuse, holdEnd, leaseEnd, unfinished} from './core-fuse.ts';
import {alsoResume, releaseNoted, startRelease} from './core-release.ts';
import {call, jumped, now, pause, stay, telling, warn} from './core-rules.ts';
import type {HoldFacts, HoldState, Moment, Ownership} from './core-state.ts';
import {answered as questionAnswered} from './core-table.ts';
import {wokenAt} from './core-wakes.ts';

const longestHoldMs = 4 * 3_600_000;
const fuseMarginMs = 120_000;

/** A hold that has not begun. */
export const newHold = (facts: HoldFacts): HoldState => ({
	facts,
	own: {
		arn: null,
		wanted: [],
		adopted: [],
		fuses: [],
		baseline: [],
		fingerprint: {},
		windows: [],
		changed: {},
		tagValues: [],
		tagNotedAt: null,
		sent: false,
		unanswered: false,
		since: 0,
		leaseUntil: 0,
		end: 0,
	},
	step: {at: 'new'},
	watch: {
		lastGroup: null,
		groupMs: Number.NEGATIVE_INFINITY,
		readFailures: 0,
		others: [],
		nearMs: Number.NEGATIVE_INFINITY,
		fuseAskedMs: Number.NEGATIVE_INFINITY,
		runsAskedMs: Number.NEGATIVE_INFINITY,
		sweptMs: Number.NEGATIVE_INFINITY,
		netLostMs: null,
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
	tagUnansweredAt: null,
	suspendCalled: false,
	spent: false,
	wokeMs: null,
	startLostMs: null,
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
	tagUnansweredAt: own.tagNotedAt,
	suspendCalled: own.sent,
	spent: true,
});

/** A hold of the ledger that another process takes up alive: send `take-up` next. */
export const takenUpHold = (facts: HoldFacts, own: Ownership, heldAt: AwsMs): HoldState => ({
	...newHold(facts),
	own,
	ledgerWritten: true,
	tagMayExist: own.tagValues.length > 0,
	tagUnansweredAt: own.tagNotedAt,
	suspendCalled: own.sent,
	heldAt,
});

export const step = (before: HoldState, event: CoreEvent): Turn => {
	const known = timed(before, event.moment);
	if (known.step.at === 'ended') return stay(known);
	const hasSlept = known.release?.slept === true && isNext(known, event);
	const state = hasSlept ? awakeAgain(known) : known;
	if (hasSlept && looksAgain.has(state.step.at))
		return releaseNoted({...rememberRead(state, event), inFlight: null});
	switch (event.on) {
		case 'begin':
			return state.step.at === 'new' ? begin(started(state, event.moment)) : stay(state);
		case 'take-up':
			return state.step.at === 'new'
				? call(state, {at: 'guard', tries: 0}, {do: 'start-guardian'})
				: stay(state);
		case 'linger':
			return state.step.at === 'new' ? linger(state, event.ms, event.message) : stay(state);
		case 'release':
			return startRelease(alsoResume(state, event.alsoResume ?? []), event.why, event.message);
		case 'extend':
			return extended(state, event.ms);
		case 'guardian-lost':
			return guardianLost(state);
		case 'answer':
			return questionAnswered(state, event.goOn);
		case 'renewals':
			return stay({...state, renewals: event.allowed});
		case 'credentials':
			return stay({...state, credentialsUntil: event.until});
		case 'woke':
			return event.timer === state.timers && state.inFlight === null ? wokenAt(state) : stay(state);
		case 'answered':
			return event.call === state.inFlight
				? answeredCall({...state, inFlight: null}, event.answer)
				: stay(state);
	}
};

/** Remembers the moment; a jump, or a passed deadline, spends the right to suspend. */
const timed = (state: HoldState, moment: Moment): HoldState => {
	const known = {...state, moment};
	const past = state.own.end > 0 && moment.awsMs >= Math.min(leaseEnd(known), holdEnd(known));
	const jump = state.moment !== null && jumped(state.moment, moment);
	const release = state.release !== null && jump ? {...state.release, slept: true} : state.release;
	const wokeMs = jump ? moment.processMs : state.wokeMs;
	return {...known, release, wokeMs, spent: state.spent || past || jump};
};

/** What the core waits for: the first thing on waking up may be somebody's key. */
const isNext = ({inFlight, timers}: HoldState, event: CoreEvent): boolean =>
	event.on === 'answered'
		? event.call === inFlight
		: event.on === 'woke' && event.timer === timers && inFlight === null;

const awakeAgain = (state: HoldState): HoldState =>
	state.release === null ? state : {...state, release: {...state.release, slept: false}};

/** What was read before this machine slept says nothing now, and a fuse may have fired: the release looks again. */
const looksAgain: ReadonlySet<string> = new Set([
	'release-fired',
	'release-tag',
	'release-read',
	'release-read-wait',
	'release-runs',
	'release-own',
	'release-wait',
	'release-verify',
]);

/**
 * A read that was under way may have been answered before the sleep or after it: too old to decide by, but whoever else's
 * reason it shows is not resumed should no other read come through.
 */
const rememberRead = (state: HoldState, event: CoreEvent): HoldState => {
	if (event.on !== 'answered' || event.answer.of !== 'read' || !event.answer.result.ok) return state;
	const group = event.answer.result.value;
	if (group === null || group.arn !== state.own.arn) return state;
	return {...state, watch: {...state.watch, lastGroup: group}};
};

const started = (state: HoldState, {awsMs}: Moment): HoldState => {
	const {net, forMs, leaseMs} = state.facts;
	const wished = awsMs + forMs;
	if (net === 'fuse')
		return {
			...state,
			own: {...state.own, since: awsMs, end: wished, leaseUntil: Math.min(awsMs + leaseMs, wished)},
		};
	// Without a net nothing is renewed, and it must be over while somebody still may resume.
	const end = Math.min(wished, (state.credentialsUntil ?? Number.POSITIVE_INFINITY) - beforeCredentialsMs);
	const leaseUntil = end;
	return {...state, own: {...state.own, since: awsMs, end, leaseUntil}};
};

/** Only a person moves the end, to four hours at most; the loop renews the lease. */
const extended = (state: HoldState, ms: number): Turn => {
	if (state.release !== null || state.spent) return stay(state);
	if (state.facts.net === 'none')
		return telling(stay(state), warn('A hold without a fuse is not extended: 15 minutes at most'));
	const latest = state.own.since + longestHoldMs;
	const end = Math.min(state.own.end + ms, latest);
	const longer = {...state, own: {...state.own, end}};
	const turn = state.step.at === 'idle' ? pause(longer, {at: 'idle'}, 0) : stay(longer);
	return state.own.end + ms > latest ? telling(turn, warn('A hold lasts four hours at most')) : turn;
};

/** The guardian keeps a hold whose terminal hung up: until the time is over, or the fuse is near. */
const linger = (state: HoldState, ms: number, message: string): Turn => {
	const {awsMs, rate} = now(state);
	const deadlines = unfinished(state.own).map(({deadline}) => deadline - fuseMarginMs);
	const left = (Math.min(state.own.leaseUntil, ...deadlines) - awsMs) / rate;
	if (state.facts.net === 'fuse' && currentFuse(state) === null)
		return startRelease(state, 'left-over', message);
	return pause(state, {at: 'linger', message}, Math.min(ms, Math.max(0, left)));
};

/** Nothing is changed yet; whether the guardian comes up is the answer to `start-guardian`. */
const beforeGuardian: ReadonlySet<string> = new Set([
	'new',
	'look',
	'look-runs',
	'look-wait',
	'probe',
	'intend',
	'guard',
	'guard-again',
]);

/** Without a guardian nobody resumes after a kill: it is started again before anything else. */
const guardianLost = (state: HoldState): Turn => {
	if (state.release !== null || beforeGuardian.has(state.step.at)) return stay(state);
	if (state.heldAt === null)
		return startRelease(state, 'acquire-failed', 'The guardian ended while the hold began');
	const quiet = ['idle', 'watch', 'watch-fuse', 'watch-runs'].includes(state.step.at);
	if (quiet) return call(state, {at: 'guard', tries: 0}, {do: 'start-guardian'});
	return startRelease(state, 'guardian-lost', 'The guardian ended in the middle of a change');
};
