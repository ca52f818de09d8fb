/** What a timer that ran out continues. */
import {arm, checkDocument, look} from './core-arm.ts';
import {putTag, suspend} from './core-change.ts';
import type {Turn} from './core-events.ts';
import {woken} from './core-keep.ts';
import {readFirst, startRelease} from './core-release.ts';
import {call, stay} from './core-rules.ts';
import type {HoldState} from './core-state.ts';
import {lookAgain} from './core-stop.ts';
import {releaseWaited} from './core-verify.ts';

export const wokenAt = (state: HoldState): Turn => {
	const {step} = state;
	switch (step.at) {
		case 'look-wait':
			return call(state, {at: 'look', first: step.first}, {do: 'read'});
		case 'guard-again':
			return call(state, {at: 'guard', tries: step.tries}, {do: 'start-guardian'});
		case 'document-wait':
			return checkDocument(state, step.plan);
		case 'arm-wait':
			return arm(state, step.plan);
		case 'arm-look-wait':
			return look(state, step.plan);
		case 'tag-wait':
			return putTag(state, step.plan);
		case 'recheck-wait':
			return call(state, {at: 'recheck', plan: step.plan}, {do: 'read'});
		case 'suspend-wait':
			return suspend(state, step.plan);
		case 'confirm-wait':
			return call(state, {at: 'confirm', plan: step.plan}, {do: 'read'});
		case 'stop-wait':
			return lookAgain(state, step.stopping);
		case 'idle':
			return woken(state);
		case 'linger':
			return startRelease(state, 'left-over', step.message);
		case 'release-read-wait':
			return readFirst(state, step.tries);
		case 'release-wait':
			return releaseWaited(state, step.next);
		default:
			return stay(state);
	}
};
