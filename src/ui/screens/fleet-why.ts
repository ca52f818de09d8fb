/** Below the fleet: why the selected group flaps, and whose suspensions are on it. */
import {hostile, joinShown, ours, shown, width} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {GroupView} from '../../groups/types.ts';
import {causeWords} from '../cause-words.ts';
import {cutName, formatAge, formatDuration, formatMinute, formatVersion, plural} from '../format.ts';
import {type Pane} from '../frame.ts';
import {type Model} from '../model.ts';
import {blank, type Row, row, span} from '../span.ts';

export const whyPane = (model: Model, view: GroupView): Pane => {
	const rows = whyRows(model, view);
	return {
		id: 'why',
		title: [span(cutName(shown(view.group.name), 40), 'accent', true)],
		note: [span(hasFlapped(view) ? ours`why it flaps` : ours`what it does`, 'dim')],
		ideal: rows.length,
		rows: () => rows,
	};
};

/** A held group does not flap now; why it did is still what one wants to read. */
const hasFlapped = ({state, flaps}: GroupView): boolean =>
	flaps.deaths > 0 && (state === 'flapping' || (state === 'held' && (flaps.flapsPerHour ?? 0) >= 3));

const whyRows = (model: Model, view: GroupView): readonly Row[] => {
	const {flaps, group} = view;
	if (flaps.flapsPerHour === null)
		return [
			row(ours`  Its activities were not read: ? means unknown. enter opens the group and reads them.`),
		];
	if (!hasFlapped(view))
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

export const strayPanes = (model: Model, view: GroupView | undefined): readonly Pane[] => {
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
