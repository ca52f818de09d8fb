import {expect, test} from 'vitest';
import {createAwsClock} from '../../src/base/clock-aws.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';

const start = Date.UTC(2026, 10, 22, 14, 0, 0);
const header = (ms: number) => new Date(ms).toUTCString();

const fixture = (rate = 1, wall = start) => {
	let at = 1000;
	const processClock = {now: () => at, sleep: async () => undefined};
	const clock = createAwsClock({rate, processClock, wallNow: () => wall + at - 1000});
	return {clock, advance: (ms: number) => (at += ms)};
};

test('before the first answer it is the local clock', () => {
	const {clock} = fixture();
	expect(clock.now()).toBe(start);
	expect(clock.skewMs()).toBeUndefined();
});

test('a wrong local clock is corrected by an answer, and the difference is told', () => {
	const {clock, advance} = fixture(1, start - 2_400_000);
	clock.observe(header(start));
	advance(5000);
	expect(clock.now()).toBe(start + 5000);
	expect(clock.skewMs()).toBe(2_400_000);
});

test('whole seconds of later answers do not make it jump', () => {
	const {clock, advance} = fixture();
	clock.observe(header(start));
	const seen: number[] = [];
	for (let step = 1; step <= 20; step++) {
		advance(330);
		clock.observe(header(start + Math.floor((step * 330) / 1000) * 1000));
		seen.push(clock.now());
	}
	for (const [index, now] of seen.entries()) expect(now).toBeGreaterThan(seen[index - 1] ?? 0);
	expect(clock.now()).toBe(start + 20 * 330);
});

test('lab time runs at its rate, process time never does', () => {
	const {clock, advance} = fixture(60);
	clock.observe(header(start));
	advance(1000);
	expect(clock.now()).toBe(start + 60_000);
	expect(clock.rate).toBe(60);
});

test('after a sleep the next answer is believed, and sleeping is no disagreement', () => {
	const {clock, advance} = fixture();
	clock.observe(header(start));
	advance(2000);
	clock.observe(header(start + 3_600_000));
	expect(clock.now()).toBe(start + 3_600_000);
	expect(clock.disagreementMs()).toBe(0);
});

test('answers that go back and forth disagree', () => {
	const {clock, advance} = fixture();
	for (const ahead of [0, 90_000, 0, 90_000]) {
		clock.observe(header(start + ahead));
		advance(1000);
	}
	expect(clock.disagreementMs()).toBeGreaterThan(60_000);
});

test('what is no date is no time', () => {
	const {clock} = fixture();
	for (const text of ['', 'soon', '1e400', `${'9'.repeat(400)}`, 'Thu, 01 Jan 1970 00:00:00 GMT'])
		clock.observe(text);
	expect(clock.skewMs()).toBeUndefined();
});

test('a sleep ends early with its signal, and never rejects', async () => {
	const clock = createProcessClock();
	const controller = new AbortController();
	const asleep = clock.sleep(60_000, controller.signal);
	controller.abort();
	await asleep;
	await clock.sleep(60_000, controller.signal);
	await clock.sleep(0);
});
