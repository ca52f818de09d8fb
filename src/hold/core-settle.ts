/** What follows a change: it was made, or it could not be. */
import {startRelease} from './core-release.ts';
import {now, pause, telling, warn} from './core-rules.ts';
import type {HoldState, Plan, Turn} from './core-state.ts';

/** The change is made: what is told of it, and back to the loop. */
export const settle = (state: HoldState, plan: Plan): Turn => {
	const {awsMs} = now(state);
	const idle = (next: HoldState) => pause(next, {at: 'idle'}, 1000);
	switch (plan.purpose) {
		case 'acquire':
			return telling(idle({...state, heldAt: awsMs}), {tell: 'held'});
		case 'renew':
			return telling(idle(state), {tell: 'renewed'});
		case 'restore-tag':
			return telling(idle(state), warn('Our tag was removed from the group; it was written again'));
		case 'adopt':
			return telling(idle(state), {
				tell: 'repaired',
				processes: plan.processes,
				message: `adopted ${plan.processes.join(', ')}: resumed by whoever had suspended it`,
			});
		case 'repair':
			return repaired(state, plan);
	}
};

/** Without a new reason nothing had been resumed: the read was old. */
const repaired = (state: HoldState, plan: Plan): Turn => {
	const mended = plan.processes.filter(
		process => state.own.fingerprint[process] !== plan.before.fingerprint[process],
	);
	if (mended.length === 0) return pause(state, {at: 'idle'}, 5000);
	const repairs = [...state.watch.repairs, now(state).awsMs];
	return telling(pause({...state, watch: {...state.watch, repairs}}, {at: 'idle'}, 1000), {
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
		case 'restore-tag': {
			const own = {...plan.before, tagValues: state.own.tagValues};
			return telling(
				pause({...state, own}, {at: 'idle'}, 10_000),
				warn(`The lease was not renewed: ${message}`),
			);
		}
		case 'adopt':
		case 'repair':
			return startRelease(state, 'repairs', message, next);
	}
};
