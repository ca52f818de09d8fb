/** One run of a unit while it is being folded. */
import type {Hostile} from '../base/text.ts';
import {ownText} from '../journal/own-text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {createLineJudge, decisiveScore, type LineJudge, strongScore} from './decisive-line.ts';
import type {Attempt} from './types.ts';

export type AttemptRecord = {
	readonly number: number;
	readonly invocation: string;
	startSeconds: number;
	/** False while only its lines tell that it runs: the journal begins later than the run. */
	startSaid: boolean;
	upSeconds: number | null;
	endSeconds: number | null;
	/** Wall clock of the end, microseconds since 1970. */
	endedAtUs: number;
	result: string | null;
	/** False while `result` is our own conclusion, not systemd's word. */
	resultSaid: boolean;
	exitCode: number | null;
	signal: number | null;
	dumped: boolean;
	gaveUp: boolean;
	outOfMemory: boolean;
	timedOut: boolean;
	/** systemd's best sentence about its end. */
	sentence: {readonly weight: number; readonly text: Hostile} | null;
	lastWords: Hostile[];
	readonly judge: LineJudge;
};

const keptLastWords = 10;
const keptCharacters = 500;

export const createAttempt = (number: number, startSeconds: number, invocation: string): AttemptRecord => ({
	number,
	invocation,
	startSeconds,
	startSaid: true,
	upSeconds: null,
	endSeconds: null,
	endedAtUs: 0,
	result: null,
	resultSaid: false,
	exitCode: null,
	signal: null,
	dumped: false,
	gaveUp: false,
	outOfMemory: false,
	timedOut: false,
	sentence: null,
	lastWords: [],
	judge: createLineJudge(),
});

/** A line of the unit's own processes. */
export const readOwnLine = (attempt: AttemptRecord, entry: JournalEntry): void => {
	attempt.judge.read(entry);
	if (attempt.lastWords.push(ownText(entry.message, keptCharacters)) > keptLastWords) {
		attempt.lastWords.shift();
	}
};

/** Heavier sentences win: "Main process exited, code=…" says more than "Failed to start …". */
export const keepSentence = (attempt: AttemptRecord, weight: number, text: Hostile): void => {
	if (attempt.sentence === null || weight >= attempt.sentence.weight) {
		attempt.sentence = {weight, text: ownText(text, keptCharacters)};
	}
};

export const hasFailed = (attempt: AttemptRecord): boolean =>
	attempt.endSeconds !== null && attempt.result !== null && attempt.result !== 'success';

/** What the process's end alone tells, until systemd says its own word. */
export const concludedResult = (attempt: AttemptRecord): string => {
	if (attempt.timedOut) {
		return 'timeout';
	}

	if (attempt.outOfMemory) {
		return 'oom-kill';
	}

	if (attempt.signal !== null) {
		return attempt.dumped ? 'core-dump' : 'signal';
	}

	return attempt.exitCode === null || attempt.exitCode === 0 ? 'success' : 'exit-code';
};

/** The line that says why: the unit's own, the kernel's about it, else systemd's. */
export const whyOf = (attempt: AttemptRecord): Hostile | null => {
	const line = attempt.judge.best();
	const enough = attempt.result === 'timeout' || attempt.result === 'success' ? strongScore : decisiveScore;
	return line !== null && line.score >= enough ? line.text : (attempt.sentence?.text ?? null);
};

export const attemptOf = (attempt: AttemptRecord): Attempt => ({
	number: attempt.number,
	startSeconds: attempt.startSeconds,
	upSeconds: attempt.upSeconds,
	endSeconds: attempt.endSeconds,
	result: attempt.result,
	exitCode: attempt.exitCode,
	signal: attempt.signal,
	gaveUp: attempt.gaveUp,
	why: hasFailed(attempt) || attempt.gaveUp ? whyOf(attempt) : null,
});
