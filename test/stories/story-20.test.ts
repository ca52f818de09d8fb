import {expect, test} from 'vitest';
import {key, openLab, openScreen, pause} from './harness.ts';
import {seesFleet} from './steps.ts';

test('story 20: throttling is said in the header and in the errors view, and the list stays', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('!');
	await screen.sees('no errors since');
	await screen.press(key.escape);
	const {id} = (await lab.control('POST', '/faults', {
		kind: 'throttle',
		operation: 'DescribeAutoScalingGroups',
	})) as {readonly id: string};
	const start = (await lab.requests()).length;
	await expect.poll(screen.header, {timeout: 30_000}).toMatch(/throttled .*polled \d+s ago ◌/);
	expect(screen.shows(/▸ web-prod/)).toBe(true);
	await screen.press('!');
	await screen.sees(/DescribeAutoScalingGroups .*×\d+/);
	await screen.sees('Rate exceeded');
	expect(screen.text()).not.toMatch(/\.[jt]s:\d+/);
	await pause(5000);
	const calls = (await lab.requests())
		.slice(start)
		.filter(({operation}) => operation === 'DescribeAutoScalingGroups');
	const times = calls.map(({at}) => Date.parse(String(at)));
	const span = (Math.max(...times) - Math.min(...times)) / 1000;
	expect(calls.length).toBeLessThanOrEqual(span + 3);
	await screen.press(key.escape);
	await lab.control('DELETE', `/faults/${id}`);
	await screen.press('\u0012');
	await expect.poll(screen.header, {timeout: 40_000}).toMatch(/polled \d+s ago ●/);
}, 120_000);
