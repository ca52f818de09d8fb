/** Which part of the core an answer belongs to. */
import {guarded, intended, looked, lookedRuns, probed} from './core-acquire.ts';
import {armed, documentChecked, fuseNoted} from './core-arm.ts';
import {
	absorb,
	fuseLooked,
	rechecked,
	recheckRuns,
	stopped,
	suspendAnswered,
	suspendLooked,
	suspendNoted,
	tagged,
	tagNoted,
} from './core-change.ts';
import {confirmed, confirmRuns} from './core-confirm.ts';
import type {Answer, Turn} from './core-events.ts';
import {fuseWatched, sweptOver, watched, watchedRuns} from './core-keep.ts';
import {finish} from './core-outcome.ts';
import {
	firedLooked,
	ownLooked,
	releaseNoted,
	releaseRead,
	releaseRuns,
	releaseTagged,
} from './core-release.ts';
import {pause, stay} from './core-rules.ts';
import {doneNoted} from './core-settle.ts';
import type {HoldState} from './core-state.ts';
import {type StopResult, stopAnswered, stopFound, stopLooked, stopSearched} from './core-stop.ts';
import {closed, resumed, stoppedAll, untagged, verified} from './core-verify.ts';

export const answered = (state: HoldState, answer: Answer): Turn => {
	const {step} = state;
	switch (step.at) {
		case 'look':
			return looked(state, step.first, answer);
		case 'look-runs':
			return lookedRuns(state, step.group, step.first, answer);
		case 'probe':
			return probed(state, answer);
		case 'intend':
			return intended(state, answer);
		case 'guard':
			return guarded(state, step.tries, answer);
		case 'note-changed':
			return pause(state, {at: 'idle'}, 1000);
		case 'watch':
			return watched(state, answer);
		case 'watch-fuse':
			return fuseWatched(state, answer);
		case 'watch-runs':
			return watchedRuns(state, step.group, answer);
		default:
			return changeAnswered(state, answer);
	}
};

const changeAnswered = (state: HoldState, answer: Answer): Turn => {
	const {step} = state;
	switch (step.at) {
		case 'note-fuse':
			return fuseNoted(state, step.plan, answer);
		case 'document':
			return documentChecked(state, step.plan, answer);
		case 'arm':
			return armed(state, step.plan, answer);
		case 'arm-look':
			return fuseLooked(state, step.plan, answer);
		case 'note-tag':
			return tagNoted(state, step.plan, answer);
		case 'tag':
			return tagged(state, step.plan, answer);
		case 'absorb':
			return absorb(state, step.plan, step.left);
		case 'recheck':
			return rechecked(state, step.plan, answer);
		case 'recheck-runs':
			return recheckRuns(state, step.plan, step.group, answer);
		case 'note-suspend':
			return suspendNoted(state, step.plan, answer);
		case 'suspend-look':
			return suspendLooked(state, step.plan, answer);
		case 'suspend':
			return suspendAnswered(state, step.plan, answer);
		case 'confirm':
			return confirmed(state, step.plan, answer);
		case 'confirm-runs':
			return confirmRuns(state, step.plan, step.group, answer);
		case 'note-done':
			return doneNoted(state, step.plan, answer);
		default:
			return stopOrRelease(state, answer);
	}
};

const stopOrRelease = (state: HoldState, answer: Answer): Turn => {
	const {step} = state;
	switch (step.at) {
		case 'stop-find':
			return afterStop(stopFound(state, step.stopping, answer));
		case 'stop-search':
			return afterStop(stopSearched(state, step.stopping, answer));
		case 'stop':
			return afterStop(stopAnswered(state, step.stopping, answer));
		case 'stop-look':
			return afterStop(stopLooked(state, step.stopping, answer));
		default:
			return releaseAnswered(state, answer);
	}
};

/** Where stopping was begun, it is gone on. */
const afterStop = (result: StopResult): Turn => {
	if (!result.over) return result.turn;
	switch (result.goal.for) {
		case 'plan':
			return stopped(result.state, result.goal.plan);
		case 'sweep':
			return sweptOver(result.state);
		case 'release':
			return stoppedAll(result.state, result.failure);
	}
};

const releaseAnswered = (state: HoldState, answer: Answer): Turn => {
	const {step} = state;
	switch (step.at) {
		case 'release-note':
			return releaseNoted(state);
		case 'release-fired':
			return firedLooked(state, step.token, answer);
		case 'release-tag':
			return releaseTagged(state, answer);
		case 'release-read':
			return releaseRead(state, step.tries, answer);
		case 'release-runs':
			return releaseRuns(state, step.group, answer);
		case 'release-own':
			return ownLooked(state, step.group, answer);
		case 'release-resume':
			return resumed(state, answer);
		case 'release-verify':
			return verified(state, answer);
		case 'release-untag':
			return untagged(state, answer);
		case 'release-close':
			return closed(state, answer);
		case 'release-leave':
			return finish(state, 'complete');
		default:
			return stay(state);
	}
};
