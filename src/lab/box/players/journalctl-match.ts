/** Which entries a journalctl call wants. Facts: journald.md section 6 (what `-u` is the union of). */
import {type JournalFields, textOf} from '../life.ts';
import type {PlayedBox, PlayedEntry} from '../played-box.ts';
import {type JournalQuery, JournalUsageError} from './journalctl-query.ts';

export const matcher = (query: JournalQuery, box: PlayedBox): ((entry: PlayedEntry) => boolean) => {
	const checks: ((entry: PlayedEntry) => boolean)[] = [];
	if (query.units.length > 0) checks.push(unitCheck(query.units));
	if (query.kernel) checks.push(({recorded}) => textOf(recorded['_TRANSPORT']) === 'kernel');
	if (query.identifiers.length > 0)
		checks.push(({recorded}) => query.identifiers.includes(textOf(recorded['SYSLOG_IDENTIFIER'])));
	const {priorities, grep} = query;
	if (priorities !== null)
		checks.push(({recorded}) => isWithin(Number(textOf(recorded['PRIORITY']) || 6), priorities));
	if (grep !== null) checks.push(entry => grep.test(textOf(entry.fields()['MESSAGE'])));
	if (query.since !== null) checks.push(timeCheck(query.since, box, (at, limit) => at >= limit));
	if (query.until !== null) checks.push(timeCheck(query.until, box, (at, limit) => at <= limit));
	for (const [field, values] of query.matches)
		checks.push(entry => values.includes(textOf(entry.fields()[field])));
	return entry => checks.every(check => check(entry));
};

const isWithin = (priority: number, [from, to]: readonly [number, number]) =>
	priority >= from && priority <= to;

const unitCheck = (units: readonly string[]) => {
	const patterns = units.map(unit => (/[*?[]/.test(unit) ? globPattern(unit) : unit));
	const isOne = (name: string) =>
		name !== '' &&
		patterns.some(pattern => (typeof pattern === 'string' ? pattern === name : pattern.test(name)));
	return ({recorded}: PlayedEntry) =>
		isOne(textOf(recorded['_SYSTEMD_UNIT'])) ||
		(isOne(textOf(recorded['UNIT'])) && textOf(recorded['_PID']) === '1') ||
		isOne(ofRoot(recorded, 'COREDUMP_UNIT')) ||
		isOne(ofRoot(recorded, 'OBJECT_SYSTEMD_UNIT'));
};

const ofRoot = (recorded: JournalFields, name: string) =>
	textOf(recorded['_UID']) === '0' ? textOf(recorded[name]) : '';

const globPattern = (glob: string): RegExp =>
	new RegExp(
		`^${glob
			.replace(/[.+^${}()|\\]/g, '\\$&')
			.replaceAll('*', '.*')
			.replaceAll('?', '.')}$`,
	);

const timeCheck = (text: string, box: PlayedBox, compare: (at: number, limit: number) => boolean) => {
	const limit = parseTime(text, box.clock.now());
	return ({realtimeUs}: PlayedEntry) => compare(realtimeUs / 1000, limit);
};

const ago: Readonly<Record<string, number>> = {
	s: 1000,
	sec: 1000,
	min: 60_000,
	m: 60_000,
	h: 3_600_000,
	hour: 3_600_000,
};

const parseTime = (text: string, now: number): number => {
	const unix = /^@(\d+(?:\.\d+)?)$/.exec(text)?.[1];
	if (unix !== undefined) return Number(unix) * 1000;
	if (text === 'now') return now;
	const relative = /^(?:-(\d+)\s*(s|sec|min|m|h|hour)s?|(\d+)\s*(s|sec|min|m|h|hour)s? ago)$/.exec(text);
	const unit = relative?.[2] ?? relative?.[4];
	if (unit !== undefined) return now - Number(relative?.[1] ?? relative?.[3]) * (ago[unit] ?? 1000);
	const at = Date.parse(`${text.replace(' UTC', '').replace(' ', 'T')}Z`);
	if (Number.isNaN(at)) throw new JournalUsageError(`Failed to parse timestamp: ${text}`);
	return at;
};
