import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import {parseEntry} from '../../src/journal/parse-entry.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {sharedFolder} from '../shared-folder.ts';

/** A small, repeatable source of chance. */
const createChance = (seed: number) => {
	let state = seed;
	return (below: number): number => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
};

const pieces = [
	'"',
	'\\',
	'{',
	'}',
	'[',
	']',
	',',
	':',
	'null',
	'1e400',
	'-1',
	'__proto__',
	'\u0000',
	'\ud800',
	'"UNIT":"',
	'\\u0000',
	'[[[[',
	' ',
];

test('X2 a million mutated lines: no throw, no prototype change, bounded memory', () => {
	const path = join(sharedFolder, 'fixtures/boots/S06-crash-loop/journalctl-b-o-json-minimal.jsonl.gz');
	const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
	const chance = createChance(7);
	const model = createBootModel();
	const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).join();
	const counts = {entry: 0, notice: 0, garbage: 0};
	let batch: JournalEntry[] = [];
	for (let index = 0; index < 1_000_000; index++) {
		let line = lines[chance(lines.length)] ?? '';
		for (let changes = chance(3); changes >= 0; changes--) {
			const at = chance(line.length);
			line = line.slice(0, at) + (pieces[chance(pieces.length)] ?? '') + line.slice(at + chance(4));
		}

		const parsed = parseEntry(line);
		counts[parsed.kind]++;
		if (parsed.kind === 'entry') {
			const {entry} = parsed;
			const sane =
				Number.isSafeInteger(entry.realtimeUs) &&
				Number.isSafeInteger(entry.monotonicUs) &&
				entry.priority >= 0 &&
				entry.priority <= 7 &&
				typeof entry.message === 'string' &&
				typeof entry.unit === 'string';
			if (!sane) {
				throw new Error(`not sane: ${line}`);
			}

			batch.push(entry);
		}

		if (batch.length === 10_000) {
			model.add(batch);
			model.boot();
			batch = [];
		}
	}

	expect(counts.entry).toBeGreaterThan(100_000);
	expect(counts.garbage).toBeGreaterThan(100_000);
	expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototypeBefore);
	expect(model.boots().length).toBeLessThanOrEqual(50);
	expect(process.memoryUsage().heapUsed).toBeLessThan(500 * 1024 * 1024);
}, 300_000);
