import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile, readlink} from 'node:fs/promises';
import {join} from 'node:path';
import {spawn as spawnTerminal} from '@lydell/node-pty';
import {expect, onTestFinished, test, vi} from 'vitest';
import {takeGuardianReleases} from '../../src/hold/guardian-log.ts';
import {createLineSplitter} from '../../src/hold/guardian-messages.ts';
import {isStopped, readProcess} from '../../src/hold/process-identity.ts';
import {openGuardian as open} from './open-guardian.ts';

test('the end of the pipe without a word is a release, and the next start is told of it once', async () => {
	const {guardian, fake, stateFolder, holdId} = await open();
	await guardian.pipeEnded();
	expect(fake.changes().map(([name]) => name)).toEqual(['putTag', 'resume', 'deleteTag']);
	expect(fake.group.suspended).toEqual([]);
	expect(await takeGuardianReleases(stateFolder)).toMatchObject([
		{holdId, group: 'web', resumed: ['ReplaceUnhealthy']},
	]);
	expect(await takeGuardianReleases(stateFolder)).toEqual([]);
	expect(await readFile(join(stateFolder, 'guardian.log.1'), 'utf8')).toContain('"event":"released"');
});

test('a guardian that is dismissed does nothing', async () => {
	const {guardian, fake} = await open();
	await guardian.hear({type: 'done'});
	await guardian.pipeEnded();
	expect(fake.changes()).toEqual([]);
});

test('G2 a process that went silent is released at its lease, and not before', async () => {
	const {guardian, clock, fake} = await open();
	clock.forward(120_000);
	await guardian.look();
	expect(fake.changes()).toEqual([]);
	clock.forward(1_700_000);
	await guardian.look();
	await vi.waitFor(() => expect(fake.group.suspended).toEqual([]));
});

test('G2 a process that beats is left alone past an old lease', async () => {
	const {guardian, clock, fake} = await open();
	clock.forward(2_000_000);
	await guardian.hear({type: 'beat'});
	await guardian.look();
	expect(fake.changes()).toEqual([]);
});

test('G2 a process that is stopped is left to its fuse: it may go on at any time', async () => {
	const child = spawn('sleep', ['60'], {stdio: 'ignore'});
	onTestFinished(() => void child.kill('SIGKILL'));
	await once(child, 'spawn');
	const stopped = await readProcess(child.pid ?? 0);
	if (stopped === undefined) throw new Error('no such process');
	child.kill('SIGSTOP');
	await vi.waitFor(async () => expect(await isStopped(stopped)).toBe(true));
	const {guardian, clock, fake, entry} = await open({process: stopped});
	const fuse = {
		clientToken: '11111111-2222-4333-8444-555555555555',
		executionId: '00000000-0000-4000-8000-000000000001',
		deadline: entry.own.leaseUntil,
		processes: entry.own.wanted,
		final: null,
	};
	await guardian.hear({type: 'entry', entry: {...entry, own: {...entry.own, fuses: [fuse]}}, leaseMs: 1000});
	clock.forward(120_000);
	await guardian.look();
	expect(fake.changes()).toEqual([]);
	child.kill('SIGCONT');
	await vi.waitFor(async () => expect(await isStopped(stopped)).toBe(false));
	await guardian.look();
	await vi.waitFor(() => expect(fake.group.suspended).toEqual([]));
});

test('G2 a silent process is named on its terminal once, without a byte that could steer it', async () => {
	const terminal = spawnTerminal(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
		cols: 120,
		rows: 10,
	});
	onTestFinished(() => terminal.kill('SIGKILL'));
	const device = await vi.waitFor(async () => {
		const path = await readlink(`/proc/${terminal.pid}/fd/1`);
		expect(path).toMatch(/^\/dev\/pts/);
		return path;
	});
	let shown = '';
	terminal.onData(data => {
		shown += data;
	});
	const {guardian, clock, entry} = await open({terminal: device});
	await guardian.hear({type: 'entry', entry: {...entry, group: 'web\u001b[2J'}, leaseMs: 1_800_000});
	clock.forward(61_000);
	await guardian.look();
	await guardian.look();
	await vi.waitFor(() => expect(shown).toContain('has not answered for a minute'));
	expect(shown.split('has not answered')).toHaveLength(2);
	expect(shown).toContain('web?[2J');
	expect(shown).not.toContain('\u001b');
});

test('a message that is cut by the end of the pipe is none', () => {
	const lines: string[] = [];
	const split = createLineSplitter(line => lines.push(line));
	for (const chunk of ['{"a"', ':1}\n{"b":2}\n\n{"c"', ':']) split(chunk);
	expect(lines).toEqual(['{"a":1}', '{"b":2}']);
});
