import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseHoldTag} from '../../src/groups/hold-tag.ts';
import {presetProcesses, scalingProcesses} from '../../src/hold/processes.ts';
import {formatHoldTag, holdTagKey, ownerText, readHoldTags} from '../../src/hold/tag.ts';

const now = Date.UTC(2026, 10, 22, 13, 47, 9);
const holdId = '7f3a90c1';
const until = now + 1_800_000;
const read = (value: string) => readHoldTags([{key: holdTagKey(holdId), value}], now)[0];

describe('the tag of a hold', () => {
	test('reads in the console as hold.md shows it', () => {
		const value = formatHoldTag({
			phase: 'live',
			until,
			owner: 'ana@lap7',
			processes: presetProcesses('freeze').filter(process => process !== 'AZRebalance'),
			baseline: ['AZRebalance'],
			fuse: '4a9c01de',
			why: 'boot fails since v43',
		});
		expect(value).toBe(
			'v1 live until=2026-11-22T14:18Z by=ana@lap7 procs=RHTASI base=Z fuse=4a9c01de why=boot fails since v43',
		);
		expect(parseHoldTag({key: holdTagKey(holdId), value})).toMatchObject({
			holdId,
			phase: 'live',
			owner: 'ana',
		});
	});

	test('what is written is what is read, for any set of processes and any reason', () => {
		fc.assert(
			fc.property(
				fc.subarray([...scalingProcesses], {minLength: 1}),
				fc.subarray([...scalingProcesses]),
				fc.string({unit: 'binary'}),
				fc.string({unit: 'binary'}),
				(processes, baseline, why, name) => {
					const owner = ownerText(name, name);
					const value = formatHoldTag({phase: 'live', until, owner, processes, baseline, fuse: null, why});
					const tag = read(value);
					return (
						value.length <= 256 &&
						/^[\x20-\x7e]*$/.test(value) &&
						tag?.phase === 'live' &&
						tag.owner === owner &&
						tag.claims.join() === processes.join() &&
						tag.baseline.join() === baseline.join()
					);
				},
			),
		);
	});

	test('H3 of 100,000 values only the exact grammar says anything', () => {
		const good = 'v1 live until=2026-11-22T14:17Z by=ana@lap7 procs=RHTAS base=Z why=x';
		fc.assert(
			fc.property(fc.nat(good.length - 1), fc.string({unit: 'binary', maxLength: 3}), (at, text) => {
				const tag = read(good.slice(0, at) + text + good.slice(at + text.length));
				if (tag === undefined) return false;
				if (tag.phase === 'malformed' || tag.phase === 'newer') return tag.claims.length === 0;
				return tag.claims.length > 0;
			}),
			{numRuns: 100_000, seed: 3, endOnFailure: true},
		);
	});

	test.each([
		['a letter twice', 'v1 live until=2026-11-22T14:17Z by=a@b procs=RR'],
		['an unknown letter', 'v1 live until=2026-11-22T14:17Z by=a@b procs=RX'],
		['no processes', 'v1 live until=2026-11-22T14:17Z by=a@b procs='],
		['a time in 2099', 'v1 live until=2099-11-22T14:17Z by=a@b procs=R'],
		['a time 70 minutes away', 'v1 live until=2026-11-22T14:58Z by=a@b procs=R'],
		['257 characters', `v1 live until=2026-11-22T14:17Z by=a@b procs=R why=${'x'.repeat(220)}`],
		['an owner with a frame', 'v1 live until=2026-11-22T14:17Z by=a┃@b procs=R'],
	])('H3 a tag with %s claims nothing', (_name, value) => {
		expect(read(value)).toMatchObject({phase: 'malformed', claims: []});
	});

	test('H3 a tag of a newer version is told apart, so that a start refuses', () => {
		expect(read('v2 whatever')).toMatchObject({phase: 'newer', claims: []});
	});

	test('keys that only look like ours are no holds', () => {
		const tags = ['unflap:hold:', 'unflap:hold:7f3a90c', 'unflap:hold:7F3A90C1', 'unflap:hold:7f3a90c1x'];
		expect(
			readHoldTags(
				tags.map(key => ({key, value: 'v1 live'})),
				now,
			),
		).toEqual([]);
	});
});
