/** Repeated lines of the log as one row each: which are folded in a view, and how a screen steps over them. */
import {hostile, joinShown, ours} from '../../base/terminal-text.ts';
import type {FoldedLines, LogStore} from '../../stream/types.ts';
import type {LogView} from '../app-state.ts';
import {formatCount, lastFour, plural} from '../format.ts';
import {type Row, type Span, span, spread} from '../span.ts';

/** What takes one place on the screen: a record, or a fold of many. */
export type Item = {readonly position: number; readonly fold: FoldedLines | null};

/**
 * The fold that hides a position, or null. A run is folded once another line has ended it, so that the newest line always
 * stands there; after leaving the end nothing folds any more under the eye. A search is about every line: nothing is
 * folded while there is one.
 */
export const foldAt = (store: LogStore, view: LogView, position: number): FoldedLines | null => {
	if (view.search !== '') return null;
	const run = store.foldAt(position);
	const settledTo = view.follow && !view.paused ? store.end() : Math.min(view.seenEnd, store.end());
	return run === null || run.to + 1 >= settledTo || view.unfolded.has(run.index) ? null : run;
};

const itemAt = (store: LogStore, view: LogView, position: number): Item => {
	const fold = foldAt(store, view, position);
	return {position: fold?.from ?? position, fold};
};

/** At most `count` items, the first being the one at `from`; nothing from `end` on. */
export const itemsFrom = (
	store: LogStore,
	view: LogView,
	{from, end, count}: {readonly from: number; readonly end: number; readonly count: number},
): readonly Item[] => {
	const items: Item[] = [];
	for (let position = from; position < end && items.length < count; ) {
		const item = itemAt(store, view, position);
		items.push(item);
		position = after(item);
	}
	return items;
};

/** Position of the item that is `count` items above the one at `from`, or of the first there is. */
export const itemsBack = (store: LogStore, view: LogView, from: number, count: number): number => {
	let {position} = itemAt(store, view, from);
	for (let left = count; left > 0 && position > store.first(); left -= 1)
		position = itemAt(store, view, position - 1).position;
	return position;
};

/** Position of the item that is `count` items below the one at `from`, or of the last there is. */
export const itemsOn = (store: LogStore, view: LogView, from: number, count: number): number => {
	let item = itemAt(store, view, from);
	for (let left = count; left > 0 && after(item) < store.end(); left -= 1)
		item = itemAt(store, view, after(item));
	return item.position;
};

export const after = ({position, fold}: Item): number => (fold?.to ?? position) + 1;

const mostBoxes = 3;

/** `⋯ 41 lines like earlier ones folded (7e20, 41d7) · 6 errors      enter unfolds`. */
export const foldRow = (
	fold: FoldedLines,
	{
		store,
		columns,
		selected,
	}: {readonly store: LogStore; readonly columns: number; readonly selected: boolean},
): Row => {
	const {boxes, errors} = store.foldDetails(fold);
	const lines = formatCount(fold.to - fold.from + 1);
	const left: readonly Span[] = [
		selected ? span(ours`▸`, 'accent', true) : span(ours` `),
		span(ours`         ⋯ ${lines} lines like earlier ones folded${whose(boxes, store.boxes())}`, 'dim'),
		...(errors === 0 ? [] : [span(ours` · ${plural(errors, 'error')}`, 'bad')]),
	];
	return {...spread(left, [span(ours`enter unfolds `, 'dim')], columns), selected};
};

const whose = (boxes: readonly number[], ids: readonly string[]) => {
	if (ids.length < 2) return ours``;
	if (boxes.length > mostBoxes) return ours` (${boxes.length} boxes)`;
	return ours` (${joinShown(
		boxes.map(box => lastFour(hostile(ids[box] ?? ''))),
		ours`, `,
	)})`;
};
