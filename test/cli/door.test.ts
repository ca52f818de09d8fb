import {readFileSync} from 'node:fs';
import {chmod, mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {version} from '../../src/cli/version.ts';
import {door, finished, makeHome, runProgram, startProgram} from '../run-program.ts';
import {repositoryRoot} from '../shared-folder.ts';

let home: string;
let forget: () => Promise<void>;
let silent: Server;
beforeAll(async () => {
	({home, forget} = await makeHome());
	// Takes requests and never answers: what runs against it runs until it is ended.
	silent = createServer(() => undefined);
	await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	silent.closeAllConnections();
	silent.close();
	await forget();
});

const run = (...args: readonly string[]) => runProgram(args, {home});

test('--version is the version of the package', async () => {
	const {version: packaged} = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
		version: string;
	};
	expect(version).toBe(packaged);
	expect(await run('--version')).toMatchObject({code: 0, stdout: `unflap ${packaged}\n`, stderr: ''});
});

test('the door knows the words of the table of commands', async () => {
	const words = (text: string, pattern: RegExp) =>
		Array.from(text.matchAll(pattern), match => match[1]).sort();
	const table = readFileSync(join(repositoryRoot, 'src/cli/commands.ts'), 'utf8');
	const inMain = words(table.slice(0, table.indexOf('};')), /^\t(\w+): async \(\) =>/gm);
	const list = /const words = \[([^\]]*)\]/.exec(readFileSync(door, 'utf8'))?.[1] ?? '';
	expect(words(list, /'(\w+)'/g)).toEqual(inMain);
});

test('without a terminal there is help on stderr, and exit 2', async () => {
	const {code, stdout, stderr} = await run();
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toContain('unflap [GROUP]');
	expect(await run('web-prod')).toMatchObject({code: 2, stdout: ''});
});

test('every command has help with an example', async () => {
	const {stdout} = await run('--help');
	const commands = Array.from(stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm), match => match[1] ?? '').filter(
		name => name !== 'unflap',
	);
	expect(commands).toContain('info');
	for (const name of commands) {
		const help = await run(name, '--help');
		expect(help).toMatchObject({code: 0, stderr: ''});
		expect(help.stdout).toContain('Example');
		expect(help.stdout).toContain(`unflap ${name}`);
	}
});

test.each([
	[['info', '--frob'], /--frob/],
	[['info', '-o', 'xml'], /xml/],
	[['info', '--config', '/nonexistent/config.json'], /config\.json/],
	[['one', 'two'], /no command "one"/],
	[['info', '--endpoint-url', 'nonsense'], /endpoint/],
])('%j: one clear message, exit 2', async (args, message) => {
	const {code, stdout, stderr} = await run(...args);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(message);
	expect(stderr).toMatch(/^unflap: /);
	expect(stderr).not.toMatch(/\n\s+at /);
});

test('a malformed config ends everything else first, naming key, file and line', async () => {
	await mkdir(join(home, '.config/unflap'), {recursive: true, mode: 0o700});
	const file = join(home, '.config/unflap/config.json');
	await writeFile(file, '{\n "region": "eu-west-1",\n "lease": 5\n}', {mode: 0o600});
	const {code, stderr} = await run('info');
	await rm(file);
	expect(code).toBe(2);
	expect(stderr).toContain(`${file}:3: there is no setting "lease"`);
});

test('S9 info names variables and never their values', async () => {
	const secret = 'canary-secret-value';
	const {stdout} = await runProgram(
		['info', '-o', 'json', '--endpoint-url', 'https://ana:hunter2@vpce.example/'],
		{
			home,
			environment: {
				AWS_SECRET_ACCESS_KEY: secret,
				AWS_SESSION_TOKEN: secret,
				HTTPS_PROXY: `http://u:${secret}@proxy:1`,
				UNFLAP_CANARY: secret,
			},
		},
	);
	expect(stdout).not.toContain(secret);
	expect(stdout).not.toContain('hunter2');
	const {environment} = JSON.parse(stdout) as {environment: readonly string[]};
	expect(environment).toEqual(
		expect.arrayContaining(['AWS_SECRET_ACCESS_KEY', 'HTTPS_PROXY', 'UNFLAP_CANARY']) as string[],
	);
});

test('a reader that goes away ends the program quietly', async () => {
	const child = startProgram(['--help'], {home});
	child.stdout?.destroy();
	const {stderr, signal} = await finished(child);
	expect({stderr, signal}).toEqual({stderr: '', signal: null});
});

const hanging = (node?: string) => {
	const {port} = silent.address() as AddressInfo;
	return startProgram(['ls', '--endpoint-url', `http://127.0.0.1:${port}`, '--region', 'eu-west-1'], {
		home,
		environment: {AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x'},
		...(node === undefined ? {} : {node}),
	});
};
const asked = () => new Promise<void>(resolve => silent.once('request', () => resolve()));

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)('%s ends a command that waits for AWS with %i', async (signal, code) => {
	const request = asked();
	const child = hanging();
	await request;
	child.kill(signal);
	expect(await finished(child)).toMatchObject({code, stdout: ''});
});

test('S3 SIGUSR1 opens no debugger', async () => {
	const request = asked();
	const child = hanging();
	let stderr = '';
	child.stderr?.on('data', (text: Buffer) => {
		stderr += text.toString();
	});
	await request;
	child.kill('SIGUSR1');
	child.kill('SIGUSR1');
	const listening = async () => {
		const inodes = new Set<string>();
		for (const fd of await readdir(`/proc/${child.pid}/fd`)) {
			const {ino} = await stat(`/proc/${child.pid}/fd/${fd}`).catch(() => ({ino: 0}));
			inodes.add(String(ino));
		}
		const table = (await readFile('/proc/net/tcp', 'utf8')) + (await readFile('/proc/net/tcp6', 'utf8'));
		return table.split('\n').filter(line => {
			const columns = line.trim().split(/\s+/);
			return columns[3] === '0A' && inodes.has(columns[9] ?? '');
		});
	};
	for (let look = 0; look < 10; look++) {
		expect(await listening()).toEqual([]);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
	child.kill('SIGKILL');
	await finished(child);
	expect(stderr).not.toContain('Debugger');
});

test('P3 compiled code is kept in a folder of ours alone, and a foreign one is left alone', async () => {
	const own = await makeHome();
	const environment = {NODE_COMPILE_CACHE: undefined};
	const cache = join(own.home, '.cache/unflap/compiled');
	await runProgram(['info'], {home: own.home, environment});
	expect((await stat(cache)).mode & 0o777).toBe(0o700);
	expect((await readdir(cache)).length).toBeGreaterThan(0);
	await rm(cache, {recursive: true});
	await mkdir(cache, {mode: 0o777});
	await chmod(cache, 0o777);
	const {code} = await runProgram(['info'], {home: own.home, environment});
	expect({code, files: await readdir(cache)}).toEqual({code: 0, files: []});
	await own.forget();
});

test('P3 nothing is made in the temporary folder', async () => {
	const own = await makeHome();
	const temporary = join(own.home, 'tmp');
	await mkdir(temporary);
	for (const args of [
		['info'],
		['--help'],
		['ls', '--region', 'eu-west-1', '--endpoint-url', 'http://127.0.0.1:9'],
	])
		await runProgram(args, {home: own.home, environment: {TMPDIR: temporary}});
	expect(await readdir(temporary)).toEqual([]);
	await own.forget();
});
