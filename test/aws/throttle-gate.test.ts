import {expect, test} from 'vitest';
import {createThrottleGate} from '../../src/aws/throttle-gate.ts';
import {fakeProcessClock} from '../groups/make.ts';

test('calls pass freely until one is throttled, then one a second, and freely again after half a minute', async () => {
	const clock = fakeProcessClock();
	const gate = createThrottleGate(clock);
	const passed: number[] = [];
	const call = () => void gate.pass().then(() => passed.push(clock.now()));
	for (let index = 0; index < 3; index += 1) call();
	await clock.pass(0);
	expect(passed).toEqual([0, 0, 0]);
	gate.throttled();
	for (let index = 0; index < 5; index += 1) call();
	await clock.pass(10_000);
	const waited = passed.slice(3);
	const gaps = waited.map((at, index) => at - (passed[index + 2] ?? 0));
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
	await clock.pass(30_000);
	passed.length = 0;
	for (let index = 0; index < 3; index += 1) call();
	await clock.pass(0);
	expect(passed).toHaveLength(3);
	expect(gate.isThrottled()).toBe(false);
});
