/** The guardian and the command of a hold as an attacker on the same machine would see them (Linux: from /proc). */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdir, readFile, readlink} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest';
import {guardianOf, isGivenBack, startHold, suspendedOf} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '11', '--speed', '1');
}, 60_000);
afterAll(() => lab.close());

const proc = (pid: number, name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');

const heldWithGuardian = async (args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) => {
	const hold = await startHold(lab, [group, '-o', 'jsonl', ...args], {environment});
	await hold.event('held');
	return {hold, guardian: await guardianOf(hold)};
};

const release = async (hold: Awaited<ReturnType<typeof startHold>>) => {
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	await isGivenBack(lab, group, []);
};

test('G1 the command gets stdin, stdout and stderr and no other descriptor', async () => {
	const {hold} = await heldWithGuardian(['--', 'sh', '-c', 'sleep 30 & echo "pid $!"; wait']);
	await vi.waitFor(() => expect(hold.stdout()).toMatch(/^pid \d+$/m), {timeout: 10_000});
	const pid = Number(/^pid (\d+)$/m.exec(hold.stdout())?.[1]);
	onTestFinished(() => {
		process.kill(pid, 'SIGKILL');
	});
	// What this test itself was started with is none of ours.
	const inherited = await inheritedDescriptors();
	const held = await readdir(`/proc/${pid}/fd`);
	expect(held.filter(fd => !inherited.includes(fd) && !['0', '1', '2'].includes(fd))).toEqual([]);
	hold.child.kill('SIGKILL');
	await isGivenBack(lab, group, []);
}, 60_000);

const inheritedDescriptors = async (): Promise<readonly string[]> => {
	const child = spawn('sleep', ['30'], {stdio: 'ignore'});
	await once(child, 'spawn');
	const descriptors = await readdir(`/proc/${child.pid}/fd`);
	child.kill('SIGKILL');
	return descriptors;
};

test('S1 no secret stands in the command line or environment of a child', async () => {
	const {hold, guardian} = await heldWithGuardian();
	const secret = lab.env['AWS_SECRET_ACCESS_KEY'] ?? 'none';
	const seen = (await proc(guardian, 'cmdline')) + (await proc(guardian, 'environ'));
	expect(seen).not.toContain(secret);
	expect(await readlink(`/proc/${guardian}/cwd`)).toBe('/');
	await release(hold);
}, 60_000);

test('S2 the guardian starts without NODE_OPTIONS and AWS variables', async () => {
	const {hold, guardian} = await heldWithGuardian([], {NODE_OPTIONS: '--no-warnings', NODE_PATH: '/tmp'});
	const names = (await proc(guardian, 'environ')).split('\0').map(line => line.split('=')[0]);
	expect(names.filter(name => /^(?:NODE|AWS|UNFLAP|HTTP|PATH)/.test(name ?? ''))).toEqual([]);
	await release(hold);
}, 60_000);

test('S3 SIGUSR1 opens no debugger in either process', async () => {
	const {hold, guardian} = await heldWithGuardian();
	const pids = [hold.child.pid ?? 0, guardian];
	const before = await Promise.all(pids.map(listeningSockets));
	for (const pid of pids) process.kill(pid, 'SIGUSR1');
	// Another call of the loop shows that both had time to answer.
	await vi.waitFor(async () =>
		expect((await proc(guardian, 'status')).includes('SigPnd:\t0000000000000000')).toBe(true),
	);
	expect(await Promise.all(pids.map(listeningSockets))).toEqual(before);
	expect(before).toEqual([[], []]);
	await release(hold);
}, 60_000);

test('S3 with a debugger open no hold is started', async () => {
	const result = await lab.run(['hold', group], {environment: {NODE_OPTIONS: '--inspect=127.0.0.1:0'}});
	expect(result.code).toBe(3);
	expect(result.stderr).toMatch(/debugger/i);
	expect(await suspendedOf(lab, group)).toEqual([]);
}, 60_000);

test('O1 under --read-only hold and release change nothing and say so', async () => {
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	for (const args of [
		['hold', group, '--read-only'],
		['release', group, '--read-only'],
		['release', '--all', '--read-only'],
		['holds', '--read-only'],
	]) {
		const result = await lab.run(args);
		expect(result.code).toBe(args[0] === 'holds' ? 0 : 3);
		if (args[0] !== 'holds') expect(result.stdout + result.stderr).toMatch(/read-only/);
	}
	expect((await lab.requests()).filter(({number, mutating}) => number > seen && mutating)).toEqual([]);
}, 60_000);

const listeningSockets = async (pid: number): Promise<readonly string[]> => {
	const table = `${await proc(pid, 'net/tcp')}${await proc(pid, 'net/tcp6')}`;
	const listening = new Set(
		table
			.split('\n')
			.map(line => line.trim().split(/\s+/))
			.filter(fields => fields[3] === '0A')
			.map(fields => `socket:[${fields[9]}]`),
	);
	const links = await Promise.all(
		(await readdir(`/proc/${pid}/fd`)).map(fd => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
	);
	return links.filter(link => listening.has(link));
};

test('S4 the guardian may leave no core file, and aborted it leaves none', async () => {
	const {hold, guardian} = await heldWithGuardian();
	expect(await proc(guardian, 'limits')).toMatch(/Max core file size +0 +0/);
	const folders = [await readlink(`/proc/${guardian}/cwd`), join(hold.home, '.local/state/unflap')];
	const cores = async () =>
		(await Promise.all(folders.map(folder => readdir(folder)))).flat().filter(name => /^core/.test(name));
	const before = await cores();
	process.kill(guardian, 'SIGABRT');
	// The hold goes on under a new one.
	await vi.waitFor(async () => expect(await guardianOf(hold)).not.toBe(guardian), {timeout: 20_000});
	expect(await cores()).toEqual(before);
	await release(hold);
}, 60_000);

test('the guardian outlives the signals of a terminal, and a killed one is replaced while the hold goes on', async () => {
	const {hold, guardian} = await heldWithGuardian();
	for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.kill(guardian, signal);
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	expect(await guardianOf(hold)).toBe(guardian);
	process.kill(guardian, 'SIGKILL');
	const next = await vi.waitFor(
		async () => {
			const pid = await guardianOf(hold);
			expect(pid).not.toBe(guardian);
			return pid;
		},
		{timeout: 10_000, interval: 200},
	);
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	// The new one does its duty too, once it is told what it guards.
	await vi.waitFor(async () => expect(await readdir(`/proc/${next}/fd`)).not.toEqual([]));
	await vi.waitFor(async () => expect(await ledgerGuardian(hold.home)).toBe(next), {timeout: 10_000});
	hold.child.kill('SIGKILL');
	await hold.exit;
	await isGivenBack(lab, group, []);
}, 60_000);

const ledgerGuardian = async (home: string): Promise<number> => {
	const folder = `${home}/.local/state/unflap/ledger`;
	const [name = ''] = (await readdir(folder)).filter(file => file.endsWith('.json') && !file.startsWith('.'));
	const entry = JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as {guardian: {pid: number} | null};
	return entry.guardian?.pid ?? 0;
};

test('with all cores busy a killed hold is resumed within five seconds', async () => {
	const busy: ChildProcess[] = [1, 2, 3, 4].map(() =>
		spawn(process.execPath, ['-e', 'for (;;);'], {stdio: 'ignore'}),
	);
	onTestFinished(() => {
		for (const child of busy) child.kill('SIGKILL');
	});
	const {hold} = await heldWithGuardian();
	hold.child.kill('SIGKILL');
	await vi.waitFor(async () => expect(await suspendedOf(lab, group)).toEqual([]), {
		timeout: 5000,
		interval: 50,
	});
	for (const child of busy) child.kill('SIGKILL');
	await isGivenBack(lab, group, []);
}, 90_000);
