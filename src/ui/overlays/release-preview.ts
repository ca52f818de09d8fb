/** Who dies of a release and what it gives back. When somebody dies, the count must be typed. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {HoldView, ReleasePreview} from '../../hold/types.ts';
import type {ReleaseOverlay} from '../app-state.ts';
import {formatHeld, formatTime, shortId} from '../format.ts';
import type {Model} from '../model.ts';
import {markOfDouble} from '../names.ts';
import {blank, type Row, row, span} from '../span.ts';
import {doubleSpans, wrapWords} from './hold-preview.ts';
import type {OverlayView} from './overlay-view.ts';

export const releasePreviewView = (model: Model, overlay: ReleaseOverlay): OverlayView => {
	const {group: name} = overlay.session.view();
	const group = ours`${markOfDouble(model, name)}${shown(hostile(name))}`;
	return {
		title: [span(ours`Release ${group}`, 'held', true), ...doubleSpans(model, name)],
		look: 'heavy',
		rows: [blank, ...bodyRows(overlay)],
		asks: [blank, askRow(overlay), blank],
		scroll: 0,
	};
};

const bodyRows = ({session, preview, problem}: ReleaseOverlay): readonly Row[] => {
	const view = session.view();
	if (isEnding(view)) return outcomeRows(view);
	if (problem !== null)
		return [
			row(span(ours`  ${problem.message}`, 'bad')),
			...problem.next.map(text => row(span(ours`  ▸ ${text}`))),
		];
	if (preview === null) return [row(span(ours`  reading who would die …`, 'busy'))];
	return [...givesBack(preview), blank, ...thenRows(preview), blank, ...firstRows(preview)];
};

const isEnding = ({phase}: HoldView) => phase !== 'held' && phase !== 'acquiring' && phase !== 'ending';

const givesBack = ({givesBack: names, leavesOff, stillHeldBy}: ReleasePreview): readonly Row[] => [
	...labelled(
		ours`Gives back`,
		names.length === 0
			? [ours`nothing yet`]
			: wrapWords(
					joinShown(
						names.map(name => shown(hostile(name))),
						ours`  `,
					),
					56,
				),
	),
	...(stillHeldBy.length === 0
		? []
		: [
				row(
					span(
						ours`                  ${joinShown(
							stillHeldBy.map(owner => shown(hostile(owner))),
							ours`, `,
						)} still holds`,
						'warn',
					),
				),
			]),
	...leavesOff.map(({process, why}, index) =>
		row(
			span(index === 0 ? ours`  Leaves off      ` : ours`                  `, 'dim'),
			span(ours`${shown(hostile(process))}, ${shown(hostile(why))}`),
		),
	),
];

/** What is left of 80 columns behind the label, the deed and the box. */
const whyCells = 33;

const thenRows = ({terminate, judge, launches}: ReleasePreview): readonly Row[] => {
	const lines: readonly Row[] = [
		...terminate.map(({instanceId, why}) =>
			row(span(ours`✖ terminate `, 'bad', true), span(ours`${shortId(hostile(instanceId))}  ${shown(why)}`)),
		),
		...judge.flatMap(({instanceId, why}) =>
			wrapWords(shown(why), whyCells).map((text, index) =>
				index === 0
					? row(span(ours`✖ judge     `, 'warn'), span(ours`${shortId(hostile(instanceId))}  ${text}`))
					: row(span(ours`                           ${text}`)),
			),
		),
		...(launches === null
			? []
			: wrapWords(shown(hostile(launches)), 54).map((line, index) =>
					row(span(index === 0 ? ours`+ launch    ` : ours`            `, 'busy'), span(line)),
				)),
	];
	const filled = lines.length === 0 ? [row(ours`find nobody to replace`)] : lines;
	return filled.map((line, index) => ({
		spans: [span(index === 0 ? ours`  Then AWS will   ` : ours`                  `, 'dim'), ...line.spans],
	}));
};

const firstRows = ({terminate}: ReleasePreview): readonly Row[] => [
	row(
		span(ours`  First?          `, 'dim'),
		...(terminate[0] === undefined
			? []
			: [span(ours`h`, 'accent'), span(ours`  set ${shortId(hostile(terminate[0].instanceId))} Healthy   `)]),
		span(ours`m`, 'accent'),
		span(ours`  keep holding, 15 more minutes`),
	),
];

const words = [ours`none`, ours`one`, ours`two`, ours`three`, ours`four`, ours`five`];
const countWord = (count: number): Shown => words[count] ?? ours`${count}`;

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
						ours`   ${outcome.tagLeft ? ours`tag left: it runs out by itself` : ours`tag removed`}   held ${formatHeld(outcome.seconds)}`,
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

const askRow = ({session, preview, typed, hint, askHealthy, busy}: ReleaseOverlay): Row => {
	const view = session.view();
	if (view.outcome !== null) return row(span(ours`  esc`, 'accent'), span(ours` closes`));
	if (busy || isEnding(view)) return row(span(ours`  releasing …`, 'busy'));
	if (preview === null) return row(span(ours`  esc`, 'accent'), span(ours` keeps holding`));
	if (askHealthy !== null)
		return row(
			span(ours`  enter`, 'accent'),
			span(ours` marks ${shortId(askHealthy)} Healthy in AWS   `),
			span(ours`esc`, 'accent'),
			span(ours` does not`),
		);
	if (preview.dies === 0)
		return row(
			span(ours`  enter`, 'accent'),
			span(ours` releases   `),
			span(ours`esc`, 'accent'),
			span(ours` keeps holding`),
		);
	return row(
		span(ours`  Type ${preview.dies} to release and let ${countWord(preview.dies)} go, or esc   `),
		span(ours`▏${typed as Shown}▕`, 'accent', true),
		...(hint === null ? [] : [span(ours`   ${hint}`, 'warn')]),
	);
};

const labelled = (label: Shown, lines: readonly Shown[]): readonly Row[] =>
	lines.map((line, index) =>
		row(
			span(index === 0 ? (`  ${label}`.padEnd(18) as Shown) : (' '.repeat(18) as Shown), 'dim'),
			span(line),
		),
	);
