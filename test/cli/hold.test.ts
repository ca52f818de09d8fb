import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type FakeEndpoint, startEndpoint} from '../aws/fake-endpoint.ts';
import {makeHome, runProgram} from '../run-program.ts';

let home: string;
let forget: () => Promise<void>;
let endpoint: FakeEndpoint;
beforeAll(async () => {
	({home, forget} = await makeHome());
	endpoint = await startEndpoint();
});
afterAll(async () => {
	await endpoint.close();
	await forget();
});

const environment = () => ({
	AWS_ENDPOINT_URL: endpoint.url,
	AWS_REGION: 'eu-west-1',
	AWS_ACCESS_KEY_ID: 'AKIACANARYCANARYCAN0',
	AWS_SECRET_ACCESS_KEY: 'x',
});

const run = (...args: readonly string[]) => runProgram(args, {home, environment: environment()});

const configured = async (settings: object): Promise<string> => {
	const folder = join(home, 'configured');
	await mkdir(folder, {recursive: true, mode: 0o700});
	const path = join(folder, 'config.json');
	await writeFile(path, JSON.stringify(settings), {mode: 0o600});
	return path;
};

test.each([
	[['--no-fuse', '--for', '16m'], /15 minutes at most/],
	[['--no-fuse', '--for', '2m'], /3 minutes at least/],
	[['--no-fuse', '--preset', 'quiet', '--yes'], /does not go with quiet/],
	[['--no-fuse', '--processes', 'Terminate,Launch'], /does not go with quiet/],
	[['--preset', 'quiet'], /asks first/],
	[['--preset', 'one-patient'], /one box/],
	[['--box', 'i-0abc'], /go with --preset one-patient/],
	[['--preset', 'one-patient', '--box', 'i-0abc', '--no-fuse'], /nothing is suspended/],
	[['--preset', 'one-patient', '--box', 'i-0abc', '--for', '5h'], /between 10s and 4h/],
	[['--preset', 'everything'], /no preset "everything"/],
])('hold web %j is wrong usage, and nothing is asked of AWS', async (flags, message) => {
	const {code, stdout, stderr} = await run('hold', 'web', ...flags);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^unflap: /);
	expect(stderr).toMatch(message);
	expect(endpoint.arrived).toEqual([]);
});

test('--no-fuse is refused where the config denies it: exit 3, and nothing is asked of AWS', async () => {
	const config = await configured({denyNoFuse: true});
	const {code, stdout, stderr} = await run('hold', 'web', '--no-fuse', '--config', config);
	expect({code, stdout}).toEqual({code: 3, stdout: ''});
	expect(stderr).toMatch(/^unflap: .*denyNoFuse/);
	expect(endpoint.arrived).toEqual([]);
});

test('O1 read-only takes no box out of service: exit 3, and nothing is asked of AWS', async () => {
	const {code, stderr} = await run(
		'hold',
		'web',
		'--preset',
		'one-patient',
		'--box',
		'i-0abc',
		'--read-only',
	);
	expect(code).toBe(3);
	expect(stderr).toMatch(/^unflap: --read-only/);
	expect(endpoint.arrived).toEqual([]);
});

test('N4 a scaled clock with the endpoint of another machine is wrong usage', async () => {
	for (const args of [['hold', 'web'], ['doctor', 'web'], ['ls']]) {
		const {code, stdout, stderr} = await runProgram(args, {
			home,
			environment: {
				...environment(),
				AWS_ENDPOINT_URL: 'https://aws.internal.example',
				UNFLAP_AWS_TIME_RATE: '100',
			},
		});
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/UNFLAP_AWS_TIME_RATE is 100/);
	}
});

test('info names the settings of a hold and where each came from', async () => {
	const config = await configured({
		fuseRoleArn: 'arn:aws:iam::111122223333:role/unflap-fuse',
		denyNoFuse: true,
		notify: ['notify-send', 'unflap'],
		lingerMinutes: 0,
		leaseMinutes: 10,
	});
	const {stdout, code} = await run('info', '-o', 'json', '--config', config);
	expect(code).toBe(0);
	const {settings} = JSON.parse(stdout) as {
		settings: Readonly<Record<string, {readonly value: unknown; readonly origin: string}>>;
	};
	expect(settings).toMatchObject({
		fuseRoleArn: {
			value: 'arn:aws:iam::111122223333:role/unflap-fuse',
			origin: expect.stringContaining('config.json:1'),
		},
		denyNoFuse: {value: true},
		notify: {value: ['notify-send', 'unflap']},
		lingerMinutes: {value: 0},
		leaseMinutes: {value: 10},
	});
});
