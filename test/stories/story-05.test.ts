import {expect, test} from 'vitest';
import {openLab, openScreen} from './harness.ts';
import {becomes, confirmsRelease, holds, opensGroup} from './steps.ts';

test('story 5: a confirmed hold shows its banner, its countdown and what it does not cover, on every screen', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/suspend', {group: 'web-prod', processes: ['AZRebalance']});
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await holds(screen);
	await screen.sees(/ends in (59|60):\d\d ▕█+░*▏ of 60:00/);
	await screen.sees(/we suspended .*and 3 more \(AZRebalance was off before\)/);
	await screen.sees(/covered \d+ · not covered \d+/);
	await screen.sees(/if this laptop dies .*AWS resumes these six at \d\d:\d\d:\d\d .*InProgress ✔/);
	expect(Math.abs(fuseAfterStart(screen.text()) - 30 * 60)).toBeLessThanOrEqual(20);
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

	const requests = await lab.requests();
	const steps = [
		'StartAutomationExecution',
		'GetAutomationExecution',
		'CreateOrUpdateTags',
		'SuspendProcesses',
	];
	const order = requests.map(({operation}) => operation).filter(operation => steps.includes(operation));
	expect([...new Set(order)]).toEqual(steps);
	const suspends = requests.filter(({operation}) => operation === 'SuspendProcesses');
	expect(suspends.length).toBe(1);
	expect(JSON.stringify(suspends[0]?.params)).not.toContain('AZRebalance');
	await screen.press('1', 'q');
	await confirmsRelease(screen);
	await screen.ended(30);
	expect(screen.bytes()).toContain('resumed and verified');
	expect(screen.bytes()).toContain('fuse stopped');
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);

/** Seconds from `since` to the time the fuse is said to resume at; both are times of a day in UTC. */
const fuseAfterStart = (text: string): number => {
	const at = (pattern: RegExp) => {
		const [, hours, minutes, seconds] = pattern.exec(text) ?? [];
		return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
	};
	const since = at(/since (\d\d):(\d\d):(\d\d)/);
	const resumes = at(/resumes these six at (\d\d):(\d\d):(\d\d)/);
	return (resumes - since + 86_400) % 86_400;
};
