import {expect, test} from 'vitest';
import {openLab, openScreen} from './harness.ts';
import {groupState, opensGroup} from './steps.ts';

test('story 13: a box that dies under an open log is said dead by EC2, and nothing of it is lost', async () => {
	const lab = await openLab('--seed', '7', '--speed', '4');
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/FOLLOW/, 15);
	await screen.sees(/\+\d+:\d\d/, 20);
	const oldest = (await groupState(lab, 'web-prod')).instances.find(
		({lifecycle}) => lifecycle === 'InService',
	);
	await lab.control('POST', '/unhealthy', {instance: oldest?.instanceId});
	await screen.sees(new RegExp(`─── ${oldest?.instanceId.slice(-4)} died .*─`), 30);
	await screen.press('g');
	await screen.sees(/\+0:\d\d/);
	await screen.press('G');
	await screen.sees(/─── [0-9a-f]{4} joined, replayed from its own boot ─/, 60);
	await screen.press('2');
	await screen.sees('Graveyard');
	expect(screen.text()).toContain(oldest?.instanceId.slice(-4));
}, 120_000);
