/** What `unflap doctor` found, a line at a time: how it stands, and what to do about it. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {Printer} from './command.ts';
import {createPaint, type PaintStyle} from './paint.ts';

export type CheckState = 'ok' | 'warn' | 'fail';

export type Check = {
	readonly area: string;
	readonly name: Hostile;
	readonly state: CheckState;
	/** One sentence. */
	readonly text: Hostile;
	/** What to do, cheapest first; empty where nothing is to be done. */
	readonly next: readonly Hostile[];
};

/** Makes the lines of one area. */
export const area = (title: string) => {
	const line =
		(state: CheckState) =>
		(name: Hostile, text: Hostile, next: readonly Hostile[] = []): Check => ({
			area: title,
			name,
			state,
			text,
			next,
		});
	return {
		ok: line('ok'),
		warn: line('warn'),
		fail: line('fail'),
		/** A question that got no answer, in the words of the error. */
		unanswered: (name: Hostile, error: unknown, state: CheckState = 'fail'): Check => {
			if (!(error instanceof UnflapError)) throw error;
			return line(state)(name, error.message, error.next);
		},
	};
};

const styles: Readonly<Record<CheckState, PaintStyle>> = {ok: 'green', warn: 'yellow', fail: 'red'};

export const printChecks = (checks: readonly Check[], out: Printer): void => {
	const paint = createPaint(out.colour);
	const own = (text: Hostile) => shown(hostile(text));
	const widest = Math.max(0, ...checks.map(({name}) => Math.min(name.length, 44)));
	let title = '';
	for (const check of checks) {
		if (check.area !== title) {
			if (title !== '') out.line(ours``);
			title = check.area;
			out.line(paint('bold', own(title)));
		}
		const mark = paint(styles[check.state], pad(own(check.state), 4));
		out.line(ours`  ${mark}  ${pad(own(check.name), widest)}  ${own(check.text)}`);
		for (const step of check.next) out.line(ours`          → ${own(step)}`);
	}
	const count = (state: CheckState) => checks.filter(check => check.state === state).length;
	out.line(ours``);
	out.line(ours`${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`);
};
