/** Screen 2: one group's boxes, those that are gone, and what happened since we hold it. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Box, GroupDetail} from '../../groups/types.ts';
import type {PinView} from '../../hold/care-types.ts';
import {formatDuration, formatVersion, shortId} from '../format.ts';
import type {Pane} from '../frame.ts';
import {holdOn, type Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {headingRow, tableRow, windowStart} from '../table.ts';
import {activityRows} from './activity.ts';
import {boxColumns} from './box-columns.ts';
import {graveyardPane} from './graveyard.ts';

export const selectedBox = ({detail, state}: Pick<Model, 'detail' | 'state'>): Box | undefined =>
	detail?.boxes.find(({instanceId}) => instanceId === state.selected.box) ?? detail?.boxes[0];

export const groupPanes = (model: Model): readonly Pane[] => [
	instancesPane(model),
	graveyardPane(model),
	activityPane(model),
];

export const groupStatus = (model: Model): readonly Span[] => {
	const {detail} = model;
	if (detail === null) return [];
	const {boxes, view} = detail;
	const serving = boxes.filter(({target, instance}) =>
		target === null ? instance.lifecycleState === 'InService' : target.state === 'healthy',
	).length;
	const marked = boxes.filter(isMarked).length;
	return [
		span(ours`${serving} of ${boxes.length} serving`, serving < view.group.desired ? 'warn' : 'dim'),
		...(marked > 0 && holdOn(model, view.group.name) !== undefined
			? [span(ours` · ${marked} ${marked === 1 ? ours`needs` : ours`need`} care at release`, 'warn')]
			: []),
	];
};

const instancesPane = (model: Model): Pane => {
	const {detail} = model;
	const count = detail?.boxes.length ?? 0;
	return {
		id: 'instances',
		title: [span(detail === null ? ours`Instances …` : ours`Instances ${count} of ${count}`, 'text', true)],
		note: detail === null ? [] : groupFacts(detail),
		ideal: Math.max(6, count + 2 + warnings(model).length),
		rows: height => instanceRows(model, height),
	};
};

const groupFacts = ({view: {group}}: GroupDetail): readonly Span[] => [
	span(
		joinShown(
			[
				group.template === null ? ours`no template` : ours`template ${formatVersion(group.template.version)}`,
				ours`${shown(hostile(group.healthCheckTypes.join('+') || 'EC2'))} check`,
				ours`grace ${formatDuration(group.healthCheckGraceSeconds)}`,
			],
			ours` · `,
		),
		'dim',
	),
];

const instanceRows = (model: Model, height: number): readonly Row[] => {
	const {detail, poll, state} = model;
	const columns = boxColumns(model);
	const heading = headingRow(columns, state.size.columns - 2);
	if (detail === null) return [heading, ...loadingRows(poll.problem)];
	const notes = warnings(model);
	if (detail.boxes.length === 0)
		return [
			heading,
			blank,
			row(span(ours`  No boxes. They appear when the group launches one.`, 'dim')),
			...notes,
		];
	const room = Math.max(1, height - 1 - (height > 4 + notes.length ? notes.length : 0));
	const at = detail.boxes.findIndex(({instanceId}) => instanceId === selectedBox(model)?.instanceId);
	const from = windowStart(at, detail.boxes.length, room);
	const rows = detail.boxes
		.slice(from, from + room)
		.map((box, index) =>
			tableRow(columns, box, {selected: from + index === at, marked: state.marked.has(box.instanceId)}),
		);
	return [heading, ...rows, ...notes];
};

const loadingRows = (problem: Model['poll']['problem']): readonly Row[] =>
	problem === null
		? [row(span(ours`   ░░░░░░░░░░░`, 'dim'))]
		: [
				blank,
				row(span(ours`   ${problem.message}`, 'bad')),
				...problem.next.map(text => row(span(ours`   ▸ ${text}`))),
			];

/** A box that a release will kill; one that is being terminated is past all that. */
const isMarked = ({instance}: Box) =>
	instance.healthStatus.toLowerCase() === 'unhealthy' && instance.lifecycleState === 'InService';

/** What holding does not change, and what could not be read. */
const warnings = (model: Model): readonly Row[] => {
	const {detail} = model;
	if (detail === null) return [];
	const marked = holdOn(model, detail.view.group.name) === undefined ? [] : detail.boxes.filter(isMarked);
	return [
		...(marked.length > 0 || detail.missing.length > 0 || model.pins.length > 0 ? [blank] : []),
		...model.pins
			.filter(({group}) => group === detail.view.group.name)
			.slice(0, 3)
			.map(pin => pinRow(model, pin)),
		...marked
			.slice(0, 2)
			.map(({instanceId}) =>
				row(
					span(ours`   ! `, 'warn'),
					span(
						ours`${shortId(instanceId)} is marked Unhealthy. Release kills it, unless you set it Healthy.`,
					),
				),
			),
		...detail.missing
			.slice(0, 2)
			.map(({operation, message}) =>
				row(span(ours`   ! ${shown(hostile(operation))} is missing: `, 'warn'), span(shown(message))),
			),
	];
};

/** What keeps a pinned box, and until when at most: counted from the start of its wait. */
const pinRow = ({now}: Model, {instanceId, hook, state, until, says}: PinView): Row => {
	const left = until === null ? null : formatDuration((until - now) / 1000);
	const name = hook === null ? ours`` : ours` ${shown(hook)}`;
	const longest = left === null || state === 'ended' ? ours`` : ours` for ${left} at most (GlobalTimeout)`;
	return row(
		span(ours`   ■ `, state === 'ended' || state === 'failing' ? 'warn' : 'held'),
		span(ours`${shortId(hostile(instanceId))} is pinned${longest}: `),
		span(ours`${shown(says)}${state === 'beating' ? name : ours``}`, state === 'failing' ? 'bad' : 'dim'),
	);
};

const activityPane = (model: Model): Pane => {
	const hold = holdOn(model, model.place.group);
	const rows = activityRows(model, hold?.since ?? null);
	return {
		id: 'activity',
		title: [span(hold === undefined ? ours`Activity` : ours`Activity since the hold`)],
		note: [span(ours`@ what we changed`, 'dim')],
		ideal: Math.max(2, Math.min(12, rows.length)),
		rows: height =>
			rows.length === 0
				? [
						row(
							span(
								ours`   Nothing ${hold === undefined ? ours`was read yet` : ours`happened since`}.`,
								'dim',
							),
						),
					]
				: rows.slice(-height),
	};
};
