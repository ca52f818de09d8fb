/**
 * Stopping fuses of ours, one after another, until each is seen in a final state. Only what our own ledger entry names
 * is ever stopped (threats.md H6). A fuse whose start was never answered is found by repeating the start with its
 * token, or among the runs of this hold.
 */

import type {Answer, Turn} from './core-events.ts';
import {changeFuse, currentFuse, fuseOf, unfinished} from './core-fuse.ts';
import {call, isOurs, now, pause, reasonOf, telling} from './core-rules.ts';
import type {CallFailure, Fuse, HoldState, StopGoal, Stopping} from './core-state.ts';

/** Repeating a start this shortly before its deadline could make a fuse that fires at once. */
const repeatMarginMs = 60_000;
/** A run that is being cancelled takes a moment. */
const looksInRelease = 5;
/** A read of the group says so long who suspended what. */
const freshMs = 20_000;
/** How long a start may be on its way. */
const flightMs = 60_000;

export type StopResult =
	| {readonly over: false; readonly turn: Turn}
	/** Everything that would stop is stopped. */
	| {
			readonly over: true;
			readonly state: HoldState;
			readonly goal: StopGoal;
			readonly failure: CallFailure | null;
	  };

export const stopFuses = (state: HoldState, goal: StopGoal): StopResult =>
	next(state, {goal, token: '', tried: [], looks: 0, failure: null});

const next = (state: HoldState, stopping: Stopping): StopResult => {
	const {goal, tried, failure} = stopping;
	if (isTooLateFor(state, goal)) return {over: true, state, goal, failure};
	const inForce = goal.for === 'release' ? null : currentFuse(state);
	const fuse = unfinished(state.own).find(one => one !== inForce && !tried.includes(one.clientToken));
	if (fuse === undefined) return {over: true, state, goal, failure};
	const started = {...stopping, token: fuse.clientToken, looks: 0};
	return {
		over: false,
		turn: fuse.executionId === null ? find(state, started, fuse) : stop(state, started, fuse),
	};
};

/**
 * After a sleep of this machine, or past the lease, the fuse in force may have fired, or be about to: an older one goes
 * only after the resume.
 */
const isTooLateFor = (state: HoldState, goal: StopGoal): boolean => goal.for !== 'release' && state.spent;

const find = (state: HoldState, stopping: Stopping, fuse: Fuse): Turn => {
	const {clientToken, deadline, processes} = fuse;
	const isLate = deadline - now(state).awsMs < repeatMarginMs;
	if (isLate || isOutdated(state, fuse)) return search(state, stopping, fuse);
	return call(state, {at: 'stop-find', stopping}, {do: 'arm', clientToken, deadline, processes});
};

/**
 * Where a start was lost before it arrived, repeating it arms the fuse only now: not with a process that somebody else
 * has suspended since, which it would resume if we died before we stop it.
 */
const isOutdated = (state: HoldState, {processes}: Fuse): boolean => {
	const {own, release, watch} = state;
	if (release === null) return false;
	const {processMs, rate} = now(state);
	const {lastGroup, groupMs} = watch;
	if (lastGroup === null || groupMs < Math.max(release.startedMs, processMs - freshMs)) return true;
	return processes.some(process => {
		const reason = reasonOf(lastGroup, process);
		return reason !== undefined && !isOurs(own, process, reason, rate);
	});
};

const search = (state: HoldState, stopping: Stopping, fuse: Fuse): Turn =>
	call(state, {at: 'stop-search', stopping}, {do: 'see-fuses', since: fuse.deadline - 7_200_000});

const stop = (state: HoldState, stopping: Stopping, {executionId}: Fuse): Turn =>
	call(state, {at: 'stop', stopping}, {do: 'stop-fuse', executionId: executionId ?? ''});

export const stopFound = (state: HoldState, stopping: Stopping, answer: Answer): StopResult => {
	const fuse = fuseOf(state, stopping.token);
	if (fuse === undefined || answer.of !== 'arm') return next(state, stopping);
	if (answer.result.ok) return found(state, stopping, answer.result.value);
	const {failure} = answer.result;
	// A start that is refused now was perhaps not refused before: the runs of this hold tell.
	if (failure.settled) return {over: false, turn: search(state, stopping, fuse)};
	return next({...state, startLostMs: now(state).processMs}, passedOver(stopping, failure));
};

