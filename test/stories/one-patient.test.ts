/** hold.md, preset one-patient: one box is taken out while the others serve; nothing is suspended; it is undone or named. */
import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen, pause, runProgram} from './harness.ts';
import {groupState, realChanges, seesFleet} from './steps.ts';

const operations = async (lab: Awaited<ReturnType<typeof openLab>>) =>
	realChanges(await lab.requests()).map(({operation}) => operation);

test('one-patient: a box of a serving group goes to Standby and comes back, and nothing is suspended', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'batch', key.enter, key.enter);
	await screen.sees(/Instances 6 of 6/);
	await screen.press('H');
	await screen.sees(/\[one-patient\]/);
	await screen.sees('6 healthy boxes keep serving');
	await screen.sees('enter takes it out');
	await pause(400);
	await screen.press('j');
	await pause(400);
	const chosen = /▸ (i-[0-9a-f]{4}…[0-9a-f]{4}) {2}Healthy/.exec(screen.text())?.[1] ?? '?';
	await pause(400);
	await screen.press(key.enter);
	await screen.sees(new RegExp(`■ TAKEN OUT ${chosen} in Standby since`), 20);
	const away = (await groupState(lab, 'batch')).instances.filter(({lifecycle}) => lifecycle === 'Standby');
	expect(away.length).toBe(1);
	expect((await groupState(lab, 'batch')).suspended).toEqual({});
	expect(await operations(lab)).toEqual(['EnterStandby']);

	await screen.press('H');
	await screen.sees(/━ Bring back i-/);
	await pause(400);
	await screen.press(key.enter);
	await screen.sees('out of Standby: InService', 20);
	await screen.press(key.escape);
	await screen.losesSight('TAKEN OUT');
	expect(await operations(lab)).toEqual(['EnterStandby', 'ExitStandby']);
	await screen.press('@');
	await screen.sees(/ExitStandby .*✔/);
	await screen.press(key.escape);
	await screen.losesSight('Our changes');
	await screen.press('1', 'q');
	expect((await screen.ended()).exitCode).toBe(0);
}, 120_000);

test('one-patient: a box that stays out is named at the end, and again by the next run', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'batch', key.enter, key.enter);
	await screen.sees(/Instances 6 of 6/);
	await screen.press('H');
	await screen.sees('enter takes it out');
	await pause(400);
	await screen.press(key.enter);
	await screen.sees(/■ TAKEN OUT i-/, 20);
	await screen.press('1', 'q');
	await screen.sees('leaves it there');
	await screen.press('l');
	expect((await screen.ended()).exitCode).toBe(0);
	const printed = screen.text().replaceAll('\n', '');
	expect(printed).toContain('stays in Standby');
	expect(printed).toContain('aws autoscaling exit-standby');
	const again = openScreen({environment: lab.environment});
	await seesFleet(again);
	await again.press('/', ...'batch', key.enter, key.enter);
	await again.sees(/■ TAKEN OUT i-/, 20);
	const holds = await runProgram(['holds'], lab.environment);
	expect(holds.stdout + holds.stderr).toContain('batch');
}, 120_000);

test('one-patient: a detached box lives on outside its group, and a refused Standby leaves nothing behind', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/faults', {
		kind: 'error',
		operation: 'EnterStandby',
		code: 'AccessDenied',
		message: 'User is not authorized to perform: autoscaling:EnterStandby',
		status: 403,
	});
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'batch', key.enter, key.enter);
	await screen.sees(/Instances 6 of 6/);
	await screen.press('H');
	await screen.sees('enter takes it out');
	await pause(400);
	await screen.press(key.enter);
	await screen.sees('autoscaling:EnterStandby', 20);
	await screen.press(key.escape);
	expect(screen.shows('TAKEN OUT')).toBe(false);
	await screen.press('H');
	await screen.sees('enter takes it out');
	await screen.press('w');
	await screen.sees('Leaves the group for good');
	await pause(400);
	await screen.press(key.enter);
	await screen.sees(/■ TAKEN OUT i-.* detached since/, 20);
	const asked = changes(await lab.requests()).map(({operation}) => operation);
	expect(asked.filter(operation => operation === 'DetachInstances').length).toBe(1);
	expect((await groupState(lab, 'batch')).suspended).toEqual({});
}, 120_000);
