/** The lines that fetch and put a file, run by a real sh on real files. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	chmodSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type Fetched, readFetched, readPut, sumOf} from '../../src/remote/edit-answers.ts';
import {checkPath, type FileOnBox, fetchWords, putCommand, putInput} from '../../src/remote/edit-line.ts';

const nonce = '00112233445566778899aabbccddeeff';

/** Below a folder that root, or this user, owns alone: not below the shared folder for temporary files. */
const makeFolder = (): string => {
	const folder = mkdtempSync(join(userInfo().homedir, '.unflap-edit-test-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
};

const read = async (child: ChildProcess): Promise<string> => {
	const chunks: Buffer[] = [];
	child.stdout?.on('data', (bytes: Buffer) => chunks.push(bytes));
	await once(child, 'close');
	return Buffer.concat(chunks).toString('latin1');
};

const fetch = async (path: string, environment: NodeJS.ProcessEnv = process.env): Promise<Fetched> => {
	const [program = '', ...args] = fetchWords(nonce, path);
	const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'ignore'], env: environment});
	return readFetched(nonce, await read(child), path);
};

const fetchFile = async (path: string) => {
	const fetched = await fetch(path);
	if (fetched.kind !== 'file') throw new Error(JSON.stringify(fetched));
	return fetched;
};

type Put = {readonly content: Buffer; readonly input?: Uint8Array; readonly before?: () => void};

const put = async (file: FileOnBox, {content, input, before}: Put): Promise<readonly string[]> => {
	const command = putCommand({nonce, file, newHash: sumOf(content), reload: false});
	const child = spawn('sh', ['-c', command], {stdio: ['pipe', 'pipe', 'ignore']});
	const news: string[] = [];
	let rest = '';
	child.stdout.on('data', (bytes: Buffer) => {
		const lines = (rest + bytes.toString('latin1')).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const said = readPut(nonce, line);
			if (said === null) continue;
			news.push(said.news);
			if (said.news !== 'ready') continue;
			before?.();
			child.stdin.write(input ?? putInput(nonce, content));
		}
	});
	await once(child, 'close');
	return news;
};

const everyByte = Buffer.from(Array.from({length: 3 * 256}, (_, index) => index % 256));

test.each([
	['a plain name', 'app.conf'],
	['quotes, blanks and a substitution', `it's "a" $(touch canary) \`id\` *.conf`],
	['a dash in front', '-rf'],
	['letters of the world', 'größe 注文 ✓.conf'],
])('a file of %s is fetched and put back byte by byte, with its mode', async (_what, name) => {
	const folder = makeFolder();
	const path = join(folder, name);
	writeFileSync(path, everyByte);
	chmodSync(path, 0o640);
	const {file, content} = await fetchFile(path);
	expect(content.equals(everyByte)).toBe(true);
	const after = Buffer.concat([Buffer.from('new\n'), everyByte]);
	expect(await put(file, {content: after})).toEqual(['ready', 'written', 'end']);
	expect(readFileSync(path).equals(after)).toBe(true);
	expect(statSync(path).mode & 0o7777).toBe(0o640);
	expect(readdirSync(folder)).toEqual([name]);
});

test('a file of a megabyte goes whole, and one without a byte too', async () => {
	const path = join(makeFolder(), 'large');
	writeFileSync(path, '');
	const {file} = await fetchFile(path);
	const large = Buffer.alloc(1024 * 1024, 'abcdefg\n');
	expect(await put(file, {content: large})).toEqual(['ready', 'written', 'end']);
	const again = await fetchFile(path);
	expect(again.content.equals(large)).toBe(true);
	expect(await put(again.file, {content: Buffer.alloc(0)})).toEqual(['ready', 'written', 'end']);
	expect(readFileSync(path)).toHaveLength(0);
});

