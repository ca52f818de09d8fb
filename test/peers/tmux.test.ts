import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {afterAll, expect, test} from 'vitest';
import {openLab, pause, program} from '../stories/harness.ts';

const tmux = process.env['UNFLAP_PEER_TMUX'] ?? 'tmux';
const socket = `unflap-peer-${process.pid}`;
const run = promisify(execFile);
const ask = async (...args: readonly string[]) => (await run(tmux, ['-u', '-L', socket, ...args])).stdout;

afterAll(async () => {
	await ask('start-server', ';', 'kill-server');
});

const sees = async (name: string, found: RegExp, seconds = 25) => {
	let text = '';
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
		text = await ask('capture-pane', '-p', '-t', name);
		if (text.split('\n').some(line => found.test(line))) return text;
	}
	throw new Error(`${name} never showed ${found}:\n${text}`);
};

test.each([
	[80, 24],
	[100, 30],
	[200, 50],
])('in tmux at %ix%i every screen is whole and its borders meet', async (columns, rows) => {
	const lab = await openLab('--seed', '7');
	const name = `s${columns}`;
	const environment = Object.entries({...lab.environment, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8'}).flatMap(
		([key, value]) => ['-e', `${key}=${value ?? ''}`],
	);
	await ask(
		'new-session',
		'-d',
		'-s',
		name,
		'-x',
		String(columns),
		'-y',
		String(rows),
		...environment,
		process.execPath,
		program,
	);
	await sees(name, /web-prod .*FLAPS/);
	const views: readonly (readonly [string, RegExp])[] = [
		['Enter', /Instances \d+ of/],
		['3', /Boot waterfall/],
		['4', /FOLLOW|scrolled/],
		['6', /Activity/],
		['?', /Keys, this screen first/],
	];
	for (const [key, found] of views) {
		await ask('send-keys', '-t', name, key);
		await sees(name, found);
		await pause(800);
		const lines = (await ask('capture-pane', '-p', '-t', name)).split('\n').slice(0, rows);
		expect(lines[0], `${key} ${columns}x${rows}`).toMatch(/^ unflap/);
		expect(lines[rows - 1]?.trim(), `${key} ${columns}x${rows}`).not.toBe('');
		for (const line of lines.slice(1, -1)) {
			expect(line, `${key} ${columns}x${rows}`).toMatch(/^[╭├│╰┏┃┗]/);
			expect(line, `${key} ${columns}x${rows}`).toMatch(/[╮┤│╯┓┃┛]$/);
			expect([...line].length, line).toBe(columns);
		}
	}
	await ask('send-keys', '-t', name, 'Escape');
	await ask('send-keys', '-t', name, 'C-c');
	await pause(500);
});
