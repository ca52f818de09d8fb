import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {realChanges, seesFleet} from './steps.ts';

test('story 19: a stray is shown with its age, and left alone', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'legacy', key.enter);
	await screen.sees(/legacy .*‖ STRAY/);
	await screen.sees('a hold that is not ours');
	await screen.sees('19 days ago');
	await screen.sees('no owner tag');
	await screen.press('a');
	for (const action of ['adopt', 'resume', 'mark as intended']) await screen.sees(action);
	await screen.press(key.escape, 'H');
	await screen.sees(/Leaves off .*ReplaceUnhealthy/);
	await screen.press(key.escape, key.escape);
	expect(realChanges(await lab.requests())).toEqual([]);
});
