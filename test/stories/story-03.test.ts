import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen} from './harness.ts';

test('story 3: a group opens, shows its boxes, and every way back leads where it came from', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	await screen.press(key.enter);
	await screen.sees(/Instances (\d+) of \1/);
	expect(screen.header()).toContain('unflap ▸ fleet ▸ web-prod');
	await screen.sees('Graveyard');
	await screen.sees('Activity');
	await screen.sees(/i-[0-9a-f]{4}…[0-9a-f]{4} .*(InService|Pending)/);
	expect(screen.footer()).toContain('H hold');
	expect(screen.footer()).toContain('esc back');
	expect(screen.shows('q quit')).toBe(false);
	await screen.press('j', 'd');
	await screen.sees(/i-[0-9a-f]{17}/);
	await screen.press(key.escape, '6');
	await screen.sees(/▸ activity/);
	const times = screen
		.lines()
		.map(line => /\d\d:\d\d(?::\d\d)?/.exec(line)?.[0])
		.filter(time => time !== undefined)
		.slice(1);
	expect(times.length).toBeGreaterThan(3);
	await screen.press('[', ']', key.escape);
	await screen.sees(/Instances \d+ of/);
	await screen.press('q');
	await screen.sees(/▸ web-prod .*FLAPS/);
	expect(screen.footer()).toContain('q quit');
	await screen.press('q');
	expect((await screen.ended()).exitCode).toBe(0);
	expect(changes(await lab.requests())).toEqual([]);
});
