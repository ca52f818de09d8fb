/** One record of the log as rows of spans: mark, clock, box, unit, gutter, message. What a box says never leaves its gutter. */
import {graphemesOf} from '../../base/graphemes.ts';
import {cut, fitTo, hostile, ours, shown, width} from '../../base/terminal-text.ts';
import type {Hostile, Shown} from '../../base/text.ts';
import {openJson} from '../../stream/json-message.ts';
import type {LogRow, LogStore, StoredLine} from '../../stream/types.ts';
import type {ClockMode, LogView} from '../app-state.ts';
import {lastFour} from '../format.ts';
import {type Row, row, type Span, span, type Token} from '../span.ts';
import {withoutSuffix} from '../unit-name.ts';

export type LineOptions = {
	readonly store: LogStore;
	readonly view: LogView;
	/** Cells between the borders. */
	readonly columns: number;
	/** The line above, for the delta clock. */
	readonly before: StoredLine | null;
	readonly selected: boolean;
};

const leastMessageCells = 36;
const mostWrappedRows = 100;

export const drawRecord = (record: LogRow, options: LineOptions): readonly Row[] =>
	record.kind === 'mark' ? [ruleRow(shown(record.text), options)] : drawLine(record, options);

const drawLine = (record: Extract<LogRow, {kind: 'line'}>, options: LineOptions): readonly Row[] => {
	const {store, view, columns, selected} = options;
	const {entry, index} = record;
	const isError = store.isError(index);
	const isMatch = view.search !== '' && store.isMatch(index);
	const prefix = prefixOf(record, options);
	const used = prefix.reduce((cells, {text}) => cells + width(text), 0);
	const room = Math.max(leastMessageCells, columns - used - 1);
	const opened = view.opened.has(index) ? openedLines(entry.message) : null;
	const messages = opened ?? [shownMessage(store, record)];
	const lines = messages.flatMap(one => (view.wrap ? wrapped(one, room) : [cut(one, room)]));
	const gutter = isError
		? span(ours`▌`, 'bad')
		: entry.priority === 4
			? span(ours`▌`, 'warn')
			: span(ours` `);
	const token: Token = isError ? 'bad' : entry.priority === 4 ? 'warn' : 'text';
	return lines.map((text, line) => ({
		spans: [...(line === 0 ? prefix : [span(fitTo(ours``, used))]), gutter, span(text, token, isMatch)],
		selected,
	}));
};

/** A JSON message: level and text, then a row a field. */
const openedLines = (message: Hostile): readonly Shown[] | null => {
	const opened = openJson(message);
	if (opened === null) return null;
	const {text, level, fields, more} = opened;
	const head = [level, text].filter(part => part !== '').join(' ');
	return [
		shown(hostile(head === '' ? '{}' : head)),
		...fields.map(({name, value}) => ours`  ${shown(name)}  ${shown(value)}`),
		...(more > 0 ? [ours`  and ${more} fields more`] : []),
	];
};

const prefixOf = (
	{entry, box}: Extract<LogRow, {kind: 'line'}>,
	{store, view, columns, before, selected}: LineOptions,
): readonly Span[] => {
	const boxes = store.boxes();
	const unitCells = columns >= 138 ? 24 : columns < 78 ? 8 : 14;
	return [
		selected ? span(ours`▸`, 'accent', true) : span(ours` `),
		span(ours`${clockOf(entry, view.clock, before)} `, 'dim'),
		...(boxes.length > 1 ? [span(ours`${lastFour(hostile(boxes[box] ?? ''))} `, boxToken(box))] : []),
		span(fitTo(cut(sourceOf(entry), unitCells, 'middle'), unitCells), 'dim'),
	];
};

const boxTokens = ['box1', 'box2', 'box3', 'box4', 'box5', 'box6', 'box7', 'box8'] as const;
const boxToken = (box: number): Token => boxTokens[box % boxTokens.length] ?? 'box1';

/** systemd's own lines are about a unit and by systemd. */
const sourceOf = ({unit, identifier, pid}: StoredLine): Shown =>
	unit === '' || (pid === 1 && identifier === 'systemd') ? shown(identifier) : withoutSuffix(unit);

const ruleRow = (text: Shown, {columns, selected}: LineOptions): Row => {
	const label = ours` ${cut(text, columns - 16)} `;
	const rule = '─'.repeat(Math.max(1, columns - 9 - width(label)));
	return {
		...row(
			selected ? span(ours`▸`, 'accent', true) : span(ours` `),
			span(ours`───────`, 'dim'),
			span(label, 'busy'),
			span(shown(hostile(rule)), 'dim'),
		),
		selected,
	};
};

// --- clocks ----------------------------------------------------------------------------------------------------------

const two = (value: number) => String(value).padStart(2, '0');
const own = (text: string) => text as Shown;

/** '+0:29.0', '13:44:35.2', '13:44:35.2Z', '+0.6s'. */
export const clockOf = (
	{monotonicUs, realtimeUs}: StoredLine,
	mode: ClockMode,
	before: StoredLine | null,
): Shown => {
	switch (mode) {
		case 'boot clock': {
			const tenths = Math.floor(monotonicUs / 100_000);
			return own(
				`+${Math.floor(tenths / 600)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`.padEnd(7),
			);
		}
		case 'delta': {
			const delta = before === null ? 0 : Math.max(0, realtimeUs - before.realtimeUs) / 1_000_000;
			return own(`+${delta.toFixed(1)}s`.padStart(7));
		}
		case 'local': {
			const date = new Date(realtimeUs / 1000);
			const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
			return own(`${time}.${Math.floor(date.getMilliseconds() / 100)}`);
		}
		case 'UTC':
			return own(`${new Date(realtimeUs / 1000).toISOString().slice(11, 21)}Z`);
	}
};

// --- messages --------------------------------------------------------------------------------------------------------

const caches = new WeakMap<LogStore, Map<number, Shown>>();
const mostCached = 2000;
/** More than fills any screen; the whole line is in copy and save. */
const mostCharacters = 20_000;

/** Made safe once a line, since following paints the same lines again and again. */
const shownMessage = (store: LogStore, {index, entry}: Extract<LogRow, {kind: 'line'}>): Shown => {
	const cache = caches.get(store) ?? new Map<number, Shown>();
	caches.set(store, cache);
	const known = cache.get(index);
	if (known !== undefined) return known;
	if (cache.size >= mostCached) cache.clear();
	const text = shown(
		entry.message.length > mostCharacters ? entry.message.slice(0, mostCharacters) : entry.message,
	);
	cache.set(index, text);
	return text;
};

/** Hard pieces of a line, each as wide as there is room. */
export const wrapped = (text: Shown, cells: number): readonly Shown[] => {
	if (width(text) <= cells) return [text];
	const lines: string[] = [];
	let line = '';
	let taken = 0;
	for (const segment of graphemesOf(text)) {
		const wide = width(own(segment));
		if (taken + wide > cells) {
			lines.push(line);
			if (lines.length === mostWrappedRows) return lines.map(own);
			line = '';
			taken = 0;
		}
		line += segment;
		taken += wide;
	}
	return [...lines, line].map(own);
};
