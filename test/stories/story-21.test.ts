import {expect, test} from 'vitest';
import {openLab, openScreen, pause, runProgram} from './harness.ts';
import {becomes, groupState, heldWebProd} from './steps.ts';

test('story 21: credentials that expire during a hold are said, and the hold stays', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const {id} = (await lab.control('POST', '/faults', {kind: 'expired-token'})) as {readonly id: string};
	await expect.poll(screen.header, {timeout: 30_000}).toContain('credentials expired');
	expect(screen.shows(/■ HELD by/)).toBe(true);
	await screen.press('R');
	await screen.sees(/hold/);
	expect(Object.keys((await groupState(lab, 'web-prod')).suspended)).toContain('ReplaceUnhealthy');
	await lab.control('DELETE', `/faults/${id}`);
	await expect.poll(screen.header, {timeout: 40_000}).not.toContain('credentials expired');
	await screen.press('\u0003');
	await screen.sees(/━ Release web-prod ━/);
	await screen.press('\u0003');
	expect((await screen.ended(40)).exitCode).toBe(130);
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);

test('story 21: a release that cannot be finished ends with 4 and a line that finishes it', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const {id} = (await lab.control('POST', '/faults', {kind: 'expired-token'})) as {readonly id: string};
	await screen.press('\u0003');
	await screen.sees(/━ Release web-prod ━/);
	await screen.press('\u0003');
	await screen.sees('releasing');
	await pause(1000);
	await screen.press('\u0003');
	expect((await screen.ended(10)).exitCode).toBe(4);
	const printed = screen.text().replaceAll('\n', '');
	expect(printed).toContain('aws autoscaling resume-processes');
	expect(printed).toContain('--region');
	expect(printed).toContain('--endpoint-url');
	await lab.control('DELETE', `/faults/${id}`);
	await runProgram(['release', '--all'], lab.environment);
	await becomes(lab, 'web-prod', ['AZRebalance'], 40);
}, 120_000);
