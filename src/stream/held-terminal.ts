/**
 * The user's terminal while a shell has it, and its way back: raw mode, title and modes as before, and no answer of the
 * terminal left over that the next reader would take for keys (threats.md T5).
 */
import type {ProcessClock} from '../base/clock.ts';
import {aliveAnswer, aliveQuestion, keepTitle, restoreTitle, terminalReset} from '../base/terminal-stream.ts';
import type {ShellTerminal} from './shell-terminal.ts';

export type HeldTerminal = {
	/** Idempotent; resolves when the terminal is as it was and its input is empty. */
	readonly giveBack: () => Promise<void>;
};

/** A terminal that answers nothing is waited for no longer. */
const answerMs = 500;

export const holdTerminal = (
	terminal: ShellTerminal,
	processClock: ProcessClock,
	onInput: (bytes: Uint8Array) => void,
): HeldTerminal => {
	let listener = onInput;
	let given: Promise<void> | null = null;
	terminal.setRaw(true);
	const stopReading = terminal.onInput(bytes => listener(bytes));
	void terminal.write(keepTitle);
	const drain = async () => {
		const answered = new AbortController();
		let tail = '';
		listener = bytes => {
			tail = (tail + Buffer.from(bytes).toString('latin1')).slice(-64);
			if (tail.includes(aliveAnswer)) answered.abort();
		};
		await terminal.write(terminalReset + restoreTitle + aliveQuestion);
		await processClock.sleep(answerMs, answered.signal);
	};
	return {
		giveBack: () => {
			given ??= drain().finally(() => {
				stopReading();
				terminal.setRaw(false);
			});
			return given;
		},
	};
};
