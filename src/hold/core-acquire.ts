/** Preflight: from `begin` to the first change. Nothing here changes anything in AWS. */

import {openPlan} from './core-change.ts';
import {startRelease} from './core-release.ts';
import {call, now, pause, suspendedNames, telling, warn} from './core-rules.ts';
import type {Answer, HoldState, SeenGroup, Turn} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {otherHolds} from './tag.ts';

/** A group takes 50 tags; those of AWS itself do not count. */
const maxTags = 50;

export const begin = (state: HoldState): Turn => call(state, {at: 'look', first: null}, {do: 'read'});

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
	const others = otherHolds(group.tags, state.facts.holdId, now(state).awsMs);
	// Another hold is near: what is suspended now may be theirs, or just about to be given back.
	if (others.length > 0 && first === null) return pause(state, {at: 'look-wait', first: group}, 5000);
	return divide(state, first ?? group, group);
};

const reasonAgainst = (state: HoldState, group: SeenGroup): string | null => {
	if (group.status !== null) return `The group is being deleted: ${group.status}`;
	if (group.operator !== null) return `Only ${group.operator} may change this group`;
	const others = otherHolds(group.tags, state.facts.holdId, now(state).awsMs);
	if (others.some(other => other.phase === 'newer')) return 'A newer unflap holds this group';
	if (group.tags.filter(({key}) => !key.startsWith('aws:')).length >= maxTags)
		return `The group has ${maxTags} tags, and a hold needs one more`;
	return null;
};

/**
 * What of the aim is ours to suspend, what another hold keeps, and what was off before us. A tag alone proves nothing
 * (threats.md H1), and without fuses there is no other proof: what another's tag claims is never ours to resume. It is
 * `joined`: when its holder gives it back, the keep loop sees it running, suspends it and owns it from then on. So each
 * suspension has one owner, who resumes it whatever other tags claim (H2), and the last one out leaves nothing.
 */
export const divideAim = (
	{aim, holdId}: {readonly aim: HoldState['facts']['aim']; readonly holdId: string},
	reads: readonly SeenGroup[],
	awsMs: number,
) => {
	const suspended = new Set(reads.flatMap(suspendedNames));
	const claimed = new Set(
		reads
			.slice(-1)
			.flatMap(group => otherHolds(group.tags, holdId, awsMs))
			.filter(other => other.phase === 'live' || other.phase === 'releasing')
			.flatMap(other => other.claims),
	);
	const wanted = without(aim, suspended);
	const joined = aim.filter(process => suspended.has(process) && claimed.has(process));
	const baseline = [...suspended].filter(process => !(joined as readonly string[]).includes(process));
	return {wanted, joined, baseline: [...inOrder(baseline), ...unknownNames(baseline)]};
};

const unknownNames = (names: readonly string[]): readonly string[] => {
	const known = new Set<string>(inOrder(names));
	return names.filter(name => !known.has(name));
};

const divide = (state: HoldState, first: SeenGroup, second: SeenGroup): Turn => {
	const parts = divideAim(state.facts, [first, second], now(state).awsMs);
	if (parts.wanted.length + parts.joined.length === 0)
		return refuse(state, 'All of it is suspended already, by others: there is nothing to hold', [
			'unflap holds shows what is suspended and since when',
		]);
	const own = {...state.own, ...parts, arn: second.arn};
	const others = otherHolds(second.tags, state.facts.holdId, now(state).awsMs);
	return call(
		{...state, own, watch: {...state.watch, lastGroup: second, others: others.map(other => other.holdId)}},
		{at: 'probe'},
		{do: 'probe'},
	);
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
		return openPlan(state, 'acquire', {tag: true, processes: state.own.wanted});
	}
	const {message} = answer.result.failure;
	if (tries < 1) return pause(state, {at: 'guard-again', tries: tries + 1}, 500);
	if (state.heldAt !== null)
		return startRelease(state, 'guardian-lost', `The guardian could not be started again: ${message}`);
	return refuse(state, `The guardian could not be started: ${message}`, []);
};

const refuse = (state: HoldState, message: string, next: readonly string[]): Turn =>
	startRelease(state, 'acquire-failed', message, next);
