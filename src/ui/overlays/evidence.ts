/** What is behind a line of the verdict, whole: where and when it was seen, and all of its text. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Hostile, Shown} from '../../base/text.ts';
import {clockText, durationText} from '../../base/time-text.ts';
import {templateLines} from '../../verdict/template-text.ts';
import type {Evidence} from '../../verdict/types.ts';
import type {Overlay} from '../app-state.ts';
import type {Model} from '../model.ts';
import type {WhyItem} from '../screens/why-items.ts';
import {blank, type Row, row, span} from '../span.ts';
import {wrapWords} from './wrap.ts';

type Message = Extract<Overlay, {kind: 'message'}>;

const cells = 72;

export const itemMessage = (item: WhyItem): Message => {
	switch (item.kind) {
		case 'evidence':
			return message(ours`Evidence ${item.number}`, evidenceRows(item.evidence));
		case 'other': {
			const {rule, sentence, evidence, try: tries} = item.finding;
			return message(ours`${shown(hostile(rule))}`, [
				...paragraph(sentence),
				...evidence.flatMap(one => [blank, ...evidenceRows(one)]),
				...tries.flatMap(({text, command}) => [blank, ...paragraph(text), ...commandRows(command)]),
			]);
		}
		case 'try':
			return message(ours`To try, ${item.number}`, [
				...paragraph(item.advice.text),
				...commandRows(item.advice.command),
				blank,
				row(span(ours`  c on the screen below copies the command`, 'dim')),
			]);
	}
};

/** null where no change of the launch template is known. */
export const changeMessage = ({background, detail}: Model): Message | null =>
	background?.template == null || detail === null
		? null
		: message(
				ours`What the launch template changed`,
				templateLines(background.template, detail.view).flatMap(line => wrapped(line)),
			);

const message = (title: Shown, rows: readonly Row[]): Message => ({
	kind: 'message',
	title,
	rows: [blank, ...rows],
	scroll: 0,
});

const evidenceRows = ({source, text, at, atSeconds}: Evidence): readonly Row[] => {
	const when = [
		...(at === null ? [] : [ours`${clockText(at)} UTC`]),
		...(atSeconds === null ? [] : [ours`${durationText(atSeconds)} into the boot`]),
	];
	return [
		row(
			span(ours`  ${shown(hostile(source))}`, 'text', true),
			...when.map(one => span(ours`   ${one}`, 'dim')),
		),
		...paragraph(text),
	];
};

const paragraph = (text: Hostile): readonly Row[] =>
	text.split('\n').flatMap(line => wrapped(shown(hostile(line))));

const commandRows = (command: string | null): readonly Row[] =>
	command === null
		? []
		: [
				blank,
				...wrapWords(shown(hostile(command)), cells).map(line => row(span(ours`    ${line}`, 'accent'))),
			];

const wrapped = (line: Shown): readonly Row[] =>
	wrapWords(line, cells).map(part => row(span(ours`  ${part}`)));
