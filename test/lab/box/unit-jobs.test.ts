/** Somebody starts units of a lab box again: what is played then is what a real manager would have written. */
import {afterEach, expect, test} from 'vitest';
import {createBootModel} from '../../../src/boot/boot-model.ts';
import {parseEntry} from '../../../src/journal/parse-entry.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {journalctl} from '../../../src/lab/box/players/journalctl.ts';
import type {Player} from '../../../src/lab/box/players/player.ts';
import {systemctl} from '../../../src/lab/box/players/systemctl.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {createFakeWorld, type FakeWorld} from './fake-world.ts';

const recordings = loadRecordings();
const worlds: FakeWorld[] = [];
afterEach(() => {
	for (const world of worlds.splice(0)) world.clock.close();
});

const open = (name: string, seconds: number): {world: FakeWorld; box: PlayedBox} => {
	const world = createFakeWorld();
	worlds.push(world);
	const recording = recordings.get(name);
	if (recording === undefined) throw new Error(`no ${name}`);
	const box = createPlayedBox(world.add(recording, {seed: 1}), world.clock);
	world.clock.step(seconds);
	return {world, box};
};

const call = async (player: Player, box: PlayedBox, args: readonly string[], isRoot = true) => {
	let stdout = '';
	let stderr = '';
	const status = await player({
		box,
		args,
		isRoot,
		input: Buffer.alloc(0),
		io: {
			write: async text => {
				stdout += text;
			},
			complain: text => {
				stderr += text;
			},
			gone: new AbortController().signal,
		},
	});
	return {status, stdout, stderr};
};

/** The job runs to its end: lab time is stepped while the call waits. */
const job = async ({world, box}: {world: FakeWorld; box: PlayedBox}, ...args: readonly string[]) => {
	const done = call(systemctl, box, args);
	for (let step = 0; step < 60; step += 1) {
		await new Promise(resolve => setImmediate(resolve));
		world.clock.step(5);
	}
	return done;
};

const bootOf = async (box: PlayedBox) => {
	const model = createBootModel();
	const {stdout} = await call(journalctl, box, ['-b', '-o', 'json', '-a', '--no-pager']);
	const entries = stdout
		.trim()
		.split('\n')
		.map(line => parseEntry(line))
		.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
	model.add(entries);
	const boot = model.boot();
	if (boot === null) throw new Error('no boot');
	return {boot, unit: (name: string) => boot.units.find(one => one.name === name)};
};

const environment = '/etc/instance-metadata/env.sh';
const repoint = (box: PlayedBox, bucket: string) => {
	const file = box.files.read(environment);
	if (file === null) throw new Error('no env.sh');
	const text = file.content.toString('utf8').replace(/CONFIG_BUCKET='[^']*'/, `CONFIG_BUCKET='${bucket}'`);
	box.files.write(environment, {...file, content: Buffer.from(text)});
};

test('without root the manager refuses, and says how', async () => {
	const {box} = open('S05-s3-access-denied', 300);
	const {status, stderr} = await call(systemctl, box, ['restart', 's3-config-sync'], false);
	expect(status).toBe(1);
	expect(stderr).toContain('Interactive authentication required');
});

test('a unit that nobody mended fails again as it was recorded, as a second run of its own', async () => {
	const opened = open('S05-s3-access-denied', 300);
	expect((await job(opened, 'reset-failed', 's3-config-sync.service')).status).toBe(0);
	const {status, stderr} = await job(opened, 'restart', 's3-config-sync.service');
	expect(status).toBe(1);
	expect(stderr).toContain('Job for s3-config-sync.service failed');
	const {unit} = await bootOf(opened.box);
	const sync = unit('s3-config-sync.service');
	expect(sync?.state).toBe('failed');
	expect(sync?.attempts.map(({result}) => result)).toEqual(['exit-code', 'exit-code']);
});

