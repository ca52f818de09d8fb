import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup, seesFleet} from './steps.ts';

test('story 26: an empty region says so, and what to do', async () => {
	const lab = await openLab('--groups', '0', '--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees('No Auto Scaling groups in eu-west-1');
	await expect.poll(screen.header, {timeout: 5000}).toContain('●');
	await screen.press('R', key.escape);
	await screen.sees('No Auto Scaling groups in eu-west-1');
});

test('story 26: forty boxes scroll, and the title and the panes stay', async () => {
	const lab = await openLab('--groups', '1', '--instances', '40', '--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.sees('Instances 40 of 40');
	const first = screen.row(/▸ i-/);
	await screen.press('G');
	await expect.poll(() => screen.row(/▸ i-/)).not.toBe(first);
	expect(screen.shows('Instances 40 of 40')).toBe(true);
	await screen.press('g');
	await expect.poll(() => screen.row(/▸ i-/).slice(0, 20)).toBe(first.slice(0, 20));
	await screen.press(key.ctrlD);
	await expect.poll(() => screen.row(/▸ i-/).slice(0, 20)).not.toBe(first.slice(0, 20));
	expect(screen.shows('Instances 40 of 40')).toBe(true);
});

test('story 26: long and wide names are cut in the middle, and borders stay aligned', async () => {
	const lab = await openLab('--scenario', 'edges', '--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.sees(/▸? plat\S*…\S*-last/);
	await screen.press('/', '本', '番', key.enter);
	await screen.sees(/▸ 注文\S*…\S*-本番/);
	await screen.sees(/─ 注文サービス-本番 ─/);
	const borders = screen
		.lines()
		.slice(1, -1)
		.map(line => /[│╮╯┤]$/.test(line));
	expect(borders.every(Boolean)).toBe(true);
});
