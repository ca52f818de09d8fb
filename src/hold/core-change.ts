/**
 * One change at a time, always in this order: fuse, tag, older fuses stopped, suspend, read back; each noted in the
 * ledger before it is made. The first hold, a repair, an adoption, a renewal and a restored tag are all such changes.
 */
import type {ScalingProcess} from '../aws/types.ts';
import {armLooked, noteFuse} from './core-arm.ts';
import type {Answer, Turn} from './core-events.ts';
import {currentFuse, isCovered, isFresh, lookedAt, maySuspend} from './core-fuse.ts';
import {
	absorbable,
	acceptShared,
	knowReasons,
	knowRuns,
	noticeOthers,
	runsSinceMs,
	wasNear,
} from './core-others.ts';
import {startRelease} from './core-release.ts';
import {
	call,
	isOurs,
	mostWindows,
	now,
	pause,
	reasonOf,
	rememberTag,
	retryWaitMs,
	tagAnswered,
	tagValue,
} from './core-rules.ts';
import {abandon, finishPlan} from './core-settle.ts';
import type {HoldState, LedgerPhase, Ownership, Plan, SeenGroup} from './core-state.ts';
import {stopFuses} from './core-stop.ts';
import {without} from './processes.ts';

/** Retries of a tag or a suspend go on this long, and so does reading back. */
const changeMs = 30_000;
/** Our fuse, read longer ago than this, is read again before a suspend. */
const lookBeforeMs = 20_000;

export type PlanParts = {
	/** Arm a new fuse; without a net there is none. */
	readonly fuse: boolean;
	readonly tag: boolean;
	readonly processes: readonly ScalingProcess[];
	readonly own?: Ownership;
};

export const openPlan = (
	state: HoldState,
	purpose: Plan['purpose'],
	{fuse, tag, processes, own = state.own}: PlanParts,
): Turn => {
	const {processMs} = now(state);
	const plan: Plan = {
		purpose,
		fuse: null,
		tag,
		processes,
		startedMs: processMs,
		sentMs: null,
		armedMs: processMs,
		tries: 0,
		armLost: false,
		confirmed: false,
		before: state.own,
	};
	if (fuse && state.facts.net === 'fuse') return noteFuse(state, plan, own);
	return tag ? noteTag({...state, own}, plan) : noteSuspend({...state, own}, plan);
};

export const fuseLooked = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const result = armLooked(state, plan, answer);
	if ('turn' in result) return result.turn;
	const {asleep} = result;
	const watch = {...asleep.watch, netLostMs: null, fuseAskedMs: now(state).processMs};
	const restarted = {...plan, tries: 0, startedMs: now(state).processMs};
	return noteTag({...asleep, watch}, restarted);
};

/** The tag's bytes are noted before they are written: only what we wrote is our tag (H4). */
const noteTag = (state: HoldState, plan: Plan): Turn => {
	const own = rememberTag(state.own, tagValue(state, state.own), now(state).awsMs);
	const phase: LedgerPhase = state.heldAt === null ? 'changing' : 'held';
	return call({...state, own}, {at: 'note-tag', plan}, {do: 'note', phase, own});
};

export const tagNoted = (state: HoldState, plan: Plan, answer: Answer): Turn =>
	answer.result.ok
		? putTag(state, plan)
		: abandon(state, plan, `The ledger could not be written: ${answer.result.failure.message}`);

export const putTag = (state: HoldState, plan: Plan): Turn =>
	call({...state, tagMayExist: true}, {at: 'tag', plan}, {do: 'put-tag', value: tagValue(state, state.own)});

export const tagged = (before: HoldState, plan: Plan, answer: Answer): Turn => {
	const state = tagAnswered(before, answer.result);
	if (answer.result.ok) return afterTag(state, {...plan, tries: 0});
	const {failure} = answer.result;
	if (failure.settled && plan.purpose === 'acquire' && plan.tries === 0 && failure.lasting)
		return abandon({...state, tagMayExist: false}, plan, failure.message, failure.next);
	if (failure.lasting || elapsed(state, plan) >= changeMs)
		return abandon(state, plan, failure.message, failure.next);
	return pause(state, {at: 'tag-wait', plan: {...plan, tries: plan.tries + 1}}, wait(state, plan), true);
};

