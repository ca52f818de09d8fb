import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {
	type CommandRunner,
	createCommandRunner,
	type SandboxChoice,
} from '../../../src/lab/box/command-runner.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {parseScript} from '../../../src/lab/box/reader/parse-script.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {escapeLines} from './escape-lines.ts';
import {createFakeWorld, type FakeWorld} from './fake-world.ts';
import {runCommand} from './run-command.ts';

let world: FakeWorld;
let box: PlayedBox;
/** In the home folder and in the temporary folder; in the system's configuration what is there is the canary. */
const folders = [homedir(), tmpdir()].map(parent => mkdtempSync(join(parent, '.unflap-canary-')));
const configuration = ['/etc/passwd', '/etc/hosts', '/etc/profile'].filter(path => existsSync(path));

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map(name => `/dev/${name}`);

beforeAll(() => {
	world = createFakeWorld();
	const recording = loadRecordings().get('S01-healthy');
	if (recording === undefined) throw new Error('no recording');
	box = createPlayedBox(world.add(recording), world.clock);
	world.clock.step(400);
	for (const folder of folders) writeFileSync(join(folder, 'canary'), 'alive\n', {mode: 0o666});
});
afterAll(() => {
	world.clock.close();
	for (const folder of folders)
		rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const fingerprint = () => ({
	canaries: folders.map(folder => ({
		names: readdirSync(folder),
		text: readFileSync(join(folder, 'canary'), 'utf8'),
		mode: statSync(join(folder, 'canary')).mode,
		changedAt: statSync(join(folder, 'canary')).mtimeMs,
	})),
	configuration: configuration.map(path => [path, digest(path), statSync(path).mode]),
	devices: devices.map(path => [path, statSync(path).mode, statSync(path).uid, statSync(path).rdev]),
	programs: existsSync('/usr/unflap-canary'),
});

const linesFor = (folder: string) => escapeLines(join(folder, 'canary'), folder);
const lines = folders.flatMap(linesFor);

/** Many lines in one session, each in a sh of its own, so that one that ends its shell ends no other. */
const runAll = async (runner: CommandRunner, chosen: readonly string[]) => {
	const quoted = chosen.map(line => `'${line.replaceAll("'", "'\\''")}'`).join(' ');
	const script = `for line in ${quoted}; do timeout 3 sh -c "$line" </dev/null >/dev/null 2>&1; done; echo all done`;
	return runCommand(runner, box, ['sh', '-c', script]);
};

test('the corpus has 200 lines and more', () => {
	expect(lines.length / folders.length).toBeGreaterThanOrEqual(200);
});

const inNamespaces: readonly (readonly [SandboxChoice, string])[] = [
	['auto', folders[0] ?? ''],
	['unshare', folders[1] ?? ''],
];
test.each(inNamespaces)(
	'L3 no line leaves a box whose commands run by %s',
	async (choice, folder) => {
		const own = linesFor(folder);
		const before = fingerprint();
		const runner = createCommandRunner(choice);
		try {
			const [first] = own;
			const isReal =
				(await runCommand(runner, box, ['sh', '-c', 'ls / >/dev/null && echo real'])).stdout === 'real\n';
			if (isReal)
				for (let from = 0; from < own.length; from += 60)
					expect((await runAll(runner, own.slice(from, from + 60))).stdout).toBe('all done\n');
			else await runCommand(runner, box, ['sh', '-c', first ?? '']);
		} finally {
			await runner.close();
		}
		expect(fingerprint()).toEqual(before);
	},
	240_000,
);

test('L3 no line leaves a box without namespaces', async () => {
	const before = fingerprint();
	const runner = createCommandRunner('reader');
	for (const line of lines) {
		const answer = await runCommand(runner, box, ['sh', '-c', line]);
		expect(answer.status).toBeLessThan(256);
	}
	await runner.close();
	expect(fingerprint()).toEqual(before);
});

test('L3 the reader checks a line whole before anything of it runs', async () => {
	const runner = createCommandRunner('reader');
	for (const line of [
		'echo first; echo second > /tmp/file',
		'echo first; `id`',
		'echo first; cat <<EOF\nEOF',
		"echo first; echo 'open",
	]) {
		expect(() => parseScript(line)).toThrow();
		const answer = await runCommand(runner, box, ['sh', '-c', line]);
		expect(answer).toMatchObject({stdout: '', status: 2});
	}
	await runner.close();
});

test('L3 signals stay inside the box', async () => {
	const runner = createCommandRunner('auto');
	for (const line of [
		'kill -9 -1',
		'kill -TERM -1; echo on',
		`kill -9 ${process.pid}`,
		`kill -9 -${process.pid}`,
		`kill -9 ${process.ppid}`,
	])
		await runCommand(runner, box, ['sh', '-c', line]);
	await runner.close();
	expect(process.kill(process.pid, 0)).toBe(true);
});

test('L3 the environment of the lab does not reach a box', async () => {
	const runner = createCommandRunner('auto');
	process.env['UNFLAP_TEST_SECRET'] = 'not-for-boxes';
	const answer = await runCommand(runner, box, ['sh', '-c', 'export; set; env 2>/dev/null || :']);
	delete process.env['UNFLAP_TEST_SECRET'];
	await runner.close();
	expect(answer.stdout).not.toContain('not-for-boxes');
});
