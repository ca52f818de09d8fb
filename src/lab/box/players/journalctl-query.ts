/** What a journalctl call asks for. Facts: journald.md sections 1 to 3 and 5; the played version is 252. */
import {type OptionTable, type ParsedOptions, parseOptions} from './player.ts';

export type JournalOutput = 'json' | 'export' | 'cat' | 'with-unit' | 'short' | ShortTime;
export type ShortTime = 'short-iso' | 'short-precise' | 'short-monotonic' | 'short-unix' | 'short-full';

export type JournalQuery = {
	/** null: all boots; otherwise an offset or an id. */
	readonly boot: {readonly id: string | null; readonly offset: number} | null;
	readonly follow: boolean;
	readonly lines: number;
	readonly output: JournalOutput;
	readonly fields: ReadonlySet<string> | null;
	readonly all: boolean;
	readonly quiet: boolean;
	readonly reverse: boolean;
	readonly hostname: boolean;
	readonly showCursor: boolean;
	readonly cursor: {readonly text: string; readonly inclusive: boolean} | null;
	readonly units: readonly string[];
	readonly identifiers: readonly string[];
	readonly kernel: boolean;
	readonly priorities: readonly [number, number] | null;
	readonly grep: RegExp | null;
	readonly since: string | null;
	readonly until: string | null;
	/** FIELD=VALUE operands: values of one field are alternatives. */
	readonly matches: ReadonlyMap<string, readonly string[]>;
};

export class JournalUsageError extends Error {
	override readonly name = 'JournalUsageError';
}

const table: OptionTable = {
	boot: 'optional',
	follow: 'flag',
	'no-tail': 'flag',
	lines: 'optional',
	output: 'value',
	'output-fields': 'value',
	all: 'flag',
	quiet: 'flag',
	'no-pager': 'flag',
	'no-full': 'flag',
	full: 'flag',
	'no-hostname': 'flag',
	reverse: 'flag',
	utc: 'flag',
	'show-cursor': 'flag',
	cursor: 'value',
	'after-cursor': 'value',
	unit: 'value',
	identifier: 'value',
	dmesg: 'flag',
	priority: 'value',
	grep: 'value',
	'case-sensitive': 'optional',
	since: 'value',
	until: 'value',
	'list-boots': 'flag',
	version: 'flag',
	sync: 'flag',
	system: 'flag',
};

const aliases = {
	b: 'boot',
	f: 'follow',
	n: 'lines',
	o: 'output',
	a: 'all',
	q: 'quiet',
	r: 'reverse',
	c: 'cursor',
	u: 'unit',
	t: 'identifier',
	k: 'dmesg',
	p: 'priority',
	g: 'grep',
	S: 'since',
	U: 'until',
	l: 'full',
};

export const parseJournalOptions = (args: readonly string[]): ParsedOptions =>
	parseOptions(fuseLines(args), table, aliases);

/** `-n 5` and `--lines 5`: the number is optional, but the next word is taken when it is one. */
const fuseLines = (args: readonly string[]): readonly string[] => {
	const fused: string[] = [];
	for (const arg of args) {
		const before = fused.at(-1);
		if ((before === '-n' || before === '--lines') && /^(\d+|\+\d+|all)$/.test(arg))
			fused[fused.length - 1] = before === '-n' ? `-n${arg}` : `--lines=${arg}`;
		else fused.push(arg);
	}
	return fused;
};

export const journalQuery = ({values, operands}: ParsedOptions): JournalQuery => {
	const has = (name: string) => values.has(name);
	const last = (name: string) => values.get(name)?.at(-1) ?? null;
	const follow = has('follow');
	const after = last('after-cursor');
	const cursor = last('cursor');
	const pattern = last('grep');
	return {
		boot: bootOf(last('boot'), has('dmesg') || follow),
		follow,
		lines: linesOf(has('lines') ? (last('lines') ?? '') : null, follow && !has('no-tail')),
		output: outputOf(last('output') ?? 'short'),
		fields: has('output-fields') ? new Set((values.get('output-fields') ?? []).join(',').split(',')) : null,
		all: has('all'),
		quiet: has('quiet'),
		reverse: has('reverse'),
		hostname: !has('no-hostname'),
		showCursor: has('show-cursor'),
		cursor:
			after !== null
				? {text: after, inclusive: false}
				: cursor === null
					? null
					: {text: cursor, inclusive: true},
		units: (values.get('unit') ?? []).map(unitName),
		identifiers: values.get('identifier') ?? [],
		kernel: has('dmesg'),
		priorities: prioritiesOf(last('priority')),
		grep: pattern === null ? null : grepOf(pattern),
		since: last('since'),
		until: last('until'),
		matches: matchesOf(operands),
	};
};

const bootOf = (text: string | null, isImplied: boolean): JournalQuery['boot'] => {
	if (text === null) return isImplied ? {id: null, offset: 0} : null;
	if (text === 'all') return null;
	const parts = /^([0-9a-f]{32})?([+-]?\d+)?$/.exec(text);
	if (parts === null) throw new JournalUsageError(`Failed to parse boot descriptor '${text}'`);
	return {id: parts[1] ?? null, offset: Number(parts[2] ?? 0)};
};

const linesOf = (text: string | null, isTailed: boolean): number => {
	if (text === null) return isTailed ? 10 : Number.POSITIVE_INFINITY;
	if (text === 'all') return Number.POSITIVE_INFINITY;
	if (text === '') return 10;
	if (!/^\+?\d+$/.test(text)) throw new JournalUsageError(`Failed to parse lines '${text}'`);
	return Number(text.replace('+', ''));
};

const outputs: readonly JournalOutput[] = [
	'json',
	'export',
	'cat',
	'with-unit',
	'short',
	'short-iso',
	'short-precise',
	'short-monotonic',
	'short-unix',
	'short-full',
];

const outputOf = (text: string): JournalOutput => {
	const output = outputs.find(name => name === text);
	if (output === undefined) throw new JournalUsageError(`Unknown output format '${text}'.`);
	return output;
};

/** A name without a suffix is a service. */
export const unitName = (text: string): string =>
	/\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/.test(text) ||
	/[*?[]/.test(text)
		? text
		: `${text}.service`;

const priorityNames = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

const prioritiesOf = (text: string | null): readonly [number, number] | null => {
	if (text === null) return null;
	const levels = text
		.split('..')
		.map(name => (/^[0-7]$/.test(name) ? Number(name) : priorityNames.indexOf(name)));
	const [first = -1, second] = levels;
	if (levels.length > 2 || levels.some(level => level < 0))
		throw new JournalUsageError(`Unknown log level ${text}`);
	return second === undefined ? [0, first] : [Math.min(first, second), Math.max(first, second)];
};

/** Without a capital in it case is ignored, as journalctl does. */
const grepOf = (pattern: string): RegExp => {
	try {
		return new RegExp(pattern, /[A-Z]/.test(pattern) ? '' : 'i');
	} catch {
		throw new JournalUsageError(`Bad pattern "${pattern}"`);
	}
};

const matchesOf = (operands: readonly string[]) => {
	const matches = new Map<string, string[]>();
	for (const operand of operands) {
		const [, field, value = ''] = /^([A-Z_][A-Z0-9_]*)=(.*)$/s.exec(operand) ?? [];
		if (field === undefined)
			throw new JournalUsageError(`Failed to add match '${operand}': Invalid argument`);
		matches.set(field, [...(matches.get(field) ?? []), value]);
	}
	return matches;
};
