/**
 * Arming a fuse, a part of a change: its token in the ledger, the document checked, the run started and seen asleep.
 * A start without an answer is repeated with the same token, which answers with the same run.
 */

import type {Answer, Turn} from './core-events.ts';
import {
	addFuse,
	changeFuse,
	deadlineOf,
	dropFuse,
	fuseOf,
	isAsleep,
	leaseFor,
	lookedAt,
} from './core-fuse.ts';
import {call, now, pause, retryWaitMs, telling, warn} from './core-rules.ts';
import {abandon} from './core-settle.ts';
import type {Fuse, HoldState, LedgerPhase, Ownership, Plan, SeenFuse} from './core-state.ts';

/** A refused or unanswered start is repeated so long. */
const startMs = 30_000;
/** Pending: a hundred other runs are busy. Longer than this nobody wants to wait for a hold. */
const pendingMs = 60_000;
/** Every run is Pending for a moment; at this look it is a queue. */
const queuedLooks = 3;
/** A run that is neither queued nor asleep yet. */
const lagMs = 20_000;
/** A fuse is of no use when it is nearly over before anything is suspended. */
const shortestMs = 150_000;

/** The part of a change that comes before the tag; `then` goes on when the fuse sleeps, or where there is none. */
export const noteFuse = (state: HoldState, plan: Plan, own: Ownership): Turn => {
	const leaseUntil = leaseFor(state);
	const left = deadlineOf(state, leaseUntil) - now(state).awsMs;
	if (left < shortestMs || leaseUntil <= now(state).awsMs)
		return abandon(state, plan, tooShort(state), [
			'Renew your credentials first, or configure fuseRoleArn',
			'Standby, Detach and catch need no fuse',
		]);
	// Others may leave to a sleeping fuse what it covers: from here on that is ours to resume.
	const [next, fuse] = addFuse(state, leaseUntil, {...own, leaseUntil, sent: true});
	const phase: LedgerPhase = state.heldAt === null ? 'changing' : 'held';
	const {processMs} = now(state);
	return call(
		next,
		{at: 'note-fuse', plan: {...plan, fuse: fuse.clientToken, armedMs: processMs}},
		{do: 'note', phase, own: next.own},
	);
};

const tooShort = ({credentialsUntil}: HoldState): string =>
	credentialsUntil === null
		? 'The hold would be over before its fuse is armed'
		: `Your credentials end at ${new Date(credentialsUntil).toISOString().slice(11, 16)} UTC, and the fuse acts as you: too soon for a hold`;

export const fuseNoted = (state: HoldState, plan: Plan, answer: Answer): Turn =>
	answer.result.ok
		? checkDocument(state, plan)
		: abandon(
				dropFuse(state, plan.fuse ?? ''),
				plan,
				`The ledger could not be written: ${answer.result.failure.message}`,
			);

export const checkDocument = (state: HoldState, plan: Plan): Turn =>
	call(state, {at: 'document', plan}, {do: 'check-document'});

export const documentChecked = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.result.ok) return arm(state, {...plan, tries: 0});
	const {failure} = answer.result;
	if (failure.lasting || waited(state, plan) >= startMs)
		return abandon(dropFuse(state, plan.fuse ?? ''), plan, failure.message, failure.next);
	return again(state, plan, 'document-wait');
};

export const arm = (state: HoldState, plan: Plan): Turn => {
	const fuse = need(state, plan);
	const {clientToken, deadline, processes} = fuse;
	return call(
		{...state, suspendCalled: true},
		{at: 'arm', plan},
		{do: 'arm', clientToken, deadline, processes},
	);
};

export const armed = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const fuse = need(state, plan);
	if (answer.of === 'arm' && answer.result.ok) {
		const known = changeFuse(state, fuse.clientToken, {executionId: answer.result.value});
		return look(known, {...plan, tries: 0, armedMs: now(state).processMs});
	}
	if (answer.result.ok) return abandon(state, plan, 'The fuse could not be armed');
	const {failure} = answer.result;
	const armLost = plan.armLost || !failure.settled;
	const next = {...plan, armLost};
	if (!failure.lasting && waited(state, plan) < startMs) return again(state, next, 'arm-wait');
	// Certainly never started: nothing to stop.
	const unclaimed = plan.purpose === 'acquire' ? {...state, suspendCalled: false} : state;
	const after = armLost ? state : dropFuse(unclaimed, fuse.clientToken);
	return abandon(after, next, `The fuse could not be armed: ${failure.message}`, [
		...failure.next,
		'Standby, Detach and catch need no fuse',
	]);
};

export const look = (state: HoldState, plan: Plan): Turn => {
	const {executionId} = need(state, plan);
	return executionId === null
		? arm(state, plan)
		: call(state, {at: 'arm-look', plan}, {do: 'see-fuse', executionId});
};

/** Seen asleep with our deadline and our list, or null and what follows instead. */
export const armLooked = (
	state: HoldState,
	plan: Plan,
	answer: Answer,
): {readonly asleep: HoldState} | {readonly turn: Turn} => {
	const fuse = need(state, plan);
	if (answer.of !== 'see-fuse' || !answer.result.ok) return {turn: unseen(state, plan)};
	const seen = answer.result.value;
	if (seen === null) return {turn: unseen(state, plan)};
	if (isAsleep(state, fuse, seen)) return {asleep: lookedAt(state, fuse, seen)};
	return {turn: notAsleep(state, plan, seen)};
};

const unseen = (state: HoldState, plan: Plan): Turn =>
	waited(state, plan) >= startMs
		? abandon(state, plan, 'The fuse was started but could not be seen')
		: again(state, plan, 'arm-look-wait');

const notAsleep = (state: HoldState, plan: Plan, seen: SeenFuse): Turn => {
	if (seen.final !== null)
		return abandon(
			changeFuse(state, plan.fuse ?? '', {final: seen.final}),
			plan,
			`The fuse ended at once: ${seen.status}`,
		);
	if (seen.status === 'Pending') {
		if (waited(state, plan) >= pendingMs)
			return abandon(state, plan, 'Too many automations are running in this account: the fuse is queued', [
				'Wait until some of them are over; Standby, Detach and catch need no fuse',
			]);
		const turn = again(state, plan, 'arm-look-wait');
		return plan.tries === queuedLooks
			? telling(turn, warn('The fuse waits in the queue of automations'))
			: turn;
	}
	if (!seen.genuine)
		return abandon(state, plan, 'What runs under the name of our document is not our document');
	return waited(state, plan) >= lagMs
		? abandon(state, plan, `The fuse does not sleep: ${seen.status}`)
		: again(state, plan, 'arm-look-wait');
};

const again = (state: HoldState, plan: Plan, at: 'document-wait' | 'arm-wait' | 'arm-look-wait'): Turn =>
	pause(
		state,
		{at, plan: {...plan, tries: plan.tries + 1}},
		Math.min(at === 'arm-look-wait' ? 2000 : 15_000, retryWaitMs(plan.tries, 0)),
		true,
	);

const waited = (state: HoldState, plan: Plan): number => now(state).processMs - plan.armedMs;

const need = (state: HoldState, plan: Plan): Fuse => {
	const fuse = fuseOf(state, plan.fuse);
	if (fuse === undefined) throw new Error('A change that arms a fuse has noted it before');
	return fuse;
};
