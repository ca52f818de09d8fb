/** The bottom row while the screen plays itself: which step, what it shows, and how to stop it. */
import {ours} from '../base/terminal-text.ts';
import {type Row, rowWidth, type Span, span, spread} from './span.ts';
import type {TourState} from './tour.ts';

export const tourRow = ({step, steps, says, paused}: TourState, columns: number): Row => {
	const left: readonly Span[] = [
		span(paused ? ours` ‖ ` : ours` ▸ `, 'accent', true),
		span(ours`${step}/${steps} `, 'dim'),
		span(says, 'accent', true),
	];
	const right = [
		span(ours`space`, 'accent'),
		span(ours` pauses  `, 'dim'),
		span(ours`esc`, 'accent'),
		span(ours` stops `, 'dim'),
	];
	const fits = rowWidth({spans: left}) + rowWidth({spans: right}) + 2 <= columns;
	return spread(left, fits ? right : [], columns);
};
