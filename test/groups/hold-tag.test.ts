import fc from 'fast-check';
import {expect, test} from 'vitest';
import {isLive, parseHoldTag} from '../../src/groups/hold-tag.ts';
import {formatHoldTag} from '../../src/hold/tag.ts';

const key = 'unflap:hold:7f3a90c1';

test('the tag of the design is read field by field', () => {
	const value =
		'v1 live until=2026-11-22T14:17Z by=ana@lap7 procs=RHTAZSI base=L fuse=4a9c why=looking at s3';
	expect(parseHoldTag({key, value})).toEqual({
		holdId: '7f3a90c1',
		phase: 'live',
		owner: 'ana',
		host: 'lap7',
		until: Date.UTC(2026, 10, 22, 14, 17),
		processes: [
			'ReplaceUnhealthy',
			'HealthCheck',
			'Terminate',
			'AlarmNotification',
			'AZRebalance',
			'ScheduledActions',
			'InstanceRefresh',
		],
		baseline: ['Launch'],
		why: 'looking at s3',
		raw: value,
	});
});

test('what hold writes is read back', () => {
	const value = formatHoldTag({
		phase: 'releasing',
		until: Date.UTC(2026, 10, 22, 14, 17),
		owner: 'ana@lap7',
		processes: ['Launch', 'HealthCheck'],
		baseline: ['AZRebalance'],
		fuse: '4a9c01de',
		why: 'why not',
	});
	expect(parseHoldTag({key, value})).toMatchObject({
		phase: 'releasing',
		owner: 'ana',
		host: 'lap7',
		processes: ['HealthCheck', 'Launch'],
		baseline: ['AZRebalance'],
		why: 'why not',
	});
});

test('live means live and not over', () => {
	const tag = parseHoldTag({key, value: 'v1 live until=2026-11-22T14:17Z by=a@b procs=R'});
	expect(tag && isLive(tag, Date.UTC(2026, 10, 22, 14, 16))).toBe(true);
	expect(tag && isLive(tag, Date.UTC(2026, 10, 22, 14, 18))).toBe(false);
});

test.each([
	['v9 live until=2026-11-22T14:17Z by=a@b procs=R'],
	['v1 live until=2026-11-22T14:17Z by=a@b procs=RR'],
	['v1 live until=2026-11-22T14:17Z by=a@b procs=RX'],
	['v1 live until=2026-11-22T14:17Z by=a@b procs='],
	['v1 live until=2026-13-22T14:17Z by=a@b procs=R'],
	['v1 live until=2026-11-22T14:17Z by=a\u202e@b procs=R'],
	['v1 live until=2026-11-22T14:17Z by=a@b procs=R\nforged'],
	['v1 live  until=2026-11-22T14:17Z by=a@b procs=R'],
	[` v1 live until=2026-11-22T14:17Z by=a@b procs=R`],
	[`v1 live until=2026-11-22T14:17Z by=a@b procs=R why=${'x'.repeat(250)}`],
	['releasing'],
	[''],
])('H3 %j is unreadable: shown, and without effect', value => {
	expect(parseHoldTag({key, value})).toEqual({
		holdId: '7f3a90c1',
		phase: 'unreadable',
		owner: '',
		host: '',
		until: null,
		processes: [],
		baseline: [],
		why: '',
		raw: value,
	});
});

test.each([
	'unflap:hold:7f3a90c',
	'unflap:hold:7F3A90C1',
	'unflap:hold:7f3a90c12',
	'xunflap:hold:7f3a90c1',
	'Name',
])('%s is no tag of ours', key => {
	expect(parseHoldTag({key, value: 'v1 live until=2026-11-22T14:17Z by=a@b procs=R'})).toBeNull();
});

test('H3 the parser is total: 100,000 values, none throws, none claims what it does not spell', () => {
	const piece = fc.constantFrom(
		...[
			'v1',
			'v2',
			' ',
			'live',
			'releasing',
			'until=',
			'2026-11-22T14:17Z',
			'by=',
			'ana@lap7',
			'procs=',
			'RHTAZSILB',
			'R',
			'base=',
			'fuse=',
			'4a9c',
			'why=',
			'\u0000',
			'\u202e',
			'{{',
			'\n',
		],
	);
	const value = fc.oneof(
		fc.string({unit: 'binary', maxLength: 300}),
		fc.array(piece, {maxLength: 14}).map(parts => parts.join('')),
	);
	fc.assert(
		fc.property(value, text => {
			const tag = parseHoldTag({key, value: text});
			expect(tag?.raw).toBe(text);
			if (tag?.phase === 'unreadable') expect(tag.processes).toEqual([]);
			else expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256);
			expect(tag?.owner).toMatch(/^[A-Za-z0-9._-]{0,32}$/);
		}),
		{numRuns: 100_000},
	);
});