test('D2 a link, a folder, a second name, setuid, too much and nothing are refused with the reason', async () => {
	const folder = makeFolder();
	const at = (name: string) => join(folder, name);
	writeFileSync(at('real'), 'x');
	symlinkSync('/etc/shadow', at('link'));
	mkdirSync(at('folder'));
	writeFileSync(at('twice'), 'x');
	linkSync(at('twice'), at('other name'));
	writeFileSync(at('setuid'), 'x');
	chmodSync(at('setuid'), 0o4755);
	writeFileSync(at('large'), Buffer.alloc(1024 * 1024 + 1));
	const why = async (name: string) => {
		const fetched = await fetch(at(name));
		return fetched.kind === 'refused' ? fetched.why : fetched.kind;
	};
	expect(await why('link')).toBe('it is a link to /etc/shadow: edit that file instead');
	expect(await why('folder')).toBe('it is a directory');
	expect(await why('twice')).toMatch(/^it has 2 names/);
	expect(await why('setuid')).toMatch(/^its mode is 4755/);
	expect(await why('large')).toMatch(/more than 1048576/);
	expect(await why('nothing')).toBe('missing');
	expect(await why('real')).toBe('file');
});

test.each([
	['another content of the same length', (path: string) => writeFileSync(path, 'fox\n')],
	[
		'another file of that name and the same content',
		(path: string) => {
			rmSync(path);
			writeFileSync(`${path}.filler`, 'x');
			writeFileSync(path, 'old\n');
		},
	],
	['nothing: it was removed', (path: string) => rmSync(path)],
])('D3 %s meanwhile is a conflict, and what is there stays', async (_what, meddle) => {
	const folder = makeFolder();
	const path = join(folder, 'app.conf');
	writeFileSync(path, 'old\n');
	const {file} = await fetchFile(path);
	const news = await put(file, {content: Buffer.from('new\n'), before: () => meddle(path)});
	expect(news).toEqual(['ready', 'conflict']);
	const now = existsSync(path) ? readFileSync(path, 'utf8') : null;
	expect(now).not.toBe('new\n');
	expect(readdirSync(folder).filter(name => name.startsWith('.unflap'))).toEqual([]);
});

test('D3 what does not arrive whole is never written', async () => {
	const folder = makeFolder();
	const path = join(folder, 'app.conf');
	writeFileSync(path, 'old\n');
	const {file} = await fetchFile(path);
	const content = Buffer.from('new content\n');
	const half = Buffer.from(`${content.toString('base64').slice(0, 8)}\n${nonce}-end\n`);
	expect(await put(file, {content, input: half})).toEqual(['ready', 'damaged']);
	expect(readFileSync(path, 'utf8')).toBe('old\n');
	expect(readdirSync(folder)).toEqual(['app.conf']);
});

test('a file that nobody may write is put back all the same, and stays so', async () => {
	const path = join(makeFolder(), 'app.conf');
	writeFileSync(path, 'old\n');
	chmodSync(path, 0o444);
	const {file} = await fetchFile(path);
	expect(await put(file, {content: Buffer.from('new\n')})).toEqual(['ready', 'written', 'end']);
	expect(readFileSync(path, 'utf8')).toBe('new\n');
	expect(statSync(path).mode & 0o7777).toBe(0o444);
});

test('where the box goes in the middle of the content, the old file is what is there', async () => {
	const folder = makeFolder();
	const path = join(folder, 'app.conf');
	writeFileSync(path, 'old\n');
	const {file} = await fetchFile(path);
	const content = Buffer.alloc(100_000, 'new\n');
	const command = putCommand({nonce, file, newHash: sumOf(content), reload: false});
	const child = spawn('sh', ['-c', command], {stdio: ['pipe', 'pipe', 'ignore'], detached: true});
	await new Promise<void>(resolve =>
		child.stdout.on('data', (bytes: Buffer) => {
			if (bytes.toString('latin1').includes(':ready')) resolve();
		}),
	);
	child.stdin.write(putInput(nonce, content).subarray(0, 50_000));
	await new Promise(resolve => setTimeout(resolve, 50));
	process.kill(-(child.pid ?? 0), 'SIGKILL');
	await once(child, 'close');
	expect(readFileSync(path, 'utf8')).toBe('old\n');
});

test('D4 the content stands in no command line', async () => {
	const path = join(makeFolder(), 'app.conf');
	writeFileSync(path, 'old\n');
	const {file} = await fetchFile(path);
	const secret = 'canary-of-the-content';
	const command = putCommand({nonce, file, newHash: sumOf(Buffer.from(secret)), reload: false});
	expect(command).not.toContain(secret);
	expect(command).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
});

