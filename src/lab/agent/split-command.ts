/**
 * How the agent splits a non-interactive command into its arguments (Go's shlex): no shell, so no variables, globs or
 * pipes. Single quotes keep everything; in double quotes and outside a backslash keeps the next character; `#` at the
 * start of a word begins a comment.
 */
export class SplitError extends Error {
	override readonly name = 'SplitError';
}

export const splitCommand = (command: string): readonly string[] => {
	const words: string[] = [];
	let word: string | null = null;
	let quote: '"' | "'" | null = null;
	for (let index = 0; index < command.length; index += 1) {
		const letter = command[index] ?? '';
		if (quote !== "'" && letter === '\\') {
			index += 1;
			if (index >= command.length) throw new SplitError('EOF found after escape character');
			word = (word ?? '') + command[index];
		} else if (quote !== null) {
			if (letter === quote) quote = null;
			else word = (word ?? '') + letter;
		} else if (letter === '"' || letter === "'") {
			quote = letter;
			word ??= '';
		} else if (' \t\r\n'.includes(letter)) {
			if (word !== null) words.push(word);
			word = null;
		} else if (letter === '#' && word === null) {
			const end = command.indexOf('\n', index);
			index = end < 0 ? command.length : end;
		} else word = (word ?? '') + letter;
	}
	if (quote !== null) throw new SplitError('EOF found when expecting closing quote');
	if (word !== null) words.push(word);
	return words;
};
