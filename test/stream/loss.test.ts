import {expect, test} from 'vitest';
import type {ChannelFault} from '../../src/lab/types.ts';
import {firstWrong, streamNumberedLines, typeNumberedLines} from './loss.ts';

const faults: readonly ChannelFault[] = [
	{kind: 'drop', share: 0.01},
	{kind: 'duplicate', share: 0.02},
	{kind: 'reorder', share: 0.02},
	{kind: 'delay', share: 0.01, ms: 60},
];

test('3,000 numbered lines over a bad way, three closes and a pause: each once, in order (200,000 by npm run loss)', async () => {
	const lines = 3000;
	const report = await streamNumberedLines({lines, linesASecond: 1500, closes: 3, pauses: 1, faults});
	expect(firstWrong(report.numbers)).toBeNull();
	expect(report.numbers.length).toBe(lines);
	expect(report.screen).toEqual({lines: report.all, lost: 0});
	expect(report.marks.filter(mark => mark.includes('0 lines lost')).length).toBeGreaterThanOrEqual(3);
	expect(report.sessions).toBeGreaterThanOrEqual(4);
}, 120_000);

test('20,000 numbered lines of a shell over a bad way, three closes and a pause: each once, in order', async () => {
	const report = await typeNumberedLines({lines: 20_000, closes: 3, pauses: 1, faults});
	expect(firstWrong(report.numbers)).toBeNull();
	expect(report.numbers.length).toBe(20_000);
	expect(report.resumed).toBeGreaterThan(0);
}, 120_000);
