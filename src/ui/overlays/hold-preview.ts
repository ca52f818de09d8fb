/** What a hold would suspend, what it costs, what it cannot do: read before anything is changed. */
import {cut, hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {HoldPreview} from '../../hold/types.ts';
import type {HoldOverlay, PresetChoice} from '../app-state.ts';
import {formatCountdown, formatTime, plural, shortId} from '../format.ts';
import {secondsOf} from '../lease.ts';
import type {Model} from '../model.ts';
import {markOfDouble, uuidOfDouble} from '../names.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {markedRows, netRows, offRows, previewOf} from './hold-facts.ts';
import {labelled} from './labelled.ts';
import {onePatientAsk, onePatientRows} from './one-patient.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const holdPreviewView = (model: Model, overlay: HoldOverlay): OverlayView => ({
	title: [
		span(ours`Hold ${markOfDouble(model, overlay.group)}${shown(hostile(overlay.group))}`, 'accent', true),
		...doubleSpans(model, overlay.group),
	],
	look: 'light',
	rows: overlay.problem === null ? previewRows(model, overlay) : problemRows(overlay.problem),
	asks: [blank, askRow(overlay)],
	scroll: 0,
});

/** Which of two names that look the same. */
export const doubleSpans = (model: Model, group: string): readonly Span[] => {
	const uuid = uuidOfDouble(model, group);
	return uuid === null ? [] : [span(ours` ${uuid}`, 'warn')];
};

const previewRows = (model: Model, overlay: HoldOverlay): readonly Row[] => {
	const {preset} = overlay;
	const preview = previewOf(overlay);
	const choice = presetRow(overlay);
	if (preset === 'one-patient') return [choice, blank, ...onePatientRows(model, overlay, preview)];
	if (preview === null)
		return [choice, blank, row(span(ours`  reading the group, and asking whether we may resume …`, 'busy'))];
	return [
		...suggestion(preview),
		choice,
		blank,
		...labelled(ours`Whom`, wrapWords(shown(preview.touches), 56)),
		...labelled(ours`Suspends`, wrapNames(preview.wanted.map(name => shown(hostile(name))))),
		...offRows(overlay, preview),
		blank,
		...labelled(ours`Covers`, [coverage(preview)]),
		...preview.notCovered
			.slice(0, 3)
			.map(({instanceId, why}) =>
				row(span(ours`                  ${shortId(hostile(instanceId))} ${shown(hostile(why))}`, 'dim')),
			),
		...labelled(
			ours`Costs`,
			preview.costs.length === 0
				? [ours`nothing more than what is named above`]
				: preview.costs.flatMap(text => wrapWords(shown(text), 56)),
		),
		...labelled(ours`Until`, [
			ours`${formatTime(model.now + secondsOf(overlay) * 1000)} UTC, in ${formatCountdown(secondsOf(overlay))}`,
		]),
		...netRows(overlay),
		...joinRows(preview),
		...markedRows(model, overlay, preview),
		...(preview.permission === 'unknown'
			? [row(span(ours`  !  whether you may resume could not be proven`, 'warn'))]
			: []),
		...(preview.refusal === null || overlay.adopt.length > 0
			? []
			: [blank, row(span(ours`  refused: ${shown(hostile(preview.refusal))}`, 'bad'))]),
	];
};

const suggestion = ({healthyBoxes, mostlyHookDeaths}: HoldPreview): readonly Row[] => [
	...(healthyBoxes > 0
		? [
				row(
					span(ours`  first   `, 'dim'),
					span(ours`one-patient`, 'accent'),
					span(
						ours`: ${plural(healthyBoxes, 'healthy box', 'healthy boxes')} would no longer be healed under freeze`,
					),
				),
			]
		: []),
	...(mostlyHookDeaths
		? [
				row(
					span(ours`  !  `, 'warn'),
					span(ours`these boxes die in their launch hook: suspending will not save them.`),
				),
				row(
					span(ours`     `),
					span(ours`C catch`, 'accent'),
					span(ours` keeps the next one alive; `),
					span(ours`quiet`, 'accent'),
					span(ours` stops the launches`),
				),
			]
		: []),
];

const presetRow = ({preset, presets}: HoldOverlay): Row =>
	row(
		span(ours`  Preset          `, 'dim'),
		...presets.flatMap((one: PresetChoice): readonly Span[] => [
			one === preset
				? span(ours`[${one as string as Shown}]`, 'accent', true)
				: span(ours` ${one as string as Shown} `, 'dim'),
			span(ours` `),
		]),
		span(ours`tab`, 'accent'),
	);

const coverage = ({covered, notCovered}: HoldPreview): Shown =>
	ours`covered ${covered.length} · not covered ${notCovered.length}`;

const joinRows = ({joins}: HoldPreview): readonly Row[] =>
	joins.length === 0
		? []
		: labelled(ours`Joins`, [
				ours`the hold of ${joinShown(
					joins.map(({owner}) => shown(hostile(owner))),
					ours`, `,
				)}: you join, the last one out resumes`,
			]);

const wrapNames = (names: readonly Shown[]): readonly Shown[] => wrapWords(joinShown(names, ours` `), 56);

const problemRows = ({message, next}: NonNullable<HoldOverlay['problem']>): readonly Row[] => [
	blank,
	...wrapWords(message, 70).map((line, index) =>
		row(span(index === 0 ? ours`  refused: ${line}` : ours`  ${line}`, 'bad')),
	),
	row(ours`  nothing of ours is suspended, tagged or armed`),
	blank,
	...next.flatMap(text =>
		wrapWords(text, 68).map((line, index) =>
			row(span(index === 0 ? ours`  ▸ ` : ours`    `, 'accent'), span(line)),
		),
	),
];

const askRow = (overlay: HoldOverlay): Row => {
	const {problem, preset, asked, busy} = overlay;
	const preview = previewOf(overlay);
	if (problem !== null)
		return row(
			span(ours`  esc`, 'accent'),
			span(ours` leaves`),
			...(preset === 'one-patient' || preset === 'quiet'
				? []
				: [span(ours`   n`, 'accent'), span(ours` without a net, 15 minutes at most`)]),
		);
	if (busy) return row(span(ours`  holding …`, 'busy'));
	if (preset === 'one-patient') return onePatientAsk;
	if (preview === null || (preview.refusal !== null && overlay.adopt.length === 0))
		return row(span(ours`  esc`, 'accent'), span(ours` leaves`));
	if (overlay.net === 'none')
		return row(
			span(ours`  Type the group's name to hold without a net, or esc   `, 'warn'),
			span(ours`▏${cut(shown(hostile(overlay.typed)), 20)}▕`, 'accent', true),
			...(overlay.hint === null ? [] : [span(ours` ${overlay.hint}`, 'warn')]),
		);
	if (asked)
		return row(
			span(ours`  quiet stops launches: lost capacity is not replaced. `, 'warn'),
			span(ours`enter`, 'accent'),
			span(ours` again holds   `),
			span(ours`esc`, 'accent'),
			span(ours` leaves`),
		);
	return row(
		span(ours`  enter`, 'accent'),
		span(ours` ${preview.joins.length > 0 ? ours`joins and holds` : ours`holds`}   `),
		span(ours`tab`, 'accent'),
		span(ours` next preset   `),
		span(ours`esc`, 'accent'),
		span(ours` leaves`),
	);
};