export const stopSearched = (state: HoldState, stopping: Stopping, answer: Answer): StopResult => {
	const fuse = fuseOf(state, stopping.token);
	if (fuse === undefined || answer.of !== 'see-fuses') return next(state, stopping);
	if (!answer.result.ok) return next(state, passedOver(stopping, answer.result.failure));
	const known = new Set(state.own.fuses.map(({executionId}) => executionId));
	// Two starts may have had one deadline: a run that was stopped may be the other's, and is no proof of this one.
	const matching = answer.result.value.filter(
		one =>
			one.holdId === state.facts.holdId &&
			one.final !== 'other' &&
			!known.has(one.executionId) &&
			Math.abs(one.deadline - fuse.deadline) < 1000,
	);
	const run = matching.find(({final}) => final === null) ?? matching[0];
	if (run !== undefined) return found(state, stopping, run.executionId);
	const never = changeFuse(state, stopping.token, {final: 'other'});
	return isTooLate(state, fuse) ? next(never, stopping) : next(state, passedOver(stopping, null));
};

/**
 * A start that nobody has seen for so long was never applied, and will not be. One of this process may have slept with
 * it on the way, whatever its deadline says; one of a process that is gone is over with its deadline. A repeated start
 * that got no answer is on its way anew.
 */
const isTooLate = (state: HoldState, {deadline}: Fuse): boolean => {
	const {awsMs, processMs} = now(state);
	const since = Math.max(state.release?.startedMs ?? processMs, state.startLostMs ?? 0);
	return processMs - since >= flightMs || (state.tokens === 0 && awsMs >= deadline);
};

const found = (state: HoldState, stopping: Stopping, executionId: string): StopResult => {
	const known = changeFuse(state, stopping.token, {executionId});
	const fuse = fuseOf(known, stopping.token);
	if (isTooLateFor(state, stopping.goal)) return next(known, stopping);
	return fuse === undefined ? next(known, stopping) : {over: false, turn: stop(known, stopping, fuse)};
};

export const stopAnswered = (state: HoldState, stopping: Stopping, answer: Answer): StopResult => {
	const failure = answer.result.ok ? stopping.failure : answer.result.failure;
	return {over: false, turn: lookAgain(state, {...stopping, failure})};
};

export const lookAgain = (state: HoldState, stopping: Stopping): Turn =>
	call(
		state,
		{at: 'stop-look', stopping},
		{do: 'see-fuse', executionId: fuseOf(state, stopping.token)?.executionId ?? ''},
	);

/** Whatever Stop answered: only a run seen in a final state is over. */
export const stopLooked = (state: HoldState, stopping: Stopping, answer: Answer): StopResult => {
	const fuse = fuseOf(state, stopping.token);
	if (fuse === undefined || answer.of !== 'see-fuse') return next(state, stopping);
	if (!answer.result.ok) return next(state, passedOver(stopping, answer.result.failure));
	const seen = answer.result.value;
	const isOver = seen === null ? now(state).awsMs > fuse.deadline : seen.final !== null;
	if (isOver) return ended(state, stopping, fuse, seen?.final ?? 'other');
	const patient = stopping.goal.for === 'release' && stopping.failure === null;
	if (patient && stopping.looks < looksInRelease) {
		const waiting = {...stopping, looks: stopping.looks + 1};
		return {over: false, turn: pause(state, {at: 'stop-wait', stopping: waiting}, 1000)};
	}
	return next(state, passedOver(stopping, stopping.failure));
};

const ended = (state: HoldState, stopping: Stopping, fuse: Fuse, final: 'success' | 'other'): StopResult => {
	const result = next(changeFuse(state, stopping.token, {final}), stopping);
	if (final !== 'success' || result.over) return result;
	const told = {tell: 'fuse-fired', executionId: fuse.executionId ?? ''} as const;
	return {over: false, turn: telling(result.turn, told)};
};

const passedOver = (stopping: Stopping, failure: CallFailure | null): Stopping => ({
	...stopping,
	tried: [...stopping.tried, stopping.token],
	failure,
});
