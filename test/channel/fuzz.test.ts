import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {sharedFolder} from '../shared-folder.ts';
import {fuzzFrames, fuzzLines} from './fuzz.ts';

test('X5 20,000 mutated frames: nothing is thrown, no escape gets through (a million by npm run fuzz)', async () => {
	const counts = await fuzzFrames(20_000, 11);
	expect(counts.texts).toBeGreaterThan(1000);
	expect(counts.ended).toBeGreaterThan(10);
	expect(counts.ended).toBeLessThan(counts.sessions);
});

test('X2 20,000 mutated journal lines: nothing is thrown, no escape gets through (a million by npm run fuzz)', () => {
	const path = join(sharedFolder, 'fixtures/boots/S06-crash-loop/journalctl-b-o-json-minimal.jsonl.gz');
	const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
	const counts = fuzzLines(lines, 20_000, 11);
	expect(counts.entries).toBeGreaterThan(1000);
	expect(counts.texts).toBeGreaterThan(counts.entries);
});
