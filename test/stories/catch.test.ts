/** `C`: a catch is armed after a preview that was read; its box is pinned, rings, and its boot opens. */
import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {seesFleet} from './steps.ts';

const changes = async (lab: Awaited<ReturnType<typeof openLab>>) =>
	(await lab.requests()).filter(({mutating}) => mutating === true).map(({operation}) => operation);

test('C says whom it touches, arms on a key that was read, and the next box is pinned and its boot opens', async () => {
	const lab = await openLab('--seed', '7', '--speed', '12');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press(key.enter);
	await screen.sees(/Instances \d+ of/);
	// T7: a burst that was on its way before the question stood there arms nothing.
	await screen.press(`C${key.enter}`);
	await screen.sees(/Catch the next box of web-prod/);
	await screen.sees(/Whom .*web-prod \(\d+ boxes, \d+ in service\)/);
	await screen.sees(/web-prod-warmup|launch hook keep it in Pending:Wait/);
	await screen.sees(/enter waits for it/);
	expect(screen.text()).not.toContain('CATCH waits');
	await new Promise(resolve => setTimeout(resolve, 400));
	await screen.press(key.enter);
	await screen.sees(/◆ CATCH waits for the next box since/);
	await screen.sees(/◆ CAUGHT i-[0-9a-f]{4}…[0-9a-f]{4}/, 60);
	await screen.sees(/Boot waterfall/, 30);
	expect(screen.bytes()).toContain('\u0007');
	await expect.poll(() => changes(lab), {timeout: 30_000}).toContain('RecordLifecycleActionHeartbeat');
	await screen.press(key.escape);
	await screen.sees(/◆ CAUGHT .*C lets it go/);
	await screen.press('C');
	await screen.sees(/is let go: no more heartbeats/);
	expect(new Set(await changes(lab))).toEqual(new Set(['RecordLifecycleActionHeartbeat']));
}, 150_000);

test('with h the hold of the preview is taken when it keeps the box, and is an ordinary hold then', async () => {
	const lab = await openLab('--seed', '7', '--speed', '12');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('C', 'h');
	await screen.sees(/Suspends .*ReplaceUnhealthy/);
	await screen.sees(/enter waits for it/);
	await new Promise(resolve => setTimeout(resolve, 400));
	await screen.press(key.enter);
	await screen.sees(/◆ CATCH/);
	await screen.sees(/■ HELD \d+:\d\d/, 90);
	const made = await changes(lab);
	expect(made).toContain('SuspendProcesses');
	await screen.press(key.ctrlC, key.ctrlC);
	await expect
		.poll(async () => (await changes(lab)).includes('ResumeProcesses'), {timeout: 30_000})
		.toBe(true);
}, 150_000);

test('the preview of a hold that would not save the boxes names the key, and the key goes there', async () => {
	const lab = await openLab('--seed', '7', '--speed', '1');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'canary', key.enter, 'H');
	await screen.sees(/C catch keeps the next one alive/);
	await screen.press('C');
	await screen.sees(/Catch the next box of web-canary/);
	await screen.press(key.escape);
	expect((await changes(lab)).filter(operation => operation !== 'ResumeProcesses')).toEqual([]);
}, 60_000);

test('O1 under read-only the key says why it does nothing', async () => {
	const lab = await openLab('--seed', '7', '--speed', '1');
	const screen = openScreen({environment: lab.environment, args: ['--read-only']});
	await seesFleet(screen);
	await screen.press('C');
	await screen.sees(/--read-only: no heartbeat keeps a box/);
}, 60_000);
