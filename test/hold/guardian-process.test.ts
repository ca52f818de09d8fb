/** The guardian as a process of its own: what it is started with, what it outlives, and what it costs. */
import {mkdtemp, readFile, readlink, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {type Guardian, warmGuardian} from '../../src/hold/guardian-process.ts';
import {isAlive, readProcess} from '../../src/hold/process-identity.ts';

const secret = 'KJhwVtbvdDJCQ2JXzG0sNotASecret';

const open = async () => {
	const stateFolder = await mkdtemp(join(tmpdir(), 'unflap-guardian-'));
	onTestFinished(() => rm(stateFolder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const self = await readProcess(process.pid);
	if (self === undefined) throw new Error('no start time');
	const warm = warmGuardian({
		init: Promise.resolve({
			type: 'init',
			aws: {
				region: 'eu-west-1',
				readOnly: false,
				timeRate: 1,
				// Nothing listens there: a guardian without a hold sends nothing.
				endpointUrl: 'http://127.0.0.1:9',
				credentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret},
			},
			stateFolder,
			ledgerFolder: join(stateFolder, 'ledger'),
			process: self,
			fuseRoleArn: null,
			terminal: null,
		}),
	});
	onTestFinished(warm.cancel);
	const guardian = await warm.ready;
	return {warm, guardian, proc: (name: string) => `/proc/${guardian.identity.pid}/${name}`};
};

const gone = (guardian: Guardian) =>
	vi.waitFor(async () => expect(await isAlive(guardian.identity)).toBe(false), {
		timeout: 20_000,
		interval: 50,
	});

test('G4 it runs this very node by its whole path, in /, with nothing of our environment', async () => {
	const {proc} = await open();
	expect(await readlink(proc('exe'))).toBe(process.execPath);
	expect(await readlink(proc('cwd'))).toBe('/');
	const environment = (await readFile(proc('environ'), 'utf8')).split('\0').filter(line => line !== '');
	expect(
		environment
			.map(line => line.split('=')[0])
			.filter(name => name !== 'PWD' && name !== '_')
			.sort(),
	).toEqual(['LC_ALL', 'MALLOC_ARENA_MAX', 'UV_THREADPOOL_SIZE']);
});

test('S1 credentials are in its memory alone: neither argv nor environment has them', async () => {
	const {proc} = await open();
	for (const name of ['cmdline', 'environ']) expect(await readFile(proc(name), 'utf8')).not.toContain(secret);
});

test('S4 its core limit is 0', async () => {
	const {proc} = await open();
	expect(await readFile(proc('limits'), 'utf8')).toMatch(/^Max core file size\s+0\s+0\s/m);
});

test('it is a session of its own, and no signal of a terminal or a log-out ends it', async () => {
	const {guardian, proc} = await open();
	const stat = await readFile(proc('stat'), 'utf8');
	const [, , , session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	expect(Number(session)).toBe(guardian.identity.pid);
	expect(terminal).toBe('0');
	for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', 'SIGPIPE'] as const)
		process.kill(guardian.identity.pid, signal);
	await guardian.renewCredentials({accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: `${secret}2`});
	expect(await isAlive(guardian.identity)).toBe(true);
});

test('SIGUSR1 opens no debugger in it', async () => {
	const {guardian, proc} = await open();
	process.kill(guardian.identity.pid, 'SIGUSR1');
	await guardian.renewCredentials({accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret});
	// 9229, listening.
	expect(await readFile(proc('net/tcp'), 'utf8')).not.toMatch(/0100007F:240D \S+ 0A/);
});

test('it ends when it is dismissed, and when nothing was ever held', async () => {
	const one = await open();
	await one.guardian.dismiss();
	await gone(one.guardian);
	const other = await open();
	other.warm.cancel();
	await gone(other.guardian);
});

test('its end is told once, unless it was dismissed', async () => {
	const {guardian} = await open();
	let lost = 0;
	guardian.onLost(() => lost++);
	process.kill(guardian.identity.pid, 'SIGKILL');
	await vi.waitFor(() => expect(lost).toBe(1), {timeout: 20_000});
});

test('it takes 40 MB of memory of its own at most, loaded whole', async () => {
	const {proc} = await open();
	await vi.waitFor(
		async () => {
			const rollup = await readFile(proc('smaps_rollup'), 'utf8');
			const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, size]) =>
				Number(size),
			);
			expect(kilobytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40 * 1024);
		},
		{timeout: 20_000, interval: 250},
	);
});
