/** Every way out of the screen: q, ctrl-c once, twice and thrice, signals, ctrl-z. */

import type {ExitCode} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldOutcome, HoldSession, Holds, HoldView} from '../hold/types.ts';
import {formatHeld, formatTime} from './format.ts';
import {fuseIsLeft, fuseWord} from './fuse-words.ts';
import {isOn} from './model.ts';
import {leaveAfterRelease, openRelease} from './release-flow.ts';
import {liveSessions} from './sessions.ts';
import type {Ui} from './ui.ts';

/** `q` at the fleet: releases first, with the preview; boxes that were taken out are brought back, or named. */
export const quit = (ui: Ui) => {
	leaveAfterRelease(ui);
};

/** Without a hold it ends; with one: the preview, then a release without questions, then the guardian. */
export const interrupt = (ui: Ui) => {
	const sessions = liveSessions(ui);
	const [first] = sessions;
	if (first === undefined) return ui.leave(130);
	switch (ui.state().leaving) {
		case 'no':
			ui.set({leaving: 'asked', field: null});
			return openRelease(ui, first, 'leave');
		case 'asked':
			ui.set({leaving: 'releasing'});
			markBusy(ui);
			return void releaseAndLeave(ui, 130);
		case 'releasing':
			return handOverAndLeave(ui, 4);
	}
};

const markBusy = (ui: Ui) => {
	const {overlay} = ui.state();
	if (overlay?.kind === 'release') ui.set({overlay: {...overlay, busy: true}});
	ui.toast(ours`releasing; ctrl-c again leaves at once, and the guardian finishes`);
};

export const releaseAndLeave = async (ui: Ui, code: ExitCode): Promise<void> => {
	await ui.services()?.holds()?.releaseAll();
	ui.leave(code);
};

export const handOverAndLeave = (ui: Ui, code: ExitCode) => {
	ui.services()?.holds()?.handOverAll();
	ui.leave(code);
};

/** The terminal is lost: guardians keep the holds for a while, so that a dropped connection kills nobody. */
export const lingerAndLeave = async (ui: Ui, code: ExitCode): Promise<void> => {
	await Promise.allSettled([ui.services()?.holds()?.lingerAll()]);
	ui.leave(code);
};

/** `ctrl-z`: while a hold lives the process goes on, since nobody would renew the lease. */
export const suspendOrExplain = (ui: Ui) => {
	const [session] = liveSessions(ui).filter(one => isOn(one.view()));
	if (session === undefined) return ui.suspend();
	const {until} = session.view();
	ui.toast(
		ours`not stopped: nobody would renew, and the lease runs on until ${formatTime(until)}; q releases`,
	);
};

/** What is left to say of every hold of this run, on the primary screen. */
export const outcomeLines = (sessions: readonly HoldSession[]): readonly Shown[] =>
	sessions.flatMap(session => {
		const {group, outcome} = session.view();
		return outcome === null ? [] : linesOf(shown(hostile(group)), session.view(), outcome);
	});

const linesOf = (group: Shown, view: HoldView, outcome: HoldOutcome): readonly Shown[] => {
	switch (outcome.kind) {
		case 'released':
			return [
				ours`${group}: ${outcome.verified ? ours`resumed and verified` : ours`resumed, not verified`} ${formatTime(outcome.at)} UTC, ${fuseWord(view, fuseIsLeft(outcome))}${outcome.tagLeft ? ours`tag left: it runs out by itself` : ours`tag removed`}, held ${formatHeld(outcome.seconds)}`,
				...outcome.left.map(
					({process, why}) => ours`  left suspended: ${shown(hostile(process))}, ${shown(hostile(why))}`,
				),
				...(outcome.failure === null ? [] : [ours`  it ended because ${shown(outcome.failure)}`]),
			];
		case 'refused':
			return outcome.clean
				? []
				: [ours`${group}: refused, and a tag of ours may be left: it runs out by itself`];
		case 'incomplete':
			return [
				ours`${group}: the release is not finished${outcome.guardian ? ours`: the guardian goes on with it` : ours``}. By hand:`,
				...(outcome.fuse == null
					? []
					: [
							ours`  its fuse stays armed: AWS resumes by itself at ${formatTime(outcome.fuse.deadline)} UTC`,
						]),
				ours`  ${shown(hostile(outcome.command))}`,
			];
	}
};

/** Boxes that stay taken out, with the line that brings them back. */
export const patientLines = (holds: Holds | null): readonly Shown[] =>
	(holds?.care.patients() ?? []).flatMap(({group, instanceId, way, undo}) => [
		ours`${shown(hostile(group))}: ${shown(hostile(instanceId))} stays ${way === 'standby' ? ours`in Standby` : ours`detached, and is billed until you terminate it`}`,
		...(undo === null ? [] : [ours`  ${shown(hostile(undo))}`]),
	]);

/** Heartbeats end with the process. */
export const pinLines = (holds: Holds | null): readonly Shown[] =>
	(holds?.care.pins() ?? [])
		.filter(({state}) => state === 'beating' || state === 'failing')
		.map(
			({group, instanceId}) =>
				ours`${shown(hostile(group))}: ${shown(hostile(instanceId))} is pinned no more: its launch hook runs out by itself`,
		);

/** 4 beats every other code: something of ours may still be suspended. */
export const exitCodeAfter = (sessions: readonly HoldSession[], code: ExitCode): ExitCode =>
	sessions.some(session => {
		const {outcome} = session.view();
		return outcome === null || outcome.kind === 'incomplete';
	})
		? 4
		: code;
