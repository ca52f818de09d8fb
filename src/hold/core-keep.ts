/** The keep loop: our fuse every 30 s, one Describe, the runs of others when they are near; then the table decides. */
import {openPlan, runsOf, since} from './core-change.ts';
import type {Answer, Turn} from './core-events.ts';
import {changeFuse, currentFuse, holdEnd, isFresh, leaseEnd, lookedAt, staleFuses} from './core-fuse.ts';
import {hasForeign, hasUndecided, knowRuns, noticeOthers, wasNear} from './core-others.ts';
import {startRelease} from './core-release.ts';
import {call, now, pause, telling, warn} from './core-rules.ts';
import type {HoldState, SeenFuse, SeenGroup} from './core-state.ts';
import {stopFuses} from './core-stop.ts';
import {rest, rows} from './core-table.ts';

const fuseEveryMs = 30_000;
const runsEveryMs = 30_000;
/** A fuse that was not seen asleep for so long, because nobody answers, is taken for lost. */
const blindMs = 75_000;
/** A lost fuse is replaced within this, or the hold is released. */
const replaceMs = 60_000;
/** How long ago the fuse in force may have been seen when an older one is stopped. */
const sweepFreshMs = 5000;

export const woken = (state: HoldState): Turn => overdue(state) ?? byNet(state) ?? lookFor(state);

/** End, lease and jump: a hold past one of them only releases. */
const overdue = (state: HoldState): Turn | null => {
	const {awsMs} = now(state);
	if (awsMs >= state.own.end) return startRelease(state, 'end', 'The time of the hold is over');
	if (awsMs >= holdEnd(state))
		return startRelease(state, 'end', 'An older fuse could not be stopped: its deadline was the end');
	const lease = leaseEnd(state);
	if (state.spent && awsMs < lease)
		return startRelease(state, 'jump', 'This machine slept, or its clock was moved');
	if (awsMs >= lease || state.spent) return startRelease(state, 'lease', 'The lease was not renewed');
	return null;
};

/** A fuse that is gone is replaced; after a minute without one the hold is over. */
const byNet = (state: HoldState): Turn | null => {
	const {netLostMs} = state.watch;
	if (netLostMs === null) return null;
	if (now(state).processMs - netLostMs >= replaceMs)
		return startRelease(state, 'net-lost', 'The fuse was lost and no new one could be armed');
	return openPlan(state, 'rearm', {fuse: true, tag: true, processes: []});
};

/** What is due is looked at, one after another; the group last. */
const lookFor = (state: HoldState): Turn => {
	const {processMs} = now(state);
	const {watch} = state;
	const fuse = currentFuse(state);
	const mustSweep = staleFuses(state).length > 0 && processMs - watch.sweptMs >= fuseEveryMs;
	// An older fuse is better than none: it goes only while the one in force was seen asleep a moment ago.
	if (mustSweep && isFresh(state, sweepFreshMs)) {
		const swept = {...state, watch: {...watch, sweptMs: processMs}};
		const result = stopFuses(swept, {for: 'sweep'});
		return result.over ? sweptOver(result.state) : result.turn;
	}
	const sinceAsked = processMs - watch.fuseAskedMs;
	const isDue = sinceAsked >= fuseEveryMs || (mustSweep && sinceAsked >= sweepFreshMs);
	if (state.facts.net === 'fuse' && isDue && fuse?.executionId != null)
		return call(
			{...state, watch: {...watch, fuseAskedMs: processMs}},
			{at: 'watch-fuse'},
			{do: 'see-fuse', executionId: fuse.executionId},
		);
	if (state.facts.net === 'fuse' && isDue) return lost(state);
	return call(state, {at: 'watch'}, {do: 'read'});
};

export const sweptOver = (state: HoldState): Turn =>
	state.own.fuses.some(({final}) => final === 'success') ? fired(state) : woken(state);

export const fuseWatched = (state: HoldState, answer: Answer): Turn => {
	const fuse = currentFuse(state);
	if (fuse === null) return lost(state);
	if (answer.of !== 'see-fuse' || !answer.result.ok) return unseen(state);
	const seen = answer.result.value;
	const looked = lookedAt(state, fuse, seen);
	if (looked.fuse?.asleep === true) return woken(looked);
	if (seen === null) return lost(looked);
	const marked = seen.final === null ? looked : changeFuse(looked, fuse.clientToken, {final: seen.final});
	return hasFired(seen) ? fired(marked) : lost(marked);
};

/** Past its sleep step, by itself: AWS has resumed, or is about to. */
const hasFired = ({final, genuine, onSleepStep, status}: SeenFuse): boolean =>
	final === 'success' || (final === null && genuine && !onSleepStep && status === 'InProgress');

const fired = (state: HoldState): Turn => {
	const turn = startRelease(
		{...state, spent: true},
		'fuse-fired',
		'The fuse fired: AWS resumed the processes',
	);
	return telling(turn, warn('The fuse fired: AWS resumes the processes of this hold'));
};

const unseen = (state: HoldState): Turn => {
	const {processMs} = now(state);
	if (state.fuse !== null && processMs - state.fuse.seenMs < blindMs) {
		const watch = {...state.watch, fuseAskedMs: processMs - fuseEveryMs + 5000};
		return call({...state, watch}, {at: 'watch'}, {do: 'read'});
	}
	return lost(state);
};

const lost = (state: HoldState): Turn => {
	const netLostMs = state.watch.netLostMs ?? now(state).processMs;
	return woken({...state, watch: {...state.watch, netLostMs}});
};

export const watched = (state: HoldState, answer: Answer): Turn => {
	const late = overdue(remembered(state, answer));
	if (late !== null) return late;
	if (answer.of !== 'read' || !answer.result.ok) return unread(state, answer);
	const group = answer.result.value;
	if (group === null || group.arn !== state.own.arn) return gone(state);
	const noticed = noticeOthers(state, group);
	const old = now(state).processMs - noticed.watch.runsAskedMs >= runsEveryMs;
	if ((wasNear(noticed, 1000) && old) || hasUndecided(noticed, group) || hasForeign(noticed, group))
		return call(noticed, {at: 'watch-runs', group}, {do: 'see-fuses', since: since(state)});
	return rows(noticed, group);
};

/** The last read before a release: what it told counts where the release cannot read any more. */
const remembered = (state: HoldState, answer: Answer): HoldState => {
	const group = answer.of === 'read' && answer.result.ok ? answer.result.value : null;
	const isOurs = group !== null && group.arn === state.own.arn;
	return isOurs ? {...state, watch: {...state.watch, lastGroup: group}} : state;
};

export const watchedRuns = (state: HoldState, group: SeenGroup, answer: Answer): Turn =>
	overdue(state) ?? rows(noticeOthers(knowRuns(state, runsOf(answer)), group), group);

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