const afterTag = (state: HoldState, plan: Plan): Turn => {
	if (plan.purpose !== 'acquire') return stopOlder(state, plan);
	const group = state.watch.lastGroup;
	const expired = group === null ? [] : absorbable(state, group).map(({holdId}) => holdId);
	return absorb(state, plan, expired);
};

/** The tags of expired holds go last: what they wanted is in our fuse, our tag and our ledger by now. */
export const absorb = (state: HoldState, plan: Plan, left: readonly string[]): Turn => {
	const [holdId, ...more] = left;
	if (holdId === undefined) return stopOlder(state, plan);
	return call(state, {at: 'absorb', plan, left: more}, {do: 'absorb-tag', holdId});
};

const stopOlder = (state: HoldState, plan: Plan): Turn => {
	if (plan.fuse === null) return stopped(state, plan);
	const result = stopFuses(state, {for: 'plan', plan});
	return result.over ? stopped(result.state, plan) : result.turn;
};

/** Older fuses are stopped, or will be by the loop; a fuse that fired meanwhile ends the hold. */
export const stopped = (state: HoldState, plan: Plan): Turn => {
	if (state.own.fuses.some(({final}) => final === 'success'))
		return startRelease(state, 'fuse-fired', 'An older fuse of this hold fired: AWS resumed the processes');
	return plan.processes.length === 0
		? finishPlan(state, plan)
		: call(state, {at: 'recheck', plan: {...plan, tries: 0}}, {do: 'read'});
};

/** One Describe just before the suspend: `wanted − suspended now` is sent. */
export const rechecked = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.of !== 'read' || !answer.result.ok || answer.result.value === null)
		return readAgain(state, plan, 'The group could not be read before suspending');
	const group = answer.result.value;
	const noticed = noticeOthers(state, group);
	const taken = plan.processes.some(process => reasonOf(group, process) !== undefined);
	// A hold that came and went while our fuse slept may have left it to us: only the runs still tell.
	if (taken && (wasNear(noticed) || state.facts.net === 'fuse'))
		return call(noticed, {at: 'recheck-runs', plan, group}, {do: 'see-fuses', since: since(state)});
	return divideTaken(noticed, plan, group);
};

const readAgain = (state: HoldState, plan: Plan, message: string): Turn =>
	elapsed(state, plan) >= changeMs
		? abandon(state, plan, message)
		: pause(state, {at: 'recheck-wait', plan: {...plan, tries: plan.tries + 1}}, wait(state, plan), true);

export const recheckRuns = (state: HoldState, plan: Plan, group: SeenGroup, answer: Answer): Turn =>
	answer.result.ok
		? divideTaken(knowRuns(state, runsOf(answer)), plan, group)
		: readAgain(knowRuns(state, null), plan, 'Who else holds the group could not be read before suspending');

/** Suspended by another hold meanwhile: one suspension with ours. By anybody else: it was never ours. */
const divideTaken = (state: HoldState, plan: Plan, group: SeenGroup): Turn => {
	const {rate} = now(state);
	const shared = acceptShared(state, group);
	const taken = plan.processes.filter(process => reasonOf(group, process) !== undefined);
	const theirs = taken.filter(process => !isOurs(shared.own, process, reasonOf(group, process) ?? '', rate));
	const own = theirs.reduce(giveUp, shared.own);
	const processes = without(plan.processes, taken);
	const next = {...plan, processes, tries: 0};
	const after = {...shared, own, watch: {...shared.watch, lastGroup: group}};
	if (processes.length > 0) return noteSuspend(after, next);
	return plan.purpose === 'acquire'
		? call(after, {at: 'confirm', plan: next}, {do: 'read'})
		: finishPlan(after, next);
};

