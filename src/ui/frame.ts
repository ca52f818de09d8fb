/** Panes stacked inside one border: titles, contents, folding, exactly as many rows as there are. */
import {ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {blank, cropRow, fitRow, type Row, repeat, rowWidth, type Span, span, spread} from './span.ts';

export type Pane = {
	readonly id: string;
	readonly title: readonly Span[];
	readonly note: readonly Span[];
	/** Rows for a pane of this many; it gets them padded. */
	readonly rows: (height: number) => readonly Row[];
	/** Rows it would like, title not counted. */
	readonly ideal: number;
	/** Rows below which it says nothing of use; 2 where nothing is said. */
	readonly least?: number;
};

export type FrameOptions = {
	readonly columns: number;
	readonly rows: number;
	readonly panes: readonly Pane[];
	/** The main pane gets what is left over. */
	readonly main: string;
	/** Ids in the order in which panes fold when there is no room. */
	readonly foldFirst: readonly string[];
	/** A folded pane that was opened by hand. */
	readonly opened: string | null;
	/** Text on the lower border, right. */
	readonly status: readonly Span[];
	/** Text that covers the lower border for a moment. */
	readonly toast: Shown | null;
};

const leastMainRows = 6;
const leastPaneRows = 2;
/** What each lower pane gets before one of them gets more. */
const fairRows = 5;

export const frame = (options: FrameOptions): readonly Row[] => {
	const {columns, panes, status, toast} = options;
	const heights = shareRows(options);
	const rows: Row[] = [];
	for (const [index, pane] of panes.entries()) {
		rows.push(titleRow(pane, columns, index === 0));
		const height = heights.get(pane.id) ?? 0;
		if (height > 0) rows.push(...bodyRows(pane.rows(height), height, columns));
	}
	rows.push(toast === null ? bottomRow(status, columns) : toastRow(toast, columns));
	return rows;
};

/**
 * Rows for each pane. First the least for the main pane, then the least of each pane that finds room (the others fold to
 * their titles), then what the main pane would like, up to half of the screen; then what the others would like. What is
 * left over is the main pane's.
 */
export const shareRows = (options: FrameOptions): ReadonlyMap<string, number> => {
	const {rows, panes, main, opened} = options;
	const free = rows - panes.length - 1;
	const open = openPanes(options, free);
	const heights = new Map(panes.map(pane => [pane.id, open.has(pane.id) ? leastOf(pane) : 0]));
	heights.set(main, leastMainRows);
	let left = free - [...heights.values()].reduce((sum, height) => sum + height, 0);
	const give = (id: string, wanted: number) => {
		const more = Math.max(0, Math.min(left, wanted - (heights.get(id) ?? 0)));
		heights.set(id, (heights.get(id) ?? 0) + more);
		left -= more;
	};
	const mainIdeal = panes.find(({id}) => id === main)?.ideal ?? 0;
	if (opened !== null && open.has(opened)) give(opened, panes.find(({id}) => id === opened)?.ideal ?? 0);
	give(main, Math.min(mainIdeal, Math.ceil(free / 2)));
	for (const most of [fairRows, Number.POSITIVE_INFINITY])
		for (const {id, ideal} of panes) if (open.has(id)) give(id, Math.min(ideal, most));
	heights.set(main, (heights.get(main) ?? 0) + left);
	return heights;
};

/** Folds in the screen's order until the least of all that stay open finds room. */
const openPanes = ({panes, main, foldFirst, opened}: FrameOptions, free: number): ReadonlySet<string> => {
	const others = panes.filter(({id}) => id !== main);
	const open = new Set(others.map(({id}) => id));
	const needed = () => others.reduce((sum, pane) => sum + (open.has(pane.id) ? leastOf(pane) : 0), 0);
	for (const id of foldFirst.filter(one => one !== opened)) {
		if (free - needed() >= leastMainRows) break;
		open.delete(id);
	}
	if (free - needed() < leastMainRows) open.clear();
	return open;
};

const leastOf = ({ideal, least = leastPaneRows}: Pane): number => Math.min(ideal, least);

const line = (text: string): Span => span(text as Shown, 'dim');

/** What the pane is called stays whole as long as it can; the note beside it gives way first. */
const titleRow = ({title, note}: Pane, columns: number, first: boolean): Row => {
	const [start, end] = first ? ['╭─ ', '─╮'] : ['├─ ', '─┤'];
	const room = columns - rowWidth({spans: [line(start), line(` ─${end} `)]});
	const named = fitSpans(title, room - Math.min(rowWidth({spans: note}), leastNote));
	const noted = fitSpans(note, room - rowWidth({spans: named}));
	const right: readonly Span[] = noted.length === 0 ? [line(end)] : [line(' '), ...noted, line(` ${end}`)];
	return spread([line(start), ...named, line(' ')], right, columns, line('─'));
};

/** Cells a note keeps before a title is cut for it. */
const leastNote = 30;

const fitSpans = (spans: readonly Span[], cells: number): readonly Span[] =>
	cells <= 0 ? [] : fitRow({spans}, Math.min(cells, rowWidth({spans}))).spans;

const bodyRows = (rows: readonly Row[], height: number, columns: number): readonly Row[] =>
	Array.from({length: height}, (_, index) => {
		const inner = fitRow(rows[index] ?? blank, columns - 2);
		return {spans: [line('│'), ...lit(inner), line('│')]};
	});

/** The selected row's background ends at the borders. */
const lit = ({spans, selected}: Row): readonly Span[] =>
	selected === true ? spans.map(one => ({...one, on: true})) : spans;

const bottomRow = (status: readonly Span[], columns: number): Row => {
	const right =
		status.length === 0 ? [line('─╯')] : [line(' '), ...fitSpans(status, columns - 6), line(' ─╯')];
	return spread([line('╰─')], right, columns, line('─'));
};

const toastRow = (toast: Shown, columns: number): Row =>
	spread([line('╰─ '), span(toast, 'accent'), line(' ')], [line('─╯')], columns, line('─'));

/** A box with heavy or light border of its own: banners and overlays. */
export const boxed = (
	rows: readonly Row[],
	columns: number,
	look: 'heavy' | 'light',
	title: readonly Span[] = [],
): readonly Row[] => {
	const [a, b, c, d, across, down] =
		look === 'heavy' ? ['┏', '┓', '┗', '┛', '━', '┃'] : ['╭', '╮', '╰', '╯', '─', '│'];
	const token = look === 'heavy' ? 'held' : 'dim';
	const edge = (text: string | undefined): Span => span((text ?? '') as Shown, token);
	const head =
		title.length === 0
			? {spans: [edge(a), repeat(edge(across), columns - 2), edge(b)]}
			: spread([edge(`${a}${across} `), ...title, edge(' ')], [edge(b)], columns, edge(across));
	return [
		head,
		...rows.map(given => ({spans: [edge(down), ...lit(fitRow(given, columns - 2)), edge(down)]})),
		{spans: [edge(c), repeat(edge(across), columns - 2), edge(d)]},
	];
};

/** Lays `over` on `base` from a place on: what it covers is cut without a mark. */
export const lay = (base: readonly Row[], over: readonly Row[], top: number, left: number): readonly Row[] =>
	base.map((given, index) => {
		const upper = over[index - top];
		if (upper === undefined) return given;
		const right = left + rowWidth(upper);
		return {spans: [...cropRow(given, 0, left), ...upper.spans, ...cropRow(given, right, rowWidth(given))]};
	});

export const emptyNote = (text: Shown): Row => ({spans: [span(ours`  `), span(text, 'dim')]});
