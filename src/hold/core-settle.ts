/** What follows a change: it was made, or it could not be. */

import type {Answer, Turn} from './core-events.ts';
import {startRelease} from './core-release.ts';
import {call, now, pause, telling, warn} from './core-rules.ts';
import type {HoldState, Plan} from './core-state.ts';

/** A renewal, a new fuse and a tag written again are noted already; what is suspended is noted once more. */
export const finishPlan = (state: HoldState, plan: Plan): Turn => {
	if (state.own.wanted.length === 0)
		return startRelease(state, 'acquire-failed', 'All of it was suspended by others in the meantime');
	const isNoted = plan.purpose !== 'acquire' && plan.sentMs === null && plan.fuse === null;
	if (isNoted) return settle(state, plan);
	return call(state, {at: 'note-done', plan}, {do: 'note', phase: 'held', own: state.own});
};

export const doneNoted = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const turn = settle(state, plan);
	return answer.result.ok
		? turn
		: telling(turn, warn(`The ledger could not be written: ${answer.result.failure.message}`));
};

/** The change is made: what is told of it, and back to the loop. */
const settle = (before: HoldState, plan: Plan): Turn => armedFirst(settled(before, plan), plan);

const settled = (before: HoldState, plan: Plan): Turn => {
	const {awsMs} = now(before);
	const state = {...before, heldAt: before.heldAt ?? awsMs};
	const idle = (next: HoldState) => pause(next, {at: 'idle'}, 1000);
	switch (plan.purpose) {
		case 'acquire':
			return telling(idle(state), {tell: 'held'});
		case 'renew':
			return telling(idle(state), {tell: 'renewed'});
		case 'relist':
			return idle(state);
		case 'rearm':
			return telling(idle(state), warn('The fuse had been stopped or was lost; a new one is armed'));
		case 'restore-tag':
			return telling(idle(state), warn('Our tag was removed from the group; it was written again'));
		case 'adopt':
			return telling(idle(state), {
				tell: 'adopted',
				processes: plan.processes,
				message: `adopted ${plan.processes.join(', ')}: resumed by whoever had suspended it`,
			});
		case 'repair':
			return repaired(state, plan);
	}
};

const armedFirst = (turn: Turn, plan: Plan): Turn => {
	const fuse = turn.state.own.fuses.find(({clientToken}) => clientToken === plan.fuse);
	if (fuse === undefined || fuse.executionId === null) return turn;
	return telling(turn, {tell: 'fuse-armed', executionId: fuse.executionId, deadline: fuse.deadline});
};

/** Without a new reason, ours or another's, nothing had been resumed: the read was old. */
const repaired = (before: HoldState, plan: Plan): Turn => {
	const differs = (part: 'fingerprint' | 'changed') =>
		plan.processes.filter(process => before.own[part][process] !== plan.before[part][process]);
	const mended = differs('fingerprint');
	if (mended.length + differs('changed').length === 0) return pause(before, {at: 'idle'}, 5000);
	const repairs = [...before.watch.repairs, now(before).awsMs];
	const state = {...before, watch: {...before.watch, repairs}};
	if (mended.length === 0) return pause(state, {at: 'idle'}, 1000);
	return telling(pause(state, {at: 'idle'}, 1000), {
		tell: 'repaired',
		processes: mended,
		message: `${mended.join(', ')} had been resumed by somebody else (the console, Terraform, a deployment) and is suspended again`,
	});
};

/** The change could not be made. At the start that ends the hold; a renewal is tried again by the loop. */
export const abandon = (
	state: HoldState,
	plan: Plan,
	message: string,
	next: readonly string[] = [],
): Turn => {
	switch (plan.purpose) {
		case 'acquire':
			return startRelease(state, 'acquire-failed', message, next);
		case 'renew':
		case 'relist':
		case 'restore-tag':
			return goOn(
				{...state, own: {...state.own, leaseUntil: plan.before.leaseUntil}},
				`The lease was not renewed: ${message}`,
			);
		case 'rearm':
			return goOn(
				{...state, own: {...state.own, leaseUntil: plan.before.leaseUntil}},
				`No new fuse could be armed: ${message}`,
			);
		case 'adopt':
			if (plan.sentMs !== null) return startRelease(state, 'repairs', message, next);
			return goOn(
				mayBeLeftToUs(state, plan) ? state : goBack(state, plan),
				`${plan.processes.join(', ')} could not be adopted: ${message}`,
			);
		case 'repair':
			return startRelease(state, 'repairs', message, next);
	}
};

const goOn = (state: HoldState, message: string): Turn =>
	telling(pause(state, {at: 'idle'}, 10_000), warn(message));

/** Another hold may have left to our fuse what it covers: from then on that is ours to give back. */
const mayBeLeftToUs = ({own}: HoldState, plan: Plan): boolean =>
	own.fuses.some(({clientToken}) => clientToken === plan.fuse);

/** Nothing was suspended yet: what was to be adopted stays its owner's, and the loop arms a fuse without it. */
const goBack = (state: HoldState, {before}: Plan): HoldState => {
	const {wanted, adopted, baseline, changed, leaseUntil, windows, sent, unanswered} = before;
	return {
		...state,
		own: {...state.own, wanted, adopted, baseline, changed, leaseUntil, windows, sent, unanswered},
	};
};
