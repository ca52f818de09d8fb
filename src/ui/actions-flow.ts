/** The menu `a`: what is asked once more, and what is then done. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {DeedResult} from '../hold/care-types.ts';
import type {ActionsOverlay} from './app-state.ts';
import {openHoldPreview} from './hold-flow.ts';
import {type MenuAction, type MenuDeed} from './overlays/actions.ts';
import {openPatient} from './patient-flow.ts';
import {problemOf} from './problem.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

/** Enter on an action: the first asks, the second does it, with its word where one is asked for. */
export const confirmAction = (ui: Ui, overlay: ActionsOverlay, {does, word}: MenuAction) => {
	if (does.kind === 'bring-back') return openPatient(ui, does.patient, 'stay');
	if (!overlay.asked)
		return ui.set({overlay: {...overlay, asked: true, typed: '', said: null, paintedAt: null}});
	if (!wasRead(ui, overlay.paintedAt)) return;
	if (word !== null && overlay.typed !== word)
		return ui.set({
			overlay: {...overlay, typed: '', said: ours`type ${shown(hostile(word))}, the whole word`},
		});
	if (ui.settings.readOnly && does.kind !== 'intend')
		return ui.set({overlay: {...overlay, asked: false, said: ours`--read-only: nothing in AWS is changed`}});
	if (does.kind === 'adopt') return openHoldPreview(ui, does.group, {adopt: does.processes});
	ui.set({overlay: {...overlay, asked: false, typed: '', said: ours`asking AWS …`}});
	void perform(ui, does);
};

const perform = async (ui: Ui, does: MenuDeed) => {
	const [settled] = await Promise.allSettled([ask(ui, does)]);
	ui.services()?.group()?.nudge();
	void ui.services()?.fleet.refresh();
	if (settled.status === 'rejected') return tell(ui, problemOf(settled.reason).message);
	const {says, next} = settled.value;
	tell(ui, next[0] === undefined ? shown(says) : ours`${shown(says)}; ${shown(next[0])}`);
};

const ask = async (ui: Ui, does: MenuDeed): Promise<DeedResult> => {
	const services = ui.services();
	const care = services?.holds()?.care;
	if (services == null || care === undefined)
		return {done: false, says: 'the hold is still being loaded: try again', next: []};
	switch (does.kind) {
		case 'box':
			return care.act(does);
		case 'resume':
			return care.resumeStrays(does);
		case 'bring-back':
			return care.bringBack(does.patient);
		case 'intend':
			await services.intended.add(does.arn, does.strays);
			return {done: true, says: 'marked as intended: it is no stray for you here any more', next: []};
		case 'adopt':
			return {done: true, says: 'the preview of a hold comes first', next: []};
	}
};

const tell = (ui: Ui, said: Shown) => {
	const {overlay} = ui.state();
	if (overlay?.kind === 'actions') ui.set({overlay: {...overlay, said}});
	else ui.toast(said);
};
