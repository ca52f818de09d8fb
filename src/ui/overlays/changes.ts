/** `@`: every call that changed AWS, newest first, with its outcome, the AWS CLI line that does it and what undoes it. */
import type {LoggedCall} from '../../aws/types.ts';
import type {AwsMs} from '../../base/clock.ts';
import {cut, fitTo, hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Overlay} from '../app-state.ts';
import {formatTime} from '../format.ts';
import type {Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

/** A row of `@`: a call of ours, or something that happened to a hold. */
export type ChangeEntry = {
	readonly at: AwsMs;
	readonly text: Shown;
	readonly outcome: LoggedCall['outcome'] | null;
	/** What `c` copies: the AWS CLI line, or null. */
	readonly line: string | null;
	/** What `u` copies: the line that undoes it, or null. */
	readonly undo: string | null;
	/** Why no line undoes it, where that is known. */
	readonly noUndo: string | null;
};

export const changeEntries = ({changes, state}: Pick<Model, 'changes' | 'state'>): readonly ChangeEntry[] =>
	[...changes.map(entryOf), ...state.news.map(newsOf)].toSorted((a, b) => b.at - a.at);

const entryOf = ({at, operation, detail, outcome, cliLine, undo}: LoggedCall): ChangeEntry => {
	const isLine = undo?.startsWith('aws ') ?? false;
	return {
		at,
		text: ours`${shown(hostile(operation))} ${shown(detail)}`,
		outcome,
		line: cliLine,
		undo: isLine ? undo : null,
		noUndo: isLine ? null : undo,
	};
};

const newsOf = ({at, text}: Model['state']['news'][number]): ChangeEntry => ({
	at,
	text,
	outcome: null,
	line: null,
	undo: null,
	noUndo: null,
});

/** Time, text and outcome within what an overlay of 80 columns has. */
const textCells = 48;
const widestMark = 14;

export const changesView = (
	model: Model,
	{scroll: selected}: Extract<Overlay, {kind: 'changes'}>,
): OverlayView => {
	const entries = changeEntries(model);
	const chosen = entries[selected];
	const cells = Math.min(textCells, model.state.size.columns - 15 - widestMark);
	return {
		title: [span(ours`Our changes`, 'text', true), span(ours` ${entries.length}`, 'dim')],
		look: 'light',
		rows:
			entries.length === 0
				? [blank, row(span(ours`  unflap has changed nothing in AWS since it was started`, 'dim'))]
				: entries.map((entry, index) => entryRow(entry, cells, index === selected)),
		asks: [
			blank,
			...(chosen === undefined ? [] : chosenRows(chosen)),
			row(
				span(ours`  c`, 'accent'),
				span(ours` copies the AWS CLI line   `),
				span(ours`u`, 'accent'),
				span(ours` copies its undo   `),
				span(ours`esc`, 'accent'),
				span(ours` closes`),
			),
		],
		scroll: Math.max(0, selected - 5),
	};
};

const entryRow = ({at, text, outcome}: ChangeEntry, cells: number, selected: boolean): Row => ({
	...row(
		span(selected ? ours` ▸ ` : ours`   `, 'accent'),
		span(ours`${formatTime(at)}  `, 'dim'),
		span(fitTo(cut(text, cells), cells)),
		span(ours` `),
		outcomeSpan(outcome),
	),
	...(selected ? {selected: true} : {}),
});

const outcomeSpan = (outcome: ChangeEntry['outcome']): Span => {
	switch (outcome?.state) {
		case undefined:
			return span(ours`·`, 'dim');
		case 'ok':
			return span(ours`✔`, 'good');
		case 'sent':
			return span(ours`◌ sent`, 'busy');
		case 'failed':
			return span(ours`✖ ${cut(shown(hostile(outcome.code)), widestMark)}`, 'bad');
	}
};

/** Whole, whatever the row cuts. */
const chosenRows = ({text, outcome, line, undo, noUndo}: ChangeEntry): readonly Row[] => [
	...labelled(ours`  what `, text),
	...(outcome?.state === 'failed' ? labelled(ours`  said `, shown(outcome.message)) : []),
	...(outcome === null
		? []
		: line === null
			? [unsafe(ours`  does `)]
			: labelled(ours`  does `, shown(hostile(line)))),
	...(undo !== null
		? labelled(ours`  undo `, shown(hostile(undo)))
		: noUndo !== null
			? labelled(ours`  undo `, shown(hostile(noUndo)))
			: []),
	blank,
];

const unsafe = (label: Shown): Row =>
	row(span(label, 'dim'), span(ours`a name in it cannot be quoted safely: do it in the console`, 'warn'));

const labelled = (label: Shown, text: Shown): readonly Row[] =>
	wrapWords(text, 68)
		.slice(0, 4)
		.map((part, index) => row(span(index === 0 ? label : ours`       `, 'dim'), span(part)));
