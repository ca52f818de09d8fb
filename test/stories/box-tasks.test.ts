import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup} from './steps.ts';

test('a command and a probe are run on the box of the screen, and end with their overlay', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, rows: 40});
	await opensGroup(screen);
	await screen.sees(/● 3\.\d/, 30);
	await screen.press(':', ...'run sh -c "id -un; cat /no/such"', key.enter);
	await screen.sees(/─ i-[0-9a-f]{4}…[0-9a-f]{4}: sh -c/);
	await screen.sees(/│ +ssm-user/, 30);
	await screen.sees(/No such file or directory/);
	await screen.sees(/│ +exit [1-9]/);
	await screen.press(key.escape);
	await screen.losesSight(/: sh -c/);

	await screen.press(':', ...'probe', key.enter);
	await screen.sees(/✔ metadata +/, 30);
	await screen.sees(/✔ disk +/);
	await screen.press(key.escape);

	await screen.press(':', ...'run sleep 500', key.enter);
	await screen.sees(/: sleep 500 ─/);
	const open = async () => (await lab.requests()).map(({operation}) => operation);
	await expect
		.poll(async () => (await open()).filter(one => one === 'StartSession').length)
		.toBeGreaterThan(2);
	const ended = (await open()).filter(one => one === 'TerminateSession').length;
	await screen.press(key.escape);
	await expect
		.poll(async () => (await open()).filter(one => one === 'TerminateSession').length, {timeout: 20_000})
		.toBeGreaterThan(ended);

	await screen.press(':', ...'run "', key.enter);
	await screen.sees(/a quote is open/);
}, 120_000);

test('read-only runs nothing on a box', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, args: ['--read-only']});
	await opensGroup(screen);
	await screen.press(':', ...'run id', key.enter);
	await screen.sees(/--read-only: nothing is run on a box/);
	await screen.press(':', ...'probe', key.enter);
	await screen.sees(/--read-only: nothing is run on a box/);
	expect((await lab.requests()).some(({operation}) => operation === 'SendCommand')).toBe(false);
}, 60_000);
