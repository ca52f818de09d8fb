/** Boxes that are gone: how long they lived, of what they died, their last words. */
import {cut, hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Life} from '../../groups/types.ts';
import type {WatchedBox} from '../box-watch.ts';
import {formatDuration, formatMinute, shortId} from '../format.ts';
import type {Pane} from '../frame.ts';
import {boxOf, type Model, viewOf} from '../model.ts';
import {type Row, row, span} from '../span.ts';
import {withoutSuffix} from '../unit-name.ts';

export const graveyardPane = (model: Model): Pane => {
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
