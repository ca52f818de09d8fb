import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup} from './steps.ts';

test('story 11: errors, matches, units, and only matching lines', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/FOLLOW/, 15);
	await screen.sees(/density .* [1-9]\d* errors/, 30);
	await screen.settles();
	await screen.press('g');
	await screen.press('e');
	await screen.losesSight('FOLLOW');
	await screen.sees(/^│▸.*▌/);
	const first = screen.row(/^│▸/);
	await screen.press('e');
	await expect.poll(() => screen.row(/^│▸/), {timeout: 15_000}).not.toBe(first);
	await screen.press('E');
	await expect.poll(() => screen.row(/^│▸/), {timeout: 15_000}).toBe(first);

	await screen.press('/', ...'AccessDenied', key.enter);
	await screen.sees(/· \/AccessDenied/);
	await screen.press('g', 'n');
	await expect.poll(() => screen.row(/^│▸/), {timeout: 15_000}).toContain('AccessDenied');
	await screen.press('n', 'N', '&');
	await expect
		.poll(
			() =>
				screen
					.lines()
					.slice(2, 12)
					.filter(line => /^│.?\+\d/.test(line))
					.every(line => /AccessDenied|…/.test(line)),
			{timeout: 15_000},
		)
		.toBe(true);
	await screen.press('&', key.escape);
	await screen.losesSight(/· \/AccessDenied/);
	await screen.sees(/unflap ▸ .*logs/);

	await screen.press('u');
	await screen.sees(/s3-config-sync\.service/);
	await screen.press(key.space, key.enter);
	await screen.sees(/─ \S+ ─+ .*boot clock/);
});
