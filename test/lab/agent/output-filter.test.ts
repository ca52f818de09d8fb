import {expect, test} from 'vitest';
import {createOutputFilter} from '../../../src/lab/agent/output-filter.ts';

const through = (...reads: readonly Buffer[]) => {
	const filter = createOutputFilter();
	return Buffer.concat(reads.map(filter));
};

test('a character cut by a read arrives whole', () => {
	const bytes = Buffer.from('a🚀b');
	expect(through(bytes.subarray(0, 3), bytes.subarray(3)).toString('utf8')).toBe('a🚀b');
});

test('a genuine U+FFFD is cut to its first byte, and bytes without an end are lost, as measured on the real agent', () => {
	expect(through(Buffer.from('caf\u00e9 \ufffd end')).toString('hex')).toBe(
		Buffer.concat([Buffer.from('caf\u00e9 '), Buffer.from([0xef]), Buffer.from(' end')]).toString('hex'),
	);
	expect(through(Buffer.from([0x61, 0xc3])).toString('hex')).toBe('61');
	expect(through(Buffer.from([0x61, 0xff, 0x62])).toString('hex')).toBe('61ff62');
});
