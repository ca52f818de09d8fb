import {expect, onTestFinished, test} from 'vitest';
import {key, openLab, openScreen, program} from './harness.ts';
import {becomes, configured, groupState, heldWebProd} from './steps.ts';

test('story 17: ctrl-z gives the shell back, fg the whole screen', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({
		file: '/bin/bash',
		args: ['--norc', '--noprofile', '-i'],
		environment: {...lab.environment, PS1: 'prompt> '},
	});
	await screen.sees('prompt>');
	screen.write(`'${process.execPath}' '${program}'\r`);
	await screen.sees(/▸ web-prod .*FLAPS/, 10);
	await screen.press(key.ctrlZ);
	await screen.sees(/Stopped|prompt>/);
	screen.write('fg\r');
	await screen.sees(/▸ web-prod .*FLAPS/, 10);
	await expect.poll(screen.header, {timeout: 5000}).toMatch(/^ unflap ▸ fleet/);
});

test('story 17: while a group is held ctrl-z explains itself, and the countdown goes on', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	await screen.press(key.ctrlZ);
	await screen.sees(/lease runs on/);
	const ends = () => /ends in (\d+:\d\d)/.exec(screen.text())?.[1] ?? '';
	const before = ends();
	await expect.poll(ends).not.toBe(before);
	expect(ends() < before).toBe(true);
});

test('story 17: stopped by SIGSTOP it is the fuse that gives the group back, and on waking it only says so', async () => {
	// Twenty lab seconds a second: a fuse of five minutes burns down in fifteen.
	const lab = await openLab('--seed', '7', '--speed', '20');
	await configured(lab, {leaseMinutes: 5});
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	screen.signal('SIGSTOP');
	onTestFinished(() => {
		screen.signal('SIGCONT');
	});
	await expect
		.poll(async () => Object.keys((await groupState(lab, 'web-prod')).suspended), {
			timeout: 60_000,
			interval: 200,
		})
		.toEqual(['AZRebalance']);
	screen.signal('SIGCONT');
	await screen.losesSight(/■ HELD/, 60);
	await becomes(lab, 'web-prod', ['AZRebalance'], 30);
	await screen.press('@');
	await screen.sees(/fuse/);
}, 180_000);
