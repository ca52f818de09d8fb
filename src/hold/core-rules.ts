/** The small rules of hold.md that several parts of the core share. */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Call, Command, Told, Turn} from './core-events.ts';
import type {CallResult, HoldState, Moment, Ownership, SeenGroup, Step, SuspendWindow} from './core-state.ts';
import {inOrder, without} from './processes.ts';
import {formatHoldTag, holdTagKey} from './tag.ts';

/** As many windows of suspension as a hold remembers, and as its ledger entry takes. */
export const mostWindows = 16;

/** 0.5, 1, 2, 4, 8, 15 s, then 15 s; the shell adds jitter. After three minutes every 30 s. */
export const retryWaitMs = (tries: number, elapsedMs: number): number => {
	if (elapsedMs >= 180_000) return 30_000;
	return [500, 1000, 2000, 4000, 8000][tries] ?? 15_000;
};

export const call = (state: HoldState, step: Step, order: Call): Turn => ({
	state: {...state, step, calls: state.calls + 1, inFlight: state.calls + 1},
	commands: [{...order, call: state.calls + 1}],
});

export const pause = (state: HoldState, step: Step, ms: number, jitter = false): Turn => ({
	state: {...state, step, timers: state.timers + 1, inFlight: null},
	commands: [{do: 'wake', timer: state.timers + 1, ms: Math.max(0, Math.round(ms)), jitter}],
});

export const stay = (state: HoldState): Turn => ({state, commands: []});

/** What is told comes before what is done next. */
export const telling = (turn: Turn, ...told: readonly Told[]): Turn => ({
	state: turn.state,
	commands: [...told.map((one): Command => ({do: 'tell', told: one})), ...turn.commands],
});

export const warn = (message: string): Told => ({tell: 'warning', message});

export const now = (state: HoldState): Moment => {
	if (state.moment === null) throw new Error('The core was asked before its first event');
	return state.moment;
};

/** Reasons read `User suspended at 2018-08-30T14:11:58Z`, in whole seconds. Null: not a user's suspension. */
export const reasonTime = (reason: string): AwsMs | null => {
	const match = /^User suspended at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/.exec(reason);
	const at = match ? Date.parse(`${match[1]}Z`) : Number.NaN;
	return Number.isNaN(at) ? null : at;
};

/** An open window counts for two minutes: longer than a client waits for a connection. */
const openWindowMs = 120_000;
/** Reasons have whole seconds, and AWS time is known to about two seconds of process time. */
const slackMs = (rate: number): number => 2000 * Math.max(1, rate);

/**
 * Is this suspension ours? By the reason read back after a Suspend of ours, or by falling into a time when one was
 * on its way. An emulator that writes no reason cannot be told apart and counts as ours where it was running before.
 */
export const isOurs = (own: Ownership, process: string, reason: string, rate: number): boolean => {
	if (reason === '') return true;
	if (own.fingerprint[process]?.includes(reason)) return true;
	const at = reasonTime(reason);
	return at !== null && own.windows.some(window => covers(window, process, at, rate));
};

const covers = (window: SuspendWindow, process: string, at: AwsMs, rate: number): boolean =>
	(window.processes as readonly string[]).includes(process) &&
	at >= window.from - slackMs(rate) &&
	at <= (window.to ?? window.from + openWindowMs * Math.max(1, rate)) + slackMs(rate);

/** A read is taken for old so long after a Suspend of ours, when it tells of a time before it. */
export const settleMs = 12_000;

/**
 * A foreign reason that is newer than our own suspend: somebody resumed and suspended again. One of before our latest
 * Suspend may stand in an old read of a group that has ours by now.
 */
export const isNewer = (state: HoldState, process: string, reason: string): boolean => {
	const at = reasonTime(reason);
	const ours = state.own.windows.filter(({processes}) => (processes as readonly string[]).includes(process));
	const [first, last] = [ours[0], ours.at(-1)];
	if (at === null || first === undefined || last === undefined) return true;
	const {awsMs, rate} = now(state);
	return at > first.from && (at >= last.from || awsMs - last.from >= settleMs * rate);
};

export const suspendedNames = (group: SeenGroup): readonly string[] =>
	group.suspended.map(({process}) => process);

export const reasonOf = (group: SeenGroup, process: string): string | undefined =>
	group.suspended.find(one => one.process === process)?.reason;

/** `wanted` without what others made theirs, as far as this read tells. */
export const stillOurs = (own: Ownership, group: SeenGroup | null, rate: number): readonly ScalingProcess[] =>
	without(own.wanted, Object.keys(own.changed)).filter(process => {
		const reason = group ? reasonOf(group, process) : undefined;
		return reason === undefined || isOurs(own, process, reason, rate);
	});

/** Suspensions in this read that are ours to undo. */
export const oursSuspended = (own: Ownership, group: SeenGroup, rate: number): readonly ScalingProcess[] => {
	const suspended = new Set(suspendedNames(group));
	return stillOurs(own, group, rate).filter(process => suspended.has(process));
};

export type OwnTag = 'ours' | 'missing' | 'other';

/** Any value we ever wrote counts as ours: a read may be seconds old. Other bytes are not ours (H4). */
export const ownTag = (state: HoldState, group: SeenGroup): OwnTag => {
	const tag = group.tags.find(({key}) => key === holdTagKey(state.facts.holdId));
	if (tag === undefined) return 'missing';
	return state.own.tagValues.includes(tag.value) ? 'ours' : 'other';
};

/** The tag's next value; its `fuse=` is for people, and never acted on (H4). */
export const tagValue = (state: HoldState, own: Ownership, phase: 'live' | 'releasing' = 'live'): string => {
	const fuse = own.fuses.findLast(({executionId, final}) => executionId !== null && final === null);
	return formatHoldTag({
		phase,
		until: fuse?.deadline ?? own.leaseUntil,
		owner: state.facts.owner,
		processes: inOrder(without(own.wanted, Object.keys(own.changed))),
		baseline: own.baseline,
		fuse: fuse?.executionId?.slice(0, 8) ?? null,
		why: state.facts.reason,
	});
};

export const rememberTag = (own: Ownership, value: string, tagNotedAt: AwsMs): Ownership => ({
	...own,
	tagValues: [...own.tagValues.filter(known => known !== value), value].slice(-8),
	tagNotedAt,
});

/** The answer to a tag that was sent: without one it may be written later, also after it was deleted. */
export const tagAnswered = (state: HoldState, result: CallResult<unknown>): HoldState => {
	if (!result.ok && !result.failure.settled) return {...state, tagUnansweredAt: now(state).awsMs};
	return state.tagUnansweredAt === null ? {...state, own: {...state.own, tagNotedAt: null}} : state;
};

/** AWS time ran ahead of process time by more than 30 s × rate: a laptop slept, or a clock was stepped. */
export const jumped = (before: Moment, after: Moment): boolean =>
	after.awsMs - before.awsMs - (after.processMs - before.processMs) * after.rate > 30_000 * after.rate;
