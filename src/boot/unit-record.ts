/** One unit while a boot is being folded: its runs, and how its start was cancelled or skipped. */
import type {Hostile} from '../base/text.ts';
import {ownText} from '../journal/own-text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {
	type AttemptRecord,
	concludedResult,
	createAttempt,
	hasFailed,
	keepSentence,
	readOwnLine,
} from './attempt-record.ts';
import type {UnitEvent} from './unit-event.ts';

export type UnitRecord = {
	readonly name: Hostile;
	readonly attempts: AttemptRecord[];
	attemptCount: number;
	/** Time of PID 1's last word about it. */
	lastEventSeconds: number;
	/** Its start limit was hit: systemd will not try again. */
	gaveUp: boolean;
	/** Set while a failed requirement keeps it from starting. */
	cancelled: {readonly by: Hostile | null; readonly seconds: number; readonly sentence: Hostile} | null;
	skipped: {readonly seconds: number; readonly why: Hostile} | null;
	/** Requirements seen in the journal: who cancelled whom. */
	readonly requires: Set<Hostile>;
	/** Process of its last own line. */
	lastPid: number;
	ownLines: number;
};

export type Moment = {readonly seconds: number; readonly realtimeUs: number};

const maxAttempts = 200;

export const createUnitRecord = (name: Hostile): UnitRecord => ({
	name: ownText(name),
	attempts: [],
	attemptCount: 0,
	lastEventSeconds: 0,
	gaveUp: false,
	cancelled: null,
	skipped: null,
	requires: new Set(),
	lastPid: 0,
	ownLines: 0,
});

export const lastAttempt = (unit: UnitRecord): AttemptRecord | undefined => unit.attempts.at(-1);

export const firstFailedAttempt = (unit: UnitRecord): AttemptRecord | undefined =>
	unit.attempts.find(hasFailed);

export const readUnitLine = (unit: UnitRecord, entry: JournalEntry): void => {
	unit.ownLines++;
	unit.lastPid = entry.pid;
	const invocation = entry.fields._SYSTEMD_INVOCATION_ID;
	const attempt =
		invocation === undefined ? undefined : unit.attempts.findLast(one => one.invocation === invocation);
	readOwnLine(attempt ?? runOfEarlyLine(unit, entry, invocation ?? ''), entry);
};

/** A journal may begin in the middle of a run, and a fast process may write before PID 1 says "Started". */
const runOfEarlyLine = (unit: UnitRecord, entry: JournalEntry, invocation: string): AttemptRecord => {
	const last = lastAttempt(unit);
	const isNextRun = last !== undefined && last.endSeconds !== null && !sameRun(last, invocation);
	if (last !== undefined && !isNextRun) {
		return last;
	}

	const attempt = beginAttempt(unit, entry.monotonicUs / 1e6, invocation);
	attempt.startSaid = false;
	return attempt;
};

export const applyUnitEvent = (
	unit: UnitRecord,
	event: UnitEvent,
	entry: JournalEntry,
	moment: Moment,
): void => {
	unit.lastEventSeconds = moment.seconds;
	const invocation = entry.fields.INVOCATION_ID ?? '';
	switch (event.kind) {
		case 'starting':
			beginRun(unit, moment, invocation);
			break;
		case 'started':
			started(unit, event.finished, moment, invocation);
			break;
		case 'skipped':
			if (unit.attempts.length === 0) {
				unit.skipped = {seconds: moment.seconds, why: ownText(entry.message)};
			}

			break;
		case 'exited':
			processExited(unit, event, entry, moment);
			break;
		case 'failed':
			failed(unit, event.result, entry, moment);
			break;
		case 'entered-failed':
			enteredFailed(unit, entry, moment);
			break;
		case 'start-failed':
			startFailed(unit, event.jobResult, entry, moment);
			break;
		case 'start-limit':
			gaveUp(unit, entry, moment);
			break;
		case 'timed-out':
			timedOut(unit, entry, moment);
			break;
		case 'deactivated':
		case 'stopped':
		case 'restart-scheduled':
			endRun(unit, null, moment);
			break;
		case 'stopping':
		case 'job-closed':
			break;
		default:
			event satisfies never;
	}
};

const beginAttempt = (unit: UnitRecord, seconds: number, invocation: string): AttemptRecord => {
	const previous = lastAttempt(unit);
	if (previous !== undefined && firstFailedAttempt(unit) !== previous) {
		previous.lastWords = [];
	}

	unit.attemptCount++;
	const attempt = createAttempt(unit.attemptCount, seconds, ownText(invocation));
	unit.attempts.push(attempt);
	if (unit.attempts.length > maxAttempts) {
		unit.attempts.splice(maxAttempts / 2, 1);
	}

	return attempt;
};

const beginRun = (unit: UnitRecord, moment: Moment, invocation: string): AttemptRecord => {
	const open = openAttempt(unit);
	if (open !== undefined && open.upSeconds === null && sameRun(open, invocation)) {
		open.startSaid = true;
		return open;
	}

	if (open !== undefined) {
		closeAttempt(open, null, moment);
	}

	unit.cancelled = null;
	unit.skipped = null;
	unit.gaveUp = false;
	return beginAttempt(unit, moment.seconds, invocation);
};

