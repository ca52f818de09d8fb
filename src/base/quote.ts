/** Words for a POSIX shell, and for the splitter of the SSM agent that stands before it. */
import {UnflapError} from './errors.ts';
import type {Word} from './text.ts';

/** Characters that no shell reads as anything else, wherever they stand in a word. */
const plain = /^[A-Za-z0-9_@%+:,./-]+$/;
/** `--name=value` is plain too; `NAME=value` as a first word would be an assignment. */
const plainOption = /^--?[A-Za-z][A-Za-z0-9-]*=[A-Za-z0-9_@%+:,./=-]+$/;
const invisible =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, combining ones too.
	/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;

/**
 * One quoted word of POSIX sh. Throws `bad-input` on what cannot travel as an argument unharmed: NUL, lone surrogates,
 * and U+FFFD, which the agent corrupts.
 */
export const word = (text: string): Word => {
	refuseUnsendable(text);
	return (plain.test(text) || plainOption.test(text) ? text : singleQuoted(text)) as Word;
};

/**
 * One word of the agent's own splitter (Go's shlex): single quotes keep everything, a backslash outside of quotes keeps
 * the next character.
 */
export const shlexWord = (text: string): Word => {
	refuseUnsendable(text);
	return (plain.test(text) ? text : singleQuoted(text)) as Word;
};

/** A line of words, for a shell to run. */
export const commandLine = (words: readonly string[]): Word => words.map(word).join(' ') as Word;

/**
 * A line offered for pasting, or null where a word holds control or invisible characters: then the id is shown and the
 * user does it in the console.
 */
export const pasteableLine = (words: readonly string[]): Word | null =>
	words.some(text => invisible.test(text) || text.includes('\ufffd')) ? null : commandLine(words);

const singleQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const refuseUnsendable = (text: string) => {
	if (text.includes('\0') || text.includes('\ufffd') || !text.isWellFormed())
		throw new UnflapError(
			'bad-input',
			'A word of a command line holds a NUL byte or broken text, which cannot be sent unharmed',
		);
};
