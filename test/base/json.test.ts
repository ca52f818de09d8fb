import fc from 'fast-check';
import {expect, test} from 'vitest';
import {encodeJson} from '../../src/base/json.ts';
import {corpus} from '../hostile/corpus.ts';

const unsafe =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, combining ones too.
	/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]/u;

test.each(corpus)('T3 JSON says the same and drives no terminal: $name', ({text}) => {
	const value = {[text]: text, list: [text]};
	const json = encodeJson(value, 1);
	expect(json).not.toMatch(unsafe);
	expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
});

test('T3 any value comes back equal, on one line', () => {
	fc.assert(
		fc.property(fc.jsonValue({stringUnit: 'binary'}), value => {
			const json = encodeJson(value);
			expect(json).not.toMatch(unsafe);
			expect(json).not.toContain('\n');
			expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
		}),
		{numRuns: 2000},
	);
});

test('what JSON has no word for is null', () => {
	expect(encodeJson(undefined)).toBe('null');
});
