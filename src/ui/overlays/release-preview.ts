/** Who dies of a release and what it gives back. When somebody dies, the count must be typed. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {consequenceOf} from '../../hold/consequence.ts';
import type {HoldView, ReleasePreview} from '../../hold/types.ts';
import type {ReleaseOverlay} from '../app-state.ts';
import {shortId} from '../format.ts';
import type {Model} from '../model.ts';
import {markOfDouble} from '../names.ts';
import {endangered} from '../release-flow.ts';
import {blank, type Row, row, span} from '../span.ts';
import {doubleSpans} from './hold-preview.ts';
import {labelled} from './labelled.ts';
import {outcomeRows} from './outcome-rows.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const releasePreviewView = (model: Model, overlay: ReleaseOverlay): OverlayView => {
	const {group: name} = overlay.session.view();
	const group = ours`${markOfDouble(model, name)}${shown(hostile(name))}`;
	return {
		title: [span(ours`Release ${group}`, 'held', true), ...doubleSpans(model, name)],
		look: 'heavy',
		rows: [blank, ...bodyRows(model, overlay)],
		asks: askRows(model, overlay),
		scroll: 0,
	};
};

const bodyRows = (model: Model, overlay: ReleaseOverlay): readonly Row[] => {
	const {session, preview, problem, said} = overlay;
	const view = session.view();
	if (isEnding(view)) return outcomeRows(view);
	if (problem !== null)
		return [
			row(span(ours`  ${problem.message}`, 'bad')),
			...problem.next.map(text => row(span(ours`  ▸ ${text}`))),
		];
	if (preview === null) return [row(span(ours`  reading who would die …`, 'busy'))];
	return [
		...givesBack(preview),
		...changedRows(overlay, preview),
		blank,
		...thenRows(overlay, preview),
		...notCoveredRows(view),
		blank,
		...(said === null ? [] : wrapWords(said, 74).map(text => row(span(ours`  ${text}`, 'warn')))),
		...firstRows(model, overlay, preview),
	];
};

/** What others suspended anew after us is theirs: left as it is but on a yes. */
const changedRows = ({alsoResume}: ReleaseOverlay, {changedByOther}: ReleasePreview): readonly Row[] =>
	changedByOther.flatMap(({process, reason}, index) => [
		row(
			span(index === 0 ? ours`  Changed         ` : ours`                  `, 'dim'),
			span(ours`${shown(hostile(process))}, suspended anew: `, 'warn'),
			span(alsoResume ? ours`resumed too (` : ours`left so (`),
			span(ours`r`, 'accent'),
			span(alsoResume ? ours` leaves it)` : ours` resumes it)`),
		),
		row(span(ours`                  ${shown(reason)}`, 'dim')),
	]);

/** Boxes that no suspension covers go their own way, held or not. */
const notCoveredRows = ({notCovered}: HoldView): readonly Row[] =>
	notCovered
		.slice(0, 3)
		.map(({instanceId, why}, index) =>
			row(
				span(index === 0 ? ours`  Not covered     ` : ours`                  `, 'dim'),
				span(ours`${shortId(hostile(instanceId))}  ${shown(hostile(why))}`),
			),
		);

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

const thenRows = ({target}: ReleaseOverlay, {terminate, judge, launches}: ReleasePreview): readonly Row[] => {
	const several = terminate.length + judge.length > 1;
	const mark = (at: number) =>
		span(several && at === target ? ours`▸ ` : several ? ours`  ` : ours``, 'accent', true);
	const lines: readonly Row[] = [
		...terminate.map(({instanceId, why}, at) => ({
			...row(
				mark(at),
				span(ours`✖ terminate `, 'bad', true),
				span(ours`${shortId(hostile(instanceId))}  ${shown(why)}`),
			),
			selected: several && at === target,
		})),
		...judge.flatMap(({instanceId, why}, index) =>
			wrapWords(shown(why), whyCells - (several ? 2 : 0)).map((text, line) => {
				const at = terminate.length + index;
				return line === 0
					? {
							...row(
								mark(at),
								span(ours`✖ judge     `, 'warn'),
								span(ours`${shortId(hostile(instanceId))}  ${text}`),
							),
							selected: several && at === target,
						}
					: row(span(ours`${several ? ours`  ` : ours``}                           ${text}`));
			}),
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
		...(line.selected ? {selected: true} : {}),
	}));
};

const firstRows = (model: Model, {target}: ReleaseOverlay, preview: ReleasePreview): readonly Row[] => {
	const {terminate} = preview;
	const id = endangered(preview)[target];
	const keep =
		id === undefined
			? []
			: [
					...(target < terminate.length
						? [span(ours`h`, 'accent'), span(ours`  set ${shortId(hostile(id))} Healthy   `)]
						: []),
					span(ours`s`, 'accent'),
					span(
						target < terminate.length ? ours`  Standby   ` : ours`  Standby for ${shortId(hostile(id))}   `,
					),
					span(ours`d`, 'accent'),
					span(ours`  Detach`),
				];
	const label = span(ours`  First?          `, 'dim');
	const more = [span(ours`m`, 'accent'), span(ours`  keep holding, 15 more minutes`)];
	if (keep.length === 0) return [row(label, ...more)];
	const back = model.patients.some(({group}) => group === preview.group)
		? [row(span(ours`                  a box taken out before stays so: H again brings it back`, 'dim'))]
		: [];
	return [row(label, ...keep), row(span(ours`                  `), ...more), ...back];
};

const words = [ours`none`, ours`one`, ours`two`, ours`three`, ours`four`, ours`five`];
const countWord = (count: number): Shown => words[count] ?? ours`${count}`;

const doing = ({deed, instanceId}: NonNullable<ReleaseOverlay['ask']>): Shown => {
	const id = shortId(hostile(instanceId));
	switch (deed) {
		case 'healthy':
			return ours`sets ${id} Healthy`;
		case 'standby':
			return ours`puts ${id} in Standby`;
		case 'detach':
			return ours`detaches ${id}`;
		case 'abandon':
			return ours`abandons the hook of ${id}`;
	}
};

/** What the deed leads to stands above the line that asks. */
const askRows = (model: Model, overlay: ReleaseOverlay): readonly Row[] => {
	const {ask, session, busy} = overlay;
	if (ask === null || busy) return [blank, askRow(overlay), blank];
	const view = model.groups?.find(({group}) => group.name === session.view().group);
	const leads = consequenceOf(ask.deed, view?.group ?? {suspended: []});
	return [
		blank,
		...wrapWords(shown(hostile(leads)), 74).map(text => row(span(ours`  ${text}`, 'warn'))),
		askRow(overlay),
		blank,
	];
};

const askRow = ({session, preview, typed, hint, ask, busy}: ReleaseOverlay): Row => {
	const view = session.view();
	if (view.outcome !== null) return row(span(ours`  esc`, 'accent'), span(ours` closes`));
	if (busy || isEnding(view)) return row(span(ours`  releasing …`, 'busy'));
	if (preview === null) return row(span(ours`  esc`, 'accent'), span(ours` keeps holding`));
	if (ask !== null)
		return row(
			span(ours`  enter`, 'accent'),
			span(ours` ${doing(ask)}, in AWS   `),
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
