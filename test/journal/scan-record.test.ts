import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {scanRecord} from '../../src/journal/scan-record.ts';
import {sharedFolder} from '../shared-folder.ts';

const wanted = new Map(['MESSAGE', '_PID', 'UNIT', 'PRIORITY'].map((name, index) => [name, index]));
const byParse = (text: string): unknown[] => {
	const record: Record<string, unknown> = JSON.parse(text);
	return [...wanted.keys()].map(name => record[name]);
};

test('the scanner reads what JSON.parse reads, on every line of a recorded boot', () => {
	const path = join(sharedFolder, 'fixtures/boots/S06b-core-dump/journalctl-b-o-json.jsonl.gz');
	for (const line of gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')) {
		expect(scanRecord(line, wanted)).toEqual(byParse(line));
	}
});

test('the scanner reads what JSON.parse reads', () => {
	const scalar = fc.oneof(
		fc.string({unit: 'binary'}),
		fc.constantFrom(null, true, false),
		fc.double({noNaN: true, noDefaultInfinity: true}),
	);
	const bytes = fc.array(fc.nat(255));
	const value = fc.oneof(scalar, bytes, fc.array(fc.oneof(fc.string(), bytes)), fc.integer(), fc.object());
	// A key with an escape in it is none of ours, whatever it spells.
	const key = fc.oneof(fc.constantFrom(...wanted.keys()), fc.string());
	fc.assert(
		fc.property(fc.dictionary(key, value, {minKeys: 1}), fc.boolean(), (record, isSpaced) => {
			const line = JSON.stringify(record);
			const text = isSpaced ? line.replace(/^\{/, '{ ').replace(/\}$/, ' } ') : line;
			expect(scanRecord(text, wanted)).toEqual(byParse(line));
		}),
		{numRuns: 1000},
	);
});

test('what we read of a broken line is what JSON.parse would read of a whole one, or the line is refused', () => {
	const line = JSON.stringify({MESSAGE: 'a\\"b', _PID: '1', X: [1, 2], Y: ['q', [3]]});
	fc.assert(
		fc.property(
			fc.nat(line.length - 1),
			fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'x', ''),
			(at, piece) => {
				const broken = line.slice(0, at) + piece + line.slice(at + 1);
				const scanned = scanRecord(broken, wanted);
				if (scanned === undefined) {
					return;
				}

				// What lies inside values that nobody reads is not checked.
				try {
					expect(scanned).toEqual(byParse(broken));
				} catch (error) {
					expect(error).toBeInstanceOf(SyntaxError);
				}
			},
		),
		{numRuns: 3000},
	);
});

test('a line may be cut anywhere: what came whole is kept, and of the last value what there is', () => {
	const line = JSON.stringify({
		PRIORITY: '3',
		MESSAGE: 'a "quoted" \\ back\u0007slash é',
		_PID: '1',
		UNIT: 'x',
	});
	for (let end = 1; end < line.length; end++) {
		const values = scanRecord(line.slice(0, end), wanted, cut => `cut:${cut}`);
		expect(values).toBeDefined();
	}
});
