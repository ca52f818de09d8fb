import {constants, zstdCompressSync, zstdDecompressSync} from 'node:zlib';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createFrameCutter} from '../../src/journal/zstd-frames.ts';

const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 0x05, 0, 0, 0]), Buffer.from('hello')]);
const frames = [
	zstdCompressSync('one'),
	zstdCompressSync('two'.repeat(100_000), {params: {[constants.ZSTD_c_checksumFlag]: 1}}),
	zstdCompressSync(Buffer.alloc(300_000)),
	zstdCompressSync(''),
	zstdCompressSync(Buffer.from(Array.from({length: 200_000}, (_, index) => (index * 2654435761) >>> 24))),
];
const stream = Buffer.concat(frames.flatMap(frame => [skippable, frame]));

test('frames come out whole in pieces that never reach over the end of one, however the input is cut', () => {
	let total = 0;
	const ends = frames.map(frame => (total += frame.length));
	fc.assert(
		fc.property(fc.array(fc.nat(stream.length), {maxLength: 10}), places => {
			const cutter = createFrameCutter();
			const cuts = [0, ...places.toSorted((a, b) => a - b), stream.length];
			const pieces = cuts.flatMap((from, index) => cutter.push(stream.subarray(from, cuts[index + 1])));
			expect(Buffer.concat(pieces).equals(Buffer.concat(frames))).toBe(true);
			let at = 0;
			const reached = new Set(pieces.map(piece => (at += piece.length)));
			expect(ends.every(end => reached.has(end))).toBe(true);
		}),
		{numRuns: 50},
	);
	expect(zstdDecompressSync(frames[0] ?? '').toString()).toBe('one');
});

test('what is not zstd is passed on as it is', () => {
	const text = Buffer.from('not a frame at all');
	expect(Buffer.concat([...createFrameCutter().push(text)]).equals(text)).toBe(true);
});
