/** A dropped connection does not kill the patient: the guardian keeps the hold, and the next start takes it up again. */
import {expect, test} from 'vitest';
import {key, openLab, openScreen, pause} from './harness.ts';
import {becomes, configured, confirmsRelease, groupState, heldWebProd, seesFleet} from './steps.ts';

test('linger: after SIGHUP the guardian keeps the hold, and the next start takes it up again', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	screen.signal('SIGHUP');
	await screen.ended();
	await pause(3000);
	expect(Object.keys((await groupState(lab, 'web-prod')).suspended).length).toBe(7);
	const again = openScreen({environment: lab.environment});
	await again.sees(/taken up again: web-prod, held since \d\d:\d\d:\d\d/, 40);
	const since = /held since (\d\d:\d\d:\d\d)/.exec(again.text())?.[1];
	await seesFleet(again);
	await again.press(key.enter);
	await again.sees(new RegExp(`■ HELD by \\S+@\\S+ since ${since}`));
	await again.sees(/InProgress ✔/);
	await again.press('@');
	await again.sees('taken up again');
	await again.press(key.escape);
	await again.losesSight('Our changes');
	await again.press('1', 'q');
	await confirmsRelease(again);
	await again.ended(40);
	expect(again.bytes()).toContain('resumed and verified');
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);

test('linger: with lingerMinutes 0 a lost terminal gives the group back at once', async () => {
	const lab = await openLab('--seed', '7');
	await configured(lab, {lingerMinutes: 0});
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	screen.signal('SIGHUP');
	await screen.ended(40);
	await becomes(lab, 'web-prod', ['AZRebalance'], 20);
}, 120_000);

test('linger: nobody comes back, and the guardian gives the group back', async () => {
	const lab = await openLab('--seed', '7');
	await configured(lab, {lingerMinutes: 0.1});
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	screen.signal('SIGHUP');
	await screen.ended();
	await becomes(lab, 'web-prod', ['AZRebalance'], 40);
	const again = openScreen({environment: lab.environment});
	await seesFleet(again);
	await again.press('@');
	await again.sees(/released by the guardian/, 40);
}, 120_000);
