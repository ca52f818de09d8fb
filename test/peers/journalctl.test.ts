import {execFile, spawn} from 'node:child_process';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {promisify} from 'node:util';
import {createGunzip} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {sharedFolder} from '../shared-folder.ts';
import {program} from '../stories/harness.ts';

const journalctl = process.env['UNFLAP_PEER_JOURNALCTL'] ?? 'journalctl';
const run = promisify(execFile);
type Scenario = {
	readonly scenario: string;
	readonly expected_failing_unit: string | null;
	readonly boot_ids: readonly string[];
};

let scratch: string;
let scenarios: readonly Scenario[];
beforeAll(async () => {
	scratch = await mkdtemp(join(tmpdir(), 'unflap-peer-'));
	scenarios = (
		JSON.parse(await readFile(join(sharedFolder, 'fixtures/boots/index.json'), 'utf8')) as {
			readonly scenarios: readonly Scenario[];
		}
	).scenarios;
});
afterAll(async () => rm(scratch, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

/** Unpacks a recorded binary journal so that the installed journalctl can read it. */
const unpack = async (scenario: string) => {
	const from = join(sharedFolder, 'fixtures/boots', scenario, 'journal');
	const [machine = ''] = await readdir(from);
	const folder = join(scratch, scenario, machine);
	await mkdir(folder, {recursive: true});
	for (const name of await readdir(join(from, machine)))
		await pipeline(
			createReadStream(join(from, machine, name)),
			createGunzip(),
			createWriteStream(join(folder, name.replace(/\.gz$/, ''))),
		);
	return join(scratch, scenario);
};

/** `journalctl -D … -o json | unflap boot --journal -`, as a person would type it. */
const bootOf = async (folder: string, bootId: string) =>
	new Promise<{readonly firstFault: {readonly unit: string} | null; readonly bootId: string}>(
		(resolve, reject) => {
			const source = spawn(
				journalctl,
				['-D', folder, '-q', '--no-pager', '-a', '-o', 'json', `_BOOT_ID=${bootId}`],
				{stdio: ['ignore', 'pipe', 'inherit']},
			);
			const sink = spawn(process.execPath, [program, 'boot', '--journal', '-', '-o', 'json'], {
				stdio: ['pipe', 'pipe', 'inherit'],
			});
			source.stdout.pipe(sink.stdin);
			let text = '';
			sink.stdout.on('data', data => {
				text += data;
			});
			sink.on('close', code =>
				code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`exit ${code}: ${text}`)),
			);
		},
	);

test.each([
	'S01-healthy',
	'S03-tags-missing-pending-wait',
	'S06-crash-loop',
	'S11-terminated-mid-boot',
	'S11b-hard-kill-mid-boot',
])('a real journalctl over the recorded journal of %s gives the first fault of the recording', async name => {
	const recorded = scenarios.find(({scenario}) => scenario === name);
	const folder = await unpack(name);
	for (const bootId of recorded?.boot_ids ?? []) {
		const boot = await bootOf(folder, bootId);
		expect(boot.bootId).toBe(bootId);
		expect(boot.firstFault?.unit ?? null).toBe(recorded?.expected_failing_unit ?? null);
	}
});

test('the installed journalctl knows every flag that we use', async () => {
	const {stdout} = await run(journalctl, ['--help']);
	for (const flag of [
		'--boot',
		'--follow',
		'--no-tail',
		'--output-fields',
		'--cursor',
		'--no-pager',
		'--quiet',
		'--all',
	])
		expect(stdout).toContain(flag);
});
