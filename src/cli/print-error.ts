/** The one function that prints errors: what happened, what it means, what to do next. Never a stack, never an object. */
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {Printer} from './command.ts';

const maxCharacters = 2048;

/** Prints to stderr and gives the exit code. `help` is where wrong usage that offers no next step is sent. */
export const printError = (error: unknown, out: Pick<Printer, 'warn'>, help = 'unflap --help'): ExitCode => {
	for (const line of describeError(error)) out.warn(line);
	if (error instanceof UnflapError && error.kind === 'usage' && error.next.length === 0)
		out.warn(ours`  → ${short(help)}`);
	return error instanceof UnflapError ? error.exitCode : 1;
};

/** The lines of an error, safe and masked. */
export const describeError = (error: unknown): readonly Shown[] => {
	if (!(error instanceof UnflapError)) return describeBug(error);
	return [
		ours`unflap: ${short(error.message)}`,
		...(error.meaning === undefined ? [] : [ours`  ${short(error.meaning)}`]),
		...error.next.map(step => ours`  → ${short(step)}`),
	];
};

/** Name, code and message alone: an SDK error carries its answer, and an answer may carry a token. */
const describeBug = (error: unknown): readonly Shown[] => {
	const name = error instanceof Error ? error.name : typeof error;
	const code =
		error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
	const message = error instanceof Error ? error.message : 'something that is no error was thrown';
	return [
		ours`unflap: ${short(`${name}${code}: ${message}`)}`,
		ours`  This should not have happened: it is a mistake in unflap, not yours.`,
		ours`  → please report it with what you did`,
	];
};

const short = (text: string) => {
	const line = text.replace(/\s*[\n\r]+\s*/g, ' ');
	return shown(hostile(line.length <= maxCharacters ? line : `${line.slice(0, maxCharacters)}…`));
};
