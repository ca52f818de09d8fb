/**
 * One change at a time, always in this order: note it in the ledger, write the tag, suspend, read back, note again.
 * The first hold, a repair, an adoption, a renewal and a restored tag are all such plans.
 */
import type {ScalingProcess} from '../aws/types.ts';
import {startRelease} from './core-release.ts';
import {
	call,
	isNewer,
	isOurs,
	maySuspend,
	now,
	pause,
	reasonOf,
	rememberTag,
	retryWaitMs,
	tagValue,
	telling,
	warn,
} from './core-rules.ts';
import {abandon, settle} from './core-settle.ts';
import type {Answer, HoldState, LedgerPhase, Ownership, Plan, SeenGroup, Turn} from './core-state.ts';
import {without} from './processes.ts';

/** Retries of a tag or a suspend go on this long, and so does reading back. */
const changeMs = 30_000;
/** A read is taken for old so long after a change, when it tells of a time before it. */
const settleMs = 12_000;

/** The tag's note has a phase that is finished, not only removed: a tag is a change. */
export const openPlan = (
	state: HoldState,
	purpose: Plan['purpose'],
	{
		tag,
		processes,
		own = state.own,
	}: {
		readonly tag: boolean;
		readonly processes: readonly ScalingProcess[];
		readonly own?: Ownership;
	},
): Turn => {
	const {processMs} = now(state);
	const plan = {
		purpose,
		tag,
		processes,
		startedMs: processMs,
		sentMs: processMs,
		tries: 0,
		confirmed: false,
		before: state.own,
	};
	if (!tag) return noteSuspend({...state, own}, plan);
	const noted = rememberTag(own, tagValue(state, own));
	const phase: LedgerPhase = state.heldAt === null ? 'changing' : 'held';
	return call({...state, own: noted}, {at: 'note', plan}, {do: 'note', phase, own: noted});
};

export const planNoted = (state: HoldState, plan: Plan, answer: Answer): Turn =>
	answer.result.ok
		? putTag(state, plan)
		: abandon(state, plan, `The ledger could not be written: ${answer.result.failure.message}`);

export const putTag = (state: HoldState, plan: Plan): Turn =>
	call({...state, tagMayExist: true}, {at: 'tag', plan}, {do: 'put-tag', value: tagValue(state, state.own)});

export const tagged = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.result.ok) {
		const next = {...plan, tries: 0};
		if (plan.processes.length === 0) return finishPlan(state, next);
		return call(state, {at: 'recheck', plan: next}, {do: 'read'});
	}
	const {failure} = answer.result;
	if (failure.settled && plan.purpose === 'acquire' && plan.tries === 0 && failure.lasting)
		return abandon({...state, tagMayExist: false}, plan, failure.message, failure.next);
	if (failure.lasting || elapsed(state, plan) >= changeMs)
		return abandon(state, plan, failure.message, failure.next);
	return pause(state, {at: 'tag-wait', plan: {...plan, tries: plan.tries + 1}}, wait(state, plan), true);
};

/** One Describe just before the suspend: `wanted − suspended now` is sent, and what others took meanwhile is theirs. */
export const rechecked = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.of !== 'read' || !answer.result.ok || answer.result.value === null)
		return elapsed(state, plan) >= changeMs
			? abandon(state, plan, 'The group could not be read before suspending')
			: pause(state, {at: 'recheck-wait', plan: {...plan, tries: plan.tries + 1}}, wait(state, plan), true);
	const group = answer.result.value;
	const taken = plan.processes.filter(process => reasonOf(group, process) !== undefined);
	const own = taken.reduce(giveUp, state.own);
	const processes = without(plan.processes, taken);
	const next = {...plan, processes, tries: 0};
	return processes.length === 0 ? finishPlan({...state, own}, next) : noteSuspend({...state, own}, next);
};

/** Written before the call: whoever finishes the entry must know that it may have been applied. */
const noteSuspend = (state: HoldState, plan: Plan): Turn => {
	const window = {from: now(state).awsMs, to: null, processes: plan.processes};
	const windows = [...state.own.windows, window].slice(-16);
	const own = {...state.own, sent: true, unanswered: true, windows};
	return call({...state, own}, {at: 'note-suspend', plan}, {do: 'note', phase: 'changing', own});
};

export const suspendNoted = (state: HoldState, plan: Plan, answer: Answer): Turn =>
	answer.result.ok
		? suspend(state, plan)
		: abandon(state, plan, `The ledger could not be written: ${answer.result.failure.message}`);

