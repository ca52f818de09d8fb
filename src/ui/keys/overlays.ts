/** Keys while an overlay is open: it takes them all. */
import {ours} from '../../base/terminal-text.ts';
import {confirmAction} from '../actions-flow.ts';
import type {ActionsOverlay, FileOverlay, Overlay, RetryOverlay} from '../app-state.ts';
import {copy} from '../clipboard.ts';
import {closeFile, confirmFile, nextFile} from '../file-flow.ts';
import {actionsOf} from '../overlays/actions.ts';
import {changeEntries} from '../overlays/changes.ts';
import {confirmRetry} from '../retry-flow.ts';
import type {Ui} from '../ui.ts';
import {pressInCatch, pressInHold, pressInPatient, pressInQuestion, pressInRelease} from './hold-overlays.ts';
import {typedBy} from './key-name.ts';
import {applyLogView, setLogs, unitNames} from './log-moves.ts';
import {moved, moveKeys, moveOf} from './moves.ts';
import {pressInPlaces} from './place-overlay.ts';

export const pressInOverlay = (ui: Ui, overlay: Overlay, key: string) => {
	switch (overlay.kind) {
		case 'help':
			return pressInHelp(ui, overlay, key);
		case 'file':
			return pressInFile(ui, overlay, key);
		case 'retry':
			return pressInRetry(ui, overlay, key);
		case 'catch':
			return pressInCatch(ui, overlay, key);
		case 'hold':
			return pressInHold(ui, overlay, key);
		case 'release':
			return pressInRelease(ui, overlay, key);
		case 'patient':
			return pressInPatient(ui, overlay, key);
		case 'question':
			return pressInQuestion(ui, overlay, key);
		case 'places':
			return pressInPlaces(ui, overlay, key);
		case 'units':
			return pressInUnits(ui, overlay, key);
		case 'actions':
			return pressInActions(ui, overlay, key);
		case 'changes':
			return pressInChanges(ui, overlay, key);
		case 'details':
		case 'errors':
		case 'message':
			return pressInText(ui, overlay, key);
	}
};

const close = (ui: Ui) => ui.set({overlay: null});
const page = 10;

const scrolled = (ui: Ui, scroll: number, key: string): number => {
	const last = ui.geometry().overlayScroll;
	return moved(Math.min(scroll, last), last + 1, {direction: moveOf(key), page});
};

const pressInFile = (ui: Ui, overlay: FileOverlay, key: string) => {
	if (key === 'esc' || key === 'q') return closeFile(ui, overlay);
	if (key === 'enter') return confirmFile(ui, overlay);
	if (key === 'tab') return nextFile(ui, overlay);
	if (moveKeys.includes(key)) ui.set({overlay: {...overlay, scroll: scrolled(ui, overlay.scroll, key)}});
};

const pressInRetry = (ui: Ui, overlay: RetryOverlay, key: string) => {
	if (key === 'esc' || key === 'q') return close(ui);
	if (key === 'enter') confirmRetry(ui, overlay);
};

const pressInText = (
	ui: Ui,
	overlay: Extract<Overlay, {kind: 'details' | 'errors' | 'message'}>,
	key: string,
) => {
	if (key === 'esc' || key === 'q' || key === 'enter') return close(ui);
	if (overlay.kind === 'errors' && key === '!') return close(ui);
	if (overlay.kind === 'details' && key === 'd') return close(ui);
	if (moveKeys.includes(key)) ui.set({overlay: {...overlay, scroll: scrolled(ui, overlay.scroll, key)}});
};

/** Letters search; arrows and pages scroll. */
const pressInHelp = (ui: Ui, overlay: Extract<Overlay, {kind: 'help'}>, key: string) => {
	if (key === 'esc')
		return overlay.query === '' ? close(ui) : ui.set({overlay: {...overlay, query: '', scroll: 0}});
	if (key === 'backspace')
		return ui.set({overlay: {...overlay, query: overlay.query.slice(0, -1), scroll: 0}});
	const text = typedBy(key);
	if (text !== null) return ui.set({overlay: {...overlay, query: overlay.query + text, scroll: 0}});
	if (moveKeys.includes(key)) ui.set({overlay: {...overlay, scroll: scrolled(ui, overlay.scroll, key)}});
};

const pressInUnits = (ui: Ui, overlay: Extract<Overlay, {kind: 'units'}>, key: string) => {
	const names = unitNames(ui);
	const {selected, chosen} = overlay;
	const name = names[selected];
	if (key === 'esc' || key === 'q' || key === 'u') return close(ui);
	if (key === 'space' && name !== undefined) {
		const marked = new Set(chosen);
		if (!marked.delete(name)) marked.add(name);
		return ui.set({overlay: {...overlay, chosen: marked}});
	}
	if (key === 'enter') {
		close(ui);
		setLogs(ui, {units: chosen});
		return applyLogView(ui);
	}
	if (moveKeys.includes(key))
		ui.set({overlay: {...overlay, selected: moved(selected, names.length, {direction: moveOf(key), page})}});
};

const pressInChanges = (ui: Ui, overlay: Extract<Overlay, {kind: 'changes'}>, key: string) => {
	const entries = changeEntries(ui.model());
	const entry = entries[overlay.scroll];
	if (key === 'esc' || key === 'q' || key === '@') return close(ui);
	if (key === 'c') return copyLine(ui, entry?.line ?? null);
	if (key === 'u') return copyLine(ui, entry?.undo ?? null);
	if (moveKeys.includes(key))
		ui.set({
			overlay: {...overlay, scroll: moved(overlay.scroll, entries.length, {direction: moveOf(key), page})},
		});
};

const copyLine = (ui: Ui, line: string | null) =>
	line === null ? ui.toast(ours`no line that is safe to paste`) : copy(ui, [line]);

const pressInActions = (ui: Ui, overlay: ActionsOverlay, key: string) => {
	const actions = actionsOf(ui.model());
	const {selected, asked, typed} = overlay;
	const chosen = selected === null ? undefined : actions[selected];
	if (key === 'esc')
		return asked ? ui.set({overlay: {...overlay, asked: false, typed: '', said: null}}) : close(ui);
	if (key === 'enter') return chosen === undefined ? undefined : confirmAction(ui, overlay, chosen);
	if (asked && chosen !== undefined && chosen.word !== null) {
		const text = key === 'backspace' ? typed.slice(0, -1) : `${typed}${typedBy(key) ?? ''}`.slice(0, 10);
		return ui.set({overlay: {...overlay, typed: text, said: null}});
	}
	if (key === 'q') return close(ui);
	if (key === 'c' && chosen?.command != null) return copy(ui, [chosen.command]);
	if (moveKeys.includes(key)) {
		const to = selected === null ? 0 : moved(selected, actions.length, {direction: moveOf(key), page});
		ui.set({overlay: {...overlay, selected: to, asked: false, typed: '', said: null}});
	}
};
