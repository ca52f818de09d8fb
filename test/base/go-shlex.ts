/** The splitter the SSM agent uses before it runs a command (github.com/google/shlex): written from its rules, for tests. */
export const goShlexSplit = (line: string): readonly string[] => {
	const words: string[] = [];
	let word: string | undefined;
	let quote: "'" | '"' | undefined;
	const characters = Array.from(line);
	for (let index = 0; index < characters.length; index++) {
		const character = characters[index] ?? '';
		if (quote === "'") {
			if (character === "'") quote = undefined;
			else word = (word ?? '') + character;
		} else if (quote === '"') {
			if (character === '"') quote = undefined;
			else if (character === '\\') word = (word ?? '') + (characters[++index] ?? '');
			else word = (word ?? '') + character;
		} else if (character === "'" || character === '"') {
			quote = character;
			word ??= '';
		} else if (character === '\\') {
			word = (word ?? '') + (characters[++index] ?? '');
		} else if (' \t\r\n'.includes(character)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else if (character === '#' && word === undefined) {
			while (index + 1 < characters.length && characters[index + 1] !== '\n') index++;
		} else word = (word ?? '') + character;
	}
	if (quote !== undefined) throw new Error('EOF found when expecting closing quote');
	if (word !== undefined) words.push(word);
	return words;
};
