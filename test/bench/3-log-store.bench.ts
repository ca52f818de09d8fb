// A million journal entries held: memory of the whole process, and a substring search over all of them.
import {hostile} from '../../src/base/terminal-text.ts';
import {limitYoungHeap} from '../../src/base/young-heap.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import {row} from './lab.js';

const total = 1_000_000;
const batch = 1000;
const bootId = 'ec2f35dad0aa4e51aad6c7d0fa3314a2';
const store = createLogStore();
const box = store.box('i-0123456789abcdef0');

const startUs = 1_795_373_490_548_636;

/** Lines of 107 bytes, as the prototype's; cursors as journald makes them, with the entry's own times. */
const entry = (number: number): JournalEntry => ({
	cursor: `s=625f2f54a721434c963044702dd9ec5a;i=${number.toString(16)};b=${bootId};m=${(number * 100).toString(16)};t=${(startUs + number * 100).toString(16)};x=aa0ad39f1c17649c`,
	bootId,
	realtimeUs: startUs + number * 100,
	monotonicUs: number * 100,
	unit: hostile('chatty.service'),
	priority: 6,
	identifier: hostile('chatty'),
	pid: 1234,
	message: hostile(
		`request ${number} took ${number % 977} ms, cache miss on shard ${number % 13}, will be retried`.padEnd(
			107,
			'.',
		),
	),
	cutBytes: 0,
	transport: 'stdout',
	fields: {},
	fromManager: false,
});

const start = performance.now();
for (let from = 0; from < total; from += batch) {
	// As the program does by a timer.
	if (from % 5000 === 0) limitYoungHeap();
	store.append(
		box,
		Array.from({length: batch}, (_, index) => entry(from + index)),
	);
}
const seconds = (performance.now() - start) / 1000;
globalThis.gc?.();
const megabytes = process.memoryUsage().rss / 1e6;
const counts = store.counts();
row(
	'1,000,000 entries held, whole process',
	`${megabytes.toFixed(0)} MB (lines ${(counts.bytes / 1e6).toFixed(0)} MB), ${(total / seconds / 1000).toFixed(0)}k entries/s in, ${counts.evicted} out of memory`,
	'300 MB or less',
	'prototype 255 MB',
);

const searches = [];
for (const source of ['took 500 ms', 'shard 12, will', 'never anywhere', 'error']) {
	const begin = performance.now();
	store.setSearch({kind: 'text', source});
	store.matchCount();
	store.jump('match', store.first(), 1);
	searches.push(performance.now() - begin);
}
row(
	'substring search over them',
	`${Math.max(...searches).toFixed(0)} ms (worst of 4)`,
	'50 ms or less',
	'prototype 13 ms',
);
store.stop();
