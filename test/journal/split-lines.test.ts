import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import {createLineSplitter, type SplitLine} from '../../src/journal/split-lines.ts';
import {bootId, entryLine} from './entry-lines.ts';

const split = (chunks: readonly Uint8Array[], limit?: number): readonly SplitLine[] => {
	const splitter = createLineSplitter(limit);
	const lines: SplitLine[] = [];
	for (const chunk of chunks) {
		splitter.push(chunk, line => lines.push(line));
		// The caller may use its memory again at once.
		chunk.fill(0x78);
	}

	splitter.end(line => lines.push(line));
	return lines;
};

const cutAt = (bytes: Buffer, places: readonly number[]): readonly Uint8Array[] =>
	[0, ...places.toSorted((a, b) => a - b)].map((from, index, all) =>
		Uint8Array.from(bytes.subarray(from, all[index + 1])),
	);

test('chunks may end anywhere, also inside a character', () => {
	const text = 'plain\nüñî — 日本語 🙂\n\nNUL\0inside\nlast without end';
	const bytes = Buffer.from(text);
	const expected = text.split('\n').filter(line => line !== '');
	fc.assert(
		fc.property(fc.array(fc.nat(bytes.length), {maxLength: 12}), places => {
			expect(split(cutAt(bytes, places)).map(line => line.text)).toEqual(expected);
		}),
	);
});

test('broken UTF-8 in a line does not touch its neighbours', () => {
	const lines = split([Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0xc3]), Buffer.from('\nb\n')])]);
	expect(lines.map(line => line.text)).toEqual(['a', '\ufffd\ufffd', 'b']);
});

test('a line over the cap keeps its head and counts the rest, in one chunk or many', () => {
	const long = Buffer.from(`${'x'.repeat(5000)}\nnext\n`);
	for (const chunks of [[Uint8Array.from(long)], cutAt(long, [1, 700, 1000, 1001, 4999, 5001])]) {
		const lines = split(chunks, 1000);
		expect(lines.map(line => [line.text.length, line.cutBytes])).toEqual([
			[1000, 4000],
			[4, 0],
		]);
	}
});

test('an entry over the cap is shortened, keeps its place in time, and says how much is missing', () => {
	for (const message of [
		'm'.repeat(20_000),
		Array.from({length: 8000}, () => 27),
		`${'é"\\'.repeat(4000)}`,
	]) {
		const record: Record<string, unknown> = JSON.parse(entryLine({MESSAGE: undefined}));
		const line = JSON.stringify({_PID: '500', MESSAGE: message, ...record});
		const reader = createJournalReader(10_000);
		const parsed = [...reader.push(Buffer.from(`${line}\n`)), ...reader.end()];
		expect(parsed).toHaveLength(1);
		const entry = parsed[0]?.kind === 'entry' ? parsed[0].entry : undefined;
		expect(entry).toMatchObject({
			bootId,
			unit: 'alpha.service',
			realtimeUs: 1795373228450445,
			monotonicUs: 12671124,
		});
		expect(entry?.cutBytes).toBe(Buffer.byteLength(line) - 10_000);
		expect(entry?.message.length).toBeGreaterThan(1000);
		expect(reader.counts()).toMatchObject({entries: 1, cutLines: 1});
	}
});

test('a long message cannot forge the fields that stand after it', () => {
	const forged = '","_PID":"1","_UID":"0","UNIT":"victim.service","__REALTIME_TIMESTAMP":"1';
	const record: Record<string, unknown> = JSON.parse(entryLine({MESSAGE: undefined, _PID: undefined}));
	const line = JSON.stringify({MESSAGE: 'x'.repeat(9000) + forged.repeat(100), _PID: '500', ...record});
	const reader = createJournalReader(8000);
	const [parsed] = [...reader.push(Buffer.from(`${line}\n`)), ...reader.end()];
	expect(parsed).toMatchObject({kind: 'entry', entry: {pid: 500, fromManager: false, unit: 'alpha.service'}});
});

test('an entry may be cut at any byte of its message, also inside an escape', () => {
	const record: Record<string, unknown> = JSON.parse(entryLine({MESSAGE: undefined}));
	const line = JSON.stringify({MESSAGE: `${'\\'.repeat(7)}"é\u0001${'\u0002\\"'.repeat(40)}`, ...record});
	for (let limit = 14; limit < 300; limit++) {
		const reader = createJournalReader(limit);
		const [parsed] = [...reader.push(Buffer.from(`${line}\n`)), ...reader.end()];
		expect([limit, parsed?.kind]).toEqual([limit, 'entry']);
		const message: string = JSON.parse(line).MESSAGE;
		const got = parsed?.kind === 'entry' ? parsed.entry.message : '';
		expect(message.startsWith(got.replace(/\ufffd+$/, ''))).toBe(true);
	}
});
