import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen} from './harness.ts';

test('story 2: a filter narrows with each key, escape clears it, and keys typed into it do nothing else', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	await screen.press('/', 'w', 'e', 'b');
	await screen.sees(/· \/web/);
	await screen.losesSight(/│ .*worker/);
	expect(screen.shows(/web-canary/)).toBe(true);
	expect(screen.shows(/Auto Scaling Groups 6/)).toBe(true);
	await screen.press(key.enter, 'j');
	await screen.sees(/▸ web-canary/);
	await screen.press(key.escape);
	await screen.sees(/worker/);
	expect(screen.shows(/▸ web-canary/)).toBe(true);
	await screen.press(key.escape);
	await screen.sees(/worker/);

	await screen.press('/', 'z', 'z', 'z', key.enter);
	await screen.sees('nothing matches /zzz');
	await screen.sees('esc');
	await screen.press(key.escape);
	await screen.sees(/batch/);

	await screen.press('/', 'q', 'H');
	await screen.sees(/· \/qH/);
	expect(screen.shows(/Hold /)).toBe(false);
	expect(changes(await lab.requests())).toEqual([]);
});
