/** An overlay as rows: a title, contents that scroll when taller, and the line that asks, always visible. */
import {ours} from '../../base/terminal-text.ts';
import {boxed, lay} from '../frame.ts';
import {blank, fitRow, type Row, rowWidth, type Span, span} from '../span.ts';

export type OverlayView = {
	readonly title: readonly Span[];
	readonly look: 'heavy' | 'light';
	readonly rows: readonly Row[];
	/** Stays in sight while `rows` scroll. */
	readonly asks: readonly Row[];
	readonly scroll: number;
};

const widest = 80;

/** Lays the overlay on the body: centred, at most 80 wide, at 80 columns or fewer the whole body. Header and footer stay. */
export const layOverlay = (
	screen: readonly Row[],
	view: OverlayView,
	columns: number,
): {readonly rows: readonly Row[]; readonly scrollable: number} => {
	const body = screen.length - 2;
	const whole = columns <= widest;
	const wide = whole ? columns : Math.min(widest, columns - 4);
	const content = view.rows.length + view.asks.length + 2;
	const high = whole ? body : Math.min(body - (body > content + 2 ? 2 : 0), content);
	const room = Math.max(1, high - 2 - view.asks.length);
	const scroll = Math.max(0, Math.min(view.scroll, view.rows.length - room));
	const visible = view.rows.slice(scroll, scroll + room);
	const filled = [
		...visible,
		...Array.from({length: Math.max(0, room - visible.length)}, () => blank),
		...view.asks,
	];
	const drawn = boxed(
		filled.map(one => padded(one, wide - 2)),
		wide,
		view.look,
		view.title,
	);
	const top = 1 + (whole ? 0 : Math.max(0, Math.floor((body - drawn.length) / 2)));
	const left = whole ? 0 : Math.floor((columns - wide) / 2);
	return {rows: lay(screen, drawn, top, left), scrollable: Math.max(0, view.rows.length - room)};
};

const padded = (given: Row, cells: number): Row =>
	rowWidth(given) >= cells
		? fitRow(given, cells)
		: {spans: [...given.spans, span(ours``)], ...(given.selected ? {selected: true} : {})};
