import {expect, test} from 'vitest';
import {key, openLab, openScreen, pause} from './harness.ts';
import {becomes, confirmsRelease, groupState, heldWebProd, realChanges} from './steps.ts';

test('story 15: who dies of a release is named, and their number must be typed', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const victim = (await groupState(lab, 'web-prod')).instances.find(
		({lifecycle}) => lifecycle === 'InService',
	);
	await lab.control('POST', '/unhealthy', {instance: victim?.instanceId});
	const resumes = async () =>
		(await lab.requests()).filter(({operation}) => operation === 'ResumeProcesses').length;
	const before = await resumes();
	await pause(6000);
	await screen.press('H');
	await screen.sees(/━ Release web-prod ━/);
	await screen.sees(/Gives back .*ReplaceUnhealthy/);
	await screen.sees(/Leaves off .*AZRebalance/);
	await screen.sees(/✖ terminate +i-.*marked Unhealthy/);
	await screen.sees(/Type \d+ to release/);
	await pause(400);
	const count = /Type (\d+) to release/.exec(screen.text())?.[1] ?? '?';
	const wrong = count === '9' ? '8' : '9';
	await screen.press(key.enter);
	await screen.sees(`type ${count}`);
	await screen.press(wrong, key.enter);
	await screen.sees(`type ${count}`);
	expect(await resumes()).toBe(before);
	await screen.press(key.backspace, ...count, key.enter);
	await screen.sees(/✔ resumed and verified \d\d:\d\d:\d\d/, 20);
	await screen.sees('fuse stopped');
	await screen.sees('tag removed');
	await screen.sees(/held \d+m\d\ds|held \d+s/);
	await becomes(lab, 'web-prod', ['AZRebalance']);
	expect(realChanges(await lab.requests()).map(({operation}) => operation)).not.toContain(
		'SetInstanceHealth',
	);
	await expect
		.poll(
			async () =>
				(await groupState(lab, 'web-prod')).instances.some(
					({instanceId, lifecycle}) => instanceId === victim?.instanceId && lifecycle === 'InService',
				),
			{timeout: 20_000},
		)
		.toBe(false);
}, 120_000);

test('story 15: h asks once more before the box is set Healthy, and then nobody dies of its mark', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const victim = (await groupState(lab, 'web-prod')).instances.find(
		({lifecycle}) => lifecycle === 'InService',
	);
	await lab.control('POST', '/unhealthy', {instance: victim?.instanceId});
	const healed = async () =>
		(await lab.requests()).filter(({operation}) => operation === 'SetInstanceHealth').length;
	await pause(6000);
	await screen.press('H');
	await screen.sees(/✖ terminate +i-.*marked Unhealthy/);
	await pause(400);
	await screen.press('h');
	await screen.sees(/enter sets i-.* Healthy, in AWS/);
	expect(await healed()).toBe(0);
	await pause(400);
	await screen.press(key.enter);
	await screen.sees('marked Healthy, and AWS says so', 20);
	expect(await healed()).toBe(1);
	await screen.losesSight(/✖ terminate/);
	await confirmsRelease(screen);
	await screen.sees(/✔ resumed and verified \d\d:\d\d:\d\d/, 30);
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);
