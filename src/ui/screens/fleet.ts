/** Screen 1: the groups, worst first; below, why the selected one flaps and whose suspensions are on it. */
import {hostile, joinShown, ours, shown, width} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {GroupView} from '../../groups/types.ts';
import {causeWords} from '../cause-words.ts';
import {
	cutName,
	formatAge,
	formatDuration,
	formatMinute,
	formatVersion,
	halveBins,
	plural,
	sparkline,
} from '../format.ts';
import {emptyNote, type Pane} from '../frame.ts';
import {isOn, type Model} from '../model.ts';
import {markOfDouble} from '../names.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {type Column, headingRow, tableRow, windowStart} from '../table.ts';

/** Groups that the filter leaves, in the order of the list. */
export const visibleGroups = (model: Model): readonly GroupView[] =>
	(model.groups ?? []).filter(view => matches(view, model.state.filter));

const matches = ({group}: GroupView, filter: string) =>
	filter
		.toLowerCase()
		.split(/\s+/)
		.every(part => group.name.toLowerCase().includes(part));

export const selectedGroup = (model: Model): GroupView | undefined => {
	const visible = visibleGroups(model);
	return visible.find(({group}) => group.name === model.state.selected.group) ?? visible[0];
};

export const fleetPanes = (model: Model): readonly Pane[] => {
	const view = selectedGroup(model);
	return [listPane(model), ...(view === undefined ? [] : [whyPane(model, view), ...strayPanes(model)])];
};

export const fleetStatus = ({groups}: Model): readonly Span[] => {
	if (groups === null) return [];
	const count = (state: GroupView['state']) => groups.filter(view => view.state === state).length;
	const strays = groups.filter(view => view.strays.length > 0).length;
	return [
		span(ours`${count('flapping')} flapping`, count('flapping') > 0 ? 'bad' : 'dim'),
		...(count('held') > 0 ? [span(ours` · ${count('held')} held`, 'held')] : []),
		span(ours` · ${plural(strays, 'stray hold')} · ${count('calm')} calm`, 'dim'),
	];
};

const listPane = (model: Model): Pane => {
	const {groups, state} = model;
	const filter =
		state.filter === '' && state.field?.kind !== 'filter'
			? []
			: [span(ours` · /${shown(hostile(state.filter))}`, 'accent')];
	return {
		id: 'groups',
		title: [
			span(ours`Auto Scaling Groups ${groups === null ? ours`…` : ours`${groups.length}`}`, 'text', true),
		],
		note: [span(ours`worst first`, 'dim'), ...filter],
		ideal: Math.max(6, (groups?.length ?? 6) + 1),
		rows: height => listRows(model, height),
	};
};

const listRows = (model: Model, height: number): readonly Row[] => {
	const {state} = model;
	const layout = columnsFor(model);
	const headings = headingRow(layout, state.size.columns - 2);
	if (model.groups === null) return [headings, ...skeleton(model, height - 1)];
	const visible = visibleGroups(model);
	if (visible.length === 0) return [headings, blank, emptyNote(emptyText(model))];
	const selected = visible.findIndex(({group}) => group.name === selectedGroup(model)?.group.name);
	const from = windowStart(selected, visible.length, height - 1);
	return [
		headings,
		...visible.slice(from, from + height - 1).map((view, index) =>
			tableRow(layout, view, {
				selected: from + index === selected,
				marked: state.marked.has(view.group.name),
			}),
		),
	];
};

const emptyText = ({state, facts, poll}: Model): Shown => {
	if (poll.problem !== null) return poll.problem.message;
	if (state.filter !== '')
		return ours`nothing matches /${shown(hostile(state.filter))}   esc clears the filter`;
	return ours`No Auto Scaling groups in ${shown(hostile(facts.region))}. R changes the region, P the profile.`;
};

const skeleton = ({poll}: Model, height: number): readonly Row[] =>
	poll.problem === null
		? Array.from({length: Math.min(6, height)}, () => row(span(ours`   ░░░░░░░░░░░░`, 'dim')))
		: [
				blank,
				row(span(ours`   ${poll.problem.message}`, 'bad')),
				...poll.problem.next.map(text => row(span(ours`   ▸ ${text}`))),
			];

/** '◌ unknown', '✖ deleting' is cut. */
const stateCells = 9;
/** The mark before each row, and a blank at its end. */
const markCells = 4;

