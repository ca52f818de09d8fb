/** The keep loop: one Describe, then the first row of hold.md's table that applies. */
import type {ScalingProcess} from '../aws/types.ts';
import {openPlan} from './core-change.ts';
import {startRelease} from './core-release.ts';
import {
	call,
	isNewer,
	isOurs,
	maySuspend,
	now,
	oursSuspended,
	ownTag,
	pause,
	reasonOf,
	stillOurs,
	suspendedNames,
	telling,
	warn,
} from './core-rules.ts';
import type {Answer, HoldState, SeenGroup, Turn} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {brokenTagKey, otherHolds} from './tag.ts';

const loopMs = 10_000;
const nearMs = 2000;
const fastMs = 1000;
const fastForMs = 20_000;
const tenMinutesMs = 600_000;

export const woken = (state: HoldState): Turn => {
	const late = overdue(state);
	return late ?? call(state, {at: 'watch'}, {do: 'read'});
};

/** End, lease and jump: a hold past one of them only releases. */
const overdue = (state: HoldState): Turn | null => {
	const {awsMs} = now(state);
	if (awsMs >= state.own.end) return startRelease(state, 'end', 'The time of the hold is over');
	if (state.spent) return startRelease(state, 'jump', 'This machine slept, or its clock was moved');
	if (awsMs >= state.own.leaseUntil) return startRelease(state, 'lease', 'The lease could not be renewed');
	return null;
};

export const watched = (state: HoldState, answer: Answer): Turn => {
	const late = overdue(state);
	if (late !== null) return late;
	if (answer.of !== 'read' || !answer.result.ok) return unread(state, answer);
	const group = answer.result.value;
	if (group === null || group.arn !== state.own.arn) return gone(state);
	const seen = look(state, group);
	return (
		byTag(seen, group) ?? byChange(state, seen) ?? byProcesses(seen, group) ?? renewal(seen) ?? rest(seen)
	);
};

const unread = (state: HoldState, answer: Answer): Turn => {
	const failures = state.watch.readFailures + 1;
	const turn = rest({...state, watch: {...state.watch, readFailures: failures}});
	const message = answer.result.ok ? 'no answer' : answer.result.failure.message;
	return failures === 1 ? telling(turn, warn(`The group could not be read: ${message}`)) : turn;
};

const gone = (state: HoldState): Turn => {
	const goneSeen = state.watch.goneSeen + 1;
	if (goneSeen >= 3) return startRelease(state, 'group-gone', 'The group no longer exists');
	return pause({...state, watch: {...state.watch, goneSeen}}, {at: 'idle'}, 5000);
};

/** What others made theirs is noted at once: whoever finishes this hold must leave it. */
const byChange = (before: HoldState, state: HoldState): Turn | null => {
	const fresh = Object.keys(state.own.changed).filter(process => !(process in before.own.changed));
	if (fresh.length === 0) return null;
	return telling(
		call(state, {at: 'note-changed'}, {do: 'note', phase: 'held', own: state.own}),
		warn(`${fresh.join(', ')} was resumed and suspended again by somebody else: it will be left as it is`),
	);
};

/** What this read teaches: who else holds, what others changed, what began to run. */
const look = (state: HoldState, group: SeenGroup): HoldState => {
	const {awsMs, processMs, rate} = now(state);
	const others = otherHolds(group.tags, state.facts.holdId, awsMs);
	const ids = others.filter(({phase}) => phase !== 'expired' && phase !== 'malformed').map(one => one.holdId);
	const ended =
		state.watch.others.some(id => !ids.includes(id)) || others.some(one => one.phase === 'releasing');
	const own = {...state.own, changed: {...state.own.changed}};
	for (const process of own.wanted) {
		const reason = reasonOf(group, process);
		if (reason !== undefined && !isOurs(own, process, reason, rate) && isNewer(own, process, reason))
			own.changed[process] = reason;
	}
	const running = without(state.facts.aim, suspendedNames(group));
	const runningSince = Object.fromEntries(
		running.map(process => [process, state.watch.runningSince[process] ?? processMs]),
	);
	const watch = {
		...state.watch,
		lastGroup: group,
		readFailures: 0,
		goneSeen: 0,
		others: ids,
		runningSince,
		fastUntil: ended ? processMs + fastForMs : state.watch.fastUntil,
	};
	return {...state, own, watch};
};

