import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, onTestFinished, test} from 'vitest';
import {key, openLab, openScreen, program} from './harness.ts';
import {becomes, confirmsRelease, groupState, opensGroup} from './steps.ts';

test('story 18: a second hold joins the first, and only the last one out resumes', async () => {
	const lab = await openLab('--seed', '7');
	const other = spawn(process.execPath, [program, 'hold', 'web-prod', '-o', 'jsonl'], {
		env: lab.otherUser('bob'),
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	onTestFinished(() => {
		other.kill('SIGKILL');
	});
	let printed = '';
	other.stdout.on('data', data => {
		printed += data;
	});
	await expect.poll(() => printed, {timeout: 20_000}).toContain('"held"');

	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.sees(/■ HELD by \S+@\S+, not ours/);
	await screen.sees(/if they are gone .*AWS resumes at \d\d:\d\d:\d\d, by fuse .*InProgress ✔/, 30);
	await screen.press('H');
	await screen.sees('join');
	await screen.answers(/enter .*holds/, key.enter);
	await screen.sees(/■ HELD by \S+@\S+ and \S+@\S+/, 40);
	await screen.press('H');
	await screen.sees(/still holds/);
	await screen.sees(/Gives back .*nothing yet/);
	await confirmsRelease(screen);
	await screen.sees(/resumed and verified|released/, 30);
	await screen.sees('fuse stopped');
	const between = await groupState(lab, 'web-prod');
	expect(Object.keys(between.suspended)).toContain('ReplaceUnhealthy');
	expect(Object.keys(between.tags).filter(tag => tag.startsWith('unflap:')).length).toBe(1);
	other.kill('SIGTERM');
	await once(other, 'exit');
	await becomes(lab, 'web-prod', []);
}, 120_000);
