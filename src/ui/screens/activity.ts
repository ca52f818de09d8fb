/** Screen 6: the group's activities and our own changes in one order of time, oldest first. */

import type {Activity, LoggedCall} from '../../aws/types.ts';
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {DeathCause} from '../../groups/types.ts';
import {causeWords} from '../cause-words.ts';
import {formatTime, shortId} from '../format.ts';
import type {Pane} from '../frame.ts';
import {type Model, viewOf} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';

export const activityPanes = (model: Model): readonly Pane[] => {
	const rows = activityRows(model, null);
	return [
		{
			id: 'activity',
			title: [span(ours`Activity`, 'text', true)],
			note: [span(ours`oldest first`, 'dim')],
			ideal: Math.max(6, rows.length),
			rows: height => windowed(model, rows, height),
		},
	];
};

const windowed = (model: Model, rows: readonly Row[], height: number): readonly Row[] => {
	if (rows.length === 0)
		return [
			blank,
			row(span(ours`  No activities yet. They appear when the group launches or ends a box.`, 'dim')),
		];
	const back = Math.min(model.state.selected.activity, rows.length - 1);
	const end = Math.max(Math.min(height, rows.length), rows.length - back + Math.floor(height / 2));
	const to = Math.min(rows.length, end);
	const from = Math.max(0, to - height);
	const at = rows.length - 1 - back;
	return rows
		.slice(from, to)
		.map((one, index) =>
			from + index === at
				? {spans: [span(ours` ▸`, 'accent', true), ...one.spans.slice(1)], selected: true}
				: one,
		);
};

type Dated = {readonly at: number; readonly row: Row};

/** Since a moment, or all that was read. The first span of each row is two blanks, where the mark goes. */
export const activityRows = (model: Model, since: number | null): readonly Row[] => {
	const group = model.place.group;
	const view = viewOf(model);
	const activities = view?.activities ?? [];
	const causes = new Map(
		(view?.lives ?? []).flatMap(({instanceId, cause}) =>
			cause === null ? [] : [[instanceId, cause] as const],
		),
	);
	const dated: readonly Dated[] = [
		...activities.map(activity => ({at: activity.startedAt, row: activityRow(activity, causes)})),
		...model.changes
			.filter(call => call.group === group || call.group === null)
			.map(call => ({at: call.at, row: changeRow(call)})),
	];
	return dated
		.filter(({at}) => since === null || at >= since - beforeHoldMs)
		.toSorted((a, b) => a.at - b.at)
		.map(one => one.row);
};

/** The tag is written, and the suspend sent, before the hold is held. */
const beforeHoldMs = 15_000;

const activityRow = (activity: Activity, causes: ReadonlyMap<string, DeathCause>): Row => {
	const {startedAt, description, status, cause, statusMessage} = activity;
	const failed = status === 'Failed' || status === 'Cancelled';
	const running = !failed && status !== 'Successful';
	const {deed, instanceId} = deedIn(description);
	const death = instanceId === null ? undefined : causes.get(instanceId);
	const reason = failed && statusMessage !== null ? shown(statusMessage) : shown(hostile(reasonIn(cause)));
	const why = deed === 'ended' && death !== undefined && death !== 'other' ? causeWords[death] : reason;
	return row(
		span(ours`  `),
		span(ours` ${formatTime(startedAt)}  `, 'dim'),
		span(ours`asg     `, 'dim'),
		span(failed ? ours`✖ ` : running ? ours`◌ ` : ours`  `, failed ? 'bad' : 'busy'),
		span(
			ours`${shown(hostile(deed))}${instanceId === null ? ours`` : ours` ${shortId(hostile(instanceId))}`}`,
		),
		span(ours`: ${why}`, 'dim'),
	);
};

/** 'Terminating EC2 instance: i-…' is told as 'ended', a launch as 'launched', others in AWS's own words. */
const deedIn = (description: string): {readonly deed: string; readonly instanceId: string | null} => {
	const match = /^(Launching a new EC2 instance|Terminating EC2 instance): (i-[0-9a-f]+)/.exec(description);
	if (match === null) return {deed: description, instanceId: null};
	return {deed: match[1]?.startsWith('Launching') ? 'launched' : 'ended', instanceId: match[2] ?? null};
};

/** Causes begin with 'At <time> …' and repeat themselves; the last clause says why. */
const reasonIn = (cause: string): string => {
	const sentences = cause.split(/(?<=\.)\s+(?=At )/);
	return (sentences.at(-1) ?? cause).replace(/^At \S+ /, '');
};

const outcomes: Readonly<Record<LoggedCall['outcome']['state'], Span>> = {
	sent: span(ours` ◌`, 'busy'),
	ok: span(ours` ✔`, 'good'),
	failed: span(ours` ✖`, 'bad'),
};

const changeRow = ({at, operation, detail, outcome}: LoggedCall): Row =>
	row(
		span(ours`  `),
		span(ours` ${formatTime(at)}  `, 'dim'),
		span(ours`unflap  `, 'held'),
		span(ours`  ${shown(hostile(operation))} ${shown(detail)}`),
		outcomes[outcome.state],
		...(outcome.state === 'failed' ? [span(ours` ${shown(hostile(outcome.code))}`, 'bad')] : []),
	);

export const activityCount = (model: Model): number => activityRows(model, null).length;
