import {type ChildProcess, spawn} from 'node:child_process';
import {copyFile, mkdir, readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {pretendOldNode} from '../pretend-old-node.ts';
import {door, environmentOf, finished, makeHome} from '../run-program.ts';

let home: string;
let forget: () => Promise<void>;
let silent: Server;
beforeAll(async () => {
	({home, forget} = await makeHome());
	silent = createServer(() => undefined);
	await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	silent.closeAllConnections();
	silent.close();
	await forget();
});

const start = (args: readonly string[], detached = false) =>
	spawn(process.execPath, ['--import', pretendOldNode, door, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		detached,
		env: environmentOf(home, {AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x'}),
	});

/** A command that waits for an answer that never comes, once it has asked. */
const hanging = async (detached = false) => {
	const request = new Promise<IncomingMessage>(resolve => silent.once('request', resolve));
	const {port} = silent.address() as AddressInfo;
	const child = start(
		['ls', '--endpoint-url', `http://127.0.0.1:${port}`, '--region', 'eu-west-1'],
		detached,
	);
	const {socket} = await request;
	const hungUp = new Promise<void>(resolve => socket.once('close', () => resolve()));
	return {child, hungUp};
};

const childOf = async ({pid}: ChildProcess) => {
	const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
	return Number(text.trim().split(' ')[0]);
};

test('an older Node hands over to the one of the package: same words, same output, same code', async () => {
	expect(await finished(start(['--version']))).toMatchObject({code: 0, stderr: ''});
	expect(await finished(start(['info', '--frob']))).toMatchObject({code: 2, stdout: ''});
	const {stdout} = await finished(start(['info', '-o', 'json']));
	expect((JSON.parse(stdout) as {node: string}).node).toBe(process.versions.node);
	expect(stdout).not.toContain('UNFLAP_DOOR_FD');
});

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)('%s at the door reaches the program, which ends with %i', async (signal, code) => {
	const {child} = await hanging();
	child.kill(signal);
	expect(await finished(child)).toMatchObject({code});
});

test('a signal to both, as from a terminal, counts once', async () => {
	const {child} = await hanging(true);
	process.kill(-(child.pid ?? 0), 'SIGINT');
	expect(await finished(child)).toMatchObject({code: 130});
});

test('a door that is killed takes the program with it', async () => {
	const {child, hungUp} = await hanging();
	child.kill('SIGKILL');
	await hungUp;
	expect(await finished(child)).toMatchObject({signal: 'SIGKILL'});
});

test('a program that is killed ends the door in the same way', async () => {
	const {child} = await hanging();
	process.kill(await childOf(child), 'SIGKILL');
	expect(await finished(child)).toMatchObject({signal: 'SIGKILL'});
});

test('without a newer Node there is one line, and exit 1', async () => {
	const folder = join(home, 'alone');
	await mkdir(join(folder, 'bin'), {recursive: true});
	await copyFile(door, join(folder, 'bin/unflap.mjs'));
	const child = spawn(
		process.execPath,
		['--import', pretendOldNode, join(folder, 'bin/unflap.mjs'), 'info'],
		{
			stdio: ['ignore', 'pipe', 'pipe'],
			env: environmentOf(home),
		},
	);
	expect(await finished(child)).toEqual({
		code: 1,
		signal: null,
		stdout: '',
		stderr: 'unflap: needs Node.js 22.15 or newer, and this is 20.11.0\n',
	});
});

test('without dist there is one line that says what to run', async () => {
	const folder = join(home, 'unbuilt');
	await mkdir(join(folder, 'bin'), {recursive: true});
	await copyFile(door, join(folder, 'bin/unflap.mjs'));
	const child = spawn(process.execPath, [join(folder, 'bin/unflap.mjs'), 'info'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: environmentOf(home),
	});
	expect(await finished(child)).toMatchObject({
		code: 1,
		stderr: 'unflap: it is not built yet: run npm run build\n',
	});
});
