/** Bars in cells: whole cells of the fill, and for solid bars a last cell in eighths. */
import type {WaterfallAxis} from './waterfall-axis.ts';

export type Bar = {
	/** First cell on the axis, from 0. */
	readonly column: number;
	/** Glyphs, one cell each; '' for nothing to draw. Never reaches over the end of the axis. */
	readonly cells: string;
};

export type Span = {
	readonly from: number;
	readonly to: number;
	readonly fill: '█' | '▓' | '▒';
	/** First free cell: tries of one unit must not lie on each other. */
	readonly notBefore?: number;
};

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

export const cellOf = (axis: WaterfallAxis, seconds: number): number => {
	const cell = Math.floor((seconds - axis.startSeconds) / axis.secondsPerCell);
	return Math.min(Math.max(cell, 0), axis.columns - 1);
};

export const barOf = (axis: WaterfallAxis, span: Span): Bar => {
	const column = Math.min(Math.max(cellOf(axis, span.from), span.notBefore ?? 0), axis.columns - 1);
	const end = Math.min((span.to - axis.startSeconds) / axis.secondsPerCell, axis.columns);
	const length = Math.max(end - column, 0);
	if (span.fill !== '█') {
		return {
			column,
			cells: span.fill.repeat(Math.min(Math.max(Math.round(length), 1), axis.columns - column)),
		};
	}

	const whole = Math.floor(length);
	const part = eighths[Math.floor((length - whole) * 8)] ?? '';
	const cells = '█'.repeat(whole) + part;
	return {column, cells: cells === '' ? '▏' : cells};
};

export const pointOf = (axis: WaterfallAxis, seconds: number, glyph: string): Bar => ({
	column: cellOf(axis, seconds),
	cells: glyph,
});
