import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createResumePoint} from '../../src/stream/resume-point.ts';

const boots = ['a'.repeat(32), 'b'.repeat(32)];
const entry = (number: number, boot = 0): JournalEntry => ({
	cursor: `s=1;i=${number}`,
	bootId: boots[boot] ?? '',
	// Several entries share a time, as in a real journal.
	realtimeUs: Math.floor(number / 3),
	monotonicUs: Math.floor(number / 3),
	unit: '',
	priority: 6,
	identifier: '',
	pid: 1,
	message: `line ${number % 5}`,
	cutBytes: 0,
	transport: '',
	fields: {},
	fromManager: false,
});
const bare = (given: JournalEntry): JournalEntry => ({...given, cursor: ''});

test('wherever the link drops, and however often, every entry comes once and in order', () => {
	const journal = Array.from({length: 40}, (_, number) => entry(number));
	fc.assert(
		fc.property(fc.nat(40), fc.array(fc.nat(45), {maxLength: 6}), (backlogLength, drops) => {
			const point = createResumePoint();
			const out: JournalEntry[] = [];
			// What the box sends in one session: a backlog without cursors but for its last line, or from a cursor on.
			const session = (limit: number) => {
				point.reopen();
				const cursor = point.cursor();
				let sent = 0;
				const send = (given: JournalEntry) => {
					if (sent < limit) out.push(...point.fresh([given]));
					sent += 1;
				};
				if (cursor === null) {
					const backlog = journal.slice(0, backlogLength);
					for (const [index, given] of backlog.entries())
						send(index === backlog.length - 1 ? given : bare(given));
					if (sent < limit) point.liveFrom(backlog.at(-1)?.cursor ?? '');
					for (const given of journal.slice(Math.max(0, backlogLength - 1))) send(given);
				} else
					for (const given of journal.slice(journal.findIndex(found => found.cursor === cursor))) send(given);
			};
			for (const drop of drops) session(drop);
			session(Number.POSITIVE_INFINITY);
			expect(out.map(({message, realtimeUs}) => `${realtimeUs} ${message}`)).toEqual(
				journal.map(({message, realtimeUs}) => `${realtimeUs} ${message}`),
			);
			expect(point.delivered()).toBe(40);
		}),
		{numRuns: 500},
	);
});

test('a stream that goes on at the same entry says so, another boot or a lost entry too', () => {
	const point = createResumePoint();
	point.fresh([entry(1), entry(2)]);
	point.reopen();
	expect(point.resumed()).toBe(null);
	expect(point.fresh([entry(2), entry(3)])).toEqual([entry(3)]);
	expect(point.resumed()).toBe('exact');
	point.reopen();
	expect(point.fresh([entry(9)])).toEqual([entry(9)]);
	expect(point.resumed()).toBe('inexact');
	point.reopen();
	expect(point.fresh([entry(1, 1)])).toEqual([entry(1, 1)]);
	expect(point.resumed()).toBe('rebooted');
});

test('Q5 an entry without a cursor that may be sent back starts the boot again, and what was seen is skipped', () => {
	const point = createResumePoint();
	point.fresh([entry(1), bare(entry(2))]);
	expect(point.cursor()).toBe(null);
	point.reopen();
	expect(point.fresh([bare(entry(1)), bare(entry(2)), entry(3)])).toEqual([entry(3)]);
	expect(point.resumed()).toBe('exact');
});