const columnsFor = (model: Model): readonly Column<GroupView>[] => {
	const {columns} = model.state.size;
	const half = columns < 100;
	const wide = columns >= 140;
	const others: readonly (Column<GroupView> | false)[] = [
		{heading: ours`FLAPS/H`, cells: 7, side: 'right', cell: flapsCell},
		columns >= 76 && {
			heading: half ? ours`LAST 2 H` : ours`LAST 2 H, 5-MIN BINS`,
			cells: half ? 12 : 24,
			side: 'left',
			cell: view => [
				span(
					sparkline(half ? halveBins(view.flaps.bins) : view.flaps.bins),
					view.state === 'flapping' ? 'bad' : 'dim',
				),
			],
		},
		{heading: ours`IN/WANT`, cells: 7, side: 'right', cell: inWantCell},
		wide && {
			heading: ours`MIN/MAX`,
			cells: 7,
			side: 'right',
			cell: ({group}) => [span(ours`${group.min}/${group.max}`, 'dim')],
		},
		columns >= 90 && {heading: ours`LIFE P50`, cells: 8, side: 'right', cell: lifeCell},
		columns >= 70 && {
			heading: ours`LAST DEATH`,
			cells: 14,
			side: 'left',
			cell: view => deathCell(view, model),
		},
		wide && {
			heading: ours`TEMPLATE`,
			cells: 20,
			side: 'left',
			cell: ({group}) => [
				span(
					group.template === null
						? ours`–`
						: ours`${shown(group.template.name)} ${formatVersion(group.template.version)}`,
					'dim',
				),
			],
		},
		{heading: ours`STATE`, cells: stateCells, side: 'left', cell: view => stateCell(view, model)},
	];
	const kept = others.filter(column => column !== false);
	const used = kept.reduce((sum, {cells}) => sum + cells + 2, 0);
	const room = columns - 2 - markCells - used;
	const nameCells = Math.max(10, Math.min(60, room));
	const name: Column<GroupView> = {
		heading: ours`GROUP`,
		cells: nameCells,
		side: 'left',
		cell: ({group}) => {
			const double = markOfDouble(model, group.name);
			return [span(double, 'warn'), span(cutName(shown(group.name), nameCells - width(double)))];
		},
	};
	return [name, ...kept];
};

const flapsCell = ({flaps}: GroupView): readonly Span[] =>
	flaps.flapsPerHour === null
		? [span(ours`?`, 'dim')]
		: [
				span(
					(flaps.flapsPerHour === 0 ? '0' : flaps.flapsPerHour.toFixed(1)) as Shown,
					flaps.flapsPerHour >= 3 ? 'bad' : 'text',
				),
			];

const inWantCell = ({group, inService}: GroupView): readonly Span[] => [
	span(ours`${inService}/${group.desired}`, inService < group.desired ? 'warn' : 'text'),
];

const lifeCell = ({flaps}: GroupView): readonly Span[] => [
	flaps.lifeMedianSeconds === null ? span(ours`–`, 'dim') : span(formatDuration(flaps.lifeMedianSeconds)),
];

const deathCell = ({flaps}: GroupView, {now}: Model): readonly Span[] =>
	flaps.lastDeath === null
		? [span(ours`–`, 'dim')]
		: [
				span(
					ours`${shown(hostile(flaps.lastDeath.cause)).slice(0, 4).padEnd(4) as Shown} ${formatAge((now - flaps.lastDeath.at) / 1000)} ago`,
				),
			];

const stateCell = (view: GroupView, model: Model): readonly Span[] => {
	const own = model.holds.find(hold => hold.group === view.group.name && isOn(hold));
	if (own !== undefined) return [span(ours`■ HELD`, 'held', true)];
	switch (view.state) {
		case 'flapping':
			return [span(ours`▲ FLAPS`, 'bad', true)];
		case 'held':
			return [span(ours`■ HELD`, 'held', true)];
		case 'stray':
			return [span(ours`‖ STRAY`, 'bad')];
		case 'calm':
			return [span(ours`● calm`, 'good')];
		case 'deleting':
			return [span(ours`✖ deleting`, 'warn')];
		default:
			return [span(ours`◌ unknown`, 'dim')];
	}
};

const whyPane = (model: Model, view: GroupView): Pane => {
	const rows = whyRows(model, view);
	return {
		id: 'why',
		title: [span(cutName(shown(view.group.name), 40), 'accent', true)],
		note: [span(view.state === 'flapping' ? ours`why it flaps` : ours`what it does`, 'dim')],
		ideal: rows.length,
		rows: () => rows,
	};
};

