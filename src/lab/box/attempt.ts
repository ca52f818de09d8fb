/**
 * One run of a unit, cut out of a recording, and moved to another moment: what a box plays when somebody starts the
 * unit again. Facts: journald.md sections 2, 3 and 6.
 */
import {createHash} from 'node:crypto';
import {type JournalField, type JournalFields, monotonicUs, type RecordedBoot, textOf} from './life.ts';
import {createDateShift, systemdDate} from './own-text.ts';

export type Attempt = {
	readonly unit: string;
	/** The manager's own entries on the unit and the unit's, in order. */
	readonly entries: readonly JournalFields[];
	readonly startUs: number;
	/** When its start job was done, and how: 'done', 'failed', 'dependency', 'timeout'. */
	readonly jobUs: number;
	readonly jobResult: string;
	/** `systemctl show` at the end of the recording. */
	readonly facts: ReadonlyMap<string, string>;
	readonly boot: RecordedBoot;
};

/** The whole of what the unit did in that boot, its own restarts included; null where it was never started there. */
export const attemptIn = (boot: RecordedBoot, unit: string): Attempt | null => {
	const entries = boot.entries.filter(entry => isOf(entry, unit));
	const [first] = entries;
	const job = entries.find(entry => textOf(entry['JOB_RESULT']) !== '');
	const facts = boot.units.get(unit);
	if (first === undefined || job === undefined || facts === undefined) return null;
	const jobResult = textOf(job['JOB_RESULT']);
	const wasStarted = jobResult !== 'dependency';
	return wasStarted
		? {unit, entries, startUs: monotonicUs(first), jobUs: monotonicUs(job), jobResult, facts, boot}
		: null;
};

/** What the manager writes when a requirement fails: nothing of the unit itself runs. */
export const dependencyFailure = (boot: RecordedBoot, unit: string): readonly JournalFields[] =>
	boot.entries.filter(entry => isOf(entry, unit) && textOf(entry['JOB_RESULT']) === 'dependency');

export const isOf = (entry: JournalFields, unit: string): boolean =>
	textOf(entry['UNIT']) === unit || textOf(entry['_SYSTEMD_UNIT']) === unit;

export type Move = {
	/** Recorded microseconds of the boot it goes into, and where in them it begins. */
	readonly into: RecordedBoot;
	readonly toUs: number;
	/** 2 for the second run of the unit on this box. */
	readonly number: number;
	/** Other names for what the texts speak of: ids of the machine, a bucket. */
	readonly text: (text: string) => string;
};

/** The entries at their new moment: times, dates, ids of the run and pids are new. */
export const moveAttempt = (
	{entries, startUs, boot}: Pick<Attempt, 'entries' | 'startUs' | 'boot'>,
	move: Move,
): readonly JournalFields[] => {
	const deltaUs = move.toUs - startUs;
	const dates = createDateShift(zeroMs(move.into) + deltaUs / 1000, boot, 1);
	return entries.map(entry => {
		const fields: Record<string, JournalField> = {};
		for (const [name, value] of Object.entries(entry))
			fields[name] = moved(name, value, {deltaUs, dates, ...move});
		return fields;
	});
};

/** `systemctl show` after the moved run has ended as it did when it was recorded. */
export const moveFacts = (
	{facts, startUs}: Pick<Attempt, 'facts' | 'startUs'>,
	{toUs, number, text}: Move,
): ReadonlyMap<string, string> => {
	const deltaUs = toUs - startUs;
	const slackUs = 100_000;
	const later = new Map<string, string>();
	for (const [name, value] of facts)
		if (name.endsWith('TimestampMonotonic'))
			later.set(name, Number(value) >= startUs - slackUs ? String(Number(value) + deltaUs) : value);
		else if (name.endsWith('Timestamp')) later.set(name, movedDate(value, deltaUs));
		else if (name === 'InvocationID') later.set(name, value === '' ? '' : ofRun(value, number));
		else if (name.endsWith('PID')) later.set(name, pidOfRun(value, number));
		else later.set(name, text(value));
	return later;
};

const zeroMs = ({entries}: RecordedBoot): number => {
	const [first] = entries;
	return (Number(textOf(first?.['__REALTIME_TIMESTAMP'])) - monotonicUs(first)) / 1000;
};

type Moving = Move & {readonly deltaUs: number; readonly dates: (text: string) => string};

const invocations: ReadonlySet<string> = new Set(['INVOCATION_ID', '_SYSTEMD_INVOCATION_ID', '_STREAM_ID']);

const moved = (name: string, value: JournalField, {deltaUs, dates, number, text}: Moving): JournalField => {
	if (typeof value !== 'string') return value;
	if (name === '__MONOTONIC_TIMESTAMP' || name === '_SOURCE_MONOTONIC_TIMESTAMP')
		return String(Number(value) + deltaUs);
	if (invocations.has(name)) return ofRun(value, number);
	if (name.endsWith('_PID')) return pidOfRun(value, number);
	if (name === 'JOB_ID') return String(Number(value) + 1000 * (number - 1));
	return text(name === 'MESSAGE' ? dates(value) : value);
};

/** 32 hex digits of another run. */
const ofRun = (id: string, number: number): string =>
	createHash('sha256').update(`${id}/${number}`).digest('hex').slice(0, 32);

const pidOfRun = (pid: string, number: number): string =>
	/^\d+$/.test(pid) && Number(pid) > 1 ? String(Number(pid) + 173 * (number - 1)) : pid;

const movedDate = (text: string, deltaUs: number): string => {
	const [, day, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text) ?? [];
	return day === undefined ? text : systemdDate(Date.parse(`${day}T${time}Z`) + deltaUs / 1000);
};
