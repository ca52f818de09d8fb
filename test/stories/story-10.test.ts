import {expect, test} from 'vitest';
import {changes, openLab, openScreen, pause, runProgram} from './harness.ts';
import {opensGroup} from './steps.ts';

test('story 10: logs follow, scrolling leaves the end, f returns; clocks turn and lines wrap', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/FOLLOW · boot clock/, 15);
	await expect.poll(screen.header, {timeout: 10_000}).toMatch(/\d+ streams? ● .* 0 lost/);
	await screen.sees('▾ following');
	await pause(5000);
	await screen.press('k', 'k');
	await screen.losesSight('FOLLOW');
	const still = screen.lines().slice(3, 15);
	await screen.sees(/▾ \d+ new/);
	await pause(2000);
	expect(screen.lines().slice(3, 15)).toEqual(still);
	await screen.press('f');
	await screen.sees('FOLLOW');
	await screen.press('k', 'G');
	await screen.sees('FOLLOW');
	const clocks: readonly (readonly [string, RegExp])[] = [
		['local', /\d\d:\d\d:\d\d\.\d /],
		['UTC', /\d\d:\d\d:\d\d\.\dZ/],
		['delta', /\+\d+\.\ds /],
		['boot clock', /^│.?\+\d+:\d\d\.\d/],
	];
	for (const [name, shape] of clocks) {
		await screen.press('t');
		await screen.sees(new RegExp(`· ${name}`));
		await screen.sees(shape);
	}
	await screen.press('g', 'w');
	const wrapped = screen.text();
	await screen.press('w');
	await expect.poll(screen.text).not.toBe(wrapped);
	await screen.press('G', '=');
	await screen.sees('paused');
	await screen.press('=');
	await screen.losesSight('paused');

	const truth = (await runProgram(['logs', 'web-prod/1', '-n', '5', '-o', 'jsonl'], lab.environment)).stdout
		.trim()
		.split('\n');
	expect(truth.length).toBe(5);
	expect(changes(await lab.requests())).toEqual([]);
});
