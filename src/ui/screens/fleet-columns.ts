/** Columns of the fleet's list; narrow screens lose some of them, in the order of the layout rules. */
import {hostile, ours, shown, width} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {GroupView} from '../../groups/types.ts';
import {cutName, formatAge, formatDuration, formatVersion, halveBins, sparkline} from '../format.ts';
import {isOn, type Model} from '../model.ts';
import {markOfDouble} from '../names.ts';
import {type Span, span} from '../span.ts';
import {type Column} from '../table.ts';

/** '◌ unknown', '✖ deleting' is cut. */
const stateCells = 9;
/** The mark before each row, and a blank at its end. */
const markCells = 4;

export const columnsFor = (model: Model): readonly Column<GroupView>[] => {
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
