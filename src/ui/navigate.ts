/** Going from screen to screen: what is in focus follows the place. */
import {ours} from '../base/terminal-text.ts';
import {freshLogs} from './app-state.ts';
import {applyLogView} from './keys/log-moves.ts';
import {go, goBack, goForward, type History, leave, type Place, type ScreenName} from './place.ts';
import {selectedGroup} from './screens/fleet.ts';
import {selectedBox} from './screens/group.ts';
import type {Ui} from './ui.ts';

export const goTo = (ui: Ui, place: Place): void => enter(ui, go(ui.state().history, place));

/** `1` to `6`: the screen of what is selected here. */
export const openScreen = (ui: Ui, screen: ScreenName) => {
	const model = ui.model();
	const {place} = model;
	if (screen === 'fleet') return goTo(ui, {screen, group: place.group, box: null});
	const group = place.screen === 'fleet' ? (selectedGroup(model)?.group.name ?? null) : place.group;
	if (group === null) return ui.toast(ours`choose a group first: 1 shows them`);
	const box = place.screen === 'group' ? (selectedBox(model)?.instanceId ?? null) : place.box;
	goTo(ui, {screen, group, box: screen === 'group' || place.screen === 'fleet' ? null : box});
};

export const goUp = (ui: Ui): void => enter(ui, leave(ui.state().history));
export const historyBack = (ui: Ui): void => enter(ui, goBack(ui.state().history));
export const historyForward = (ui: Ui): void => enter(ui, goForward(ui.state().history));

const enter = (ui: Ui, history: History) => {
	const {history: before, selected, logs} = ui.state();
	const {here} = history;
	const isOther = here.group !== null && here.group !== before.here.group;
	ui.set({
		history,
		openedPane: null,
		field: null,
		selected: isOther
			? {group: here.group, box: null, unit: null, activity: 0, why: null}
			: {
					...selected,
					...(here.group === null ? {} : {group: here.group}),
					...(here.box === null ? {} : {box: here.box}),
					...(here.box === before.here.box ? {} : {why: null}),
				},
		logs: isOther ? {...freshLogs, clock: logs.clock, wrap: logs.wrap, density: logs.density} : logs,
	});
	if (here.screen !== 'fleet') ui.services()?.focus(here.group);
	if (isOther) applyLogView(ui);
};
