/** Lines of `unflap logs` as text, bare messages, or JSON. */
import {hostile, ours, pad, shown, shownLines} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {openJson} from '../stream/json-message.ts';
import type {BoxLine} from '../stream/merge.ts';
import type {OutputFormat, Printer} from './command.ts';
import type {LogsLine} from './logs-filter.ts';
import {createPaint, type PaintStyle} from './paint.ts';

export type LogsPrinter = {
	readonly line: (line: LogsLine) => void;
	/** After the last line: what can only be said whole. */
	readonly end: () => void;
};

/** Of output `text`. */
export type LogsStyle = {
	/** A line that repeats the one before it is counted, not printed again. */
	readonly fold: boolean;
	/** Messages that are JSON objects are printed as their text, level and fields. */
	readonly open: boolean;
};

const boxStyles: readonly PaintStyle[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];

export const createLogsPrinter = (
	out: Printer,
	format: OutputFormat,
	instanceIds: readonly string[],
	style: LogsStyle,
): LogsPrinter => {
	if (format === 'json') {
		const records: object[] = [];
		return {
			line: line => records.push(recordOf(line, instanceIds)),
			end: () => out.json(records),
		};
	}
	const print: Partial<Record<OutputFormat, (line: BoxLine) => void>> = {
		jsonl: line => out.json(recordOf(line, instanceIds)),
		cat: ({entry}) => {
			for (const text of messageLines(entry.message)) out.line(text, 'box');
		},
	};
	const whole = print[format];
	if (whole !== undefined) return {line: whole, end: () => undefined};
	const short = shortLines(out, instanceIds, style);
	return style.fold ? folded(out, short) : {line: short, end: () => undefined};
};

/** What comes again is counted until something else comes. */
const folded = (out: Printer, print: (line: LogsLine) => void): LogsPrinter => {
	const paint = createPaint(out.colour);
	let last: LogsLine | null = null;
	let times = 0;
	const end = () => {
		if (times > 0)
			out.line(paint('dim', ours`    ⋯ the same ${times} more ${times === 1 ? ours`time` : ours`times`}`));
		times = 0;
	};
	return {
		line: line => {
			if (last !== null && isSame(last, line)) {
				times += 1;
				return;
			}
			end();
			last = line;
			print(line);
		},
		end,
	};
};

const isSame = (one: BoxLine, other: BoxLine): boolean =>
	one.box === other.box &&
	one.entry.message === other.entry.message &&
	one.entry.unit === other.entry.unit &&
	one.entry.identifier === other.entry.identifier &&
	one.entry.priority === other.entry.priority;

/** One record as the contract has it. */
export const recordOf = ({box, entry}: BoxLine, instanceIds: readonly string[]) => ({
	instanceId: instanceIds[box] ?? null,
	bootId: entry.bootId || null,
	cursor: entry.cursor || null,
	at: isoTime(entry.realtimeUs),
	monotonicSeconds: entry.monotonicUs / 1e6,
	unit: entry.unit || null,
	priority: entry.priority,
	identifier: entry.identifier || null,
	pid: entry.pid || null,
	...(entry.bytes === undefined
		? {message: entry.message}
		: {messageBase64: Buffer.from(entry.bytes).toString('base64')}),
});

/** A date that JavaScript cannot hold is no date. */
const isoTime = (realtimeUs: number) => {
	const ms = Math.floor(realtimeUs / 1000);
	return realtimeUs > 0 && ms <= 8.64e15 ? new Date(ms).toISOString() : null;
};

const shortLines = (out: Printer, instanceIds: readonly string[], {open}: LogsStyle) => {
	const paint = createPaint(out.colour);
	return ({box, entry, isHighlighted}: LogsLine) => {
		const time = ours`${shown(hostile(localTime(entry.realtimeUs)))}`;
		const id = ours`${shown(hostile((instanceIds[box] ?? '').slice(-4)))} `;
		const name = instanceIds.length > 1 ? paint(boxStyles[box % boxStyles.length] ?? 'cyan', id) : ours``;
		const pid = entry.pid > 0 ? ours`[${entry.pid}]` : ours``;
		const source = ours`${shown(entry.identifier || entry.unit || '-')}${pid}`;
		const [first = ours``, ...more] = open ? openedLines(entry.message) : messageLines(entry.message);
		const coloured = (text: Shown) => {
			const loud =
				entry.priority <= 3 ? paint('red', text) : entry.priority === 4 ? paint('yellow', text) : text;
			return isHighlighted === true ? paint('inverse', loud) : loud;
		};
		const mark = isHighlighted === true ? ours`▌` : ours``;
		out.line(ours`${paint('dim', time)} ${name}${source}: ${mark}${coloured(first)}`, 'box');
		const indent = pad(ours``, 4);
		for (const text of more) out.line(ours`${paint('dim', time)} ${name}${indent}${coloured(text)}`, 'box');
	};
};

/** `level text`, then a line a field; other messages as they are. */
const openedLines = (message: Hostile): readonly Shown[] => {
	const opened = openJson(message);
	if (opened === null) return messageLines(message);
	const {text, level, fields, more} = opened;
	const head = [level, text].filter(part => part !== '').join(' ');
	return [
		shown(hostile(head === '' ? '{}' : head)),
		...fields.map(({name, value}) => ours`${shown(name)}=${shown(value)}`),
		...(more > 0 ? [ours`and ${more} fields more`] : []),
	];
};

const messageLines = (message: Hostile): readonly Shown[] => {
	const lines = shownLines(message);
	return lines.length === 0 ? [ours``] : lines;
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As `journalctl -o short-precise` writes it, to the millisecond, in local time. */
const localTime = (realtimeUs: number) => {
	const ms = Math.floor(realtimeUs / 1000);
	if (realtimeUs <= 0 || ms > 8.64e15) return '--- -- --:--:--.---';
	const date = new Date(ms);
	const two = (value: number) => String(value).padStart(2, '0');
	const day = `${months[date.getMonth()] ?? ''} ${two(date.getDate())}`;
	return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(ms % 1000).padStart(3, '0')}`;
};
