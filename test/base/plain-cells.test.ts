import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {cut, hostile, shown, width} from '../../src/base/terminal-text.ts';

const ranges = [
	[0x20, 0x7e],
	[0xb1, 0xb1],
	[0xb7, 0xb7],
	[0x2013, 0x2013],
	[0x2016, 0x2016],
	[0x2026, 0x2026],
	[0x2190, 0x2193],
	[0x2500, 0x25fc],
	[0x2714, 0x2714],
	[0x2716, 0x2716],
] as const;

test('lines, blocks and marks of the screens take one cell each, as terminals count', () => {
	for (const [from, to] of ranges)
		for (let code = from; code <= to; code++) {
			const character = String.fromCodePoint(code);
			expect(stringWidth(character), code.toString(16)).toBe(1);
			expect(width(shown(hostile(character)))).toBe(1);
		}
});

test('a rule is cut like a word', () => {
	expect(cut(shown(hostile('──────')), 4)).toBe('───…');
});
