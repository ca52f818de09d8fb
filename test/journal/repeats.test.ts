import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createRepeats} from '../../src/journal/repeats.ts';
import {bootsFolder, readAll} from '../boot/recordings.ts';

const bootId = 'b';
const flagsOf = (lines: readonly {unit?: string; message: string; bootId?: string}[]) => {
	const {isRepeat} = createRepeats();
	return lines.map(({unit = 'a.service', message, bootId: boot = bootId}) =>
		isRepeat({unit, message, bootId: boot}),
	);
};

test.each([
	['took 12 ms', 'took 977 ms'],
	['start, pid 100', 'start, pid 2345'],
	['id 7f3a90c1-4a9c done', 'id 00ff12ab-9b0e done'],
	['from 10.0.12.7:8080', 'from 192.168.1.250:443'],
	['at 2026-11-22T14:00:01.5Z', 'at 2027-01-02T04:10:59.1Z'],
])('%j and %j are the same line', (one, other) => {
	expect(flagsOf([{message: one}, {message: other}])).toEqual([false, true]);
});

test.each([
	['refused', 'refuses'],
	['deadbeef', 'facade'],
	['x 1', 'y 1'],
	['a b', 'ab'],
	['', ' '],
])('%j and %j are not', (one, other) => {
	expect(flagsOf([{message: one}, {message: other}])).toEqual([false, false]);
});

test('the same words of another unit or of another boot are not the same line', () => {
	expect(
		flagsOf([{message: 'x'}, {message: 'x', unit: 'b.service'}, {message: 'x', bootId: 'c'}, {message: 'x'}]),
	).toEqual([false, false, false, true]);
});

/** What the hash stands for, as a text. */
const slowShape = (message: string) => message.slice(0, 300).replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#');

test('whatever is said: a repeat is a line whose shape came before', () => {
	fc.assert(
		fc.property(
			fc.array(fc.string({unit: fc.constantFrom('a', 'f', 'g', '0', '9', ' ', '-', '#'), maxLength: 12})),
			messages => {
				const seen = new Set<string>();
				const expected = messages.map(message => {
					const shape = slowShape(message);
					const isKnown = seen.has(shape);
					seen.add(shape);
					return isKnown;
				});
				expect(flagsOf(messages.map(message => ({message})))).toEqual(expected);
			},
		),
	);
});

test('a recorded crash loop is told once, most of its later tries are repeats', async () => {
	const entries = await readAll(`${bootsFolder}/S06-crash-loop/journalctl-b-units-o-json.jsonl`);
	const own = entries.filter(entry => entry.unit === 'foo-app.service');
	const {isRepeat} = createRepeats();
	const repeated = own.filter(entry => isRepeat(entry));
	expect(repeated.length).toBeGreaterThan(own.length / 2);
});
