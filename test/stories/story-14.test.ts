import {expect, test} from 'vitest';
import {openLab, openScreen} from './harness.ts';
import {groupState, opensGroup} from './steps.ts';

test('story 14: a dropped link is resumed after the last cursor, and says that nothing was lost', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/FOLLOW/, 15);
	await expect.poll(screen.header, {timeout: 15_000}).toMatch(/streams? ●/);
	for (const {instanceId} of (await groupState(lab, 'web-prod')).instances)
		await lab.control('POST', '/faults', {
			kind: 'channel',
			box: instanceId,
			fault: {kind: 'disconnect', ms: 2000, id: `drop-${instanceId}`},
		});
	await expect.poll(screen.header, {timeout: 15_000, interval: 30}).toMatch(/streams? ◌/);
	await screen.sees(
		/─── [0-9a-f]{4} link dropped \d+\.\ds, resumed at the same journal cursor, 0 lines lost ─/,
		20,
	);
	await expect.poll(screen.header, {timeout: 15_000}).toMatch(/streams? ● .* 0 lost/);
	expect(screen.shows(/ died/)).toBe(false);
});
