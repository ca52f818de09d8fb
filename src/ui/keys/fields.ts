/** Lines that are typed: filter and search are in force with each key, a command with enter. */
import type {Field} from '../app-state.ts';
import {runCommand} from '../commands.ts';
import {selectedGroup} from '../screens/fleet.ts';
import type {Ui} from '../ui.ts';
import {typedBy} from './key-name.ts';
import {applyLogView, jumpTo, setLogs} from './log-moves.ts';

const longest = 200;

export const pressInField = (ui: Ui, field: Field, key: string) => {
	if (key === 'esc') return leaveField(ui, field);
	if (key === 'enter') return accept(ui, field);
	if (key === 'backspace') {
		if (field.text === '' && field.kind === 'command') return ui.set({field: null});
		return write(ui, field, [...field.text].slice(0, -1).join(''));
	}
	if (key === 'ctrl-u') return write(ui, field, '');
	const text = typedBy(key);
	if (text !== null) write(ui, field, field.text + text);
};

/** A paste is text; its line ends are dropped. */
export const pasteIntoField = (ui: Ui, field: Field, text: string) =>
	write(ui, field, field.text + text.replaceAll(/[\r\n]/g, ''));

const write = (ui: Ui, {kind}: Field, text: string) => {
	const kept = [...text].slice(0, longest).join('');
	ui.set({field: {kind, text: kept}, ...(kind === 'filter' ? {filter: kept} : {})});
};

const leaveField = (ui: Ui, {kind}: Field) => {
	if (kind === 'filter') {
		const {selected} = ui.state();
		const group = selectedGroup(ui.model())?.group.name ?? selected.group;
		return ui.set({field: null, filter: '', selected: {...selected, group}});
	}
	ui.set({field: null});
};

const accept = (ui: Ui, {kind, text}: Field) => {
	ui.set({field: null});
	if (kind === 'command') return runCommand(ui, text);
	if (kind === 'filter') {
		const {selected} = ui.state();
		const group = selectedGroup(ui.model())?.group.name ?? selected.group;
		return ui.set({selected: {...selected, group}});
	}
	setLogs(ui, {search: text, ...(text === '' ? {onlyMatching: false} : {})});
	applyLogView(ui);
	if (text !== '' && !text.startsWith('!')) jumpTo(ui, 'match', ui.state().logs.follow ? -1 : 1);
};
