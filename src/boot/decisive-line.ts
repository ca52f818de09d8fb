/**
 * Which of a unit's own lines says why it failed. Every line gets a score; the best of a run is kept, of equals the last.
 * Patterns are linear and see at most 2,048 characters.
 */
import type {Hostile} from '../base/text.ts';
import {ownText} from '../journal/own-text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {messageIds} from './message-ids.ts';

export type DecisiveLine = {readonly score: number; readonly text: Hostile};

/** Below this a line is chatter, and systemd's own sentence says more. */
export const decisiveScore = 40;
/** From here on a line says why even if systemd has a good sentence of its own, as for a timeout. */
export const strongScore = 60;

const seenCharacters = 2048;
const keptCharacters = 1000;
const maxContinuations = 3;

export type LineJudge = {
	/** Reads the next line of the unit; the best line so far, or null. */
	readonly read: (entry: JournalEntry) => void;
	/** A line from elsewhere that is about this run: the kernel's on an out-of-memory kill, a core dump's. */
	readonly offer: (line: DecisiveLine) => void;
	readonly best: () => DecisiveLine | null;
};

export const createLineJudge = (): LineJudge => {
	let best: DecisiveLine | null = null;
	let inTraceback = false;
	let continuations = maxContinuations;

	const offer = (line: DecisiveLine): void => {
		if (line.score > 0 && (best === null || line.score >= best.score)) {
			best = {score: line.score, text: ownText(line.text, keptCharacters)};
		}
	};

	const readTraceback = (text: string): boolean => {
		if (tracebackStart.test(text)) {
			inTraceback = true;
			return true;
		}

		if (inTraceback && !/^\s/.test(text)) {
			inTraceback = false;
			offer({score: 90, text: text.slice(0, keptCharacters)});
			continuations = 0;
			return true;
		}

		return inTraceback;
	};

	/** The text of an exception may go on over more lines, indented below it. */
	const readContinuation = (text: string): boolean => {
		if (best === null || continuations >= maxContinuations || !/^\s+\S/.test(text)) {
			continuations = maxContinuations;
			return false;
		}

		const glue = /[:,;]$/.test(best.text) ? ' ' : '; ';
		best = {score: best.score, text: `${best.text}${glue}${text.trim()}`.slice(0, keptCharacters)};
		continuations++;
		return true;
	};

	return {
		read: entry => {
			const text = entry.message.slice(0, seenCharacters);
			if (readTraceback(text) || readContinuation(text)) {
				return;
			}

			offer({score: scoreLine(text, entry), text: text.trim().slice(0, keptCharacters)});
		},
		offer,
		best: () => best,
	};
};

const tracebackStart =
	/^Traceback \(most recent call last\)|^Exception in thread |^panic: |^thread '.{0,80}' panicked at/;
const fatalWords = /\b(fatal|panic|panicked|exception|uncaught|unhandled|segfault|abort(ed)?)\b/i;
const errorWords = /\berrors?\b|[a-z]Error\b|\berr(no)?[ =:]/i;
const troubleWords =
	/\b(fail(ed|ure|s)?|denied|refused|rejected|forbidden|unauthorized|cannot|can't|could not|unable|not found|no such|invalid|not valid|missing|expired|unreachable|timed out|timeout|giving up|gave up|not permitted|out of memory|no space)\b/i;
const calmLevels = /(^|[\s[|"=:])(INFO|DEBUG|TRACE|info|debug|trace)([\s\]|":]|$)/;
const noErrors = /\b(no|0|zero|without) (errors?|failures?)\b/i;

const scoreLine = (text: string, entry: JournalEntry): number => {
	if (entry.fields.MESSAGE_ID === messageIds.execFailed || entry.fields.MESSAGE_ID === messageIds.coreDump) {
		return entry.priority <= 3 ? 85 : 70;
	}

	// Indented lines belong to the one above them: source code, a dump of the input, a stack.
	if (/^\s/.test(text)) {
		return entry.priority <= 3 ? 30 : 0;
	}

	const severe = entry.priority <= 3;
	if (noErrors.test(text) || (!severe && calmLevels.test(text))) {
		return 0;
	}

	if (fatalWords.test(text)) {
		return 80;
	}

	if (errorWords.test(text) || troubleWords.test(text)) {
		return severe ? 75 : errorWords.test(text) ? 60 : 45;
	}

	return severe ? 65 : entry.priority === 4 ? 20 : 0;
};
