/** A frame as text, and the checks that hold for every frame. */
import stringWidth from 'string-width';
import {expect} from 'vitest';
import {ours} from '../../src/base/terminal-text.ts';
import {footerOn} from '../../src/ui/keys/screens.ts';
import type {Model} from '../../src/ui/model.ts';
import {paintScreen} from '../../src/ui/screen.ts';

export const linesOf = (model: Model): readonly string[] =>
	paintScreen(model, {
		entries: footerOn(model.place.screen, false),
		last: {keys: ours`q`, label: ours`quit`},
	}).rows.map(({spans}) => spans.map(({text}) => text).join(''));

/** Exactly the screen's rows, each exactly as wide, every border closed on both sides. */
export const expectWholeFrame = (model: Model): readonly string[] => {
	const {columns, rows} = model.state.size;
	const lines = linesOf(model);
	expect(lines.length).toBe(rows);
	for (const line of lines) {
		expect(stringWidth(line), line).toBe(columns);
		const [first, last] = [line.at(0) ?? '', line.at(-1) ?? ''];
		if ('╭├╰│'.includes(first)) expect('╮┤╯│', line).toContain(last);
		if ('┏┗┃'.includes(first)) expect('┓┛┃', line).toContain(last);
	}
	return lines;
};
