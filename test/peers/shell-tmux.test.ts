/** `unflap shell` in a real tmux: full-screen programs, resize, keys, a dead link; the terminal is sane after each. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {afterAll, expect, test} from 'vitest';
import {openLab, pause, program} from '../stories/harness.ts';

const tmux = process.env['UNFLAP_PEER_TMUX'] ?? 'tmux';
const socket = `unflap-shell-${process.pid}`;
const run = promisify(execFile);
const ask = async (...args: readonly string[]) => (await run(tmux, ['-u', '-L', socket, ...args])).stdout;
const keys = (...words: readonly string[]) => ask('send-keys', '-t', 'shell', ...words);

afterAll(async () => {
	await ask('start-server', ';', 'kill-server');
});

const sees = async (found: RegExp, seconds = 20) => {
	let text = '';
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
		text = await ask('capture-pane', '-p', '-t', 'shell');
		if (found.test(text)) return text;
	}
	throw new Error(`never showed ${found}:\n${text}`);
};

test('a full-screen program, resize, ctrl-c and ctrl-z, a dead link and ~.: the terminal is sane after each', async () => {
	const lab = await openLab('--seed', '7');
	const environment = Object.entries({...lab.environment, LANG: 'C.UTF-8'}).flatMap(([key, value]) => [
		'-e',
		`${key}=${value ?? ''}`,
	]);
	await ask('new-session', '-d', '-s', 'shell', '-x', '100', '-y', '30', ...environment, 'sh');
	await keys('-l', "PS1='host> '");
	await keys('Enter');
	await sees(/^host>/m);
	const modes = async (name: string) => {
		await keys('-l', `clear; echo ${name}="$(stty -g | cksum)"`);
		await keys('Enter');
		return new RegExp(`^${name}=([0-9]{4,})$`, 'm').exec(
			await sees(new RegExp(`^${name}=[0-9]{4,}`, 'm')),
		)?.[1];
	};
	const before = await modes('before');
	const enter = async () => {
		await keys('-l', `clear; '${process.execPath}' '${program}' shell batch/1`);
		await keys('Enter');
		await sees(/^\$ ?$/m);
	};

	await enter();
	await keys('-l', 'seq 500 | less');
	await keys('Enter');
	await sees(/^1\n2\n3\n/);
	await ask('resize-window', '-t', 'shell', '-x', '90', '-y', '20');
	await sees(/^19\n:/m);
	await pause(300);
	await keys('G');
	const bottom = await sees(/^500$/m);
	expect(bottom.split('\n').filter(line => /^\d+$/.test(line)).length).toBe(19);
	await keys('q');
	await sees(/^\$ ?$/m);
	await keys('sleep 100', 'Enter');
	await sees(/sleep 100/);
	await keys('C-z');
	await sees(/Stopped/);
	await keys('fg', 'Enter');
	await pause(300);
	await keys('C-c');
	await sees(/\^C/);
	await keys('exit', 'Enter');
	await sees(/the shell on \S+ ended[\s\S]*host>/);
	expect(await modes('after')).toBe(before);

	await enter();
	await lab.control('POST', '/faults', {kind: 'agent-away'});
	await keys('-l', 'echo nobody hears');
	await keys('Enter');
	await pause(500);
	await keys('-l', '~');
	await keys('-l', '.');
	await sees(/left \S+[\s\S]*host>/);
	expect(await modes('dead')).toBe(before);
});