const whyRows = (model: Model, view: GroupView): readonly Row[] => {
	const {flaps, group} = view;
	if (flaps.flapsPerHour === null)
		return [
			row(ours`  Its activities were not read: ? means unknown. enter opens the group and reads them.`),
		];
	if (flaps.deaths === 0 || view.state !== 'flapping')
		return [
			row(
				span(
					ours`  ${flaps.deaths === 0 ? ours`No deaths` : plural(flaps.deaths, 'death')} in what was read. ${view.inService} of ${group.desired} in service, template ${group.template === null ? ours`–` : ours`${formatVersion(group.template.version)}`}.`,
				),
			),
		];
	const since = flaps.since === null ? ours`the first we read` : formatMinute(flaps.since);
	const life = flaps.lifeMedianSeconds;
	const spread = flaps.lifeSpreadSeconds ?? 0;
	const clock = life !== null && spread <= life * 0.1 ? ours` That is a clock, not luck.` : ours``;
	return [
		row(
			span(
				ours`  ${plural(flaps.launches, 'launch', 'launches')} and ${plural(flaps.deaths, 'death')} since ${since}. `,
			),
			span(
				life === null ? ours`` : ours`Every box lived ${formatDuration(life)} ±${formatDuration(spread)}.`,
			),
			span(clock, 'warn'),
		),
		...timeline(view, model.state.size.columns - 2),
		row(span(ours`  Died of   `, 'dim'), span(causes(view))),
		...(flaps.lastDeath === null
			? []
			: [row(span(ours`            `), span(shown(flaps.lastDeath.rawCause), 'dim'))]),
		row(
			span(ours`  Began     `, 'dim'),
			span(ours`${since} UTC`),
			span(
				group.template === null ? ours`` : ours`, template now ${formatVersion(group.template.version)}`,
				'dim',
			),
		),
		row(
			span(ours`  Do        `, 'dim'),
			span(ours`H`, 'accent'),
			span(ours` holds the group; `),
			span(ours`3`, 'accent'),
			span(ours` watches a boot; `),
			span(ours`5`, 'accent'),
			span(ours` shows the evidence`),
		),
	];
};

/** launch ── 1m12s ──▸ in service ── 5m00s grace ──▸ checks count ── 29s ──▸ killed */
const timeline = (view: GroupView, cells: number): readonly Row[] => {
	const {flaps, group} = view;
	const life = flaps.lifeMedianSeconds;
	if (life === null) return [];
	const start = launchSeconds(view);
	const grace = group.healthCheckGraceSeconds;
	const checks = start === null ? null : life - start - grace;
	const isByElb = flaps.lastDeath?.cause === 'elb';
	const steps: readonly Step[] =
		start === null || checks === null || checks < 0 || !isByElb
			? [{took: formatDuration(life), next: ours`killed`}]
			: [
					{took: formatDuration(start), next: ours`in service`},
					{took: ours`${formatDuration(grace)} grace`, next: ours`checks count`},
					{took: formatDuration(checks), next: ours`killed`},
				];
	const words = steps.reduce(
		(sum, {took, next}) => sum + width(took) + width(next) + 5,
		width(ours`  launch`),
	);
	const dash = Math.max(1, Math.min(4, Math.floor((cells - words) / (steps.length * 2))));
	const rule = ours`${shown(hostile('─'.repeat(dash)))}`;
	const drawn = steps.flatMap(({took, next}, index) => [
		span(ours` ${rule} ${took} ${rule}▸ `, 'dim'),
		span(next, index === steps.length - 1 ? 'bad' : 'text'),
	]);
	return [blank, row(span(ours`  launch`), ...drawn), blank];
};

type Step = {readonly took: Shown; readonly next: Shown};

/** Median of the launches: a box is in service when its launch activity ends. */
const launchSeconds = ({activities}: GroupView): number | null => {
	const seconds = activities
		.filter(
			({description, status, endedAt}) =>
				/^Launching/.test(description) && status === 'Successful' && endedAt !== null,
		)
		.map(({startedAt, endedAt}) => ((endedAt ?? startedAt) - startedAt) / 1000)
		.toSorted((a, b) => a - b);
	return seconds[Math.floor(seconds.length / 2)] ?? null;
};

const causes = ({flaps}: GroupView): Shown =>
	joinShown(
		[...flaps.causes]
			.toSorted((a, b) => b[1] - a[1])
			.map(([cause, count]) => ours`${causeWords[cause]}, ${count} of ${flaps.deaths}`),
		ours` · `,
	);

/** The group whose stray the lower pane tells of: the selected one's, else the first there is. */
export const strayGroup = (model: Model): GroupView | undefined => {
	const selected = selectedGroup(model);
	return selected !== undefined && selected.strays.length > 0
		? selected
		: visibleGroups(model).find(({strays}) => strays.length > 0);
};

const strayPanes = (model: Model): readonly Pane[] => {
	const view = strayGroup(model);
	if (view === undefined) return [];
	const rows = [
		...view.strays.map(({process, since}) =>
			row(
				span(ours`  ‖ ${shown(hostile(process))}`, 'bad'),
				span(
					ours` suspended${since === null ? ours`` : ours` ${agoWords((model.now - since) / 1000)}`}, no owner tag.`,
				),
				span(process === 'ReplaceUnhealthy' ? ours` Nothing has healed this group since.` : ours``),
			),
		),
		row(span(ours`    a ▸ `, 'accent'), span(ours`adopt, resume, or mark as intended`)),
	];
	return [
		{
			id: 'stray',
			title: [span(cutName(shown(view.group.name), 40), 'accent', true)],
			note: [span(ours`a hold that is not ours`, 'dim')],
			ideal: rows.length,
			rows: () => rows,
		},
	];
};

const agoWords = (seconds: number): Shown => {
	const days = Math.floor(seconds / 86_400);
	return days >= 1 ? ours`${plural(days, 'day')} ago` : ours`${formatAge(seconds)} ago`;
};
