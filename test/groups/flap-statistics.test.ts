import {expect, test} from 'vitest';
import type {Activity} from '../../src/aws/types.ts';
import {flapStatistics} from '../../src/groups/flap-statistics.ts';
import {pairLives} from '../../src/groups/lives.ts';
import {ago, aLaunch, aLife, anId, now} from './make.ts';

const find = (activities: readonly Activity[], coveredFrom: number | null = ago(60_000)) =>
	flapStatistics(pairLives(activities), {now, coveredFrom});

test('23 lives of 6m41s ±9s since 12:37 are 19.7 flaps an hour', () => {
	const lives = Array.from({length: 23}, (_, index) => aLife(index * 2.87, [392, 401, 410][index % 3]));
	const {statistics, isFlapping} = find(lives.flat());
	expect(isFlapping).toBe(true);
	expect(statistics).toMatchObject({lifeMedianSeconds: 401, lifeSpreadSeconds: 9, deaths: 23, launches: 23});
	expect(statistics.flapsPerHour).toBeGreaterThan(18);
	expect(statistics.flapsPerHour).toBeLessThan(21);
	expect(new Date(statistics.since ?? 0).toISOString()).toMatch(/T12:3\d/);
	expect(statistics.causes).toEqual(new Map([['elb', 23]]));
	expect(statistics.bins.reduce((sum, count) => sum + count)).toBe(23);
	expect(statistics.bins).toHaveLength(24);
	expect(statistics.bins.at(-1)).toBeGreaterThan(0);
	expect(statistics.bins[0]).toBe(0);
});

test('two flaps in the last hour do not make a group flap, three do', () => {
	const lives = [aLife(5), aLife(25), aLife(45)];
	expect(find([...lives.slice(0, 2)].flat()).isFlapping).toBe(false);
	expect(find(lives.flat()).isFlapping).toBe(true);
});

test('three in a row make it flap, however slow, and a death of another kind breaks the row', () => {
	const slow = [aLife(10, 3000), aLife(70, 3000), aLife(130, 3000)];
	expect(find(slow.flat()).isFlapping).toBe(true);
	const refreshed = aLife(
		20,
		3000,
		'an instance was taken out of service in response to an instance refresh.',
	);
	expect(find([...slow, refreshed].flat()).isFlapping).toBe(false);
	const lastWeek = [aLife(10_000), aLife(10_010), aLife(10_020)];
	expect(find(lastWeek.flat()).isFlapping).toBe(false);
});

test('a quiet group says 0, and the median age of what lives', () => {
	const {statistics, isFlapping} = find([aLaunch(anId(), 9 * 1440), aLaunch(anId(), 9 * 1440)]);
	expect(isFlapping).toBe(false);
	expect(statistics).toMatchObject({
		flapsPerHour: 0,
		lifeMedianSeconds: 9 * 86_400,
		lastDeath: null,
		deaths: 0,
	});
});

test('what was not read is null and undecided, never 0', () => {
	const nothing = find([], null);
	expect(nothing.isFlapping).toBeNull();
	expect(nothing.statistics).toMatchObject({
		flapsPerHour: null,
		lifeMedianSeconds: null,
		lastDeath: null,
		since: null,
	});
	expect(find(aLife(5), ago(20)).isFlapping).toBeNull();
	// Three flaps seen are three flaps, however little was read.
	expect(find([aLife(5), aLife(8), aLife(11)].flat(), ago(20))).toMatchObject({isFlapping: true});
});

test('the flapping began with the first box of the run, not with an old accident', () => {
	const run = [aLife(5), aLife(15), aLife(25)];
	const {statistics} = find([...run, aLife(2000)].flat());
	expect(statistics.since).toBe(ago(25) - 400_000);
	expect(statistics.deaths).toBe(3);
});
