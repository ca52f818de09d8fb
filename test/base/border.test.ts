import xterm from '@xterm/headless';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {fitTo, hostile, shown} from '../../src/base/terminal-text.ts';
import {corpus} from '../hostile/corpus.ts';

/** Terminals since 2016 draw single emoji two cells wide; this emulator's own table is older. */
const modern = (columns: number, rows: number) => {
	const terminal = new xterm.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
	terminal.unicode.register({
		version: 'modern',
		wcwidth: codepoint => {
			const character = String.fromCodePoint(codepoint);
			if (/\p{M}/u.test(character)) return 0;
			return stringWidth(character) as 0 | 1 | 2;
		},
		charProperties: (codepoint, preceding) => {
			const character = String.fromCodePoint(codepoint);
			const joins = preceding !== 0 && /\p{M}/u.test(character);
			const cells = joins ? (preceding >> 1) & 3 : stringWidth(character);
			return (1 << 3) | (cells << 1) | (joins ? 1 : 0);
		},
	});
	terminal.unicode.activeVersion = 'modern';
	return terminal;
};

test.each([80, 100, 200])(
	'T11 the right border stands in one column on every row, %i columns',
	async columns => {
		const terminal = modern(columns, corpus.length);
		const rows = corpus.map(({text}) => `│${fitTo(shown(hostile(text)), columns - 2)}│`);
		await new Promise<void>(resolve => terminal.write(rows.join('\r\n'), resolve));
		const borders = corpus.map(({name}, row) => {
			const line = terminal.buffer.active.getLine(row);
			return [name, line?.getCell(0)?.getChars(), line?.getCell(columns - 1)?.getChars()];
		});
		expect(borders).toEqual(corpus.map(({name}) => [name, '│', '│']));
	},
);

test('T11 a cluster keeps four marks at most', () => {
	const flooded = shown(hostile(`x${'\u0301'.repeat(10_000)}y`));
	expect(Array.from(flooded)).toHaveLength(6);
});