/** Written before the call: whoever finishes the entry must know that it may have been applied. */
const noteSuspend = (before: HoldState, plan: Plan): Turn => {
	const {lastGroup} = before.watch;
	// What only the oldest window told to be ours is known by its reason before that window goes.
	const isFull = before.own.windows.length >= mostWindows;
	const state = isFull && lastGroup !== null ? knowReasons(before, lastGroup) : before;
	const window = {from: now(state).awsMs, to: null, processes: plan.processes};
	const windows = [...state.own.windows, window].slice(-mostWindows);
	const own = {...state.own, sent: true, unanswered: true, windows};
	return call({...state, own}, {at: 'note-suspend', plan}, {do: 'note', phase: 'changing', own});
};

export const suspendNoted = (state: HoldState, plan: Plan, answer: Answer): Turn =>
	answer.result.ok
		? suspend(state, plan)
		: abandon(state, plan, `The ledger could not be written: ${answer.result.failure.message}`);

/** Our fuse is looked at before every suspend, unless that was a moment ago. */
export const suspend = (state: HoldState, plan: Plan): Turn => {
	const fuse = currentFuse(state);
	if (isFresh(state, lookBeforeMs) || fuse?.executionId == null) return sendSuspend(state, plan);
	return call(state, {at: 'suspend-look', plan}, {do: 'see-fuse', executionId: fuse.executionId});
};

export const suspendLooked = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const fuse = currentFuse(state);
	if (fuse === null || answer.of !== 'see-fuse' || !answer.result.ok) return sendSuspend(state, plan);
	return sendSuspend(lookedAt(state, fuse, answer.result.value), plan);
};

const sendSuspend = (state: HoldState, plan: Plan): Turn => {
	const hasNet = state.facts.net === 'none' || isCovered(state, plan.processes);
	if (!maySuspend(state) || !hasNet) return tooLate(state);
	return call(
		{...state, suspendCalled: true},
		{at: 'suspend', plan: {...plan, sentMs: now(state).processMs}},
		{do: 'suspend', processes: plan.processes},
	);
};

const tooLate = (state: HoldState): Turn => {
	if (state.spent) return startRelease(state, 'jump', 'Too late to suspend: this machine slept');
	return isFresh(state)
		? startRelease(state, 'lease', 'Too late to suspend: the hold is about to end')
		: startRelease(state, 'net-lost', 'The fuse is not asleep: nothing is suspended without it');
};

export const suspendAnswered = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.result.ok) {
		const own = {...state.own, unanswered: plan.tries > 0 ? state.own.unanswered : plan.before.unanswered};
		return call({...state, own}, {at: 'confirm', plan: {...plan, tries: 0}}, {do: 'read'});
	}
	const {failure} = answer.result;
	const unanswered = failure.settled && plan.tries === 0 ? plan.before.unanswered : true;
	const after = {...state, own: {...state.own, unanswered}};
	if (failure.lasting || elapsed(state, plan) >= changeMs)
		return abandon(after, plan, failure.message, failure.next);
	return pause(after, {at: 'suspend-wait', plan: {...plan, tries: plan.tries + 1}}, wait(state, plan), true);
};

/** Suspended by another between our look and our call: it was never ours. */
export const giveUp = (own: Ownership, process: ScalingProcess): Ownership => ({
	...own,
	wanted: without(own.wanted, [process]),
	adopted: without(own.adopted, [process]),
	baseline: [...own.baseline.filter(name => name !== process), process],
});

export const runsOf = (answer: Answer) =>
	answer.of === 'see-fuses' && answer.result.ok ? answer.result.value : null;
export const since = (state: HoldState): number => now(state).awsMs - runsSinceMs;
export const elapsed = (state: HoldState, plan: Plan): number => now(state).processMs - plan.startedMs;
export const wait = (state: HoldState, plan: Plan): number => retryWaitMs(plan.tries, elapsed(state, plan));
