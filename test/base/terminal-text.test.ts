import {expect, test} from 'vitest';
import {
	cut,
	differsInvisibly,
	fitTo,
	hostile,
	ours,
	pad,
	shown,
	shownLines,
	width,
} from '../../src/base/terminal-text.ts';
import {brokenText, corpus, lookAlikes, terminalAttacks} from '../hostile/corpus.ts';

/** What may never stand in a line for a terminal: C0, DEL, C1, separators, bidi, zero-width, tags, lone surrogates. */
const unsafe =
	/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Cs}]/u;

test('plain ASCII stays as it is', () => {
	const line = 'Started s3-config-sync.service (code=exited, status=1) in 12.5s';
	expect(shown(hostile(line))).toBe(line);
	expect(width(shown(hostile(line)))).toBe(line.length);
});

test.each([
	['a\u001b[31mred\u001b[0m', 'a·red·'],
	['\u001b]52;c;aGk=\u0007x', '·x'],
	['\u001b]8;;http://e/\u001b\\click\u001b]8;;\u001b\\', '·click·'],
	['\u001bP1$r0m\u001b\\after', '·after'],
	['\u009b2Jx', '·x'],
	['\u001b]0;no end', '·0;no end'],
	['tail\u001b', 'tail·'],
	['a\r\nb', 'a··b'],
	['\u202eevil', '·evil'],
])('T1 %j becomes one visible mark a sequence', (text, expected) => {
	expect(shown(hostile(text))).toBe(expected);
});

test.each(corpus)('T1 no byte that drives a terminal is left of: $name', ({text}) => {
	expect(shown(hostile(text))).not.toMatch(unsafe);
	for (const line of shownLines(hostile(text))) expect(line).not.toMatch(unsafe);
});

test.each([...terminalAttacks, ...lookAlikes])('T1 what was taken out is visible: $name', ({text}) => {
	expect(shown(hostile(text))).not.toBe('');
	if (/[\u001b\u009b\u202e\u200b]/.test(text)) expect(shown(hostile(text))).toContain('·');
});

test.each([...corpus, ...brokenText])('shown twice is shown once: $name', ({text}) => {
	const once = shown(hostile(text));
	expect(shown(hostile(once))).toBe(once);
});

test('tabs go on to the next eighth column', () => {
	expect(shown(hostile('a\tb'))).toBe('a       b');
	expect(shown(hostile('\t日\tx'))).toBe(`        日${' '.repeat(6)}x`);
});

test.each(corpus)('cut keeps to its cells, pad fills them: $name', ({text}) => {
	const line = shown(hostile(text.slice(0, 300)));
	for (const cells of [0, 1, 2, 3, 7, 40]) {
		expect(width(cut(line, cells))).toBeLessThanOrEqual(cells);
		expect(width(cut(line, cells, 'middle'))).toBeLessThanOrEqual(cells);
		expect(width(fitTo(line, cells))).toBe(cells);
		expect(width(fitTo(line, cells, 'right'))).toBe(cells);
	}
});

test('cutting shows that something is missing, at the end or in the middle', () => {
	const text = ours`i-0f3c9a117d21aa80e`;
	expect(cut(text, 7)).toBe('i-0f3c…');
	expect(cut(text, 11, 'middle')).toBe('i-0f3…aa80e');
	expect(cut(text, 40)).toBe(text);
	expect(cut(ours`${shown(hostile('日本語日本語'))}`, 5)).toBe('日本…');
	expect(pad(ours`ab`, 4, 'right')).toBe('  ab');
});

test('a block of text is cut at its own line breaks', () => {
	expect(shownLines(hostile('one\r\ntwo\n\nthree\n'))).toEqual(['one', 'two', '', 'three']);
});

test('T10 names that differ only in what nobody sees are told apart', () => {
	const name = hostile('web-prod');
	expect(differsInvisibly(name, hostile('web-prod\u200b'))).toBe(true);
	expect(differsInvisibly(name, hostile('web\u00adprod'))).toBe(false);
	expect(differsInvisibly(name, hostile('web\u00ad-prod'))).toBe(true);
	expect(differsInvisibly(name, hostile('ｗeb-prod'))).toBe(true);
	expect(differsInvisibly(name, hostile('web-prod'))).toBe(false);
	expect(differsInvisibly(name, hostile('web-canary'))).toBe(false);
	expect(shown(hostile('web-prod\u200b'))).toBe('web-prod·');
});
