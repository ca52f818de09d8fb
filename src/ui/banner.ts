/** The banner of a hold on a group: ours, heavy and unmissable; somebody else's says so. */
import {hostile, joinShown, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {GroupView} from '../groups/types.ts';
import type {HoldView} from '../hold/types.ts';
import {formatCountdown, formatTime, shortId} from './format.ts';
import {boxed} from './frame.ts';
import {holdOn, type Model} from './model.ts';
import {type Row, row, type Span, span, spread} from './span.ts';

export const banner = (model: Model, view: GroupView | null): readonly Row[] => {
	const {columns} = model.state.size;
	const hold = holdOn(model, model.place.group);
	if (hold !== undefined) return boxed(ownRows(model, hold, columns - 2), columns, 'heavy');
	const others = view?.holds.filter(tag => tag.phase === 'live') ?? [];
	if (others.length === 0) return [];
	const owners = joinShown(
		others.map(({owner, host}) => ownerOf(owner, host)),
		ours` and `,
	);
	const until = others[0]?.until;
	const line = row(
		span(ours`  ■ HELD by ${owners}`, 'held', true),
		span(ours`, not ours`, 'warn'),
		span(until == null ? ours`` : ours`   until ${formatTime(until)}   H joins it`, 'dim'),
	);
	return boxed([line], columns, 'heavy');
};

export const ownerOf = (owner: string, host: string): Shown =>
	owner.includes('@') || host === '' ? shown(hostile(owner)) : shown(hostile(`${owner}@${host}`));

const ownRows = (model: Model, hold: HoldView, cells: number): readonly Row[] => {
	const isShort = model.state.size.rows < 30;
	return isShort
		? [whoRow(model, hold, cells), coveredRow(hold, true)]
		: [whoRow(model, hold, cells), suspendedRow(hold), coveredRow(hold, false), netRow()];
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
	const bar = state.size.columns < 80 ? ours`` : ours` ▕${barOf(left / hold.totalSeconds, 30)}▏`;
	const end = [
		span(ours`ends in ${formatCountdown(left)}`, token, true),
		span(bar, token),
		span(ours` of ${formatCountdown(hold.totalSeconds)}   `, 'dim'),
	];
	return spread(who, end, cells);
};

const barOf = (share: number, cells: number): Shown => {
	const full = Math.max(1, Math.min(cells, Math.round(share * cells)));
	return ('█'.repeat(full) + '░'.repeat(cells - full)) as Shown;
};

const suspendedRow = ({wanted, baseline}: HoldView): Row => {
	const names = wanted.map(name => shown(hostile(name)));
	const shownNames = names.length > 4 ? names.slice(0, 3) : names;
	const rest = names.length - shownNames.length;
	const off =
		baseline.length === 0
			? ours``
			: ours` (${joinShown(
					baseline.map(name => shown(hostile(name))),
					ours`, `,
				)} was off before)`;
	return row(
		span(ours`    we suspended   `, 'dim'),
		span(joinShown(shownNames)),
		span(rest === 0 ? ours`` : ours` and ${rest} more`),
		span(off, 'dim'),
	);
};

const coveredRow = ({covered, notCovered}: HoldView, isShort: boolean): Row => {
	const first = notCovered[0];
	return row(
		span(ours`    covered ${covered.length} · `),
		span(ours`not covered ${notCovered.length}`, notCovered.length > 0 ? 'warn' : 'text'),
		span(
			first === undefined
				? ours``
				: ours`   ${shortId(hostile(first.instanceId))} ${shown(hostile(first.why))}`,
			'dim',
		),
		...(isShort ? [span(ours`   no server-side net yet`, 'warn')] : []),
	);
};

const netRow = (): Row =>
	row(
		span(ours`    if this laptop dies   `, 'dim'),
		span(ours`no server-side net yet: if unflap alone dies, its guardian releases`, 'warn'),
	);
