/** The table of Keep in hold.md: the first row that applies to what was read. */
import type {ScalingProcess} from '../aws/types.ts';
import {openPlan} from './core-change.ts';
import type {Turn} from './core-events.ts';
import {covered, currentFuse, isCovered, leaseEnd, leaseFor, maySuspend, renewalAt} from './core-fuse.ts';
import {acceptShared, hasUndecided, isUndecided} from './core-others.ts';
import {startRelease} from './core-release.ts';
import {
	call,
	isNewer,
	isOurs,
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
import type {HoldState, SeenGroup} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {brokenTagKey, otherHolds} from './tag.ts';

const loopMs = 10_000;
const nearMs = 2000;
const fastMs = 1000;
const fastForMs = 20_000;
const tenMinutesMs = 600_000;
/** What its owner resumed has run in two reads so far apart; less when another hold may have resumed it. */
const runsForMs = 10_000;
const runsForNearMs = 5000;

export const rows = (state: HoldState, group: SeenGroup): Turn => {
	const seen = look(acceptShared(state, group), group);
	return (
		byTag(seen, group) ??
		byChange(state, seen) ??
		byProcesses(seen, group) ??
		waitToJudge(seen, group) ??
		relist(seen) ??
		renewal(seen) ??
		rest(seen)
	);
};

/** While nobody knows whose a suspension is, no new fuse is armed for it: for long, that ends the hold by its lease. */
const waitToJudge = (state: HoldState, group: SeenGroup): Turn | null =>
	hasUndecided(state, group) ? pause(state, {at: 'idle'}, state.runs.failed ? runsForNearMs : fastMs) : null;

/** What others made theirs is noted at once: whoever finishes this hold must leave it. */
const byChange = (before: HoldState, state: HoldState): Turn | null => {
	const fresh = Object.keys(state.own.changed).filter(process => !(process in before.own.changed));
	if (fresh.length === 0) return null;
	const message = `${fresh.join(', ')} was resumed and suspended again by somebody else: it will be left as it is`;
	if (covered(state.own).length === 0)
		return startRelease(state, 'ended-by-others', `${message}; nothing of this hold is left`);
	return telling(
		call(state, {at: 'note-changed'}, {do: 'note', phase: 'held', own: state.own}),
		warn(message),
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
		if (reason === undefined || isOurs(own, process, reason, rate) || !isNewer(state, process, reason))
			continue;
		if (!isUndecided(state, process, reason)) own.changed[process] = reason;
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
	return openPlan({...state, watch: {...watch, tagRestored: 1}}, 'restore-tag', {
		fuse: false,
		tag: true,
		processes: [],
	});
};

/**
 * A read may be old, so three in a row must say so, 5 s apart; then nothing is ever suspended again. Our own fuses are
 * looked at first: perhaps one of them fired.
 */
const endedByOthers = (state: HoldState): Turn => {
	const endedSeen = state.watch.endedSeen + 1;
	if (endedSeen >= 3)
		return startRelease(
			state,
			'ended-by-others',
			'Somebody removed our tag and resumed the processes: the hold is over',
		);
	const never = Number.NEGATIVE_INFINITY;
	const watch = {...state.watch, endedSeen, fuseAskedMs: never, sweptMs: never};
	return pause({...state, watch}, {at: 'idle'}, 5000);
};

const byProcesses = (state: HoldState, group: SeenGroup): Turn | null => {
	const running = stillOurs(state.own, group, now(state).rate).filter(
		process => reasonOf(group, process) === undefined,
	);
	if (running.length > 0) return repair(state, running);
	const free = adoptable(state, group);
	return free.length > 0 && !hasUndecided(state, group) ? adopt(state, free) : null;
};

const repair = (state: HoldState, running: readonly ScalingProcess[]): Turn => {
	const recent = state.watch.repairs.filter(at => at > now(state).awsMs - tenMinutesMs);
	if (state.question !== null) return rest(state);
	if (recent.length >= 2) return fight(state, running);
	if (!maySuspend(state) && state.facts.net === 'none')
		return startRelease(state, 'lease', 'Too late to suspend: the hold is about to end');
	// An adoption that a lost terminal cut short is in the ledger, and in no fuse.
	const isNew = state.facts.net === 'fuse' && !isCovered(state, running);
	return openPlan(state, 'repair', {fuse: isNew, tag: isNew, processes: running});
};

/** After two repairs a person decides; without one the hold gives way. */
const fight = (state: HoldState, running: readonly ScalingProcess[]): Turn => {
	const what = `Somebody keeps resuming ${running.join(', ')}`;
	if (!state.facts.interactive)
		return startRelease(state, 'repairs', `${what}: two repairs in ten minutes were not enough`);
	const message = `${what}: suspend it again, or release?`;
	return telling(rest({...state, question: message}), {tell: 'ask-repair', message});
};

export const answered = (state: HoldState, goOn: boolean): Turn => {
	if (state.question === null || state.release !== null) return {state, commands: []};
	if (!goOn) return startRelease(state, 'repairs', state.question);
	const next = {...state, question: null, watch: {...state.watch, repairs: []}};
	return next.step.at === 'idle' ? pause(next, {at: 'idle'}, 0) : {state: next, commands: []};
};

/** Processes of the aim that run and are not ours: their owner resumed them. */
const adoptable = (state: HoldState, group: SeenGroup): readonly ScalingProcess[] => {
	const {processMs} = now(state);
	const near = state.watch.others.length > 0 || processMs < state.watch.fastUntil;
	const ours = covered(state.own);
	return without(state.facts.aim, ours, suspendedNames(group)).filter(
		process =>
			processMs - (state.watch.runningSince[process] ?? processMs) >= (near ? runsForNearMs : runsForMs),
	);
};

/** Fuse, tag, suspend: what its owner gave up joins `wanted`. */
const adopt = (state: HoldState, free: readonly ScalingProcess[]): Turn | null => {
	if (state.spent || state.question !== null) return null;
	if (state.facts.net === 'none' && !maySuspend(state)) return null;
	const taken = new Set<string>(free);
	const {own} = state;
	const fresh = {
		...own,
		wanted: inOrder([...own.wanted, ...free]),
		adopted: inOrder([...own.adopted, ...free]),
		baseline: own.baseline.filter(process => !taken.has(process)),
		changed: Object.fromEntries(Object.entries(own.changed).filter(([process]) => !taken.has(process))),
	};
	return openPlan(state, 'adopt', {fuse: true, tag: true, processes: free, own: fresh});
};

/** The fuse names exactly what this hold will give back: others read it as our claim. */
const relist = (state: HoldState): Turn | null => {
	const fuse = currentFuse(state);
	if (fuse === null || fuse.processes.join() === covered(state.own).join()) return null;
	return openPlan(state, 'relist', {fuse: true, tag: true, processes: []});
};

/** At a third of the lease, never past the end; without a net there is none. */
const renewal = (state: HoldState): Turn | null => {
	const {awsMs} = now(state);
	const {end} = state.own;
	const lease = leaseEnd(state);
	const {leaseMs, net} = state.facts;
	if (net === 'none' || !state.renewals || state.question !== null) return null;
	if (lease >= end || awsMs < renewalAt(state)) return null;
	const next = leaseFor(state);
	const gains = next >= end || next - lease >= leaseMs / 6;
	return gains ? openPlan(state, 'renew', {fuse: true, tag: true, processes: []}) : null;
};

export const rest = (state: HoldState): Turn => {
	const {awsMs, processMs, rate} = now(state);
	const {own, watch} = state;
	const unsettled = without(state.facts.aim, own.wanted).some(
		process => watch.runningSince[process] !== undefined,
	);
	const beat =
		processMs < watch.fastUntil ? fastMs : watch.others.length > 0 ? nearMs : unsettled ? 5000 : loopMs;
	const moments = [leaseEnd(state), own.end, renewalAt(state)].filter(at => at > awsMs);
	const due = Math.max(250, (Math.min(...moments) - awsMs) / rate);
	return pause(state, {at: 'idle'}, Math.min(beat, due));
};
