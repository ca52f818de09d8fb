/** Screen 4: the journals of a group's boxes, merged; one row a line, only what is visible is laid out. */
import {cut, hostile, joinShown, ours, shown, shownLines} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {LogStore, StoredLine} from '../../stream/types.ts';
import type {LogView} from '../app-state.ts';
import {formatCount, lastFour, sparkline} from '../format.ts';
import {emptyNote, type Pane} from '../frame.ts';
import type {Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {withoutSuffix} from '../unit-name.ts';
import {after, foldRow, type Item, itemsBack, itemsFrom, itemsOn} from './log-folds.ts';
import {drawRecord} from './log-line.ts';

export type LogGeometry = {
	/** Position of the first record on screen. */
	readonly top: number;
	/** One past the position of the last. */
	readonly end: number;
	/** Rows they have. */
	readonly height: number;
};

export const logPanes = (model: Model): readonly Pane[] => [
	linesPane(model),
	...(model.state.logs.density === false ? [] : [densityPane(model)]),
];

export const logStatus = ({boxes}: Model): readonly Span[] => {
	const gone = boxes.filter(({state}) => state.state === 'gone');
	const last = gone.at(-1);
	if (last === undefined) {
		const folder = boxes.find(one => one.folder !== null)?.folder ?? null;
		const where =
			folder === null
				? ours`in memory, as long as unflap runs`
				: cut(shown(hostile(folder)), folderCells, 'middle');
		return [span(ours`kept ${where}: outlives the box`, 'dim')];
	}
	return [span(ours`${lastFour(hostile(last.instanceId))} is gone, its lines stay: p shows its life`, 'dim')];
};

const folderCells = 56;

const linesPane = (model: Model): Pane => {
	const {state} = model;
	const {logs} = state;
	return {
		id: 'lines',
		title: [span(titleOf(model), 'text', true)],
		note: [
			span(
				logs.paused ? ours`paused` : logs.follow ? ours`FOLLOW` : ours`scrolled`,
				logs.follow && !logs.paused ? 'good' : 'warn',
			),
			span(ours` · ${shown(hostile(logs.clock))}`, 'dim'),
			...(logs.onlyMatching ? [span(ours` · matches only`, 'warn')] : []),
			...searchNote(model),
		],
		ideal: 1000,
		rows: height => logRows(model, height),
	};
};

const searchNote = ({state, store}: Model): readonly Span[] => {
	const {field, logs} = state;
	const text = field?.kind === 'search' ? field.text : logs.search;
	if (text === '' && field?.kind !== 'search') return [];
	const problem = store?.patternProblem() ?? null;
	return [
		...(problem === null ? [] : [span(ours` · ${shown(hostile(problem))}`, 'bad')]),
		span(ours` · /${shown(hostile(text))}`, 'accent'),
	];
};

const mostTitleUnits = 6;

const titleOf = ({state, store}: Model): Shown => {
	const {units, boxes} = state.logs;
	const names = [...units].slice(0, mostTitleUnits).map(unit => withoutSuffix(unit));
	const more = units.size > mostTitleUnits ? [ours`and ${units.size - mostTitleUnits} more`] : [];
	const lives = [...boxes].map(id => lastFour(hostile(id)));
	const what = units.size > 0 ? joinShown([...names, ...more]) : ours`all units`;
	const seen =
		store === null || units.size > 0
			? ours``
			: ours` (${store.units().filter(({unit}) => unit !== '').length})`;
	return lives.length === 0 ? ours`${what}${seen}` : ours`${what}${seen} · ${joinShown(lives)}`;
};

type Drawn = {readonly item: Item; readonly rows: readonly Row[]};

const logRows = (model: Model, height: number): readonly Row[] => {
	const {store, state} = model;
	if (store === null || store.counts().lines === 0 || store.end() <= store.first()) return emptyRows(model);
	const {drawn} = drawWindow(model, store, height - 1);
	const rows = drawn.flatMap(one => one.rows);
	const visible = state.logs.follow ? rows.slice(-(height - 1)) : rows.slice(0, height - 1);
	const fill = Array.from({length: Math.max(0, height - 1 - visible.length)}, () => blank);
	return [...visible, ...fill, lastRow(store, state.logs)];
};

export const logGeometry = (model: Model, height: number): LogGeometry => {
	const {store} = model;
	if (store === null) return {top: 0, end: 0, height: height - 1};
	const {top, drawn} = drawWindow(model, store, height - 1);
	const last = drawn.at(-1);
	return {top, end: last === undefined ? top : after(last.item), height: height - 1};
};

type Window = {readonly top: number; readonly drawn: readonly Drawn[]};

const windows = new WeakMap<Model, Window>();

/** Drawn once a frame: for the rows, and for what keys must know of them. */
const drawWindow = (model: Model, store: LogStore, height: number): Window => {
	const known = windows.get(model);
	if (known !== undefined) return known;
	const made = makeWindow(model, store, height);
	windows.set(model, made);
	return made;
};

/** Records from `top` on that fill the rows; the one under the mark is among them. */
const makeWindow = (model: Model, store: LogStore, height: number): Window => {
	const view = model.state.logs;
	const end = endOf(store, view);
	if (view.follow) {
		const top = itemsBack(store, view, Math.max(store.first(), end - 1), height - 1);
		return {top, drawn: draw(model, store, itemsFrom(store, view, {from: top, end, count: height}))};
	}
	const current = itemsBack(store, view, view.current === null ? end - 1 : store.positionOf(view.current), 0);
	const wanted = Math.max(store.first(), Math.min(view.top, current, Math.max(store.first(), end - 1)));
	let top = Math.max(itemsBack(store, view, wanted, 0), itemsBack(store, view, current, height - 1));
	for (;;) {
		const drawn = draw(model, store, itemsFrom(store, view, {from: top, end, count: height}));
		const fitting = whatFits(drawn, height);
		const isSeen = fitting.some(({item}) => item.position === current);
		const isPlain = !view.wrap && view.opened.size === 0;
		if (isPlain || isSeen || top >= current) return {top, drawn: fitting};
		top = itemsOn(store, view, top, 1);
	}
};

const whatFits = (drawn: readonly Drawn[], height: number): readonly Drawn[] => {
	let left = height;
	return drawn.filter(({rows}, index) => {
		left -= rows.length;
		return left >= 0 || index === 0;
	});
};

/** While paused nothing comes after what was there. */
const endOf = (store: LogStore, view: LogView) =>
	view.paused ? Math.min(view.seenEnd, store.end()) : store.end();

const draw = ({state}: Model, store: LogStore, items: readonly Item[]): readonly Drawn[] => {
	const {logs, size} = state;
	const columns = size.columns - 2;
	const from = items[0]?.position ?? 0;
	const [above] = logs.clock === 'delta' && from > store.first() ? store.rows(from - 1, 1) : [];
	let before: StoredLine | null = above?.kind === 'line' ? above.entry : null;
	return items.flatMap(item => {
		const {position, fold} = item;
		const [record] = store.rows(fold?.to ?? position, 1);
		if (record === undefined) return [];
		const index = fold?.index ?? record.index;
		const selected = !logs.follow && index === logs.current;
		const rows =
			fold === null
				? drawRecord(record, {store, view: logs, columns, before, selected})
				: [foldRow(fold, {store, columns, selected})];
		if (record.kind === 'line') before = record.entry;
		return [{item, rows}];
	});
};

const lastRow = (store: LogStore, view: LogView): Row => {
	if (view.follow && !view.paused) return row(span(ours` ▾ following`, 'good'));
	const fresh = Math.max(0, store.end() - view.seenEnd);
	return row(
		span(ours` ▾ ${formatCount(fresh)} new`, fresh > 0 ? 'accent' : 'dim'),
		span(view.paused ? ours`   paused: = goes on` : ours`   f follows`, 'dim'),
	);
};

const emptyRows = ({boxes, state}: Model): readonly Row[] => {
	if (state.logs.units.size > 0 || state.logs.onlyMatching)
		return [blank, emptyNote(ours`No line of this choice yet. u chooses units, esc clears the search.`)];
	const one = boxes.at(-1);
	if (one === undefined)
		return [blank, emptyNote(ours`No box yet. A stream opens as soon as the group launches one.`)];
	const {state: stream, whyNotHigher} = one;
	const why = 'why' in stream && stream.why !== '' ? shown(stream.why) : ours`reading the boot so far`;
	const console = shownLines(hostile(one.console)).slice(-20);
	return [
		blank,
		emptyNote(ours`${lastFour(hostile(one.instanceId))}: ${why}`),
		...(whyNotHigher === null || shown(whyNotHigher) === why ? [] : [emptyNote(shown(whyNotHigher))]),
		...(console.length === 0 ? [] : [blank, emptyNote(ours`the end of its serial console:`)]),
		...console.map(text => row(span(ours`  │ `, 'dim'), span(text, 'dim'))),
	];
};

const densityPane = ({store, state}: Model): Pane => {
	const counts = store?.counts() ?? {errors: 0, warnings: 0, lines: 0, evicted: 0};
	const cells = Math.max(10, state.size.columns - 8);
	return {
		id: 'density',
		title: [span(ours`density`)],
		note: [
			span(ours`${formatCount(counts.errors)} errors`, counts.errors > 0 ? 'bad' : 'dim'),
			span(ours` · ${formatCount(counts.warnings)} warnings · ${formatCount(counts.lines)} lines`, 'dim'),
			...(counts.evicted === 0
				? []
				: [span(ours` · the oldest ${formatCount(counts.evicted)} are in the spool alone`, 'warn')]),
		],
		ideal: 2,
		rows: () => (store === null || counts.lines === 0 ? [] : densityRows(store, cells)),
	};
};

const densityRows = (store: LogStore, cells: number): readonly Row[] => {
	const {bins} = store.density(cells);
	const errors = bins.map(bin => (bin.errors > 0 ? '✖' : ' ')).join('');
	return [
		row(span(ours`   `), span(sparkline(bins.map(({lines}) => Math.log2(1 + lines))), 'busy')),
		row(span(ours`   `), span(shown(hostile(errors)), 'bad')),
	];
};
