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

test('the scanner reads what JSON.parse reads, or leaves the line to it', () => {
	const scalar = fc.oneof(fc.string({unit: 'binary'}), fc.constant(null));
	const bytes = fc.array(fc.nat(255));
	const value = fc.oneof(scalar, bytes, fc.array(fc.oneof(fc.string(), bytes)), fc.integer(), fc.object());
	const key = fc.oneof(fc.constantFrom(...wanted.keys()), fc.string());
	fc.assert(
		fc.property(fc.dictionary(key, value), record => {
			const line = JSON.stringify(record);
			const scanned = scanRecord(line, wanted);
			if (scanned !== undefined) {
				expect(scanned).toEqual(byParse(line));
			}
		}),
		{numRuns: 2000},
	);
});

test('the scanner never accepts what JSON.parse refuses, but for control characters inside strings', () => {
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

				// What lies inside values we do not read is not checked; what we read is right.
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
