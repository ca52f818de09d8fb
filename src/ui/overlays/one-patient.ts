/** The preset one-patient: which box, how, and what it leads to; and the way back. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import {consequenceOf, returnConsequence} from '../../hold/consequence.ts';
import type {HoldPreview} from '../../hold/types.ts';
import type {HoldOverlay, PatientOverlay} from '../app-state.ts';
import {formatTime, plural, shortId} from '../format.ts';
import type {Model} from '../model.ts';
import {candidates, chosenPatient} from '../patient-flow.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {windowStart} from '../table.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

const mostBoxes = 6;

export const onePatientRows = (
	model: Model,
	overlay: HoldOverlay,
	preview: HoldPreview | null,
): readonly Row[] => [
	row(ours`  Nothing is suspended: one box is taken out of service, the others go on.`),
	...(preview === null
		? []
		: [
				row(
					span(
						ours`  ${plural(preview.healthyBoxes, 'healthy box', 'healthy boxes')} keep serving, healing and scaling`,
						preview.healthyBoxes > 0 ? 'good' : 'warn',
					),
				),
			]),
	blank,
	...boxRows(model, overlay),
	blank,
	row(
		span(ours`  How             `, 'dim'),
		...wayOf(overlay, 'standby', ours`Standby`),
		...wayOf(overlay, 'detach', ours`Detach`),
		span(ours`w`, 'accent'),
	),
	...consequence(model, overlay).map(text => row(span(ours`                  ${text}`, 'dim'))),
];

const boxRows = (model: Model, overlay: HoldOverlay): readonly Row[] => {
	const boxes = candidates(model, overlay.group);
	if (boxes.length === 0)
		return [
			row(span(ours`  Box             no box in service is known: open the group with enter first`, 'warn')),
		];
	const chosen = chosenPatient(model, overlay)?.instanceId;
	const at = boxes.findIndex(({instanceId}) => instanceId === chosen);
	const from = windowStart(at, boxes.length, mostBoxes);
	return boxes.slice(from, from + mostBoxes).map(({instanceId, instance, target}, index) => {
		const isChosen = instanceId === chosen;
		const sick = instance.healthStatus.toLowerCase() === 'unhealthy' || target?.state === 'unhealthy';
		return {
			...row(
				span(index === 0 ? ours`  Box           ` : ours`                `, 'dim'),
				span(isChosen ? ours`▸ ` : ours`  `, 'accent', true),
				span(shortId(instanceId), 'text', isChosen),
				span(ours`  ${shown(hostile(instance.healthStatus))}`, sick ? 'bad' : 'dim'),
				span(target === null ? ours`` : ours`  target ${shown(hostile(target.state))}`, sick ? 'bad' : 'dim'),
			),
			...(isChosen ? {selected: true} : {}),
		};
	});
};

const wayOf = (
	{patient}: HoldOverlay,
	way: HoldOverlay['patient']['way'],
	name: ReturnType<typeof ours>,
): readonly Span[] => [
	patient.way === way ? span(ours`[${name}]`, 'accent', true) : span(ours` ${name} `, 'dim'),
	span(ours` `),
];

const consequence = ({groups}: Model, {group, patient}: HoldOverlay) => {
	const view = groups?.find(one => one.group.name === group);
	return wrapWords(shown(hostile(consequenceOf(patient.way, view?.group ?? {suspended: []}))), 56);
};

export const onePatientAsk: Row = row(
	span(ours`  enter`, 'accent'),
	span(ours` takes it out   `),
	span(ours`j k`, 'accent'),
	span(ours` other box   `),
	span(ours`tab`, 'accent'),
	span(ours` other presets   `),
	span(ours`esc`, 'accent'),
	span(ours` leaves`),
);

/** Undone or named: what was taken out, and what coming back leads to. */
export const patientView = (
	model: Model,
	{patient, said, next, busy, done, then}: PatientOverlay,
): OverlayView => {
	const {instanceId, way, since, owner, group, undo} = patient;
	const back = way === 'standby';
	const view = model.groups?.find(one => one.group.name === group);
	const leads = back
		? view === undefined
			? ours`Goes back to the load balancer.`
			: shown(hostile(returnConsequence(view.group)))
		: ours`It lives on outside the group and is billed until you terminate it; only its record is closed here.`;
	return {
		title: [
			span(back ? ours`Bring back ` : ours`Detached `, 'held', true),
			span(shortId(hostile(instanceId)), 'held', true),
		],
		look: 'heavy',
		rows: [
			blank,
			row(
				span(
					ours`  ${shown(hostile(instanceId))} is ${back ? ours`in Standby` : ours`detached from ${shown(hostile(group))}`} since ${formatTime(since)}, by ${shown(hostile(owner))}`,
				),
			),
			...wrapWords(leads, 72).map(text => row(span(ours`  ${text}`))),
			blank,
			...(undo === null
				? []
				: wrapWords(shown(hostile(undo)), 72).map((text, index) =>
						row(span(index === 0 ? ours`  ${text}` : ours`    ${text}`, 'dim')),
					)),
			...(said === null ? [] : [blank, row(span(ours`  ${said}`, done ? 'good' : 'warn', true))]),
			...next.flatMap(text => wrapWords(text, 70).map(line => row(span(ours`    ${line}`)))),
		],
		asks: [blank, patientAsk({busy, done, back, leaving: then === 'leave'}), blank],
		scroll: 0,
	};
};

const patientAsk = ({
	busy,
	done,
	back,
	leaving,
}: {
	readonly busy: boolean;
	readonly done: boolean;
	readonly back: boolean;
	readonly leaving: boolean;
}): Row => {
	if (busy) return row(span(ours`  asking AWS …`, 'busy'));
	if (done) return row(span(ours`  esc`, 'accent'), span(ours` closes`));
	return row(
		span(ours`  enter`, 'accent'),
		span(back ? ours` brings it back   ` : ours` closes the record   `),
		span(ours`l`, 'accent'),
		span(ours` leaves it there   `),
		...(leaving ? [] : [span(ours`H`, 'accent'), span(ours` holds the group   `)]),
		span(ours`esc`, 'accent'),
		span(ours` later`),
	);
};
