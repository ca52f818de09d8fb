/**
 * What one message of PID 1 says about a unit. By MESSAGE_ID where the version has it, by the text otherwise:
 * 229 and 237 lack most ids, and a few sentences have none to this day (journald.md, section 6).
 */
import type {JournalEntry} from '../journal/types.ts';
import {messageIds} from './message-ids.ts';

export type UnitEvent =
	| {readonly kind: 'starting'}
	/** `finished`: a oneshot is through, a target reached. */
	| {readonly kind: 'started'; readonly finished: boolean}
	| {readonly kind: 'skipped'}
	/** The start job's own result: 'failed', 'timeout', 'dependency', 'assert', 'canceled', … */
	| {readonly kind: 'start-failed'; readonly jobResult: string}
	/** `Job X/start failed with result 'dependency'.`, printed when all that hangs on X has been told. */
	| {readonly kind: 'job-closed'}
	| {readonly kind: 'stopping'}
	| {readonly kind: 'stopped'}
	| {readonly kind: 'exited'; readonly main: boolean; readonly code: ExitKind; readonly status: number}
	| {readonly kind: 'failed'; readonly result: string}
	/** 229 and older say this before, or (219) instead of, the result. */
	| {readonly kind: 'entered-failed'}
	| {readonly kind: 'deactivated'}
	| {readonly kind: 'restart-scheduled'}
	| {readonly kind: 'start-limit'}
	| {readonly kind: 'timed-out'};

export type ExitKind = 'exited' | 'killed' | 'dumped';

/** Only for entries with `fromManager` and a unit. null: the message says nothing about the unit's state. */
export const unitEventOf = (entry: JournalEntry): UnitEvent | null => {
	const byId = eventById(entry);
	return byId === undefined ? eventByText(entry) : byId;
};

const eventById = (entry: JournalEntry): UnitEvent | null | undefined => {
	switch (entry.fields.MESSAGE_ID) {
		case messageIds.jobBegins:
			return {kind: 'starting'};
		case messageIds.startDone:
			return startDone(entry);
		case messageIds.startFailed:
			return {
				kind: 'start-failed',
				jobResult: resultWord(entry.fields.JOB_RESULT ?? jobResultByText(entry.message)),
			};
		case messageIds.stopBegins:
			return {kind: 'stopping'};
		case messageIds.stopDone:
			return {kind: 'stopped'};
		case messageIds.processExited:
			return exited(entry);
		case messageIds.unitFailed:
			return {kind: 'failed', result: resultWord(entry.fields.UNIT_RESULT ?? failedWith(entry.message))};
		case messageIds.deactivated:
			return {kind: 'deactivated'};
		case messageIds.restartScheduled:
			return {kind: 'restart-scheduled'};
		default:
			return undefined;
	}
};

const skippedTexts =
	/ was skipped because |^Condition check resulted in .* being skipped\.$| skipped, (unmet|no trigger) condition /;

/** "done" is also said of a unit whose condition was not met. */
const startDone = (entry: JournalEntry): UnitEvent =>
	skippedTexts.test(entry.message)
		? {kind: 'skipped'}
		: {kind: 'started', finished: !entry.unit.endsWith('.service') || entry.message.startsWith('Finished ')};

const jobResultByText = (message: string): string =>
	message.startsWith('Dependency failed')
		? 'dependency'
		: message.startsWith('Timed out')
			? 'timeout'
			: 'failed';

const eventByText = (entry: JournalEntry): UnitEvent | null => {
	if (entry.fields.EXIT_CODE !== undefined && /process exited/i.test(entry.message)) {
		return exited(entry);
	}

	const said = textAfterUnit(entry);
	if (/start request repeated too quickly/i.test(said)) {
		return {kind: 'start-limit'};
	}

	if (/^Unit (\S+ )?entered failed state\.$/.test(said)) {
		return {kind: 'entered-failed'};
	}

	if (said.startsWith('Failed with result ')) {
		return {kind: 'failed', result: resultWord(failedWith(said))};
	}

	if (/^Job \S+\/start failed with result '/.test(said)) {
		return {kind: 'job-closed'};
	}

	if (/scheduling restart\.$/.test(said)) {
		return {kind: 'restart-scheduled'};
	}

	if (/^start(-pre|-post)? operation timed out/i.test(said)) {
		return {kind: 'timed-out'};
	}

	return /process exited, code=/i.test(said) ? exited(entry) : null;
};

/** `X: …`, or in 219 `X …`. */
const textAfterUnit = (entry: JournalEntry): string =>
	entry.message.startsWith(entry.unit)
		? entry.message.slice(entry.unit.length).replace(/^:? /, '')
		: entry.message;

const failedWith = (message: string): string =>
	/Failed with result '([^']{1,40})'/.exec(message)?.[1] ?? 'failed';

const exited = (entry: JournalEntry): UnitEvent => {
	const said = /code=([a-z]+), status=(\d{1,3})/.exec(entry.message);
	const code = entry.fields.EXIT_CODE ?? said?.[1] ?? 'exited';
	const status = Number.parseInt(entry.fields.EXIT_STATUS ?? said?.[2] ?? '', 10);
	return {
		kind: 'exited',
		main: /\bmain process exited/i.test(entry.message),
		code: code === 'killed' || code === 'dumped' ? code : 'exited',
		status: Number.isSafeInteger(status) && status >= 0 && status <= 255 ? status : 0,
	};
};

/** systemd's result words are short and plain; anything else is only 'failed'. */
export const resultWord = (word: string): string => (/^[a-z][a-z-]{0,40}$/.test(word) ? word : 'failed');