/** A machine whose `id`, `stat` and `sudo` say what the test wants, and write down how they were called. */
const machine = (folders: Readonly<Record<string, string>>, uid: number) => {
	const bin = makeFolder();
	const log = join(bin, 'log');
	const cases = Object.entries(folders).map(
		([path, facts]) => `'${path}') echo '${facts} directory'; exit 0 ;;`,
	);
	const scripts = {
		id: `echo ${uid}`,
		sudo: `printf 'sudo %s\\n' "$*" >>'${log}'; shift; [ "$1" = -u ] && shift 2; exec "$@"`,
		stat: `for last do :; done; case "$last" in ${cases.join(' ')} esac; echo 'regular file|1|644|0|0|2|7|7'`,
		sha256sum: `echo '${'0'.repeat(64)}  x'`,
		readlink: 'exit 1',
	};
	for (const [name, script] of Object.entries(scripts))
		writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, {mode: 0o755});
	return {
		environment: {PATH: `${bin}:/usr/bin:/bin`},
		calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
	};
};

test('D1 where every folder is root’s alone the steps run as root', async () => {
	const {environment, calls} = machine({'/srv/app': '0 755', '/srv': '0 755', '/': '0 755'}, 1001);
	await fetch('/srv/app/x.conf', environment);
	expect(calls().some(call => call.startsWith('sudo -n cat -- /srv/app/x.conf'))).toBe(true);
	expect(calls().some(call => call.includes('-u #'))).toBe(false);
});

test.each([
	['its folder is the app user’s', {'/srv/app': '1500 755', '/srv': '0 755', '/': '0 755'}],
	['a group may write into it', {'/srv/app': '1500 775', '/srv': '0 755', '/': '0 755'}],
])('D1 where %s the file is never touched as root', async (_what, folders) => {
	const {environment, calls} = machine(folders, 1001);
	await fetch('/srv/app/x.conf', environment);
	const touching = calls().filter(call => call.includes('/srv/app/x.conf'));
	expect(touching.length).toBeGreaterThan(2);
	for (const call of touching) expect(call).toMatch(/^sudo -n -u #1500 /);
});

test('D1 where the owner of a file could not be kept it is not written at all', async () => {
	const folder = makeFolder();
	const path = join(folder, 'app.conf');
	writeFileSync(path, 'old\n');
	const {file} = await fetchFile(path);
	const uid = process.getuid?.() ?? 0;
	// As root the line would give it to whom it belongs: a chown that does nothing stands for one that may not.
	const bin = makeFolder();
	for (const name of ['chown', 'chgrp']) writeFileSync(join(bin, name), '#!/bin/sh\nexit 0\n', {mode: 0o755});
	const child = spawn(
		'sh',
		[
			'-c',
			putCommand({nonce, file: {...file, uid: uid + 7}, newHash: sumOf(Buffer.from('x')), reload: false}),
		],
		{
			stdio: ['ignore', 'pipe', 'ignore'],
			env: {...process.env, PATH: `${bin}:${process.env['PATH']}`},
		},
	);
	expect(readPut(nonce, (await read(child)).trim())).toEqual({
		news: 'failed',
		why: 'its owner or group could not be kept there',
	});
	expect(readFileSync(path, 'utf8')).toBe('old\n');
	expect(readdirSync(folder)).toEqual(['app.conf']);
});

test('D1 a folder of root that others may write into is refused', async () => {
	const {environment} = machine({'/srv/app': '0 777', '/srv': '0 755', '/': '0 755'}, 1001);
	expect(await fetch('/srv/app/x.conf', environment)).toEqual({
		kind: 'refused',
		why: 'others than root may write into a folder above it',
	});
});

test('Q2 only whole, absolute paths of one file are taken', () => {
	for (const path of ['app.conf', '-rf', '', '/', '/etc/', '/etc/../x', '/etc/./x', '/a\nb', '/a//b'])
		expect(() => checkPath(path)).toThrow(/is not the absolute path/);
	expect(checkPath('/etc/-rf')).toBe('/etc/-rf');
});

test('Q6 markers of another session, or without one, are no answer', () => {
	const text = [':file regular file|1|644|0|0|3|7|7', `:${'f'.repeat(32)}:file x`, 'end', ''].join('\n');
	expect(readFetched(nonce, text, '/x').kind).toBe('refused');
	expect(readPut(nonce, `:${'f'.repeat(32)}:written ${'0'.repeat(64)}`)).toBeNull();
	expect(readPut(nonce, 'written')).toBeNull();
});
