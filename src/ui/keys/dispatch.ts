/** One key on its way: too small, a field, an overlay, or the table of the screen. */
import {ours} from '../../base/terminal-text.ts';
import {interrupt, quit, suspendOrExplain} from '../leaving.ts';
import {isTooSmall} from '../screen.ts';
import type {Ui} from '../ui.ts';
import {find, perform} from './action.ts';
import {pasteIntoField, pressInField} from './fields.ts';
import {pressInOverlay} from './overlays.ts';
import {actionsOn} from './screens.ts';

export const press = (ui: Ui, key: string) => {
	const state = ui.state();
	if (key === 'ctrl-c') return interrupt(ui);
	if (key === 'ctrl-z') return suspendOrExplain(ui);
	if (isTooSmall(state.size)) return key === 'q' ? quit(ui) : undefined;
	if (state.field !== null) return pressInField(ui, state.field, key);
	if (state.overlay !== null) return pressInOverlay(ui, state.overlay, key);
	const action = find(actionsOn(state.history.here.screen), key);
	if (action !== undefined) perform(ui, action, key);
};

/** A paste types into a field and does nothing anywhere else (threats.md T7). */
export const paste = (ui: Ui, text: string) => {
	const {field} = ui.state();
	if (field === null) ui.toast(ours`paste ignored: no field is open`);
	else pasteIntoField(ui, field, text);
};
