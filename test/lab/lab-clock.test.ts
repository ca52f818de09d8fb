import {expect, test} from 'vitest';
import {createLabClock} from '../../src/lab/lab-clock.ts';

const clockAt = (speed: number) => {
	let wall = 1000;
	const clock = createLabClock({startAt: 5_000_000, speed, monotonicMs: () => wall});
	clock.run();
	return {clock, pass: (ms: number) => (wall += ms)};
};

test('lab time runs at its speed', () => {
	const {clock, pass} = clockAt(60);
	pass(500);
	expect(clock.now()).toBe(5_030_000);
});

test('lab time stands until it is told to run', () => {
	const clock = createLabClock({startAt: 5, speed: 1, monotonicMs: () => performance.now() * 1000});
	expect(clock.now()).toBe(5);
	clock.close();
});

test('a step runs what became due, in order, each at its own moment', () => {
	const {clock} = clockAt(1);
	const seen: [string, number][] = [];
	const note = (name: string) => () => seen.push([name, clock.now() - 5_000_000]);
	clock.at(5_002_000, note('later'));
	clock.at(5_001_000, () => {
		note('sooner')();
		clock.at(5_001_500, note('made while running'));
	});
	clock.at(5_001_000, note('second of two'));
	clock.at(5_000_500, note('cancelled')).cancel();
	clock.at(5_099_000, note('not yet'));
	clock.step(10);
	expect(seen).toEqual([
		['sooner', 1000],
		['second of two', 1000],
		['made while running', 1500],
		['later', 2000],
	]);
	expect(clock.now()).toBe(5_010_000);
	clock.close();
});

test('actions run by themselves when their time comes', async () => {
	const clock = createLabClock({startAt: 0, speed: 1000, monotonicMs: () => performance.now()});
	clock.run();
	await new Promise<void>(resolve => {
		clock.at(20_000, resolve);
	});
	expect(clock.now()).toBeGreaterThanOrEqual(20_000);
	clock.close();
});

test('a failing action leaves the clock running', () => {
	const {clock} = clockAt(1);
	const seen: string[] = [];
	clock.at(5_001_000, () => {
		throw new Error('broken');
	});
	clock.at(5_001_001, () => seen.push('next'));
	expect(() => clock.step(5)).toThrow('broken');
	clock.step(0);
	expect(seen).toEqual(['next']);
	clock.close();
});
