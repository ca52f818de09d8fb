/** The banner of a hold on a group: ours, heavy and unmissable; somebody else's says so. */
import type {AwsMs} from '../base/clock.ts';
import {cut, hostile, joinShown, ours, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import type {GroupView} from '../groups/types.ts';
import type {HeldElsewhere, HoldView} from '../hold/types.ts';
import {netRow, shortNet} from './banner-net.ts';
import {formatCountdown, formatDuration, formatTime, plural, shortId} from './format.ts';
import {boxed} from './frame.ts';
import {holdOn, type Model} from './model.ts';
import {type Row, row, rowWidth, type Span, span, spread} from './span.ts';

export const banner = (model: Model, view: GroupView | null): readonly Row[] => {
	const {columns} = model.state.size;
	const hold = holdOn(model, model.place.group);
	const rows = [
		...(hold === undefined ? othersRows(model, view, columns - 2) : ownRows(model, hold, columns - 2)),
		...patientRows(model),
		...catchRows(model),
	];
	return rows.length === 0 ? [] : boxed(rows, columns, 'heavy');
};

/** Whose hold it is, until when, and what resumes without them. */
const othersRows = (model: Model, view: GroupView | null, cells: number): readonly Row[] => {
	const others = view?.holds.filter(tag => tag.phase === 'live') ?? [];
	if (others.length === 0) return [];
	const known = (holdId: string) => model.elsewhere.find(one => one.holdId === holdId);
	const isShort = model.state.size.rows < 30;
	const shownOnes = others.slice(0, isShort ? 1 : 2);
	const rows = shownOnes.flatMap(({holdId, owner, host, until, why}) => [
		spread(
			[
				span(ours`  ■ HELD by ${ownerOf(owner, host)}`, 'held', true),
				span(ours`, not ours`, 'warn'),
				span(why === '' ? ours`` : ours`   ${shown(hostile(why))}`, 'dim'),
			],
			[
				span(until === null ? ours`` : ours`lease until ${formatTime(until)}   `, 'dim'),
				span(ours`H joins it   `, 'dim'),
			],
			cells,
		),
		...(isShort ? [] : [row(...othersNet(known(holdId)?.fuse))]),
	]);
	const more = others.length - shownOnes.length;
	return more === 0 ? rows : [...rows, row(span(ours`    and ${plural(more, 'more hold')}`, 'dim'))];
};

const othersNet = (fuse: HeldElsewhere['fuse'] | undefined): readonly Span[] => {
	const label = span(ours`    if they are gone   `, 'dim');
	if (fuse === undefined) return [label, span(ours`looking for its fuse …`, 'dim')];
	if (fuse === null)
		return [label, span(ours`no fuse was seen: only they, or their guardian, resume`, 'warn')];
	return [
		label,
		span(
			ours`AWS resumes at ${formatTime(fuse.deadline)}, by fuse ${cut(shown(hostile(fuse.executionId)), 5)} ${shown(hostile(fuse.state))} `,
		),
		fuse.state === 'InProgress' ? span(ours`✔`, 'good') : span(ours`◌`, 'warn'),
	];
};

/** Boxes that runs of this user took out of service here: changed by us in AWS, until they are back. */
const patientRows = ({patients, place}: Model): readonly Row[] =>
	patients
		.filter(({group}) => group === place.group)
		.slice(0, 2)
		.map(({instanceId, way, since, owner}) =>
			row(
				span(ours`  ■ TAKEN OUT ${shortId(hostile(instanceId))}`, 'held', true),
				span(
					ours` ${way === 'standby' ? ours`in Standby` : ours`detached`} since ${formatTime(since)} by ${shown(hostile(owner))}`,
					'held',
				),
				span(way === 'standby' ? ours`   a brings it back` : ours`   it lives on outside the group`, 'dim'),
			),
		);

/** A catch of this process: it waits, or keeps its box. */
const catchRows = ({catches, pins, place}: Model): readonly Row[] =>
	catches
		.filter(({group}) => group === place.group)
		.map(({since, holds, box}) => {
			if (box === null)
				return row(
					span(ours`  ◆ CATCH waits for the next box since ${formatTime(since)}`, 'held', true),
					span(holds ? ours`, then holds` : ours``, 'held'),
					span(ours`   C ends it`, 'dim'),
				);
			const pin = pins.find(({instanceId}) => instanceId === box.instanceId);
			return row(
				span(ours`  ◆ CAUGHT ${shortId(hostile(box.instanceId))}`, 'held', true),
				span(ours` ${shown(hostile(box.lifecycleState))}`, 'held'),
				span(pin === undefined ? ours`` : ours`   ${shown(pin.says)}`, 'dim'),
				span(ours`   C lets it go`, 'dim'),
			);
		});

export const ownerOf = (owner: string, host: string): Shown =>
	owner.includes('@') || host === '' ? shown(hostile(owner)) : shown(hostile(`${owner}@${host}`));

const ownRows = (model: Model, hold: HoldView, cells: number): readonly Row[] => {
	const isShort = model.state.size.rows < 30;
	const asks = hold.question === null ? [] : [questionRow(hold.question)];
	const rows = isShort
		? [whoRow(model, hold, cells), coveredRow(model, hold, true)]
		: [whoRow(model, hold, cells), suspendedRow(hold), coveredRow(model, hold, false), netRow(model, hold)];
	return [...rows, ...dyingRows(model, hold), ...idleRows(model), ...asks];
};

const whoRow = ({now, state}: Model, hold: HoldView, cells: number): Row => {
	const left = (hold.until - now) / 1000;
	const token = left < 300 ? 'bad' : 'held';
	const owners = joinShown(
		[hold.owner, ...hold.others].map(owner => shown(hostile(owner))),
		ours` and `,
	);
	const doing = hold.phase === 'releasing' ? ours`  releasing` : ours``;
	const who: readonly Span[] = [
		span(ours`  ■ HELD by ${owners}`, 'held', true),
		span(ours`${hold.since === null ? ours`` : ours` since ${formatTime(hold.since)}`}${doing}`, 'held'),
	];
	const ends = ours`ends in ${formatCountdown(left)}`;
	const total = ours` of ${formatCountdown(hold.totalSeconds)}   `;
	const room = cells - rowWidth({spans: who}) - width(ends) - width(total) - barFrame;
	const hasBar = state.size.columns >= 80 && room >= leastBar;
	const bar = hasBar ? ours` ▕${barOf(left / hold.totalSeconds, Math.min(widestBar, room))}▏` : ours``;
	const end = [span(ends, token, true), span(bar, token), span(total, 'dim')];
	return spread(who, end, cells);
};

const widestBar = 30;
const leastBar = 6;
/** Blanks and edges around the bar, and one blank before what ends. */
const barFrame = 4;

const barOf = (share: number, cells: number): Shown => {
	const full = Math.max(1, Math.min(cells, Math.round(share * cells)));
	return ('█'.repeat(full) + '░'.repeat(cells - full)) as Shown;
};

const suspendedRow = ({wanted, baseline, adopted}: HoldView): Row => {
	const names = wanted.map(name => shown(hostile(name)));
	const shownNames = names.length > 4 ? names.slice(0, 3) : names;
	const rest = names.length - shownNames.length;
	const list = (processes: readonly string[]) =>
		joinShown(
			processes.map(name => shown(hostile(name))),
			ours`, `,
		);
	return row(
		span(ours`    we suspended   `, 'dim'),
		span(joinShown(shownNames)),
		span(rest === 0 ? ours`` : ours` and ${rest} more`),
		span(adopted.length === 0 ? ours`` : ours`, adopted ${list(adopted)}`, 'held'),
		span(baseline.length === 0 ? ours`` : ours` (${list(baseline)} was off before)`, 'dim'),
	);
};

const coveredRow = (model: Model, hold: HoldView, isShort: boolean): Row => {
	const {covered, notCovered} = hold;
	const first = notCovered[0];
	return row(
		span(ours`    covered ${covered.length} · `),
		span(ours`not covered ${notCovered.length}`, notCovered.length > 0 ? 'warn' : 'text'),
		...(isShort ? [span(ours`   `), ...shortNet(hold, model.now)] : []),
		span(first === undefined ? ours`` : ours`   ${whyNot(model, first)}`, 'dim'),
	);
};

/** A pinned box is kept by heartbeats, so long as its hook allows; another one until its hook runs out, or somebody ends it. */
const whyNot = (model: Model, {instanceId, why}: HoldView['notCovered'][number]): Shown => {
	const {pins, now} = model;
	const pin = pins.find(one => one.instanceId === instanceId && one.state !== 'ended');
	const id = shortId(hostile(instanceId));
	if (pin?.state === 'failing') return ours`${id} is pinned, but ${shown(pin.says)}`;
	if (pin?.until != null)
		return ours`${id} is Pending: its launch hook keeps it, for ${formatDuration((pin.until - now) / 1000)}`;
	const hookEnd = endOfHook(model, instanceId);
	return hookEnd === null || hookEnd <= now
		? ours`${id} ${shown(hostile(why))}`
		: ours`${id} is Pending: its launch hook keeps it, for ${formatDuration((hookEnd - now) / 1000)}`;
};

/** Counted from the launch, which is before the wait: the hook runs out then, or later. */
const endOfHook = ({detail}: Model, instanceId: string): AwsMs | null => {
	const box = detail?.boxes.find(one => one.instanceId === instanceId);
	if (box === undefined || box.launchedAt === null || box.instance.lifecycleState !== 'Pending:Wait')
		return null;
	const hooks = (detail?.hooks ?? []).filter(({transition}) => transition.endsWith('EC2_INSTANCE_LAUNCHING'));
	if (hooks.length === 0) return null;
	return box.launchedAt + Math.min(...hooks.map(hook => hook.heartbeatTimeoutSeconds)) * 1000;
};

/** In the last five minutes: who goes with the hold. */
const dyingRows = ({state, now}: Model, {holdId, until}: HoldView): readonly Row[] => {
	const dying = state.dying[holdId];
	if (dying === undefined || until - now > 300_000) return [];
	const names = joinShown(dying.slice(0, 3).map(shortId), ours` `);
	const more = dying.length > 3 ? ours` and ${dying.length - 3} more` : ours``;
	return [
		row(
			span(ours`    at its end   `, 'dim'),
			dying.length === 0
				? span(ours`nobody dies`, 'good')
				: span(
						ours`✖ ${names}${more} ${dying.length === 1 ? ours`dies, or may` : ours`die, or may`}`,
						'bad',
						true,
					),
			span(ours`   + keeps holding 15 more minutes`, 'dim'),
		),
	];
};

const idleRows = ({state}: Model): readonly Row[] =>
	state.idle === 'no'
		? []
		: [
				row(
					span(ours`    nobody there?   `, 'dim'),
					span(
						state.idle === 'warned'
							? ours`no key for 30 minutes: without one the lease is renewed no more`
							: ours`the lease is renewed no more: any key renews it again`,
						'bad',
						true,
					),
				),
			];

const questionRow = (question: Hostile): Row =>
	row(span(ours`    ? ${shown(question)}   H answers`, 'bad', true));
