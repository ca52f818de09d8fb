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
	// A link that drops before the first line came is opened again without a word: there is no cursor to go back to.
	await screen.sees(/density .* [1-9][\d,]* lines/, 60);
	await screen.settles();
	const before = screen.bytes().length;
	for (const {instanceId} of (await groupState(lab, 'web-prod')).instances)
		await lab.control('POST', '/faults', {
			kind: 'channel',
			box: instanceId,
			fault: {kind: 'disconnect', ms: 2000, id: `drop-${instanceId}`},
		});
	// The mark stands for two seconds, and the row may be far up when another box joins: what was painted counts.
	await screen.saw(/streams? ◌/, {since: before});
	await screen.saw(
		/─── [0-9a-f]{4} link dropped \d+\.\ds, resumed at the same journal cursor, 0 lines lost ─/,
		{since: before, seconds: 60},
	);
	await expect.poll(screen.header, {timeout: 15_000}).toMatch(/streams? ● .* 0 lost/);
	expect(screen.shows(/ died/)).toBe(false);
});