/** A run the journal does not tell of, by the times of `systemctl show`. */
export const beginRunFromFacts = (unit: UnitRecord, moment: Moment): AttemptRecord => {
	unit.lastEventSeconds = Math.max(unit.lastEventSeconds, moment.seconds);
	return beginRun(unit, moment, '');
};

const sameRun = (attempt: AttemptRecord, invocation: string): boolean =>
	attempt.invocation === '' || invocation === '' || attempt.invocation === invocation;

const openAttempt = (unit: UnitRecord): AttemptRecord | undefined => {
	const last = lastAttempt(unit);
	return last?.endSeconds === null ? last : undefined;
};

const started = (unit: UnitRecord, finished: boolean, moment: Moment, invocation: string): void => {
	const attempt = beginRun(unit, moment, invocation);
	attempt.upSeconds = moment.seconds;
	if (finished) {
		closeAttempt(attempt, 'success', moment);
	}
};

/** `result` null: concluded from how the process ended, to be corrected by systemd's own word. */
const closeAttempt = (attempt: AttemptRecord, result: string | null, moment: Moment): void => {
	attempt.endSeconds = moment.seconds;
	attempt.endedAtUs = moment.realtimeUs;
	attempt.result = result ?? concludedResult(attempt);
	attempt.resultSaid = result !== null;
};

const endRun = (unit: UnitRecord, result: string | null, moment: Moment): void => {
	const open = openAttempt(unit);
	if (open !== undefined) {
		closeAttempt(open, result, moment);
	}
};

const processExited = (
	unit: UnitRecord,
	event: UnitEvent & {kind: 'exited'},
	entry: JournalEntry,
	moment: Moment,
): void => {
	const attempt = openAttempt(unit) ?? lastAttempt(unit) ?? beginAttempt(unit, moment.seconds, '');
	if (!event.main && (attempt.exitCode !== null || attempt.signal !== null)) {
		return;
	}

	attempt.exitCode = event.code === 'exited' ? event.status : null;
	attempt.signal = event.code === 'exited' ? null : event.status;
	attempt.dumped = event.code === 'dumped';
	keepSentence(attempt, 3, entry.message);
	if (attempt.endSeconds !== null && !attempt.resultSaid) {
		attempt.result = concludedResult(attempt);
	}
};

const failed = (unit: UnitRecord, result: string, entry: JournalEntry, moment: Moment): void => {
	if (result === 'start-limit-hit') {
		if (!unit.gaveUp) {
			gaveUp(unit, entry, moment);
		}

		return;
	}

	const open = openAttempt(unit);
	const last = lastAttempt(unit);
	if (open === undefined && last !== undefined && (unit.gaveUp || last.resultSaid)) {
		return;
	}

	const attempt = open ?? last ?? beginAttempt(unit, moment.seconds, entry.fields.INVOCATION_ID ?? '');
	keepSentence(attempt, 2, entry.message);
	closeAttempt(attempt, result, attempt.endSeconds === null ? moment : endOf(attempt));
};

const enteredFailed = (unit: UnitRecord, entry: JournalEntry, moment: Moment): void => {
	const open = openAttempt(unit);
	if (open === undefined) {
		return;
	}

	const concluded = concludedResult(open);
	keepSentence(open, 1, entry.message);
	closeAttempt(open, null, moment);
	open.result = concluded === 'success' ? 'failed' : concluded;
};

const endOf = (attempt: AttemptRecord): Moment => ({
	seconds: attempt.endSeconds ?? attempt.startSeconds,
	realtimeUs: attempt.endedAtUs,
});

const startFailed = (unit: UnitRecord, jobResult: string, entry: JournalEntry, moment: Moment): void => {
	if (jobResult === 'dependency') {
		unit.cancelled = {by: null, seconds: moment.seconds, sentence: ownText(entry.message)};
		return;
	}

	if (jobResult === 'canceled' || jobResult === 'skipped' || jobResult === 'done') {
		return;
	}

	const open = openAttempt(unit);
	const attempt =
		open ?? lastAttempt(unit) ?? beginAttempt(unit, moment.seconds, entry.fields.INVOCATION_ID ?? '');
	keepSentence(attempt, 1, entry.message);
	attempt.timedOut ||= jobResult === 'timeout';
	if (open !== undefined || attempt.endSeconds === null) {
		const concluded = concludedResult(attempt);
		closeAttempt(attempt, null, moment);
		attempt.result = concluded === 'success' ? jobResult : concluded;
	}
};

/** The reason is that of the last run; the limit itself only where every run ended well (journald.md, section 7.4). */
const gaveUp = (unit: UnitRecord, entry: JournalEntry, moment: Moment): void => {
	endRun(unit, null, moment);
	const attempt = lastAttempt(unit) ?? beginAttempt(unit, moment.seconds, entry.fields.INVOCATION_ID ?? '');
	unit.gaveUp = true;
	attempt.gaveUp = true;
	keepSentence(attempt, attempt.result === 'success' ? 4 : 0, entry.message);
};

const timedOut = (unit: UnitRecord, entry: JournalEntry, moment: Moment): void => {
	const attempt = openAttempt(unit) ?? beginAttempt(unit, moment.seconds, entry.fields.INVOCATION_ID ?? '');
	attempt.timedOut = attempt.upSeconds === null;
	keepSentence(attempt, 4, entry.message);
};
