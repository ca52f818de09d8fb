import {setTimeout as pause} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createFrames} from '../../src/ui/frames.ts';

const counted = () => {
	const frames = createFrames();
	onTestFinished(frames.stop);
	let painted = 0;
	frames.subscribe(() => {
		painted += 1;
	});
	return {frames, painted: () => painted};
};

test('a key paints at once, also in the middle of a flood', () => {
	const {frames, painted} = counted();
	for (let change = 0; change < 100; change += 1) frames.soon();
	expect(painted()).toBe(0);
	frames.now();
	expect(painted()).toBe(1);
});

test('many changes are one frame, and the last of them is painted', async () => {
	const {frames, painted} = counted();
	for (let change = 0; change < 1000; change += 1) frames.soon();
	await expect.poll(painted).toBe(1);
	frames.soon();
	await expect.poll(painted).toBe(2);
});

test('a flood whose paints take long is painted again and again, to its last change', async () => {
	const {frames, painted} = counted();
	frames.subscribe(() => {
		for (const end = performance.now() + 20; performance.now() < end; ) Math.sqrt(2);
	});
	const before = frames.version();
	for (let change = 0; change < 40; change += 1) {
		frames.soon();
		await pause(10);
	}
	await expect.poll(painted).toBeGreaterThan(1);
	frames.soon();
	const after = frames.version();
	await expect.poll(frames.version).toBeGreaterThan(after);
	expect(after).toBeGreaterThan(before);
});

test('after its end nothing is painted', async () => {
	const {frames, painted} = counted();
	frames.soon();
	frames.stop();
	frames.now();
	frames.soon();
	await pause(100);
	expect(painted()).toBe(0);
});
