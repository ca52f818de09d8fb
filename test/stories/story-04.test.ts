import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen} from './harness.ts';

/** The preflight's own call names no process of AWS. */
const real = (requests: Parameters<typeof changes>[0]) =>
	changes(requests).filter(({operation}) => operation !== 'ResumeProcesses');

test('story 4: the hold preview names its costs, and escape leaves everything as it was', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/suspend', {group: 'web-prod', processes: ['AZRebalance']});
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	await screen.press('H');
	await screen.sees(/─ Hold web-prod ─/);
	await screen.sees(/Suspends .*ReplaceUnhealthy/);
	const preview = () => screen.text();
	for (const process of [
		'HealthCheck',
		'Terminate',
		'AlarmNotification',
		'ScheduledActions',
		'InstanceRefresh',
	]) {
		await expect.poll(preview).toContain(process);
	}
	await screen.sees(/Leaves off .*AZRebalance, which was off before us/);
	await screen.sees(/covered \d+ · not covered \d+/);
	await screen.sees(/Costs /);
	await screen.sees(/Until +\d\d:\d\d:\d\d .*60:00/);
	await screen.sees('enter holds');
	await screen.sees('esc leaves');
	for (const preset of ['no-replace', 'quiet', 'one-patient', 'freeze']) {
		await screen.press(key.tab);
		await screen.sees(preset);
	}
	await screen.press(key.escape);
	await screen.losesSight(/Hold web-prod/);
	expect(screen.shows(/[┏┗┃]/)).toBe(false);
	expect(real(await lab.requests())).toEqual([]);
});

test('story 4: a serving group is offered one patient first, and a hook-flapping group is told what a hold cannot save', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/batch .*calm/);
	await screen.press('/', 'b', 'a', 't', 'c', 'h', key.enter, 'H');
	await screen.sees(/Hold batch/);
	await screen.sees('one-patient');
	await screen.sees(/\d+ healthy/);
	await screen.press(key.escape, key.escape);
	await screen.press('/', 'c', 'a', 'n', 'a', key.enter, 'H');
	await screen.sees(/Hold web-canary/);
	await screen.sees('will not save');
	await screen.sees('catch');
	await screen.sees('quiet');
	await screen.press(key.escape);
	expect(real(await lab.requests())).toEqual([]);
});
