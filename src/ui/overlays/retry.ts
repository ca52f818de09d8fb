/** What running a unit again does, and whom it touches: read before it is done. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {RetryOverlay} from '../app-state.ts';
import {shortId} from '../format.ts';
import {blank, type Row, row, span} from '../span.ts';
import {labelled} from './labelled.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const retryView = (overlay: RetryOverlay, held: boolean): OverlayView => ({
	title: [span(ours`Run ${shown(overlay.unit)} again`, 'accent', true)],
	look: 'light',
	rows: [blank, ...contents(overlay, held)],
	asks: [
		blank,
		overlay.radius === null || overlay.problem !== null
			? row(span(ours`  esc`, 'accent'), span(ours` leaves`))
			: row(
					span(ours`  enter`, 'accent'),
					span(ours` runs it again   `),
					span(ours`esc`, 'accent'),
					span(ours` leaves`),
				),
		blank,
	],
	scroll: 0,
});

const contents = (
	{unit, orphans, radius, problem, instanceId}: RetryOverlay,
	held: boolean,
): readonly Row[] => {
	if (problem !== null)
		return [
			...wrapWords(problem.message, 70).map(line => row(span(ours`  ${line}`, 'bad'))),
			...problem.next.map(line => row(span(ours`  ▸ `, 'accent'), span(line))),
		];
	if (radius === null) return [row(span(ours`  reading whom it touches …`, 'busy'))];
	return [
		...labelled(ours`Whom`, wrapWords(shown(radius), 56)),
		...labelled(ours`Does`, wrapWords(ours`systemctl reset-failed and restart of ${shown(unit)}`, 56)),
		...(orphans.length === 0
			? []
			: labelled(
					ours`Then`,
					wrapWords(
						ours`starts ${joinShown(orphans.map(shown), ours`, `)}, which its failure had cancelled`,
						56,
					),
				)),
		...(held
			? []
			: [
					blank,
					...labelled(
						ours`Beware`,
						wrapWords(
							ours`nothing of ours holds the group: ${shortId(hostile(instanceId))} may be replaced meanwhile. H holds it.`,
							56,
						),
					),
				]),
	];
};
