/** Moving and jumping in the log, and what it is filtered by. */
import {ours} from '../../base/terminal-text.ts';
import {openJson} from '../../stream/json-message.ts';
import type {FoldedLines, LogPattern, LogStore} from '../../stream/types.ts';
import type {LogView} from '../app-state.ts';
import {foldAt, itemsBack, itemsOn} from '../screens/log-folds.ts';
import type {Ui} from '../ui.ts';
import type {Move} from './moves.ts';

export const setLogs = (ui: Ui, part: Partial<LogView>) => ui.set({logs: {...ui.state().logs, ...part}});

export const storeOf = (ui: Ui): LogStore | null => ui.model().store;

/** Position under the mark; following, the newest. */
const currentPosition = (store: LogStore, {follow, current}: LogView): number =>
	follow || current === null ? store.end() - 1 : store.positionOf(current);

export const follow = (ui: Ui): void => setLogs(ui, {follow: true, paused: false, current: null});

export const moveInLog = (ui: Ui, direction: Move) => {
	const store = storeOf(ui);
	if (store === null || store.end() <= store.first()) return;
	const view = ui.state().logs;
	if (direction === 'bottom') return follow(ui);
	const at = currentPosition(store, view);
	const height = ui.geometry().logs?.height ?? 10;
	const steps = {
		down: 1,
		up: -1,
		'half-down': Math.floor(height / 2),
		'half-up': -Math.floor(height / 2),
		'page-down': height - 1,
		'page-up': 1 - height,
		top: 0,
	}[direction];
	if (view.follow && steps > 0) return;
	const settled = settledView(store, view);
	if (direction === 'top') return standOn(ui, store, itemsBack(store, settled, store.first(), 0));
	standOn(ui, store, steps > 0 ? itemsOn(store, settled, at, steps) : itemsBack(store, settled, at, -steps));
};

/** The view as it is once it has left the end: what is folded then. */
const settledView = (store: LogStore, view: LogView): LogView =>
	view.follow ? {...view, follow: false, seenEnd: store.end()} : view;

/** Leaves following; what comes from now on is counted as new. */
export const standOn = (ui: Ui, store: LogStore, position: number) => {
	const view = settledView(store, ui.state().logs);
	const [record] = store.rows(position, 1);
	if (record === undefined) return;
	const geometry = ui.geometry().logs;
	const height = geometry?.height ?? 10;
	const shownTop = geometry?.top ?? view.top;
	const isVisible =
		position >= shownTop && position < Math.max(shownTop + 1, geometry?.end ?? shownTop + height);
	const isBelow = position >= shownTop;
	const far = Math.abs(position - shownTop) > 2 * height;
	const top = isVisible
		? shownTop
		: far
			? itemsBack(store, view, position, Math.floor(height / 3))
			: isBelow
				? itemsBack(store, view, position, height - 1)
				: position;
	setLogs(ui, {
		follow: false,
		current: record.index,
		top: Math.max(store.first(), top),
		seenEnd: view.seenEnd,
	});
};

/** A line that is looked for comes out of its fold. */
const unfold = (ui: Ui, store: LogStore, position: number) => {
	const view = ui.state().logs;
	const fold = foldAt(store, settledView(store, view), position);
	if (fold !== null) setLogs(ui, {unfolded: new Set(view.unfolded).add(fold.index)});
};

/** The folded lines under the mark, or the run of which an unfolded one stands there; null for any other line. */
export const runHere = (ui: Ui): {readonly run: FoldedLines; readonly isFolded: boolean} | null => {
	const store = storeOf(ui);
	const view = ui.state().logs;
	if (store === null || view.follow || view.current === null) return null;
	const position = store.positionOf(view.current);
	const fold = foldAt(store, view, position);
	if (fold !== null) return {run: fold, isFolded: true};
	const run = store.foldAt(position);
	return run !== null && view.unfolded.has(run.index) ? {run, isFolded: false} : null;
};

/** Opens the fold under the mark, or closes the one its line came out of. */
export const toggleFold = (ui: Ui) => {
	const here = runHere(ui);
	if (here === null) return;
	const unfolded = new Set(ui.state().logs.unfolded);
	if (here.isFolded) unfolded.add(here.run.index);
	else unfolded.delete(here.run.index);
	setLogs(ui, {unfolded, current: here.run.index});
};

/** Index of the line under the mark where its message is JSON that can be opened, or was. */
export const jsonHere = (ui: Ui): number | null => {
	const store = storeOf(ui);
	const view = ui.state().logs;
	if (store === null || view.follow || view.current === null || runHere(ui)?.isFolded === true) return null;
	const [record] = store.rows(store.positionOf(view.current), 1);
	return record?.kind === 'line' && openJson(record.entry.message) !== null ? record.index : null;
};

/** Opens the JSON message under the mark, or closes it. */
export const toggleJson = (ui: Ui) => {
	const index = jsonHere(ui);
	if (index === null) return;
	const opened = new Set(ui.state().logs.opened);
	if (!opened.delete(index)) opened.add(index);
	setLogs(ui, {opened, current: index});
};

export const jumpTo = (ui: Ui, what: 'match' | 'error', direction: 1 | -1) => {
	const store = storeOf(ui);
	if (store === null) return;
	const view = ui.state().logs;
	// While following, forward begins at the top of the screen: there is nothing beyond the newest line.
	const from = view.follow
		? direction === 1
			? (ui.geometry().logs?.top ?? store.first()) - 1
			: store.end()
		: currentPosition(store, view);
	const found = store.jump(what, from, direction);
	if (found !== null) {
		unfold(ui, store, found);
		return standOn(ui, store, found);
	}
	ui.toast(what === 'error' ? ours`no more errors` : ours`no more matches`);
};

const special = /[\\^$.*+?()[\]{}|]/;

/** '!text' inverts; text with a special character is a regular expression. */
export const patternOf = (
	search: string,
): {readonly pattern: LogPattern | null; readonly inverts: boolean} => {
	const inverts = search.startsWith('!') && search.length > 1;
	const source = inverts ? search.slice(1) : search;
	if (source === '') return {pattern: null, inverts};
	return {pattern: {kind: special.test(source) ? 'regexp' : 'text', source}, inverts};
};

/** Puts the view's choice into the store; the record under the mark stays the same one. */
export const applyLogView = (ui: Ui) => {
	const store = storeOf(ui);
	if (store === null) return;
	const {search, onlyMatching, units, boxes} = ui.state().logs;
	const {pattern, inverts} = patternOf(search);
	const numbers = [...boxes].map(id => store.box(id));
	store.setSearch(inverts ? null : pattern);
	store.setFilter({
		units: units.size === 0 ? null : [...units],
		boxes: numbers.length === 0 ? null : numbers,
		include: onlyMatching && !inverts ? pattern : null,
		exclude: inverts ? pattern : null,
	});
	const view = ui.state().logs;
	setLogs(ui, {
		seenEnd: store.end(),
		...(view.current === null ? {} : {top: Math.max(store.first(), store.positionOf(view.current) - 3)}),
	});
};

export const unitNames = (ui: Ui): readonly string[] =>
	(storeOf(ui)?.units() ?? []).map(({unit}) => unit).filter(unit => unit !== '');
