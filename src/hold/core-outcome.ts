/** How a hold ended: given back, refused, or not finished. */

import type {Turn} from './core-events.ts';
import {unfinished} from './core-fuse.ts';
import {now, stillOurs} from './core-rules.ts';
import type {CoreOutcome, HoldState, Release} from './core-state.ts';

/** The end of a hold: nothing is asked of the shell any more. */
export const finish = (state: HoldState, how: 'complete' | 'incomplete'): Turn => {
	const outcome = how === 'complete' ? completeOf(state) : incompleteOf(state);
	return {
		state: {...state, step: {at: 'ended', outcome}, inFlight: null, timers: state.timers + 1},
		commands: [{do: 'finish', outcome}],
	};
};

const completeOf = (state: HoldState): CoreOutcome => {
	const {why, message, next, tagLeft, fuseLeft, acknowledged, resumed} = need(state);
	if (why === 'acquire-failed') return {kind: 'refused', message, next, tagLeft, fuseLeft};
	return {
		kind: 'released',
		why,
		resumed: acknowledged === null ? [] : resumed,
		left: leftOff(state),
		verified: true,
		tagLeft,
		fuseLeft,
		message,
	};
};

const incompleteOf = (state: HoldState): CoreOutcome => {
	const {lastFailure, left} = need(state);
	const fuse = unfinished(state.own).findLast(({executionId}) => executionId !== null);
	const claims = `${left.claimants.join(', ')} claims it, without a fuse that could be seen: it was left, and our own fuse stays armed`;
	return {
		kind: 'incomplete',
		still:
			left.unbacked.length > 0 ? left.unbacked : stillOurs(state.own, state.watch.lastGroup, now(state).rate),
		message:
			left.unbacked.length > 0
				? left.claimants.length > 0
					? claims
					: 'It could not be found out who else holds it: it was left, and our own fuse stays armed'
				: (lastFailure?.message ?? 'what was resumed still reads as suspended'),
		claimants: left.claimants,
		fuse: fuse?.executionId == null ? null : {executionId: fuse.executionId, deadline: fuse.deadline},
	};
};

const leftOff = (state: HoldState): readonly {process: string; why: string}[] => {
	const {own} = state;
	return [
		...own.baseline.map(process => ({process, why: 'was off before us'})),
		...need(state).left.backed.map(process => ({process, why: 'another hold keeps it'})),
		...Object.keys(own.changed).map(process => ({
			process,
			why: 'changedByOther: resumed and suspended again by somebody else',
		})),
	];
};

/** The release under way; every release step has one. */
export const need = (state: HoldState): Release => {
	if (state.release === null) throw new Error('A release step without a release');
	return state.release;
};
