/** A holding process that lives and says nothing: frozen in a loop, or stopped by a signal (threats.md G2). */
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {isGivenBack, startHold, suspendedOf} from './hold-steps.ts';
import {type LabRequest, type OpenLab, openLab} from './open-lab.ts';

const group = 'batch';

/** From then on its loop never turns again, as in a bad regular expression, but without the heat. */
const freeze = "process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));";
const freezeOnSignal = `data:text/javascript,${encodeURIComponent(freeze)}`;

const holdInLab = async (speed: string, environment: NodeJS.ProcessEnv = {}) => {
	const lab = await openLab('--seed', '7', '--speed', speed);
	const config = join(lab.home, '.config', 'unflap');
	await mkdir(config, {recursive: true, mode: 0o700});
	await writeFile(join(config, 'config.json'), JSON.stringify({leaseMinutes: 5}), {mode: 0o600});
	const hold = await startHold(lab, [group, '--for', '2h', '-o', 'jsonl'], {home: lab.home, environment});
	await hold.event('held');
	return {lab, hold};
};

const resumes = async (lab: OpenLab): Promise<readonly LabRequest[]> =>
	(await lab.requests()).filter(({operation, status}) => operation === 'ResumeProcesses' && status === 200);

const logOf = (lab: OpenLab) =>
	readFile(join(lab.home, '.local/state/unflap/guardian.log'), 'utf8').catch(() => '');

test('G2 a process frozen in a loop is released by its guardian at the lease, before the fuse', async () => {
	// Five minutes of lease are over after 60 s here, the fuse a minute, or 15 s, later.
	const {lab, hold} = await holdInLab('4', {NODE_OPTIONS: `--import=${freezeOnSignal}`});
	try {
		hold.child.kill('SIGUSR2');
		await expect.poll(() => suspendedOf(lab, group), {timeout: 100_000, interval: 500}).toEqual([]);
		await isGivenBack(lab, group, []);
		expect(await logOf(lab)).toMatch(/"event":"silent".*\n.*"event":"releasing"/);
		expect(await resumes(lab)).toHaveLength(1);
	} finally {
		hold.child.kill('SIGKILL');
		await hold.exit;
		await lab.close();
	}
}, 180_000);

test('G2 a stopped process is left to its fuse, and when it goes on it only ends', async () => {
	// Five minutes of lease are 15 s here: the fuse fires while the guardian would still wait for a word.
	const {lab, hold} = await holdInLab('20');
	try {
		hold.child.kill('SIGSTOP');
		await expect.poll(() => suspendedOf(lab, group), {timeout: 90_000, interval: 500}).toEqual([]);
		expect(await logOf(lab)).not.toContain('"event":"releasing"');
		const after = (await lab.requests()).at(-1)?.number ?? 0;
		hold.child.kill('SIGCONT');
		expect((await hold.exit).code).toBe(1);
		expect(hold.stdout()).toContain('fuse-fired');
		await isGivenBack(lab, group, []);
		const since = (await lab.requests(after)).map(({operation}) => operation);
		expect(since).not.toContain('SuspendProcesses');
	} finally {
		hold.child.kill('SIGKILL');
		await hold.exit;
		await lab.close();
	}
}, 180_000);
