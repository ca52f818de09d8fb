/** Screen 2: one group's boxes, those that are gone, and what happened since we hold it. */
import {cut, hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Box, GroupDetail, Life} from '../../groups/types.ts';
import type {WatchedBox} from '../box-watch.ts';
import {cutName, formatAge, formatDuration, formatMinute, formatVersion, shortId} from '../format.ts';
import type {Pane} from '../frame.ts';
import {boxOf, holdOn, type Model, viewOf} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {type Column, headingRow, tableRow, windowStart} from '../table.ts';
import {activityRows} from './activity.ts';

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
			? [span(ours` · ${marked} need care at release`, 'warn')]
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

const isMarked = ({instance}: Box) => instance.healthStatus.toLowerCase() === 'unhealthy';

/** What holding does not change, and what could not be read. */
const warnings = (model: Model): readonly Row[] => {
	const {detail} = model;
	if (detail === null) return [];
	const marked = holdOn(model, detail.view.group.name) === undefined ? [] : detail.boxes.filter(isMarked);
	return [
		...(marked.length > 0 || detail.missing.length > 0 ? [blank] : []),
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

const boxColumns = (model: Model): readonly Column<Box>[] => {
	const {columns} = model.state.size;
	const wide = columns >= 140;
	const list: readonly (Column<Box> | false)[] = [
		{
			heading: ours`INSTANCE`,
			cells: wide ? 19 : 11,
			cell: ({instanceId}) => [span(wide ? shown(hostile(instanceId)) : shortId(hostile(instanceId)))],
		},
		wide && {
			heading: ours`NAME`,
			cells: 20,
			cell: ({nameTag}) => [span(nameTag === null ? ours`–` : cutName(shown(nameTag), 20), 'dim')],
		},
		columns >= 96 && {
			heading: ours`AZ`,
			cells: 3,
			cell: ({instance}) => [span(shown(hostile(instance.availabilityZone.split('-').at(-1) ?? '')), 'dim')],
		},
		{heading: ours`STATE`, cells: 12, cell: stateCell},
		{
			heading: columns >= 76 ? ours`ASG HEALTH` : ours`A`,
			cells: columns >= 76 ? 11 : 1,
			cell: box => healthCell(box, columns >= 76),
		},
		{
			heading: columns >= 66 ? ours`ELB TARGET` : ours`E`,
			cells: columns >= 66 ? 11 : 1,
			cell: box => targetCell(box, columns >= 66),
		},
		columns >= 84 && {
			heading: ours`SSM`,
			cells: columns >= 90 ? 9 : 3,
			cell: box => ssmCell(box, columns >= 90),
		},
		wide && {
			heading: ours`TEMPLATE`,
			cells: 8,
			cell: ({instance}) => [
				span(instance.templateVersion === null ? ours`–` : formatVersion(instance.templateVersion), 'dim'),
			],
		},
	];
	const kept = list.filter(column => column !== false);
	const used = kept.reduce((sum, {cells}) => sum + cells + 2, 0);
	const slack = columns - 2 - markCells - used - 2 - ageCells;
	return [
		...kept,
		{heading: ours`BOOT`, cells: Math.max(8, slack), cell: box => bootCell(boxOf(model, box.instanceId))},
		{heading: ours`AGE`, cells: ageCells, side: 'right', cell: box => ageCell(box, model)},
	];
};

const ageCells = 7;
/** The mark before each row, and a blank at its end. */
const markCells = 4;

const stateCell = ({instance}: Box): readonly Span[] => {
	const state = instance.lifecycleState;
	const token = state === 'InService' ? 'text' : state.startsWith('Terminat') ? 'bad' : 'busy';
	return [span(shown(hostile(state)), token)];
};

const healthCell = ({instance}: Box, words: boolean): readonly Span[] => {
	if (instance.lifecycleState.startsWith('Pending')) return [span(ours`–`, 'dim')];
	const healthy = instance.healthStatus.toLowerCase() === 'healthy';
	if (!words) return [healthy ? span(ours`●`, 'good') : span(ours`✖`, 'bad')];
	return [healthy ? span(ours`Healthy`) : span(ours`✖ ${shown(hostile(instance.healthStatus))}`, 'bad')];
};

const targetCell = ({target}: Box, words: boolean): readonly Span[] => {
	if (target === null) return [span(ours`–`, 'dim')];
	const isGood = target.state === 'healthy';
	const isBad = target.state === 'unhealthy' || target.state === 'unavailable';
	const word = shown(hostile((target.reason ?? target.state).replace(/^(?:Target|Elb)\./, '')));
	if (isBad) return [span(words ? ours`✖ ${word}` : ours`✖`, 'bad')];
	return [
		isGood
			? span(words ? ours`● healthy` : ours`●`, 'good')
			: span(words ? shown(hostile(target.state)) : ours`◌`, 'busy'),
	];
};

const ssmCell = ({ssm}: Box, version: boolean): readonly Span[] => {
	if (ssm === null) return [span(version ? ours`○ none` : ours`○`, 'dim')];
	const online = ssm.pingStatus === 'Online';
	const mark = online ? span(ours`●`, 'good') : span(ours`◌`, 'warn');
	const words = online ? shortVersion(ssm.agentVersion) : shown(hostile(ssm.pingStatus));
	return version ? [mark, span(ours` ${words}`, 'dim')] : [mark];
};

const shortVersion = (version: string | null): Shown =>
	version === null ? ours`` : shown(hostile(version.split('.').slice(0, 2).join('.')));

/** What its boot has come to, in two words. */
export const bootCell = (box: WatchedBox | null): readonly Span[] => {
	if (box === null) return [span(ours`–`, 'dim')];
	const {boot, state} = box;
	if (boot === null || boot.entryCount === 0)
		return [span(state.state === 'waiting' ? ours`◌ no agent` : ours`◌ …`, 'busy')];
	if (boot.firstFault !== null) return [span(ours`✖ ${withoutSuffix(boot.firstFault.unit)}`, 'bad')];
	if (boot.finished) return [span(ours`✔ done`, 'good')];
	const running = boot.units.findLast(({state: unit, upSeconds}) => unit === 'running' && upSeconds === null);
	return [span(running === undefined ? ours`· booting` : ours`· ${withoutSuffix(running.name)}`, 'busy')];
};

/** 's3-sync' of 's3-sync.service'; other kinds of unit keep their suffix. */
export const withoutSuffix = (unit: string): Shown => shown(hostile(unit.replace(/\.service$/, '')));

const ageCell = ({launchedAt}: Box, {now}: Model): readonly Span[] => [
	launchedAt === null ? span(ours`–`, 'dim') : span(formatAge((now - launchedAt) / 1000)),
];

// --- those that are gone ---------------------------------------------------------------------------------------------

const graveyardPane = (model: Model): Pane => {
	const dead = (viewOf(model)?.lives ?? []).filter(({diedAt}) => diedAt !== null);
	const most = Math.min(dead.length, 12);
	return {
		id: 'graveyard',
		title: [span(ours`Graveyard`)],
		note: [
			span(dead.length === 0 ? ours`nobody died in what was read` : ours`newest of ${dead.length}`, 'dim'),
		],
		ideal: Math.max(2, most),
		rows: height =>
			dead.length === 0
				? [row(span(ours`   A box that dies is listed here with its last words.`, 'dim'))]
				: dead.slice(0, height).map(life => graveRow(model, life)),
	};
};

const graveRow = (model: Model, life: Life): Row => {
	const {instanceId, diedAt, seconds, cause, rawCause} = life;
	const words = lastWords(boxOf(model, instanceId));
	const why = cause === 'other' || cause === null ? shown(rawCause ?? hostile('')) : shown(hostile(cause));
	return row(
		span(ours`   ${diedAt === null ? ours`` : formatMinute(diedAt)}  `, 'dim'),
		span(ours`${instanceId === '' ? ours`no instance` : shortId(hostile(instanceId))}  `),
		span(ours`${shown(hostile((seconds === null ? ours`–` : formatDuration(seconds)).padStart(6)))}   `),
		span(ours`${cut(why, 20)}   `),
		words === null ? span(ours`no last words: nobody was watching`, 'dim') : span(ours`last words: ${words}`),
	);
};

/** The first fault's own message, else the end of what the console said. */
export const lastWords = (box: WatchedBox | null): Shown | null => {
	if (box === null) return null;
	const fault = box.boot?.firstFault;
	if (fault != null) return ours`${withoutSuffix(fault.unit)} ${shown(fault.message)}`;
	const console = box.console.trimEnd().split('\n').at(-1) ?? '';
	return console === '' ? null : shown(hostile(console));
};

// --- activity --------------------------------------------------------------------------------------------------------

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
