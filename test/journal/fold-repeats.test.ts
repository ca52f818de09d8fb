import fc from 'fast-check';
import {expect, test} from 'vitest';
import {foldRepeats} from '../../src/journal/fold-repeats.ts';
import {bootsFolder, readAll} from '../boot/recordings.ts';

const linesOf = (...messages: readonly string[]) => messages.map(message => ({unit: 'a.service', message}));

test('a second try that says what the first said is one row, its news are not', () => {
	const attempt = (pid: number) => [`start, pid ${pid}`, 'loading', 'connecting', 'refused', 'giving up'];
	const rows = foldRepeats(linesOf(...attempt(100), ...attempt(2345), 'something new', ...attempt(7)), {
		least: 3,
	});
	expect(rows).toEqual([
		...[0, 1, 2, 3, 4].map(index => ({kind: 'line', index})),
		{kind: 'folded', from: 5, to: 9},
		{kind: 'line', index: 10},
		{kind: 'folded', from: 11, to: 15},
	]);
});

test('the same words of another unit are not the same line', () => {
	const lines = [...linesOf('x', 'x'), {unit: 'b.service', message: 'x'}];
	expect(foldRepeats(lines, {least: 1})).toEqual([
		{kind: 'line', index: 0},
		{kind: 'folded', from: 1, to: 1},
		{kind: 'line', index: 2},
	]);
});

test('no line is lost and none comes twice, whatever repeats', () => {
	fc.assert(
		fc.property(
			fc.array(fc.constantFrom('a', 'b', 'c 1', 'c 2', 'd')),
			fc.integer({min: 1, max: 5}),
			(messages, least) => {
				const rows = foldRepeats(linesOf(...messages), {least});
				const indexes = rows.flatMap(row =>
					row.kind === 'line'
						? [row.index]
						: Array.from({length: row.to - row.from + 1}, (_, step) => row.from + step),
				);
				expect(indexes).toEqual(messages.map((_, index) => index));
			},
		),
	);
});

test('a recorded crash loop is told once, its repetitions are folded', async () => {
	const entries = await readAll(`${bootsFolder}/S06-crash-loop/journalctl-b-units-o-json.jsonl`);
	const own = entries.filter(entry => entry.unit === 'foo-app.service');
	expect(foldRepeats(own).length).toBeLessThan(own.length / 2);
});