/** Our tag is gone, was rewritten or marked broken: it was removed, or somebody ended the hold. */
const byTag = (state: HoldState, group: SeenGroup): Turn | null => {
	const {rate} = now(state);
	const broken = group.tags.some(({key}) => key === brokenTagKey(state.facts.holdId));
	const watch = {...state.watch, endedSeen: 0};
	if (ownTag(state, group) === 'ours' && !broken) {
		if (state.watch.endedSeen === 0) return null;
		return byProcesses({...state, watch}, group) ?? rest({...state, watch});
	}
	if (oursSuspended(state.own, group, rate).length === 0) return endedByOthers(state);
	if (broken) return startRelease(state, 'ended-by-others', 'Somebody broke this hold');
	if (state.watch.tagRestored > 0)
		return startRelease(state, 'tag-removed', 'Our tag was removed a second time');
	return openPlan({...state, watch: {...watch, tagRestored: 1}}, 'restore-tag', {tag: true, processes: []});
};

/** A read may be old, so three in a row must say so, 5 s apart; then nothing is ever suspended again. */
const endedByOthers = (state: HoldState): Turn => {
	const endedSeen = state.watch.endedSeen + 1;
	if (endedSeen >= 3)
		return startRelease(
			state,
			'ended-by-others',
			'Somebody removed our tag and resumed the processes: the hold is over',
		);
	return pause({...state, watch: {...state.watch, endedSeen}}, {at: 'idle'}, 5000);
};

const byProcesses = (state: HoldState, group: SeenGroup): Turn | null => {
	const running = stillOurs(state.own, group, now(state).rate).filter(
		process => reasonOf(group, process) === undefined,
	);
	if (running.length > 0) return repair(state, running);
	const free = adoptable(state, group);
	return free.length > 0 ? adopt(state, free) : null;
};

const repair = (state: HoldState, running: readonly ScalingProcess[]): Turn => {
	const recent = state.watch.repairs.filter(at => at > now(state).awsMs - tenMinutesMs);
	if (recent.length >= 2)
		return startRelease(
			state,
			'repairs',
			`Somebody keeps resuming ${running.join(', ')}: two repairs in ten minutes were not enough`,
		);
	if (!maySuspend(state))
		return startRelease(state, 'lease', 'Too late to suspend: the hold is about to end');
	return openPlan(state, 'repair', {tag: false, processes: running});
};

/**
 * Processes of the aim that run now and are not ours: their owner resumed them. Two reads 5 s apart say so, one
 * when it belonged to another hold, whose tag is going or gone.
 */
const adoptable = (state: HoldState, group: SeenGroup): readonly ScalingProcess[] => {
	const {processMs} = now(state);
	const others = otherHolds(group.tags, state.facts.holdId, now(state).awsMs);
	const kept = new Set(others.filter(one => one.phase === 'live').flatMap(one => one.claims));
	const ours = without(state.own.wanted, Object.keys(state.own.changed));
	return without(state.facts.aim, ours, suspendedNames(group)).filter(process => {
		if (state.own.joined.includes(process) && !kept.has(process)) return true;
		return processMs - (state.watch.runningSince[process] ?? processMs) >= 5000;
	});
};

const adopt = (state: HoldState, free: readonly ScalingProcess[]): Turn | null => {
	if (!maySuspend(state)) return null;
	const taken = new Set<string>(free);
	const own = {
		...state.own,
		wanted: inOrder([...state.own.wanted, ...free]),
		joined: without(state.own.joined, free),
		baseline: state.own.baseline.filter(process => !taken.has(process)),
		changed: Object.fromEntries(Object.entries(state.own.changed).filter(([process]) => !taken.has(process))),
	};
	return openPlan(state, 'adopt', {tag: true, processes: free, own});
};

/** At a third of the lease, never past the end. */
const renewal = (state: HoldState): Turn | null => {
	const {awsMs} = now(state);
	const {leaseUntil, end} = state.own;
	const due = leaseUntil - awsMs <= (state.facts.leaseMs * 2) / 3 && leaseUntil < end;
	if (!due) return null;
	const own = {...state.own, leaseUntil: Math.min(awsMs + state.facts.leaseMs, end)};
	return openPlan(state, 'renew', {tag: true, processes: [], own});
};

const rest = (state: HoldState): Turn => {
	const {awsMs, processMs, rate} = now(state);
	const {own, watch} = state;
	const unsettled = without(state.facts.aim, own.wanted).some(
		process => watch.runningSince[process] !== undefined,
	);
	const beat =
		processMs < watch.fastUntil ? fastMs : watch.others.length > 0 ? nearMs : unsettled ? 5000 : loopMs;
	const third = own.leaseUntil < own.end ? own.leaseUntil - (state.facts.leaseMs * 2) / 3 : own.end;
	const due = Math.max(250, (Math.min(third, own.end, own.leaseUntil) - awsMs) / rate);
	return pause(state, {at: 'idle'}, Math.min(beat, due));
};
