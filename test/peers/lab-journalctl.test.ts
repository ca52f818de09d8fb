import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type CommandRunner, createCommandRunner} from '../../src/lab/box/command-runner.ts';
import {createPlayedBox, type PlayedBox} from '../../src/lab/box/played-box.ts';
import {loadRecordings} from '../../src/lab/boxes.ts';
import {createFakeWorld, type FakeWorld} from '../lab/box/fake-world.ts';
import {runCommand} from '../lab/box/run-command.ts';
import {sharedFolder} from '../shared-folder.ts';

const scenario = 'S03-tags-missing-pending-wait';
const journalctl = process.env['UNFLAP_PEER_JOURNALCTL'] ?? 'journalctl';
let folder: string;
let world: FakeWorld;
let box: PlayedBox;
let runner: CommandRunner;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-peer-'));
	const from = join(sharedFolder, 'fixtures/boots', scenario, 'journal');
	for (const machine of readdirSync(from)) {
		mkdirSync(join(folder, machine));
		for (const name of readdirSync(join(from, machine)))
			writeFileSync(
				join(folder, machine, name.replace('.gz', '')),
				gunzipSync(readFileSync(join(from, machine, name))),
			);
	}
	world = createFakeWorld();
	const recording = loadRecordings().get(scenario);
	if (recording === undefined) throw new Error('no recording');
	box = createPlayedBox(world.add(recording), world.clock);
	world.clock.step(1000);
	runner = createCommandRunner('reader');
});
afterAll(async () => {
	world.clock.close();
	await runner.close();
	rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

type Line = Readonly<Record<string, unknown>>;
const parse = (text: string): readonly Line[] =>
	text
		.split('\n')
		.filter(line => line.startsWith('{'))
		.map(line => JSON.parse(line) as Line);

/** What both must say of an entry: the box's own ids and times are left out. */
const essence = (own: Pick<PlayedBox, 'own' | 'ownPid'>) => (line: Line) =>
	[
		'MESSAGE',
		'PRIORITY',
		'_SYSTEMD_UNIT',
		'UNIT',
		'SYSLOG_IDENTIFIER',
		'_PID',
		'_TRANSPORT',
		'MESSAGE_ID',
	].map(name => {
		const value = line[name];
		if (typeof value !== 'string') return value ?? null;
		return name === '_PID' ? own.ownPid(value) : own.own(value);
	});

const options: readonly (readonly string[])[] = [
	[],
	['-u', 'instance-metadata.service'],
	['-u', 'instance-metadata', '-u', 's3-config-sync.service', '-u', 'foo-app.service'],
	['-u', 'systemd-*.service'],
	['-k'],
	['-p', '3'],
	['-p', 'warning'],
	['-t', 'systemd'],
	['_TRANSPORT=stdout'],
	['_TRANSPORT=kernel', '_TRANSPORT=stdout', 'PRIORITY=6'],
	['-g', 'failed'],
	['--unit=ssh.service', '--output-fields=MESSAGE,PRIORITY'],
	['-r', '-u', 'ssh.service'],
];

test.each(options)('a box answers journalctl %j as the real one does', async (...given) => {
	const real = spawnSync(journalctl, ['-D', folder, '-q', '--no-pager', '-a', '-o', 'json', '-b', ...given], {
		encoding: 'utf8',
		maxBuffer: 64 * 1024 * 1024,
	});
	// The files go on to the shutdown, which a box that lives has not seen.
	const last = box.boots()[0]?.entries.at(-1)?.recorded['__MONOTONIC_TIMESTAMP'];
	const seen = parse(real.stdout).filter(line => Number(line['__MONOTONIC_TIMESTAMP']) <= Number(last));
	expect(seen.length).toBeGreaterThan(0);
	const played = await runCommand(runner, box, [
		'sudo',
		'-n',
		'journalctl',
		...['-q', '--no-pager', '-a', '-o', 'json', '-b', ...given],
	]);
	expect(played.stderr).toBe('');
	const bare = (text: string) => text;
	expect(parse(played.stdout).map(essence({own: bare, ownPid: bare}))).toEqual(seen.map(essence(box)));
	if (given.some(option => option.startsWith('--output-fields')))
		expect(new Set(parse(played.stdout).flatMap(Object.keys))).toEqual(new Set(seen.flatMap(Object.keys)));
});

test.each(['cat', 'short-monotonic', 'short-unix', 'short-iso', 'short-precise', 'export'])(
	'both know -o %s, line for line',
	async output => {
		const args = ['-q', '--no-pager', '-a', '-b', '-u', 'ssh.service', '-o', output];
		const real = spawnSync(journalctl, ['-D', folder, ...args], {
			encoding: 'utf8',
			env: {...process.env, TZ: 'UTC'},
		});
		const played = await runCommand(runner, box, ['sudo', '-n', 'journalctl', ...args]);
		expect(played.status).toBe(real.status);
		if (output === 'cat') expect(real.stdout.startsWith(played.stdout)).toBe(true);
		else {
			// Times and the name of the machine are the box's own; the shape and the words are not.
			const shape = (line: string) => line.replace(/^.*?(?=[a-z(][\w()@-]*\[\d+\]: )/, '').trim();
			const [theirs, ours] = [box.own(real.stdout), played.stdout].map(text => text.split('\n').map(shape));
			if (output === 'export') expect(played.stdout).toMatch(/^__CURSOR=s=[0-9a-f]{32};/);
			else expect(theirs?.slice(0, (ours?.length ?? 1) - 1)).toEqual(ours?.slice(0, -1));
		}
	},
);

test.each([['--nonsense'], ['-o', 'nonsense'], ['--cursor=nonsense'], ['-p', 'nonsense'], ['nonsense']])(
	'both refuse %j',
	async (...args) => {
		const real = spawnSync(journalctl, ['-D', folder, '-q', '--no-pager', ...args], {encoding: 'utf8'});
		const played = await runCommand(runner, box, ['sudo', '-n', 'journalctl', '-q', '--no-pager', ...args]);
		expect([real.status, played.status]).toEqual([1, 1]);
	},
);
