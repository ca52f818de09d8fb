/** Plain overlays: errors and throttling, our changes, details, units, actions. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Overlay} from '../app-state.ts';
import {formatAge, plural} from '../format.ts';
import type {Model} from '../model.ts';
import {selectedGroup} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import {blank, type Row, row, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

const close = row(span(ours`  esc`, 'accent'), span(ours` closes`));

export const errorsView = (
	{errors, now, poll}: Model,
	{scroll}: Extract<Overlay, {kind: 'errors'}>,
): OverlayView => ({
	title: [span(ours`Errors`, 'text', true)],
	look: 'light',
	rows:
		errors.length === 0
			? [
					blank,
					row(span(ours`  no errors since the start`, 'dim')),
					...(poll.ageSeconds === null
						? []
						: [row(span(ours`  last answer ${formatAge(poll.ageSeconds)} ago`, 'dim'))]),
				]
			: errors
					.toSorted((a, b) => b.lastAt - a.lastAt)
					.flatMap(({operation, code, message, count, lastAt, advice}) => [
						row(
							span(ours`  ${shown(hostile(operation))}`, 'text', true),
							span(ours`  ${shown(hostile(code))} ×${count}`, 'bad'),
							span(ours`  ${formatAge((now - lastAt) / 1000)} ago`, 'dim'),
						),
						...wrapWords(shown(message), 72).map(line => row(span(ours`    ${line}`))),
						...wrapWords(shown(hostile(advice)), 70).map((line, index) =>
							row(span(index === 0 ? ours`    ▸ ` : ours`      `, 'accent'), span(line)),
						),
						blank,
					]),
	asks: [close],
	scroll,
});

export const detailsView = (model: Model, {scroll}: Extract<Overlay, {kind: 'details'}>): OverlayView => ({
	title: [span(ours`Details`, 'text', true)],
	look: 'light',
	rows: [blank, ...detailRows(model)],
	asks: [
		row(
			span(ours`  c`, 'accent'),
			span(ours` copies the name   `),
			span(ours`esc`, 'accent'),
			span(ours` closes`),
		),
	],
	scroll,
});

const detailRows = (model: Model): readonly Row[] => {
	const {place} = model;
	const box = place.screen === 'fleet' ? undefined : selectedBox(model);
	if (box !== undefined)
		return facts([
			[ours`instance`, box.instanceId],
			[ours`name`, box.nameTag],
			[ours`state`, box.instance.lifecycleState],
			[ours`health`, box.instance.healthStatus],
			[
				ours`target`,
				box.target === null
					? null
					: `${box.target.state} ${box.target.reason ?? ''} ${box.target.description ?? ''}`,
			],
			[ours`zone`, box.instance.availabilityZone],
			[ours`type`, box.instance.instanceType],
			[ours`address`, box.privateIp],
			[ours`template`, box.instance.templateVersion],
			[ours`launched`, box.launchedAt === null ? null : new Date(box.launchedAt).toISOString()],
			[ours`agent`, box.ssm === null ? null : `${box.ssm.pingStatus} ${box.ssm.agentVersion ?? ''}`],
		]);
	const view = selectedGroup(model);
	if (view === undefined) return [row(span(ours`  nothing is selected`, 'dim'))];
	const {group} = view;
	return facts([
		[ours`group`, group.name],
		[ours`arn`, group.arn],
		[ours`size`, `${group.min} ≤ ${group.desired} ≤ ${group.max}`],
		[ours`checks`, group.healthCheckTypes.join(', ')],
		[ours`grace`, `${group.healthCheckGraceSeconds} s`],
		[ours`template`, group.template === null ? null : `${group.template.name} v${group.template.version}`],
		[
			ours`suspended`,
			group.suspended.map(({process, reason}) => `${process} (${reason})`).join(', ') || 'nothing',
		],
		[ours`tags`, group.tags.map(({key, value}) => `${key}=${value}`).join('  ')],
	]);
};

const facts = (list: readonly (readonly [Shown, string | null])[]): readonly Row[] =>
	list.flatMap(([label, value]) =>
		wrapLong(value === null || value === '' ? ours`–` : shown(hostile(value)), 60).map((line, index) =>
			row(
				span(index === 0 ? (`  ${label}`.padEnd(14) as Shown) : (' '.repeat(14) as Shown), 'dim'),
				span(line),
			),
		),
	);

/** Words where there are any, else hard pieces: names of 120 characters have no blanks. */
const wrapLong = (text: Shown, cells: number): readonly Shown[] =>
	wrapWords(text, cells).flatMap(line =>
		line.length <= cells
			? [line]
			: (line.match(new RegExp(`.{1,${cells}}`, 'gu')) ?? []).map(piece => piece as Shown),
	);

export const unitsView = (
	{store}: Model,
	{selected, chosen}: Extract<Overlay, {kind: 'units'}>,
): OverlayView => {
	const units = (store?.units() ?? []).filter(({unit}) => unit !== '');
	return {
		title: [
			span(ours`Units`, 'text', true),
			span(ours` ${chosen.size === 0 ? ours`all` : ours`${chosen.size} chosen`}`, 'dim'),
		],
		look: 'light',
		rows: units.map(({unit, lines, errors}, index) => ({
			...row(
				span(index === selected ? ours` ▸ ` : ours`   `, 'accent'),
				span(chosen.has(unit) ? ours`◆ ` : ours`◇ `, chosen.has(unit) ? 'accent' : 'dim'),
				span(shown(unit)),
				span(ours`  ${plural(lines, 'line')}`, 'dim'),
				...(errors > 0 ? [span(ours`  ${plural(errors, 'error')}`, 'bad')] : []),
			),
			...(index === selected ? {selected: true} : {}),
		})),
		asks: [
			row(
				span(ours`  space`, 'accent'),
				span(ours` marks   `),
				span(ours`enter`, 'accent'),
				span(ours` shows the marked, or the one under ▸   `),
				span(ours`esc`, 'accent'),
				span(ours` leaves it`),
			),
		],
		scroll: Math.max(0, selected - 8),
	};
};
