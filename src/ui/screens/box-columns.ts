/** Columns of a group's boxes; narrow screens lose some of them, in the order of the layout rules. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Box} from '../../groups/types.ts';
import type {WatchedBox} from '../box-watch.ts';
import {cutName, formatAge, formatVersion, shortId} from '../format.ts';
import {boxOf, type Model} from '../model.ts';
import {type Span, span} from '../span.ts';
import {type Column} from '../table.ts';
import {withoutSuffix} from '../unit-name.ts';

export const boxColumns = (model: Model): readonly Column<Box>[] => {
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

const ageCell = ({launchedAt}: Box, {now}: Model): readonly Span[] => [
	launchedAt === null ? span(ours`–`, 'dim') : span(formatAge((now - launchedAt) / 1000)),
];
