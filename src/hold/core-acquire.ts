/** Preflight: from `begin` to the first change. Nothing here changes anything in AWS. */

import {openPlan, runsOf, since} from './core-change.ts';
import type {Answer, Turn} from './core-events.ts';
import {
	absorbable,
	addReason,
	isNear,
	knowRuns,
	noticeOthers,
	otherHoldsOf,
	sharedProcesses,
} from './core-others.ts';
import {startRelease} from './core-release.ts';
import {call, now, pause, reasonOf, suspendedNames, telling, warn} from './core-rules.ts';
import type {HoldState, Ownership, SeenGroup} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {otherHolds} from './tag.ts';

/** A group takes 50 tags; those of AWS itself do not count. */
const maxTags = 50;
/** Two reads so far apart where another hold is near: what is suspended now may be just about to be given back. */
const nearReadMs = 5000;
const longestWithoutNetMs = 900_000;
/** Nothing is suspended in the last 120 s: a hold that cannot suspend at all is none. */
const shortestWithoutNetMs = 150_000;

export const begin = (state: HoldState): Turn => {
	const {net, forMs} = state.facts;
	if (net === 'none' && forMs > longestWithoutNetMs)
		return refuse(state, 'Without a fuse a hold lasts 15 minutes at most', ['--for 15m']);
	if (net === 'none' && forMs < shortestWithoutNetMs)
		return refuse(state, 'Without a fuse a hold lasts three minutes at least', ['--for 3m']);
	if (net === 'none' && state.own.end - now(state).awsMs < shortestWithoutNetMs)
		return refuse(state, 'Your credentials end too soon for a hold without a fuse', [
			'Renew your credentials first',
		]);
	return call(state, {at: 'look', first: null}, {do: 'read'});
};

export const looked = (state: HoldState, first: SeenGroup | null, answer: Answer): Turn => {
	if (answer.of !== 'read') return refuse(state, 'The group could not be read', []);
	if (!answer.result.ok) return refuse(state, answer.result.failure.message, answer.result.failure.next);
	const group = answer.result.value;
	if (group === null)
		return refuse(state, `There is no Auto Scaling group named ${state.facts.group} here`, [
			'unflap ls lists the names; a hold takes the exact one',
		]);
	const why = reasonAgainst(state, group);
	if (why !== null) return refuse(state, why, []);
	return call(state, {at: 'look-runs', group, first}, {do: 'see-fuses', since: since(state)});
};

const reasonAgainst = (state: HoldState, group: SeenGroup): string | null => {
	if (group.status !== null) return `The group is being deleted: ${group.status}`;
	if (group.operator !== null) return `Only ${group.operator} may change this group`;
	if (state.facts.group.includes('{{')) return 'The name of the group cannot be handed to an automation';
	const others = otherHolds(group.tags, state.facts.holdId, now(state).awsMs);
	if (others.some(other => other.phase === 'newer')) return 'A newer unflap holds this group';
	if (group.tags.filter(({key}) => !key.startsWith('aws:')).length >= maxTags)
		return `The group has ${maxTags} tags, and a hold needs one more`;
	return null;
};

/** Who else holds: where that cannot be read, what others suspended counts as off before us. */
export const lookedRuns = (
	before: HoldState,
	group: SeenGroup,
	first: SeenGroup | null,
	answer: Answer,
): Turn => {
	const known = noticeOthers(knowRuns(before, runsOf(answer)), group);
	const others = otherHoldsOf(known, group);
	if (isNear(others) && first === null) return pause(known, {at: 'look-wait', first: group}, nearReadMs);
	const turn = divide(known, first ?? group, group);
	const isBlind = known.runs.failed && isNear(others);
	return isBlind
		? telling(turn, warn('The fuses of other holds could not be read: what they suspended is left to them'))
		: turn;
};

/**
 * What of the aim is ours to keep suspended, and what was off before us. What another hold provably suspended is one
 * suspension with ours: it joins `wanted`, and the last one out resumes it. So does what an expired hold left behind.
 */
const divide = (state: HoldState, first: SeenGroup, second: SeenGroup): Turn => {
	const own = divideAim(state, first, second);
	if (own.wanted.length === 0)
		return refuse(state, 'All of it is suspended already, by others: there is nothing to hold', [
			'unflap holds shows what is suspended and since when',
		]);
	const others = otherHolds(second.tags, state.facts.holdId, now(state).awsMs);
	return call(
		{...state, own, watch: {...state.watch, lastGroup: second, others: others.map(other => other.holdId)}},
		{at: 'probe'},
		{do: 'probe'},
	);
};

const divideAim = (state: HoldState, first: SeenGroup, second: SeenGroup): Ownership => {
	const {aim, adopt, net} = state.facts;
	const isNow = (process: string) => reasonOf(second, process) !== undefined;
	// Without a fuse of our own nobody could leave anything to us: we join nothing.
	const shared = net === 'none' ? [] : sharedProcesses(otherHoldsOf(state, second), second);
	const left = net === 'none' ? [] : absorbable(state, second).flatMap(({processes}) => processes);
	const joined = [...shared.filter(process => aim.includes(process)), ...left, ...adopt.filter(isNow)];
	const suspended = [...new Set([first, second].flatMap(suspendedNames))];
	const wanted = inOrder([...without(aim, suspended), ...joined]);
	const names: readonly string[] = wanted;
	const baseline = suspended.filter(process => !names.includes(process));
	const own = {
		...state.own,
		arn: second.arn,
		wanted,
		baseline: [...inOrder(baseline), ...unknownNames(baseline)],
	};
	return joined.reduce<Ownership>(
		(one, process) => addReason(one, process, reasonOf(second, process) ?? ''),
		own,
	);
};

const unknownNames = (names: readonly string[]): readonly string[] => {
	const known = new Set<string>(inOrder(names));
	return names.filter(name => !known.has(name));
};

export const probed = (state: HoldState, answer: Answer): Turn => {
	const right = answer.of === 'probe' && answer.result.ok ? answer.result.value : 'unknown';
	if (right === 'denied')
		return refuse(
			state,
			'You may not resume processes of this group: autoscaling:ResumeProcesses is denied',
			['Ask for autoscaling:ResumeProcesses; unflap never suspends what it cannot resume'],
		);
	const turn = call(
		{...state, ledgerWritten: true},
		{at: 'intend'},
		{do: 'note', phase: 'intent', own: state.own},
	);
	return right === 'permitted'
		? turn
		: telling(turn, warn('It could not be proved that you may resume processes of this group'));
};

export const intended = (state: HoldState, answer: Answer): Turn =>
	answer.result.ok
		? call(state, {at: 'guard', tries: 0}, {do: 'start-guardian'})
		: refuse(state, `The ledger could not be written: ${answer.result.failure.message}`, []);

/** The guardian is up: at the start of a hold the first change follows, later the loop goes on. */
export const guarded = (state: HoldState, tries: number, answer: Answer): Turn => {
	if (answer.result.ok) {
		if (state.heldAt !== null) return pause(state, {at: 'idle'}, 0);
		return openPlan(state, 'acquire', {
			fuse: true,
			tag: true,
			processes: state.own.wanted,
		});
	}
	const {message} = answer.result.failure;
	if (tries < 1) return pause(state, {at: 'guard-again', tries: tries + 1}, 500);
	if (state.heldAt !== null)
		return startRelease(state, 'guardian-lost', `The guardian could not be started again: ${message}`);
	return refuse(state, `The guardian could not be started: ${message}`, []);
};

const refuse = (state: HoldState, message: string, next: readonly string[]): Turn =>
	startRelease(state, 'acquire-failed', message, next);
