/** How a release went, or how far it is. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {HoldView} from '../../hold/types.ts';
import {formatHeld, formatTime} from '../format.ts';
import {fuseIsLeft, fuseWord} from '../fuse-words.ts';
import {type Row, row, span} from '../span.ts';
import {wrapWords} from './wrap.ts';

export const outcomeRows = (view: HoldView): readonly Row[] => {
	const name = shown(hostile(view.group));
	const {outcome} = view;
	if (outcome === null)
		return [
			row(
				span(ours`  releasing ${name} …`, 'busy'),
				span(ours`   ctrl-c again: leave at once, the guardian finishes`, 'dim'),
			),
		];
	switch (outcome.kind) {
		case 'released':
			return [
				row(
					span(
						ours`  ✔ ${outcome.verified ? ours`resumed and verified` : ours`released`} ${formatTime(outcome.at)}`,
						'good',
						true,
					),
					span(
						ours`   ${fuseWord(view, fuseIsLeft(outcome), ours`   `)}${outcome.tagLeft ? ours`tag left: it runs out by itself` : ours`tag removed`}   held ${formatHeld(outcome.seconds)}`,
					),
				),
				...outcome.left.map(({process, why}) =>
					row(span(ours`    left ${shown(hostile(process))}: ${shown(hostile(why))}`, 'warn')),
				),
			];
		case 'refused':
			return [row(span(ours`  ${shown(outcome.message)}`, 'bad'))];
		case 'incomplete':
			return [
				row(
					span(
						ours`  ✖ release incomplete: ${joinShown(
							outcome.still.map(process => shown(hostile(process))),
							ours` `,
						)} may still be suspended`,
						'bad',
						true,
					),
				),
				...wrapWords(shown(hostile(outcome.command)), 72).map(line => row(span(ours`    ${line}`))),
			];
	}
};
