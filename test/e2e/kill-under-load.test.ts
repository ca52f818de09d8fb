import {spawn} from 'node:child_process';
import {expect, onTestFinished, test} from 'vitest';
import {openLab, openScreen} from '../stories/harness.ts';
import {becomes, holds, opensGroup} from '../stories/steps.ts';

/** Keeps a core busy until the test is over. */
const burn = () => {
	const child = spawn(process.execPath, ['-e', 'for (;;);'], {stdio: 'ignore'});
	onTestFinished(() => {
		child.kill('SIGKILL');
	});
};

test('kill -9 with twenty boxes streaming and both cores busy is released by the guardian within 5 seconds', async () => {
	const lab = await openLab('--groups', '1', '--instances', '22', '--seed', '7');
	const {groups} = (await lab.control('GET', '/state')) as {
		readonly groups: readonly {readonly name: string}[];
	};
	const name = groups[0]?.name ?? '';
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await holds(screen);
	await screen.press('4');
	// A box or two may have died before the hold.
	await expect.poll(screen.header, {timeout: 60_000}).toMatch(/2\d streams ●/);
	burn();
	burn();
	const before = (await lab.requests()).length;
	const killedAt = Date.now();
	screen.signal('SIGKILL');
	await becomes(lab, name, [], 30);
	const resume = (await lab.requests()).slice(before).find(({operation}) => operation === 'ResumeProcesses');
	expect((Date.parse(String(resume?.['at'])) - killedAt) / 1000).toBeLessThan(5);
}, 180_000);
