/** `unflap lab` and `unflap demo` as programs. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {AutoScalingClient, DescribeAutoScalingGroupsCommand} from '@aws-sdk/client-auto-scaling';
import {describe, expect, onTestFinished, test} from 'vitest';

import {sharedFolder} from '../shared-folder.ts';

const program = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/unflap.js');

type FirstLine = {
	readonly endpoint: string;
	readonly control: {readonly endpoint: string; readonly token: string};
	readonly env: Readonly<Record<string, string>>;
};

const ownFolder = (): string => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-lab-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	return folder;
};

const environment = (folder: string): NodeJS.ProcessEnv => ({
	PATH: process.env['PATH'],
	HOME: folder,
	XDG_STATE_HOME: join(folder, 'state'),
	XDG_CONFIG_HOME: join(folder, 'config'),
	XDG_CACHE_HOME: join(folder, 'cache'),
});

type Run = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

const run = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> => {
	const child = spawn(process.execPath, [program, ...args], {env, stdio: ['ignore', 'pipe', 'pipe']});
	let [stdout, stderr] = ['', ''];
	child.stdout.on('data', (data: Buffer) => {
		stdout += data.toString();
	});
	child.stderr.on('data', (data: Buffer) => {
		stderr += data.toString();
	});
	const [code] = (await once(child, 'close')) as [number | null];
	return {code, stdout, stderr};
};

const startLab = async (
	args: readonly string[] = [],
	stdin: 'pipe' | 'ignore' = 'pipe',
): Promise<{readonly child: ChildProcess; readonly line: FirstLine; readonly exited: Promise<unknown[]>}> => {
	const child = spawn(process.execPath, [program, 'lab', ...args], {
		env: environment(ownFolder()),
		stdio: [stdin, 'pipe', 'inherit'],
	});
	onTestFinished(() => void child.kill('SIGKILL'));
	const exited = once(child, 'exit');
	if (child.stdout === null) throw new Error('no stdout');
	const [text] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
	return {child, line: JSON.parse(text) as FirstLine, exited};
};

const groupNames = async ({env}: FirstLine): Promise<readonly (string | undefined)[]> => {
	const client = new AutoScalingClient({
		endpoint: env['AWS_ENDPOINT_URL'] ?? '',
		region: env['AWS_REGION'] ?? '',
		credentials: {
			accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
			secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
		},
	});
	const {AutoScalingGroups = []} = await client.send(new DescribeAutoScalingGroupsCommand({}));
	return AutoScalingGroups.map(({AutoScalingGroupName}) => AutoScalingGroupName);
};

describe('unflap lab', () => {
	test('prints the contract’s first line, and its env is all that an SDK needs', async () => {
		const {line} = await startLab(['--seed', '7', '--speed', '2']);
		expect(line).toMatchObject({
			endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
			control: {endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), token: expect.any(String)},
			env: {AWS_REGION: 'eu-west-1', UNFLAP_AWS_TIME_RATE: '2', AWS_EC2_METADATA_DISABLED: 'true'},
		});
		expect(await groupNames(line)).toHaveLength(6);
	});

	test('ends at the end of stdin when stdin is a pipe', async () => {
		const {child, exited} = await startLab();
		child.stdin?.end();
		expect(await exited).toEqual([0, null]);
	});

	test('does not end for a stdin that is no pipe', async () => {
		const {line} = await startLab([], 'ignore');
		await new Promise(resolve => setTimeout(resolve, 300));
		expect(await groupNames(line)).toHaveLength(6);
	});

	test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s', async signal => {
		const {child, exited} = await startLab();
		child.kill(signal);
		expect(await exited).toEqual([0, null]);
	});

	test('stays after the end of stdin while a hold is on a group, and ends when it is gone', async () => {
		const {child, line, exited} = await startLab(['--linger', '600']);
		const control = (path: string, body: object) =>
			fetch(`${line.control.endpoint}/${path}`, {
				method: 'POST',
				headers: {authorization: `Bearer ${line.control.token}`},
				body: JSON.stringify(body),
			});
		await control('user-tag', {group: 'web-prod', key: 'unflap:hold:0a1b2c3d', value: 'v1 live'});
		child.stdin?.end();
		await new Promise(resolve => setTimeout(resolve, 700));
		expect(await groupNames(line)).toHaveLength(6);
		await control('remove-tag', {group: 'web-prod', key: 'unflap:hold:0a1b2c3d'});
		expect(await exited).toEqual([0, null]);
	});

	test.each([
		['--port', 'x'],
		['--speed', '0'],
		['--groups', '-1'],
		['--key', 'only-an-id-and-s3cret'],
	])('%s %s is wrong usage: exit 2, one message', async (flag, value) => {
		const {code, stdout, stderr} = await run(['lab', flag, value], environment(ownFolder()));
		expect([code, stdout]).toEqual([2, '']);
		expect(stderr).toContain(flag);
		expect(stderr).not.toContain('s3cret');
		expect(stderr).not.toMatch(/\n\s+at /);
	});

	test('an unknown scenario names those there are', async () => {
		const {code, stderr} = await run(['lab', '--scenario', 'S99'], environment(ownFolder()));
		expect(code).toBe(1);
		expect(stderr).toContain('S05-s3-access-denied');
	});
});

describe('L4 a hostile scenario folder or faults file is an error, never followed', () => {
	const canary = 'CANARY-7f3a';
	const plant = (): string => {
		const folder = ownFolder();
		writeFileSync(join(folder, 'secret'), `[{"kind": "${canary}"}]`);
		symlinkSync(join(folder, 'secret'), join(folder, 'link.json'));
		mkdirSync(join(folder, 'folder.json'));
		execFileSync('mkfifo', [join(folder, 'fifo.json')]);
		writeFileSync(join(folder, 'huge.json'), Buffer.alloc(1_048_577, 0x20));
		return folder;
	};

	test.each(['link.json', 'folder.json', 'fifo.json', 'huge.json', 'missing.json'])(
		'L4 faults %s',
		async name => {
			const folder = plant();
			const {code, stdout, stderr} = await run(
				['lab', '--faults', join(folder, name)],
				environment(ownFolder()),
			);
			expect([code, stdout]).toEqual([1, '']);
			expect(stderr).toContain('--faults');
			expect(stderr).not.toContain(canary);
		},
	);
});

describe('L4 a hostile scenario folder is an error, never followed', () => {
	const journal = 'journalctl-b-o-json.jsonl';
	const secretLine = JSON.stringify({
		MESSAGE: 'CANARY-51ab',
		__MONOTONIC_TIMESTAMP: '1',
		_BOOT_ID: 'a'.repeat(32),
	});
	const plants: Readonly<Record<string, (folder: string, outside: string) => void>> = {
		'no journal at all': () => undefined,
		'a journal that is a link to a file outside': (folder, outside) => {
			writeFileSync(join(outside, 'secret.jsonl'), `${secretLine}\n`);
			symlinkSync(join(outside, 'secret.jsonl'), join(folder, journal));
		},
		'a journal that is a pipe': folder => {
			execFileSync('mkfifo', [join(folder, journal)]);
		},
		'a journal that is a folder': folder => {
			mkdirSync(join(folder, journal));
		},
		'a journal that is no JSON': folder => {
			writeFileSync(join(folder, journal), 'CANARY-51ab\n'.repeat(10));
		},
	};

	test.each(Object.entries(plants))('L4 scenario folder with %s', async (_what, plant) => {
		const folder = ownFolder();
		plant(folder, ownFolder());
		const {code, stdout, stderr} = await run(['lab', '--scenario', folder], environment(ownFolder()));
		expect([code, stdout]).toEqual([1, '']);
		expect(stderr).toContain('The lab could not start');
		expect(stderr).not.toContain('CANARY');
		expect(stderr).not.toMatch(/\n\s+at /);
	});

	test('L4 a scenario folder that is a link, a file, or not there', async () => {
		const folder = ownFolder();
		const real = ownFolder();
		symlinkSync(real, join(folder, 'link'));
		writeFileSync(join(folder, 'file'), '');
		for (const name of ['link', 'file', 'missing']) {
			const {code, stdout} = await run(['lab', '--scenario', join(folder, name)], environment(ownFolder()));
			expect([name, code, stdout]).toEqual([name, 1, '']);
		}
	});
});

test('lab --scenario DIR plays a recording that is not in the package', async () => {
	const {line} = await startLab([
		'--scenario',
		join(sharedFolder, 'fixtures/boots/S09a-ordering-standalone'),
	]);
	expect(await groupNames(line)).toEqual(['web-prod']);
});

describe('unflap demo', () => {
	const labsOf = (folder: string): readonly string[] => {
		const parent = join(folder, 'state/unflap/lab');
		return existsSync(parent) ? readdirSync(parent).filter(name => name.startsWith('run-')) : [];
	};

	test('runs a command line in a lab of its own, and nothing of it stays', async () => {
		const folder = ownFolder();
		const {code, stdout} = await run(['demo', '--', 'info', '-o', 'json'], {
			...environment(folder),
			AWS_PROFILE: 'production',
			AWS_ACCESS_KEY_ID: 'AKIAREAL',
			AWS_SECRET_ACCESS_KEY: 'real',
			AWS_SESSION_TOKEN: 'real',
			AWS_ENDPOINT_URL_AUTO_SCALING: 'https://real.example',
		});
		expect(code).toBe(0);
		const info = JSON.parse(stdout) as {
			settings: Record<string, {value: unknown}>;
			paths: {state: string};
			environment: readonly string[];
		};
		expect(info.settings['endpointUrl']?.value).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
		expect(info.settings['profile']?.value).toBeNull();
		expect(info.paths.state.startsWith(join(folder, 'state/unflap/lab/run-'))).toBe(true);
		expect(info.environment).not.toContain('AWS_ENDPOINT_URL_AUTO_SCALING');
		expect(labsOf(folder)).toEqual([]);
		const {port} = new URL(String(info.settings['endpointUrl']?.value));
		await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
	});

	test('says why when the lab does not start', async () => {
		const {code, stderr} = await run(['demo', '--scenario', 'S99', '--', 'info'], environment(ownFolder()));
		expect(code).toBe(1);
		expect(stderr).toContain('S99');
	});

	test('passes the exit code of its command on', async () => {
		const {code} = await run(['demo', '--', 'boot', '--journal', '/nowhere'], environment(ownFolder()));
		expect(code).toBe(1);
	});

	test('killed while it holds: its lab stays until the guardian has released, then ends', async () => {
		const folder = ownFolder();
		const child = spawn(
			process.execPath,
			[program, 'demo', '--', 'hold', 'web-prod', '--no-fuse', '--yes', '-o', 'jsonl'],
			{env: environment(folder), stdio: ['ignore', 'pipe', 'inherit']},
		);
		onTestFinished(() => void child.kill('SIGKILL'));
		for await (const line of createInterface({input: child.stdout}))
			if (line.includes('"event":"held"')) break;
		const [run = ''] = labsOf(folder);
		const ledger = join(folder, 'state/unflap/lab', run, 'unflap/ledger');
		const [entry = ''] = readdirSync(ledger).filter(name => name.endsWith('.json'));
		const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(join(ledger, entry), 'utf8'))?.[0] ?? '';
		const answers = (): Promise<boolean> =>
			fetch(endpoint).then(
				() => true,
				() => false,
			);
		expect(await answers()).toBe(true);
		child.kill('SIGKILL');
		while (existsSync(join(ledger, entry))) await new Promise(resolve => setTimeout(resolve, 50));
		while (await answers()) await new Promise(resolve => setTimeout(resolve, 50));
	});
});
