/** `transport: plugin` against the lab, with a program that calls itself session-manager-plugin. */
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished, test, vi} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {startLab} from '../../src/lab/create-lab.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import type {StreamEvent} from '../../src/stream/types.ts';

const pretended = fileURLToPath(new URL('pretend-plugin.ts', import.meta.url));

/** A lab, and a PATH whose plugin says that it has this version; null: none is installed. */
const open = async (version: string | null) => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-plugin-'));
	const lab = await startLab({seed: 11});
	const keys = {
		accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
		secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
	};
	const aws = await createAws(
		{region: 'eu-west-1', endpointUrl: lab.endpoint, readOnly: false, timeRate: 1, credentials: keys},
		{environment: {}},
	);
	const log = join(folder, 'called');
	await writeFile(log, '');
	const plugin = join(folder, 'session-manager-plugin');
	if (version !== null) {
		await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' '${pretended}' "$@"\n`);
		await chmod(plugin, 0o755);
	}
	vi.stubEnv('PATH', version === null ? folder : `${folder}:${process.env['PATH']}`);
	vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
	vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
	vi.stubEnv('PRETEND_PLUGIN_VERSION', version ?? '');
	vi.stubEnv('PRETEND_PLUGIN_LOG', log);
	onTestFinished(async () => {
		vi.unstubAllEnvs();
		aws.close();
		await lab.close();
		await rm(folder, {recursive: true, force: true});
	});
	const [group] = await aws.polling.groups({names: ['web-prod']});
	const infos = await aws.polling.ssmInfo(group?.instances.map(({instanceId}) => instanceId) ?? []);
	const instanceId = infos.find(({pingStatus}) => pingStatus === 'Online')?.instanceId ?? '';
	const read = (transport: 'native' | 'plugin', follow: boolean) => {
		const stream = openBoxStream({
			aws,
			instanceId,
			processClock: createProcessClock(),
			transport,
			follow,
			unitStates: follow,
		});
		const events: StreamEvent[] = [];
		const done = (async () => {
			for await (const event of stream.events) events.push(event);
		})();
		onTestFinished(() => stream.stop());
		const lines = () =>
			events.flatMap(event => (event.kind === 'entries' ? event.entries.map(entry => entry.message) : []));
		const rungs = () => events.flatMap(event => (event.kind === 'state' ? [event.rung] : []));
		const marks = () => events.flatMap(event => (event.kind === 'mark' ? [event.text] : []));
		const whys = () => events.flatMap(event => (event.kind === 'state' ? [event.whyNotHigher] : []));
		return {stream, events, done, lines, rungs, marks, whys};
	};
	return {read, called: async () => (await readFile(log, 'utf8')).split('\n').filter(Boolean)};
};

test('S1 the journal comes through the installed plugin, whole and without its banners, and no token is in its arguments', async () => {
	const {read, called} = await open('1.2.707.0');
	const ours = read('native', false);
	await ours.done;
	const theirs = read('plugin', false);
	await theirs.done;
	expect(theirs.rungs()).toContain('plugin');
	expect(theirs.lines().slice(0, ours.lines().length)).toEqual(ours.lines());
	expect(ours.lines().length).toBeGreaterThan(100);
	expect(theirs.marks().filter(mark => mark.includes('ession'))).toEqual([]);
	const [words = ''] = await called();
	expect(JSON.parse(words)).toEqual([
		'AWS_SSM_START_SESSION_RESPONSE',
		'eu-west-1',
		'StartSession',
		'',
		expect.stringMatching(/^\{"Target":"i-[0-9a-f]{17}"\}$/),
		expect.stringMatching(/^http:/),
	]);
}, 120_000);

test('followed through the plugin, a box tells its unit states, and stopping ends the plugin', async () => {
	const {read} = await open('1.2.707.0');
	const box = read('plugin', true);
	await expect.poll(() => box.events.map(({kind}) => kind), {timeout: 45_000}).toContain('units');
	await expect.poll(box.lines, {timeout: 45_000}).not.toEqual([]);
	await box.stream.stop();
	await box.done;
}, 120_000);

test.each([
	[
		'an older one, which wants the token on its command line,',
		'1.2.535.0',
		/1\.2\.535\.0 wants the session's token/,
	],
	['a missing one', null, /not installed or does not run/],
])(
	'S1 %s is refused: the journal is read by Run Command, with the reason',
	async (_name, version, why) => {
		const {read, called} = await open(version);
		const box = read('plugin', false);
		await expect.poll(box.rungs, {timeout: 45_000}).toContain('run-command');
		expect(box.whys().some(text => text !== null && why.test(text))).toBe(true);
		expect(box.rungs()).not.toContain('session');
		expect(await called()).toEqual([]);
	},
	120_000,
);
