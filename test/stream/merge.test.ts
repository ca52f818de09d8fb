import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {JournalEntry} from '../../src/journal/types.ts';
import {type BoxLine, createMerge, type MergeOptions} from '../../src/stream/merge.ts';

const entry = (realtimeUs: number, message = String(realtimeUs)) =>
	({realtimeUs, monotonicUs: realtimeUs / 2, message}) as JournalEntry;

const open = (options: Partial<MergeOptions> = {}) => {
	let now = 0;
	const out: BoxLine[] = [];
	const merge = createMerge({
		deliver: lines => out.push(...lines),
		processClock: {now: () => now},
		windowMs: 300,
		...options,
	});
	return {
		merge,
		texts: () => out.map(({box, entry}) => `${box}:${entry.message}`),
		wait: (ms: number) => {
			now += ms;
			merge.tick();
		},
	};
};

test('backlogs come sorted, whole, when the last box has sent its own', () => {
	const {merge, texts} = open();
	merge.expect(0);
	merge.expect(1);
	merge.add(0, [entry(1), entry(4)]);
	merge.caughtUp(0);
	expect(texts()).toEqual([]);
	merge.add(1, [entry(2), entry(3)]);
	merge.caughtUp(1);
	expect(texts()).toEqual(['0:1', '1:2', '1:3', '0:4']);
});

test('a live line waits a moment for a slower box, and no longer', () => {
	const {merge, texts, wait} = open();
	merge.add(0, [entry(20)]);
	wait(200);
	merge.add(1, [entry(10)]);
	expect(texts()).toEqual([]);
	wait(100);
	expect(texts()).toEqual(['0:20']);
	wait(200);
	expect(texts()).toEqual(['0:20', '1:10']);
});

test('a box that never sends its backlog holds the others up for a while only', () => {
	const {merge, texts, wait} = open({patienceMs: 5000});
	merge.expect(0);
	merge.add(1, [entry(1)]);
	wait(4999);
	expect(texts()).toEqual([]);
	wait(1);
	expect(texts()).toEqual(['1:1']);
});

test('by the boot’s own clock two boots lie on top of each other', () => {
	const {merge, texts} = open({order: 'boot'});
	merge.add(0, [
		{...entry(1000), monotonicUs: 5, message: 'a'},
		{...entry(2000), monotonicUs: 9, message: 'b'},
	]);
	merge.add(1, [
		{...entry(8000), monotonicUs: 4, message: 'c'},
		{...entry(9000), monotonicUs: 7, message: 'd'},
	]);
	merge.finish();
	expect(texts()).toEqual(['1:c', '0:a', '1:d', '0:b']);
});

test('whatever the clocks say, nothing is lost and the order within a box stays', () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(3), fc.array(fc.nat(1000), {maxLength: 5}), fc.nat(200)), {maxLength: 40}),
			steps => {
				const {merge, texts, wait} = open();
				const sent: string[][] = [[], [], [], []];
				let number = 0;
				for (const [box, times, pause] of steps) {
					const entries = times.map(time => entry(time, `n${(number += 1)}`));
					merge.add(box, entries);
					sent[box]?.push(...entries.map(({message}) => `${box}:${message}`));
					wait(pause);
				}
				merge.finish();
				for (const [box, lines] of sent.entries())
					expect(texts().filter(text => text.startsWith(`${box}:`))).toEqual(lines);
			},
		),
	);
});
