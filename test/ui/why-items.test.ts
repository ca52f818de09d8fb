import {expect, test} from 'vitest';
import {hostile} from '../../src/base/terminal-text.ts';
import type {Model} from '../../src/ui/model.ts';
import {lineOf, markedAt, type WhyItem} from '../../src/ui/screens/why-items.ts';

const tried = (number: number, text: string): WhyItem => ({
	kind: 'try',
	number,
	advice: {text: hostile(text), command: null},
});
const seen: WhyItem = {
	kind: 'evidence',
	number: 1,
	evidence: {source: 'probe', text: hostile('S3 refuses'), atSeconds: null, at: null},
};
const marked = (why: {readonly at: number; readonly line: string} | null) =>
	({state: {selected: {group: null, box: null, unit: null, activity: 0, why}}}) as unknown as Model;
const first = tried(1, 'allow it');
const second = tried(2, 'ask as the box does');

test('the mark stays on its line when a probe adds evidence above it, and in its place when the line is gone', () => {
	const mark = marked({at: 1, line: lineOf(second)});
	expect(markedAt(mark, [first, second])).toBe(1);
	expect(markedAt(mark, [seen, first, second])).toBe(2);
	expect(markedAt(mark, [seen, first])).toBe(1);
	expect(markedAt(mark, [seen])).toBe(0);
	expect(markedAt(mark, [])).toBe(-1);
	expect(markedAt(marked(null), [seen, first])).toBe(0);
});