export const suspend = (state: HoldState, plan: Plan): Turn => {
	if (!maySuspend(state))
		return startRelease(
			state,
			state.spent ? 'jump' : 'lease',
			'Too late to suspend: the hold is about to end',
		);
	return call(
		{...state, suspendCalled: true},
		{at: 'suspend', plan: {...plan, sentMs: now(state).processMs}},
		{do: 'suspend', processes: plan.processes},
	);
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

/** Read back until all are present; twice, 10 s apart, when another hold is on the group. */
export const confirmed = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const again = {...plan, tries: plan.tries + 1};
	const sinceSent = now(state).processMs - plan.sentMs;
	const late = sinceSent >= changeMs;
	if (answer.of !== 'read' || !answer.result.ok || answer.result.value === null)
		return late
			? abandon(state, plan, 'What was suspended could not be read back')
			: pause(state, {at: 'confirm-wait', plan: again}, wait(state, plan), true);
	const group = answer.result.value;
	const settled = sinceSent >= settleMs;
	const judged = judge(state, plan, group, settled);
	const unclear = judged.own.wanted.some(process => isOlder(judged, plan, group, process));
	if (unclear && !settled) return pause(judged, {at: 'confirm-wait', plan: again}, 2000);
	const missing = without(judged.own.wanted, Object.keys(judged.own.changed)).filter(
		process => plan.processes.includes(process) && reasonOf(group, process) === undefined,
	);
	if (missing.length > 0)
		return late
			? abandon(judged, plan, `Somebody keeps resuming ${missing.join(', ')}`)
			: pause(judged, {at: 'confirm-wait', plan: again}, Math.min(2000, wait(state, plan)));
	if (plan.purpose === 'acquire' && state.watch.others.length > 0 && !plan.confirmed)
		return pause(judged, {at: 'confirm-wait', plan: {...again, confirmed: true}}, 10_000);
	return finishPlan(closeWindows(judged), plan);
};

/** Each process of the plan: ours with its reason remembered, or somebody else's after all. */
const judge = (state: HoldState, plan: Plan, group: SeenGroup, settled: boolean): HoldState => {
	const {rate} = now(state);
	let own = state.own;
	for (const process of plan.processes) {
		const reason = reasonOf(group, process);
		if (reason === undefined || own.changed[process] !== undefined) continue;
		if (isOurs(own, process, reason, rate)) own = remember(own, process, reason);
		else if (isNewer(own, process, reason)) own = {...own, changed: {...own.changed, [process]: reason}};
		else if (settled) own = giveUp(own, process);
	}
	return {...state, own, watch: {...state.watch, lastGroup: group}};
};

/** A foreign reason from before our call: another was faster, or this read is old. */
const isOlder = (state: HoldState, plan: Plan, group: SeenGroup, process: ScalingProcess): boolean => {
	const reason = plan.processes.includes(process) ? reasonOf(group, process) : undefined;
	if (reason === undefined || state.own.changed[process] !== undefined) return false;
	return !isOurs(state.own, process, reason, now(state).rate);
};

const remember = (own: Ownership, process: ScalingProcess, reason: string): Ownership => {
	const known = own.fingerprint[process] ?? [];
	if (known.includes(reason)) return own;
	return {...own, fingerprint: {...own.fingerprint, [process]: [...known, reason].slice(-8)}};
};

/** Suspended by another between our look and our call: it was never ours. */
const giveUp = (own: Ownership, process: ScalingProcess): Ownership => ({
	...own,
	wanted: without(own.wanted, [process]),
	baseline: [...own.baseline, process],
});

/** A Suspend without an answer may arrive late, and renew the reason: its window stays open. */
const closeWindows = (state: HoldState): HoldState => {
	const {awsMs} = now(state);
	if (state.own.unanswered) return state;
	const windows = state.own.windows.map(window => (window.to === null ? {...window, to: awsMs} : window));
	return {...state, own: {...state.own, windows}};
};

/** A renewal and a tag written again need no second note. */
const finishPlan = (state: HoldState, plan: Plan): Turn => {
	if (state.own.wanted.length + state.own.joined.length === 0)
		return startRelease(state, 'acquire-failed', 'All of it was suspended by others in the meantime');
	if (plan.processes.length === 0 && plan.purpose !== 'acquire') return settle(state, plan);
	return call(state, {at: 'note-done', plan}, {do: 'note', phase: 'held', own: state.own});
};

export const doneNoted = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	const turn = settle(state, plan);
	return answer.result.ok
		? turn
		: telling(turn, warn(`The ledger could not be written: ${answer.result.failure.message}`));
};

const elapsed = (state: HoldState, plan: Plan): number => now(state).processMs - plan.startedMs;
const wait = (state: HoldState, plan: Plan): number => retryWaitMs(plan.tries, elapsed(state, plan));
