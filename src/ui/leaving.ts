/** Every way out of the screen: q, ctrl-c once, twice and thrice, signals, ctrl-z. */

import type {ExitCode} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldOutcome, HoldSession} from '../hold/types.ts';
import {formatHeld, formatTime} from './format.ts';
import {isOn} from './model.ts';
import {openRelease} from './release-flow.ts';
import {liveSessions} from './sessions.ts';
import type {Ui} from './ui.ts';

/** `q` at the fleet: releases first, with the preview. */
export const quit = (ui: Ui) => {
	const [session] = liveSessions(ui);
	if (session === undefined) ui.leave(0);
	else openRelease(ui, session, 'leave');
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

/** `ctrl-z`: while a hold lives the process goes on, since nobody would renew the lease. */
export const suspendOrExplain = (ui: Ui) => {
	const [session] = liveSessions(ui).filter(one => isOn(one.view()));
	if (session === undefined) return ui.suspend();
	ui.toast(ours`held: unflap is not stopped, the lease runs on until ${formatTime(session.view().until)}`);
};

/** What is left to say of every hold of this run, on the primary screen. */
export const outcomeLines = (sessions: readonly HoldSession[]): readonly Shown[] =>
	sessions.flatMap(session => {
		const {group, outcome} = session.view();
		return outcome === null ? [] : linesOf(shown(hostile(group)), outcome);
	});

const linesOf = (group: Shown, outcome: HoldOutcome): readonly Shown[] => {
	switch (outcome.kind) {
		case 'released':
			return [
				ours`${group}: ${outcome.verified ? ours`resumed and verified` : ours`resumed, not verified`} ${formatTime(outcome.at)} UTC, ${outcome.tagLeft ? ours`tag left: it runs out by itself` : ours`tag removed`}, held ${formatHeld(outcome.seconds)}`,
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
				ours`  ${shown(hostile(outcome.command))}`,
			];
	}
};

/** 4 beats every other code: something of ours may still be suspended. */
export const exitCodeAfter = (sessions: readonly HoldSession[], code: ExitCode): ExitCode =>
	sessions.some(session => {
		const {outcome} = session.view();
		return outcome === null || outcome.kind === 'incomplete';
	})
		? 4
		: code;
