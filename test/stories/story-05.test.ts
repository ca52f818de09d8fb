import {expect, test} from 'vitest';
import {changes, openLab, openScreen} from './harness.ts';
import {confirmsRelease, holds, opensGroup} from './steps.ts';

test('story 5: a confirmed hold shows its banner, its countdown and what it does not cover, on every screen', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/suspend', {group: 'web-prod', processes: ['AZRebalance']});
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await holds(screen);
	await screen.sees(/ends in (59|60):\d\d ▕█+░*▏ of 60:00/);
	await screen.sees(/we suspended .*and 3 more \(AZRebalance was off before\)/);
	await screen.sees(/covered \d+ · not covered \d+/);
	await screen.sees('no server-side net');
	await screen.press('+');
	await screen.sees(/of 75:00/);
	for (const number of ['1', '3', '4']) {
		await screen.press(number);
		await expect.poll(screen.header, {timeout: 5000}).toMatch(/■ HELD \d+:\d\d/);
	}
	await screen.press('1');
	await screen.sees(/web-prod .*■ HELD/);
	await screen.press('2');
	await screen.sees(/■ HELD by/);
	expect(screen.bytes()).toMatch(/\u001B\]2;■ web-prod \d+:\d\d\u0007|\u001B\]0;■ web-prod \d+:\d\d\u0007/);

	const calls = changes(await lab.requests()).filter(({operation}) => operation !== 'ResumeProcesses');
	expect(calls.map(({operation}) => operation)).toEqual(['CreateOrUpdateTags', 'SuspendProcesses']);
	await screen.press('1', 'q');
	await confirmsRelease(screen);
	await screen.ended(30);
	expect(screen.bytes()).toContain('resumed and verified');
});
