import {chmod, mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {isLoopbackUrl, maskUserinfo} from '../../src/base/endpoint.ts';
import {loadSettings} from '../../src/base/load-settings.ts';
import {readOnlyFault} from '../../src/base/safe-modes.ts';
import {makeHome} from '../run-program.ts';

let home: string;
let forget: () => Promise<void>;
beforeAll(async () => {
	({home, forget} = await makeHome());
});
afterAll(() => forget());

let count = 0;
const configOf = async (text: string) => {
	const folder = join(home, `c${++count}`, 'unflap');
	await mkdir(folder, {recursive: true, mode: 0o700});
	const file = join(folder, 'config.json');
	await writeFile(file, text, {mode: 0o600});
	await chmod(file, 0o600);
	return {file, folder, environment: {HOME: home, XDG_CONFIG_HOME: join(home, `c${count}`)}};
};
const problem = (run: () => unknown) => {
	try {
		run();
	} catch (error) {
		return error as Error & {readonly kind: string; readonly exitCode: number};
	}
	throw new Error('it was accepted');
};

test('without anything said, the defaults hold', () => {
	const settings = loadSettings({}, {HOME: home});
	expect(settings).toMatchObject({
		profile: null,
		region: null,
		readOnly: false,
		preset: 'freeze',
		leaseMinutes: 30,
	});
	expect(settings.paths.state).toBe(join(home, '.local/state/unflap'));
	expect(settings.origin['preset']).toBe('default');
});

test('flag over environment over config, each with where it came from', async () => {
	const {environment} = await configOf(
		'{\n "profile": "c",\n "region": "eu-west-3",\n "leaseMinutes": 10\n}',
	);
	const all = loadSettings({profile: 'f'}, {...environment, AWS_PROFILE: 'e', AWS_REGION: 'eu-west-2'});
	expect(all).toMatchObject({profile: 'f', region: 'eu-west-2', leaseMinutes: 10});
	expect(all.origin).toMatchObject({
		profile: 'flag --profile',
		region: 'AWS_REGION',
		leaseMinutes: 'config.json:4',
	});
	expect(loadSettings({}, environment).region).toBe('eu-west-3');
});

test('O1 read-only is OR-ed: no place takes it back', async () => {
	const {environment} = await configOf('{"readOnly": true}');
	expect(loadSettings({readOnly: false}, environment).readOnly).toBe(true);
	expect(loadSettings({}, {HOME: home, UNFLAP_READ_ONLY: '1'}).readOnly).toBe(true);
	expect(loadSettings({readOnly: true}, {HOME: home, UNFLAP_READ_ONLY: '0'}).readOnly).toBe(true);
	expect(loadSettings({}, {HOME: home, UNFLAP_READ_ONLY: '0'}).readOnly).toBe(false);
});

test.each([
	['{\n "profil": "x"\n}', /config\.json:2: there is no setting "profil"/],
	['{\n "lease_minutes": 5\n}', /:2: there is no setting "lease_minutes"/],
	['{\n "leaseMinutes":\n  4\n}', /:3: "leaseMinutes" must be a number of minutes from 5 to 60/],
	['{"preset": "gentle"}', /:1: "preset" must be one of "freeze"/],
	['{"notify": "notify-send"}', /"notify" must be a command as a list/],
	['{"redact": ["("]}', /"redact" must be a list of regular expressions/],
	['{"redact": ["(a+)+$"]}', /"redact" must be/],
	['{"units": {"web*": "a.service"}}', /"units" must be/],
	['{"region": "Ireland"}', /"region" must be the name of a region/],
	['{\n "region": "eu-west-1"\n "preset": "freeze"}', /:3: is not JSON here/],
	['{"region": "eu-west-1", "region": "eu-west-2"}', /"region" stands there twice/],
	['{"__proto__": {}}', /there is no setting "__proto__"/],
	['{"constructor": {}}', /there is no setting "constructor"/],
	['// comment\n{}', /:1: is not JSON here/],
	['[]', /must hold one JSON object/],
	['', /:1: /],
])('a wrong config names key, file and line: %j', async (text, message) => {
	const {environment, file} = await configOf(text);
	const error = problem(() => loadSettings({}, environment));
	expect(error).toMatchObject({kind: 'config', exitCode: 2});
	expect(error.message).toMatch(message);
	expect(error.message).toContain(file);
});

test('a named config must exist', () => {
	const error = problem(() => loadSettings({config: join(home, 'none.json')}, {HOME: home}));
	expect(error).toMatchObject({kind: 'config', exitCode: 2});
});

describe('M4 a config that others could have written is refused', () => {
	test.each([
		['file', 0o602],
		['file', 0o666],
		['folder', 0o777],
		['folder', 0o1777],
		['folder', 0o703],
	] as const)('M4 %s of mode %o', async (which, mode) => {
		const {environment, file, folder} = await configOf('{}');
		await chmod(which === 'file' ? file : folder, mode);
		expect(problem(() => loadSettings({}, environment))).toMatchObject({kind: 'config', exitCode: 2});
	});

	test('M4 modes and owners', () => {
		const facts = (uid: number, gid: number, mode: number) => ({
			uid,
			gid,
			mode,
			isDirectory: () => false,
			isSymbolicLink: () => false,
		});
		expect(readOnlyFault(facts(1000, 1000, 0o644), 1000)).toBeUndefined();
		expect(readOnlyFault(facts(0, 0, 0o644), 1000)).toBeUndefined();
		expect(readOnlyFault(facts(1000, 1000, 0o664), 1000)).toBeUndefined();
		expect(readOnlyFault(facts(1000, 100, 0o664), 1000)).toMatch(/group 100/);
		expect(readOnlyFault(facts(1001, 1001, 0o600), 1000)).toMatch(/uid 1001/);
		expect(readOnlyFault(facts(1000, 1000, 0o646), 1000)).toMatch(/everybody/);
	});

	test('M4 a link is judged by where it leads', async () => {
		const {file} = await configOf('{}');
		const {environment, folder} = await configOf('{}');
		await chmod(file, 0o666);
		await symlink(file, join(folder, 'linked.json'));
		expect(problem(() => loadSettings({config: join(folder, 'linked.json')}, environment))).toMatchObject({
			kind: 'config',
		});
	});
});

test('N4 a scaled clock is for a loopback endpoint alone', () => {
	const scaled = {HOME: home, UNFLAP_AWS_TIME_RATE: '100'};
	expect(problem(() => loadSettings({}, scaled))).toMatchObject({kind: 'usage', exitCode: 2});
	expect(problem(() => loadSettings({endpointUrl: 'https://example.com'}, scaled))).toMatchObject({
		exitCode: 2,
	});
	expect(loadSettings({endpointUrl: 'http://127.0.0.1:4566'}, scaled).awsTimeRate).toBe(100);
	expect(problem(() => loadSettings({}, {HOME: home, UNFLAP_AWS_TIME_RATE: 'fast'}))).toMatchObject({
		exitCode: 2,
	});
	expect(loadSettings({}, {HOME: home, UNFLAP_AWS_TIME_RATE: '1'}).awsTimeRate).toBe(1);
});

test.each([
	['http://127.0.0.1:1', true],
	['http://127.1.2.3', true],
	['http://[::1]:1', true],
	['http://localhost:1', true],
	['http://2130706433/', true],
	['http://127.0.0.1.evil.example/', false],
	['http://localhost.evil.example/', false],
	['http://127.0.0.1@evil.example/', false],
	['http://10.0.0.1/', false],
	['nonsense', false],
])('%s is on this machine: %s', (url, expected) => {
	expect(isLoopbackUrl(url)).toBe(expected);
});

test('N2 plain http to another machine is refused before anything is sent', () => {
	expect(problem(() => loadSettings({endpointUrl: 'http://example.com'}, {HOME: home}))).toMatchObject({
		kind: 'usage',
		exitCode: 2,
	});
	expect(problem(() => loadSettings({endpointUrl: 'ftp://x'}, {HOME: home}))).toMatchObject({exitCode: 2});
});

test('S9 user and password of a URL are masked', () => {
	expect(maskUserinfo('via http://ana:pw@proxy:3128/ and https://x/')).toBe(
		'via http://[redacted]@proxy:3128/ and https://x/',
	);
	const error = problem(() => loadSettings({endpointUrl: 'http://ana:hunter2@example.com'}, {HOME: home}));
	expect(error.message).not.toContain('hunter2');
});

test.each([
	[{}, {}, true, true],
	[{}, {}, false, false],
	[{}, {NO_COLOR: '1'}, true, false],
	[{}, {NO_COLOR: ''}, true, true],
	[{}, {FORCE_COLOR: '1'}, false, true],
	[{}, {FORCE_COLOR: '0'}, true, false],
	[{noColor: true}, {FORCE_COLOR: '1'}, true, false],
	[{}, {TERM: 'dumb'}, true, false],
])('colour by %j and %j on a terminal %s: %s', (flags, environment, terminal, colour) => {
	expect(loadSettings(flags, {HOME: home, ...environment}, terminal).colour).toBe(colour);
});
