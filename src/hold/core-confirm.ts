/** Reading back what was suspended: whose it is by its reason, twice when another hold is near. */
import type {ScalingProcess} from '../aws/types.ts';
import {elapsed, giveUp, runsOf, since, wait} from './core-change.ts';
import type {Answer, Turn} from './core-events.ts';
import {
	acceptShared,
	addReason,
	hasUndecided,
	isUndecided,
	knowRuns,
	noticeOthers,
	wasNear,
} from './core-others.ts';
import {call, isNewer, isOurs, now, pause, reasonOf, settleMs} from './core-rules.ts';
import {abandon, finishPlan} from './core-settle.ts';
import type {HoldState, Plan, SeenGroup} from './core-state.ts';
import {without} from './processes.ts';

const readBackMs = 30_000;
/** Another hold on the group, or one that ended within a minute: a second read. */
const nearMs = 60_000;
const secondReadMs = 10_000;

export const confirmed = (state: HoldState, plan: Plan, answer: Answer): Turn => {
	if (answer.of !== 'read' || !answer.result.ok || answer.result.value === null)
		return isLate(state, plan)
			? abandon(state, plan, 'What was suspended could not be read back')
			: pause(state, {at: 'confirm-wait', plan: again(plan)}, wait(state, plan), true);
	const group = answer.result.value;
	const noticed = noticeOthers(state, group);
	return hasUndecided(noticed, group)
		? call(noticed, {at: 'confirm-runs', plan, group}, {do: 'see-fuses', since: since(state)})
		: judge(noticed, plan, group);
};

export const confirmRuns = (state: HoldState, plan: Plan, group: SeenGroup, answer: Answer): Turn =>
	judge(knowRuns(state, runsOf(answer)), plan, group);

const judge = (before: HoldState, plan: Plan, group: SeenGroup): Turn => {
	const settled = sinceSent(before, plan) >= settleMs;
	const state = divide(acceptShared(before, group), plan, group, settled);
	const unclear = without(state.own.wanted, Object.keys(state.own.changed)).some(process =>
		isForeign(state, plan, group, process),
	);
	if ((unclear || isEcho(plan, group)) && !settled)
		return pause(state, {at: 'confirm-wait', plan: again(plan)}, 2000);
	const missing = without(state.own.wanted, Object.keys(state.own.changed)).filter(
		process => isOfPlan(plan, process) && reasonOf(group, process) === undefined,
	);
	if (missing.length > 0) return resumedMeanwhile(state, plan, missing);
	if (plan.purpose === 'acquire' && wasNear(state, nearMs) && !plan.confirmed)
		return pause(state, {at: 'confirm-wait', plan: {...again(plan), confirmed: true}}, secondReadMs);
	return finishPlan(closeWindows(state), plan);
};

/** At the start another hold's release may have taken it with it: the loop suspends it again. */
const resumedMeanwhile = (state: HoldState, plan: Plan, missing: readonly ScalingProcess[]): Turn => {
	const joined = plan.purpose === 'acquire' && missing.every(process => !plan.processes.includes(process));
	if (joined) return finishPlan(closeWindows(state), plan);
	return isLate(state, plan)
		? abandon(state, plan, `Somebody keeps resuming ${missing.join(', ')}`)
		: pause(state, {at: 'confirm-wait', plan: again(plan)}, Math.min(2000, wait(state, plan)));
};

/** Each process of the change: ours with its reason remembered, or somebody else's after all. */
const divide = (state: HoldState, plan: Plan, group: SeenGroup, settled: boolean): HoldState => {
	const {rate} = now(state);
	let own = state.own;
	for (const process of own.wanted) {
		const reason = reasonOf(group, process);
		if (!isOfPlan(plan, process) || reason === undefined || own.changed[process] !== undefined) continue;
		if (isOurs(own, process, reason, rate)) own = addReason(own, process, reason);
		else if (isUndecided(state, process, reason)) continue;
		else if (isNewer(state, process, reason)) own = {...own, changed: {...own.changed, [process]: reason}};
		else if (settled) own = giveUp(own, process);
	}
	return {...state, own, watch: {...state.watch, lastGroup: group}};
};

/** The first hold reads back all of `wanted`, also what another hold had suspended. */
const isOfPlan = (plan: Plan, process: ScalingProcess): boolean =>
	plan.purpose === 'acquire' || plan.processes.includes(process);

/** A foreign reason from before our call: another was faster, or this read is old. */
const isForeign = (state: HoldState, plan: Plan, group: SeenGroup, process: ScalingProcess): boolean => {
	const reason = isOfPlan(plan, process) ? reasonOf(group, process) : undefined;
	if (reason === undefined || isUndecided(state, process, reason)) return false;
	return !isOurs(state.own, process, reason, now(state).rate);
};

/** A repair read back with a reason from before it: nothing had been resumed, or this read is old and would hide a repair. */
const isEcho = ({purpose, processes, before}: Plan, group: SeenGroup): boolean =>
	purpose === 'repair' &&
	processes.some(process => before.fingerprint[process]?.includes(reasonOf(group, process) ?? ''));

/** A Suspend without an answer may arrive late, and renew the reason: its window stays open. */
const closeWindows = (state: HoldState): HoldState => {
	const {awsMs} = now(state);
	if (state.own.unanswered) return state;
	const windows = state.own.windows.map(window => (window.to === null ? {...window, to: awsMs} : window));
	return {...state, own: {...state.own, windows}};
};

const again = (plan: Plan): Plan => ({...plan, tries: plan.tries + 1});
const sinceSent = (state: HoldState, plan: Plan): number =>
	now(state).processMs - (plan.sentMs ?? plan.startedMs);
const isLate = (state: HoldState, plan: Plan): boolean =>
	Math.min(sinceSent(state, plan), elapsed(state, plan)) >= readBackMs;
