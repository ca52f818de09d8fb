/** A screen row as spans of safe text with a meaning; the theme turns meanings into colours at the very end. */
import {graphemesOf} from '../base/graphemes.ts';
import {cut, fitTo, ours, width} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';

export type Token =
	| 'text'
	| 'dim'
	| 'accent'
	| 'held'
	| 'bad'
	| 'warn'
	| 'good'
	| 'busy'
	| `box${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

export type Span = {
	readonly text: Shown;
	readonly token?: Token;
	readonly bold?: boolean;
	/** On the background of the selection. */
	readonly on?: boolean;
	readonly reverse?: boolean;
};
export type Row = {readonly spans: readonly Span[]; readonly selected?: boolean};

export const span = (text: Shown, token?: Token, bold?: boolean): Span => ({
	text,
	...(token === undefined ? {} : {token}),
	...(bold === undefined ? {} : {bold}),
});

export const row = (...spans: readonly (Span | Shown)[]): Row => ({
	spans: spans.map(one => (typeof one === 'string' ? {text: one as Shown} : (one as Span))),
});

export const blank: Row = {spans: []};

export const rowWidth = ({spans}: Row): number => spans.reduce((cells, {text}) => cells + width(text), 0);

/** Exactly `cells` wide: cut with one `…`, or filled with blanks. */
export const fitRow = (given: Row, cells: number): Row => {
	const spans: Span[] = [];
	let left = cells;
	for (const one of given.spans) {
		const taken = width(one.text);
		if (taken <= left) {
			spans.push(one);
			left -= taken;
			continue;
		}
		spans.push({...one, text: left > 0 ? cut(one.text, left) : ours``});
		left -= width(spans.at(-1)?.text ?? ours``);
		break;
	}
	if (left > 0) spans.push({text: fitTo(ours``, left)});
	return {...given, spans};
};

/** Left and right parts on one row with at least one blank between them; the left part gives way. */
export const spread = (
	left: readonly Span[],
	right: readonly Span[],
	cells: number,
	filler: Span = span(ours` `),
): Row => {
	const rightCells = rowWidth({spans: right});
	const room = Math.max(0, cells - rightCells);
	const fitted = rowWidth({spans: left}) <= room ? left : fitRow({spans: left}, room).spans;
	const gap = cells - rightCells - rowWidth({spans: fitted});
	return {spans: [...fitted, repeat(filler, gap), ...right]};
};

export const repeat = (one: Span, times: number): Span => ({
	...one,
	text: one.text.repeat(Math.max(0, times)) as Shown,
});

/** Cells `from` to `to` of a row; half of a wide character becomes a blank. */
export const cropRow = ({spans}: Row, from: number, to: number): readonly Span[] => {
	const kept: Span[] = [];
	let at = 0;
	for (const one of spans) {
		const cells = width(one.text);
		if (at >= to) break;
		if (at + cells > from) kept.push({...one, text: cropText(one.text, from - at, to - at)});
		at += cells;
	}
	return at < to && at >= from ? [...kept, {text: fitTo(ours``, to - at)}] : kept;
};

const cropText = (text: Shown, from: number, to: number): Shown => {
	if (from <= 0 && width(text) <= to) return text;
	let kept = '';
	let at = 0;
	for (const segment of graphemesOf(text)) {
		const cells = width(segment as Shown);
		if (at >= from && at + cells <= to) kept += segment;
		else kept += ' '.repeat(Math.max(0, Math.min(to, at + cells) - Math.max(from, at)));
		at += cells;
	}
	return kept as Shown;
};
