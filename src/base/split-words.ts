/** Splits a line as a shell would split words, quotes and backslashes included, and does nothing else of a shell. */

/** Null for an open quote or a trailing backslash. */
export const splitWords = (line: string): readonly string[] | null => {
	const words: string[] = [];
	let word: string | null = null;
	let quote: '"' | "'" | null = null;
	for (let at = 0; at < line.length; at += 1) {
		const letter = line[at] ?? '';
		if (quote === "'") {
			if (letter === "'") quote = null;
			else word += letter;
		} else if (letter === '\\' && (quote === null || /["\\$`]/.test(line[at + 1] ?? ''))) {
			at += 1;
			if (at >= line.length) return null;
			word = (word ?? '') + line[at];
		} else if (quote === '"') {
			if (letter === '"') quote = null;
			else word += letter;
		} else if (letter === '"' || letter === "'") {
			quote = letter;
			word ??= '';
		} else if (/\s/.test(letter)) {
			if (word !== null) words.push(word);
			word = null;
		} else word = (word ?? '') + letter;
	}
	if (quote !== null) return null;
	return word === null ? words : [...words, word];
};
