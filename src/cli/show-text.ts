/** One group as text: facts, hold and strays, boxes, hooks, lives that ended, newest activities. */
import {joinShown, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {clockText, durationText} from '../base/time-text.ts';
import type {Background} from '../groups/background.ts';
import {isLive} from '../groups/hold-tag.ts';
import {predictedDeathAt} from '../groups/predicted-death.ts';
import type {Box, GroupDetail, GroupView} from '../groups/types.ts';
import {templateLines} from '../verdict/template-text.ts';
import {changeLines} from './background-beside.ts';
import type {Printer} from './command.ts';
import {createPaint, type Paint} from './paint.ts';
import {surroundingsLines} from './surroundings-text.ts';
import {type Cell, tableLines} from './table.ts';

type ShowOptions = {readonly out: Printer; readonly now: number; readonly ascii: boolean};

const shownLives = 8;
const shownActivities = 10;

export const printGroup = (
	detail: GroupDetail,
	background: Background,
	{out, now, ascii}: ShowOptions,
): void => {
	const paint = createPaint(out.colour);
	const {view, missing} = detail;
	const title = (text: Shown) => {
		out.line(ours``);
		out.line(paint('bold', text));
	};
	for (const line of headLines(detail, now, paint)) out.line(line);
	for (const line of holdLines(view, now)) out.line(line);
	const {template} = background;
	if (template !== null) title(ours`Launch template`);
	for (const line of template === null ? [] : templateLines(template, view)) out.line(ours`  ${line}`);
	const changes = changeLines(background);
	if (changes.length > 0) title(ours`Changed before the flapping began${onsetText(background)}`);
	for (const line of changes) out.line(ours`  ${line}`);
	const around = surroundingsLines(detail, now);
	if (around.length > 0) title(ours`Around it`);
	for (const line of around) out.line(ours`  ${line}`);
	title(ours`Instances ${detail.boxes.length}`);
	for (const line of boxLines(detail.boxes, {out, now, ascii}, paint)) out.line(line);
	for (const line of predictionLines(detail, now)) out.line(line);
	if (detail.hooks.length > 0) title(ours`Lifecycle hooks`);
	for (const hook of detail.hooks)
		out.line(
			ours`  ${shown(hook.name)}  ${shown(hook.transition.replace('autoscaling:EC2_INSTANCE_', '').toLowerCase())}  heartbeat ${durationText(hook.heartbeatTimeoutSeconds)}, then ${shown(hook.defaultResult)}`,
		);
	const dead = view.lives.filter(life => life.diedAt !== null).slice(0, shownLives);
	if (dead.length > 0) title(ours`Graveyard, last ${dead.length}`);
	for (const {diedAt, instanceId, seconds, cause, rawCause} of dead)
		out.line(
			ours`  ${clockText(diedAt ?? 0)}  ${shown(instanceId || 'no instance')}  ${seconds === null ? ours`-` : durationText(seconds)}  ${shown(cause ?? '')}${cause === 'other' ? ours`  ${shown(rawCause ?? '')}` : ours``}`,
		);
	const activities = view.activities.slice(0, shownActivities);
	if (activities.length > 0) title(ours`Activities, last ${activities.length}`);
	for (const {startedAt, status, description} of activities)
		out.line(ours`  ${clockText(startedAt)}  ${shown(status)}  ${shown(description)}`);
	for (const {operation, message} of missing)
		out.warn(ours`${shown(operation)} is missing here: ${shown(message)}`);
};

const onsetText = ({onsetAt}: Background): Shown =>
	onsetAt === null ? ours`` : ours` at ${clockText(onsetAt)}`;

const headLines = ({view, targetGroups}: GroupDetail, now: number, paint: Paint): readonly Shown[] => {
	const {group, flaps, state} = view;
	const template =
		group.template === null
			? ours`no launch template`
			: ours`template ${shown(group.template.name)} ${shown(versionText(group.template.version))}`;
	const checks = group.healthCheckTypes.join('+') || 'EC2';
	const rate =
		flaps.flapsPerHour === null
			? ours`flaps unknown`
			: ours`${shown(flaps.flapsPerHour === 0 ? 'no' : flaps.flapsPerHour.toFixed(1))} flaps an hour`;
	const life =
		flaps.lifeMedianSeconds === null
			? ours``
			: ours` · lives ${durationText(flaps.lifeMedianSeconds)} ±${durationText(flaps.lifeSpreadSeconds ?? 0)}`;
	const last =
		flaps.lastDeath === null
			? ours``
			: ours` · last death ${durationText((now - flaps.lastDeath.at) / 1000)} ago: ${shown(flaps.lastDeath.cause)}`;
	return [
		ours`${paint('bold', shown(group.name))}  ${shown(state)} · ${view.inService} of ${group.desired} in service (${group.min} to ${group.max})`,
		ours`  ${template} · ${shown(checks)} check · grace ${durationText(group.healthCheckGraceSeconds)}`,
		ours`  ${rate}${life}${last}`,
		...targetGroups.map(
			target =>
				ours`  target group ${shown(target.name)} :${target.port ?? 0}${shown(target.healthCheckPath ?? '')} every ${durationText(target.intervalSeconds)}, ${target.unhealthyThreshold} misses`,
		),
	];
};

/** `v43`, but `$Latest` as it is. */
const versionText = (version: Hostile) => (/^\d/.test(version) ? `v${version}` : version);

const holdLines = ({holds, strays}: GroupView, now: number): readonly Shown[] => [
	...holds.map(hold =>
		isLive(hold, now)
			? ours`  held by ${shown(hold.owner)}@${shown(hold.host)} until ${clockText(hold.until ?? now)}: ${shown(hold.processes.join(' '))}`
			: ours`  hold ${shown(hold.holdId)} is ${shown(hold.phase)}: ${shown(hold.raw)}`,
	),
	...strays.map(
		({process, reason, since}) =>
			ours`  stray: ${shown(process)} is suspended${since === null ? ours` (${shown(reason)})` : ours` since ${durationText((now - since) / 1000)}`}, no live hold explains it`,
	),
];

/** Boxes whose check fails: when they are taken out of service if it goes on. */
const predictionLines = (detail: GroupDetail, now: number): readonly Shown[] =>
	detail.boxes.flatMap(box => {
		const at = predictedDeathAt(detail, box);
		if (at === null) return [];
		const left = at <= now ? ours`any moment now` : ours`in ${durationText((at - now) / 1000)}`;
		return [
			ours`  ! ${shown(box.instanceId)} fails its check: taken out of service about ${clockText(at)}, ${left}`,
		];
	});

const boxLines = (boxes: readonly Box[], {out, now, ascii}: ShowOptions, paint: Paint): readonly Shown[] => {
	const header = ['  #', 'INSTANCE', 'AZ', 'STATE', 'ASG HEALTH', 'TARGET', 'SSM', 'TEMPLATE', 'AGE'].map(
		(text): Cell => ({text: shown(text), paint: text => paint('dim', text)}),
	);
	const dot = ascii ? ours`*` : ours`●`;
	const rows = boxes.map(({number, instanceId, instance, target, ssm, launchedAt}): readonly Cell[] => [
		{text: ours`  ${number}`},
		{text: shown(instanceId)},
		{text: shown(instance.availabilityZone)},
		{text: shown(instance.lifecycleState)},
		{
			text: shown(instance.healthStatus),
			paint: text => (instance.healthStatus === 'Unhealthy' ? paint('red', text) : text),
		},
		{
			text:
				target === null
					? ours`-`
					: joinShown([shown(target.state), ...(target.reason === null ? [] : [shown(target.reason)])]),
			paint: text => (target?.state === 'unhealthy' ? paint('red', text) : text),
		},
		{
			text:
				ssm?.pingStatus === 'Online'
					? ours`${dot} ${shown(ssm.agentVersion ?? '')}`
					: shown(ssm?.pingStatus ?? 'none'),
		},
		{text: shown(instance.templateVersion ?? '-')},
		{text: launchedAt === null ? ours`-` : durationText((now - launchedAt) / 1000)},
	]);
	return tableLines([header, ...rows], {
		align: ['right', 'left', 'left', 'left', 'left', 'left', 'left', 'right', 'left'],
		columns: out.columns,
		widest: 40,
	});
};
