/** Words in lines of so many cells. */
import type {Shown} from '../../base/text.ts';

export const wrapWords = (text: Shown, cells: number): readonly Shown[] => {
	const lines: string[] = [''];
	for (const word of text.split(' ')) {
		const last = lines.at(-1) ?? '';
		if (last !== '' && last.length + 1 + word.length > cells) lines.push(word);
		else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
	}
	return lines.map(line => line as Shown);
};
