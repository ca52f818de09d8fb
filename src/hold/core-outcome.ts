/** How a hold ended: given back, refused, or not finished. */
import {now, stillOurs} from './core-rules.ts';
import type {CoreOutcome, HoldState, Release, Turn} from './core-state.ts';

/** The end of a hold: nothing is asked of the shell any more. */
export const finish = (state: HoldState): Turn => {
	const outcome = outcomeOf(state);
	return {
		state: {...state, step: {at: 'ended', outcome}, inFlight: null, timers: state.timers + 1},
		commands: [{do: 'finish', outcome}],
	};
};

const outcomeOf = (state: HoldState): CoreOutcome => {
	const release = need(state);
	const complete = state.step.at === 'release-close' || !state.suspendCalled;
	if (!complete)
		return {
			kind: 'incomplete',
			still: stillOurs(state.own, state.watch.lastGroup, now(state).rate),
			message: release.lastFailure?.message ?? 'what was resumed still reads as suspended',
			claimants: [],
			fuse: null,
		};
	if (release.why === 'acquire-failed')
		return {kind: 'refused', message: release.message, next: release.next, tagLeft: release.tagLeft};
	return {
		kind: 'released',
		why: release.why,
		resumed: release.acknowledged === null ? [] : release.resumed,
		left: leftOff(state),
		verified: true,
		tagLeft: release.tagLeft,
		message: release.message,
	};
};

const leftOff = (state: HoldState): readonly {process: string; why: string}[] => {
	const {own, watch} = state;
	const ours = new Set<string>(stillOurs(own, watch.lastGroup, now(state).rate));
	return [
		...own.baseline.map(process => ({process, why: 'was off before us'})),
		...own.joined.map(process => ({process, why: 'another hold keeps it'})),
		...own.wanted
			.filter(process => !ours.has(process))
			.map(process => ({process, why: 'changedByOther: resumed and suspended again by somebody else'})),
	];
};

/** The release under way; every release step has one. */
export const need = (state: HoldState): Release => {
	if (state.release === null) throw new Error('A release step without a release');
	return state.release;
};
