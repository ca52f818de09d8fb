/** What a catch will do to a group, and to whom: read before it is armed. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {CatchOverlay} from '../app-state.ts';
import {formatDuration} from '../format.ts';
import {usualSeconds} from '../lease.ts';
import {blank, type Row, row, span} from '../span.ts';
import {labelled} from './labelled.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const catchView = (overlay: CatchOverlay): OverlayView => ({
	title: [span(ours`Catch the next box of ${shown(hostile(overlay.group))}`, 'accent', true)],
	look: 'light',
	rows: [blank, ...contents(overlay), ...catchHoldRows(overlay)],
	asks: [blank, askRow(overlay), blank],
	scroll: 0,
});

const contents = ({read, hold, problem}: CatchOverlay): readonly Row[] => {
	if (problem !== null)
		return [
			...wrapWords(problem.message, 70).map(line => row(span(ours`  ${line}`, 'bad'))),
			...problem.next.map(line => row(span(ours`  ▸ `, 'accent'), span(line))),
		];
	if (read === null) return [row(span(ours`  reading the group …`, 'busy'))];
	const hooks = read.launchHooks.map(({name}) => shown(hostile(name)));
	return [
		...labelled(ours`Whom`, wrapWords(shown(read.radius.whom), 56)),
		...labelled(
			ours`Box`,
			wrapWords(
				hooks.length === 0
					? ours`no launch hook keeps a box here: only a hold does`
					: ours`heartbeats of its launch hook keep it in Pending:Wait, for ${formatDuration(usualSeconds)} at most; never against an ABANDON`,
				56,
			),
		),
		...labelled(ours`Then`, wrapWords(ours`the bell, and its boot from the first line`, 56)),
		...holdRows({hold, read}),
	];
};

const holdRows = ({hold, read}: Pick<CatchOverlay, 'hold' | 'read'>): readonly Row[] =>
	hold
		? []
		: [
				blank,
				...labelled(
					ours`Hold`,
					wrapWords(
						read?.launchHooks.length === 0
							? ours`none: h adds one, and without it the box dies as the others do`
							: ours`none: h adds one, as soon as the box is in service`,
						56,
					),
				),
			];

/** What the hold adds, in the words of its own preview. */
const catchHoldRows = ({hold, preview, problem}: CatchOverlay): readonly Row[] => {
	if (!hold || problem !== null) return [];
	if (preview === null) return [blank, row(span(ours`  reading what a hold would do …`, 'busy'))];
	return [
		blank,
		...labelled(ours`Hold`, [ours`freeze, for ${formatDuration(usualSeconds)}, when it keeps the box`]),
		...labelled(ours`Suspends`, wrapWords(shown(hostile(preview.wanted.join(' '))), 56)),
		...(preview.baseline.length === 0
			? []
			: labelled(
					ours`Leaves off`,
					wrapWords(shown(hostile(`${preview.baseline.join(' ')}, off before us`)), 56),
				)),
		...labelled(
			ours`Costs`,
			preview.costs.flatMap(text => wrapWords(shown(text), 56)),
		),
		...(preview.refusal === null
			? []
			: [blank, row(span(ours`  refused: ${shown(hostile(preview.refusal))}`, 'bad'))]),
	];
};

const askRow = ({read, hold, preview, problem}: CatchOverlay): Row => {
	const waits = read === null || problem !== null || (hold && (preview === null || preview.refusal !== null));
	return row(
		...(waits ? [] : [span(ours`  enter`, 'accent'), span(ours` waits for it`)]),
		...(problem === null && read !== null
			? [span(ours`   h`, 'accent'), span(hold ? ours` without a hold` : ours` with a hold`)]
			: []),
		span(waits ? ours`  esc` : ours`   esc`, 'accent'),
		span(ours` leaves`),
	);
};
