/** What a hold would suspend, what it costs, what it cannot do: read before anything is changed. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {HoldPreview} from '../../hold/types.ts';
import type {HoldOverlay, PresetChoice} from '../app-state.ts';
import {formatCountdown, formatTime, plural, shortId} from '../format.ts';
import {leaseSeconds} from '../lease.ts';
import type {Model} from '../model.ts';
import {markOfDouble, uuidOfDouble} from '../names.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';

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

/** What was read for the preset in view; `one-patient` suspends nothing and is told from what `freeze` would stop. */
export const previewOf = ({preset, previews}: HoldOverlay): HoldPreview | null =>
	previews[preset === 'one-patient' ? 'freeze' : preset] ?? null;

const previewRows = (model: Model, overlay: HoldOverlay): readonly Row[] => {
	const {preset} = overlay;
	const preview = previewOf(overlay);
	const choice = presetRow(overlay);
	if (preset === 'one-patient') return [choice, blank, ...onePatientRows(preview)];
	if (preview === null)
		return [choice, blank, row(span(ours`  reading the group, and asking whether we may resume …`, 'busy'))];
	return [
		...suggestion(preview),
		choice,
		blank,
		...labelled(ours`Suspends`, wrapNames(preview.wanted.map(name => shown(hostile(name))))),
		...(preview.baseline.length === 0
			? []
			: labelled(ours`Leaves off`, [
					ours`${joinShown(
						preview.baseline.map(name => shown(hostile(name))),
						ours`, `,
					)}, which was off before us`,
				])),
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
			ours`${formatTime(model.now + leaseSeconds * 1000)} UTC, in ${formatCountdown(leaseSeconds)}`,
		]),
		...joinRows(preview),
		...(preview.marked.length === 0
			? []
			: labelled(ours`Marked`, [
					ours`${plural(preview.marked.length, 'box', 'boxes')} already marked Unhealthy: ${overlay.setHealthy ? ours`set Healthy once held, h does not` : ours`h sets them Healthy once held`}`,
				])),
		...(preview.permission === 'unknown'
			? [row(span(ours`  !  whether you may resume could not be proven`, 'warn'))]
			: []),
		...(preview.refusal === null
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
					span(ours`catch`, 'accent'),
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

const onePatientRows = (preview: HoldPreview | null): readonly Row[] => [
	...(preview === null
		? []
		: [
				row(
					span(
						ours`  ${plural(preview.healthyBoxes, 'healthy box', 'healthy boxes')} keep serving, healing and scaling`,
					),
				),
			]),
	row(ours`  Nothing is suspended: one box is taken out by Standby or Detach, the others go on.`),
	row(span(ours`  This version cannot do it yet. By hand:`, 'warn')),
	row(span(ours`  aws autoscaling enter-standby --no-should-decrement-desired-capacity …`, 'dim')),
];

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

const labelled = (label: Shown, lines: readonly Shown[]): readonly Row[] =>
	lines.map((line, index) =>
		row(
			span(index === 0 ? (`  ${label}`.padEnd(18) as Shown) : (' '.repeat(18) as Shown), 'dim'),
			span(line),
		),
	);

const wrapNames = (names: readonly Shown[]): readonly Shown[] => wrapWords(joinShown(names, ours` `), 56);

export const wrapWords = (text: Shown, cells: number): readonly Shown[] => {
	const lines: string[] = [''];
	for (const word of text.split(' ')) {
		const last = lines.at(-1) ?? '';
		if (last !== '' && last.length + 1 + word.length > cells) lines.push(word);
		else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
	}
	return lines.map(line => line as Shown);
};

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
	if (problem !== null) return row(span(ours`  esc`, 'accent'), span(ours` leaves`));
	if (busy) return row(span(ours`  holding …`, 'busy'));
	if (preset === 'one-patient')
		return row(
			span(ours`  tab`, 'accent'),
			span(ours` other presets   `),
			span(ours`esc`, 'accent'),
			span(ours` leaves`),
		);
	if (preview === null || preview.refusal !== null)
		return row(span(ours`  esc`, 'accent'), span(ours` leaves`));
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
