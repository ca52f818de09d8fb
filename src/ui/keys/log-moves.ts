/** Moving and jumping in the log, and what it is filtered by. */
import {ours} from '../../base/terminal-text.ts';
import type {LogPattern, LogStore} from '../../stream/types.ts';
import type {LogView} from '../app-state.ts';
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
	const height = ui.geometry().logs?.height ?? 10;
	const at = currentPosition(store, view);
	const steps = {
		down: 1,
		up: -1,
		'half-down': Math.floor(height / 2),
		'half-up': -Math.floor(height / 2),
		'page-down': height - 1,
		'page-up': 1 - height,
		top: Number.NEGATIVE_INFINITY,
	}[direction];
	if (view.follow && steps > 0) return;
	standOn(ui, store, Math.max(store.first(), Math.min(store.end() - 1, at + steps)));
};

/** Leaves following; what comes from now on is counted as new. */
export const standOn = (ui: Ui, store: LogStore, position: number) => {
	const view = ui.state().logs;
	const [record] = store.rows(position, 1);
	if (record === undefined) return;
	const geometry = ui.geometry().logs;
	const height = geometry?.height ?? 10;
	const shownTop = geometry?.top ?? view.top;
	const isVisible = position >= shownTop && position < shownTop + Math.max(1, geometry?.records ?? height);
	const isBelow = position >= shownTop;
	const far = Math.abs(position - shownTop) > 2 * height;
	const top = isVisible
		? shownTop
		: far
			? position - Math.floor(height / 3)
			: isBelow
				? position - height + 1
				: position;
	setLogs(ui, {
		follow: false,
		current: record.index,
		top: Math.max(store.first(), top),
		seenEnd: view.follow ? store.end() : view.seenEnd,
	});
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
	if (found !== null) return standOn(ui, store, found);
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
