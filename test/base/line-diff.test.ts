/** The difference of two texts, told as a patch program wants it. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {diffLines, hunkText} from '../../src/base/line-diff.ts';

/** Applies hunks as a patch program does: context and removed lines must stand where the hunk says. */
const apply = (before: string, hunks: ReturnType<typeof diffLines>): string => {
	const old = before === '' ? [] : before.split('\n').slice(0, before.endsWith('\n') ? -1 : undefined);
	const out: string[] = [];
	let at = 0;
	let endsWithNewline = before.endsWith('\n') || before === '';
	for (const {oldStart, oldLines, lines} of hunks) {
		const start = oldLines === 0 ? oldStart : oldStart - 1;
		out.push(...old.slice(at, start));
		at = start;
		let lastMark = ' ';
		for (const line of lines) {
			if (line.startsWith('\\')) {
				if (lastMark !== '-') endsWithNewline = false;
				continue;
			}
			lastMark = line[0] ?? '';
			if (lastMark !== '+') {
				expect(old[at]).toBe(line.slice(1));
				at += 1;
			}
			if (lastMark !== '-') {
				out.push(line.slice(1));
				endsWithNewline = true;
			}
		}
	}
	const rest = old.slice(at);
	if (rest.length > 0) endsWithNewline = before.endsWith('\n');
	out.push(...rest);
	return out.length === 0 ? '' : out.join('\n') + (endsWithNewline ? '\n' : '');
};

const texts = fc
	.array(fc.constantFrom('a', 'b', 'c', 'd', '', 'x=1', '  y'), {maxLength: 30})
	.chain(lines => fc.boolean().map(ends => lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')));

test('what the hunks say, applied to the old text, gives the new one', () => {
	fc.assert(
		fc.property(texts, texts, (before, after) => {
			expect(apply(before, diffLines(before, after))).toBe(after);
		}),
		{numRuns: 2000},
	);
});

test('three lines of context stand around a change, and far changes are hunks of their own', () => {
	const lines = Array.from({length: 40}, (_, index) => `line ${index + 1}`);
	const changed = lines.map((line, index) => (index === 9 || index === 29 ? `${line} changed` : line));
	const hunks = diffLines(`${lines.join('\n')}\n`, `${changed.join('\n')}\n`);
	expect(hunks).toHaveLength(2);
	expect(hunks[0]).toMatchObject({oldStart: 7, oldLines: 7, newStart: 7, newLines: 7});
	expect(hunkText(hunks[0] as (typeof hunks)[0])).toBe(
		'@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+line 10 changed\n line 11\n line 12\n line 13\n',
	);
});

test('nothing differs: no hunk; a missing end of line is a change', () => {
	expect(diffLines('a\nb\n', 'a\nb\n')).toEqual([]);
	expect(diffLines('a\n', 'a')[0]?.lines).toEqual(['-a', '+a', '\\ No newline at end of file']);
});

test('two texts of a megabyte that have nothing in common are one replacement, in no time', () => {
	const before = Array.from({length: 30_000}, (_, index) => `old ${index}`).join('\n');
	const after = Array.from({length: 30_000}, (_, index) => `new ${index}`).join('\n');
	expect(diffLines(before, after)).toHaveLength(1);
});