test('with another bucket in its environment the sync ends well, its orphan starts, and the app answers', async () => {
	const opened = open('S05-s3-access-denied', 300);
	const {box} = opened;
	repoint(box, 'foo-app-config');
	expect((await job(opened, 'restart', 's3-config-sync.service')).status).toBe(0);
	const before = await bootOf(box);
	expect(before.unit('s3-config-sync.service')).toMatchObject({state: 'finished', recovered: true});
	expect(before.unit('foo-app.service')?.state).toBe('orphan');
	expect(box.appHealthy()).toBe(false);
	expect((await job(opened, 'start', 'foo-app.service')).status).toBe(0);
	const after = await bootOf(box);
	expect(after.unit('foo-app.service')?.state).toBe('running');
	expect(box.appHealthy()).toBe(true);
	const {stdout} = await call(journalctl, box, ['-b', '-u', 's3-config-sync.service', '-o', 'cat']);
	expect(stdout).toContain('syncing s3://foo-app-config/foo-app/prod/ to /etc/foo-app');
	expect(stdout).toContain('sync done');
	expect(stdout).not.toContain('i-0f35dad0aae51ad6c');
});

test('a dependant starts its requirement first, and fails with it', async () => {
	const opened = open('S05-s3-access-denied', 300);
	await job(opened, 'reset-failed', 's3-config-sync.service');
	const {status, stderr} = await job(opened, 'start', 'foo-app.service');
	expect(status).toBe(1);
	expect(stderr).toContain('A dependency job for foo-app.service failed');
	const {unit} = await bootOf(opened.box);
	expect(unit('s3-config-sync.service')?.attempts).toHaveLength(2);
	expect(unit('foo-app.service')?.state).toBe('cancelled');
});

test.each([
	['S06-crash-loop', 520, 'foo-app.service'],
	['S06b-core-dump', 260, 'foo-app.service'],
	['S07-oom', 300, 'foo-app.service'],
	['S08-start-timeout', 260, 'foo-app.service'],
	['S04-user-data-malformed', 200, 'instance-metadata.service'],
])('%s: after reset-failed the unit runs and fails once more', async (name, seconds, failed) => {
	const opened = open(name, seconds);
	const before = (await bootOf(opened.box)).unit(failed);
	await job(opened, 'reset-failed', failed);
	await job(opened, 'restart', failed);
	opened.world.clock.step(120);
	const after = (await bootOf(opened.box)).unit(failed);
	expect(after?.attempts.length).toBe(2 * (before?.attempts.length ?? 0));
	expect(after?.state).toBe('failed');
	expect(after?.attempts.at(-1)?.result).toBe(before?.attempts.at(-1)?.result);
});

test('a follower that waits at the end of the journal is woken by what a job writes', async () => {
	const {world, box} = open('S05-s3-access-denied', 600);
	const stop = new AbortController();
	let seen = '';
	const following = journalctl({
		box,
		args: ['-b', '-f', '-n', '0', '-o', 'cat'],
		isRoot: true,
		input: Buffer.alloc(0),
		io: {
			write: async text => {
				seen += text;
			},
			complain: () => undefined,
			gone: stop.signal,
		},
	});
	await job({world, box}, 'restart', 's3-config-sync.service');
	stop.abort();
	await following;
	expect(seen).toContain('Starting s3-config-sync.service');
	expect(seen).toContain('giving up: cannot sync');
});

test('a reboot ends the boot, silences the agent, and begins the next one with an id of its own', async () => {
	const {world, box} = open('S06-crash-loop', 100);
	const [first] = box.boots();
	box.reboot();
	expect(box.agentOnline()).toBe(false);
	expect(box.appHealthy()).toBe(false);
	world.clock.step(150);
	const boots = box.boots();
	expect(boots).toHaveLength(2);
	expect(boots[0]?.bootId).toBe(first?.bootId);
	expect(boots[1]?.bootId).not.toBe(first?.bootId);
	expect(box.agentOnline()).toBe(true);
	const {unit} = await bootOf(box);
	expect(unit('foo-app.service')?.attempts.length).toBeGreaterThan(0);
});
