/** A hold that had to repair itself twice in ten minutes asks whether to go on. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {QuestionOverlay} from '../app-state.ts';
import {blank, row, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const questionView = ({session}: QuestionOverlay): OverlayView => {
	const {group, question} = session.view();
	return {
		title: [span(ours`${shown(hostile(group))}: somebody works against this hold`, 'bad', true)],
		look: 'heavy',
		rows: [
			blank,
			...wrapWords(question === null ? ours`It was answered, or is over.` : shown(question), 72).map(text =>
				row(span(ours`  ${text}`)),
			),
			blank,
			row(span(ours`  While nobody answers nothing is suspended again, and the lease runs out.`, 'dim')),
		],
		asks: [
			blank,
			row(
				span(ours`  enter`, 'accent'),
				span(ours` goes on holding   `),
				span(ours`r`, 'accent'),
				span(ours` the release preview   `),
				span(ours`esc`, 'accent'),
				span(ours` later`),
			),
			blank,
		],
		scroll: 0,
	};
};
