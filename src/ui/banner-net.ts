/** The banner's line about the net: when AWS resumes by itself, as whom, or that nothing does. */
import {cut, hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldView} from '../hold/types.ts';
import {formatMinute, formatTime} from './format.ts';
import type {Model} from './model.ts';
import {type Row, row, type Span, span} from './span.ts';

const numbers = [
	ours`nothing`,
	ours`this one`,
	ours`these two`,
	ours`these three`,
	ours`these four`,
	ours`these five`,
	ours`these six`,
	ours`these seven`,
	ours`these eight`,
	ours`these nine`,
];

export const netRow = ({now}: Model, {net, wanted, renews}: HoldView): Row => {
	const label = span(ours`    if this laptop dies   `, 'dim');
	switch (net.kind) {
		case 'arming':
			return row(label, span(ours`its fuse is being armed …`, 'busy'));
		case 'none':
			return row(
				label,
				span(ours`NO NET: nothing resumes ${numbers[wanted.length] ?? ours`these`}`, 'bad', true),
				span(ours`   no server-side net was asked for`, 'warn'),
			);
		case 'fuse':
			return row(
				label,
				...fuseSpans(net, numbers[wanted.length] ?? ours`these`, now),
				...(renews ? [] : [span(ours`   not renewed`, 'warn')]),
			);
	}
};

/** A fuse that acts with credentials that end says so instead of its id: both do not fit. */
const fuseSpans = (net: FuseNet, what: Shown, now: number): readonly Span[] => [
	span(
		ours`AWS resumes ${what} at ${formatTime(net.deadline)} ${net.asYouUntil === null ? ours`by its own fuse ${cut(shown(hostile(net.executionId)), 5)}` : ours`as you, until ${formatMinute(net.asYouUntil)},`} ${shown(hostile(net.status))} `,
	),
	fuseMark(net, now),
];

/** A fuse that is late, or not asleep, is no net. */
const fuseMark = ({status, deadline}: FuseNet, now: number): Span =>
	status === 'InProgress' && deadline > now ? span(ours`✔`, 'good') : span(ours`✖`, 'bad', true);

type FuseNet = Extract<HoldView['net'], {kind: 'fuse'}>;

export const shortNet = ({net}: HoldView, now: number): readonly Span[] => {
	switch (net.kind) {
		case 'arming':
			return [span(ours`fuse arming`, 'busy')];
		case 'none':
			return [span(ours`NO NET`, 'bad', true)];
		case 'fuse':
			return [span(ours`AWS resumes at ${formatTime(net.deadline)} `), fuseMark(net, now)];
	}
};
