/** Bad input and bad surroundings: one clear message with what to do, the right exit code, nothing changed in AWS. */
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Finished} from '../run-program.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
let before: unknown;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	before = await settings();
});
afterAll(() => lab.close());

/** What a change would show in: suspensions and tags of each group. */
const settings = async () => (await lab.groups()).map(({name, suspended, tags}) => ({name, suspended, tags}));

/** A message names the fault in its first line, offers a next step, and is no stack. */
const isOneClearMessage = ({stdout, stderr}: Finished, message: RegExp) => {
	expect(stderr).toMatch(message);
	expect(stderr).toMatch(/→ /);
	expect(stderr.match(/^unflap: /gm) ?? []).toHaveLength(1);
	expect(stderr).not.toMatch(/\n\s+at |\[object |undefined|node:internal/);
	expect(stdout).not.toMatch(/"event":"held"/);
};

const nothingChanged = async () => {
	expect(await settings()).toEqual(before);
	const changed = (await lab.requests()).filter(({mutating, applied}) => mutating && applied);
	expect(changed.map(({operation}) => operation)).toEqual([]);
};

const changing = ['hold', 'release'];
const reading = ['show', 'boot', 'logs'];

test.each([...reading, ...changing])('an unknown group: unflap %s', async command => {
	const result = await lab.run([command, 'no-such-group']);
	isOneClearMessage(result, /no-such-group/);
	expect(result.code).toBe(1);
	await nothingChanged();
});

test.each([...reading.filter(name => name !== 'boot')])(
	'an ambiguous name names its candidates: unflap %s',
	async command => {
		const result = await lab.run([command, 'web']);
		isOneClearMessage(result, /web-prod.*web-canary|web-canary.*web-prod/);
		expect(result.code).toBe(1);
		await nothingChanged();
	},
);

test.each(changing)('a part of a name is not enough to change a group: unflap %s', async command => {
	const result = await lab.run([command, 'web-pro']);
	isOneClearMessage(result, /web-pro\b/);
	expect(result.code).toBe(1);
	await nothingChanged();
});

test.each([
	['i-00000000', /i-00000000/],
	['web-prod/99', /web-prod\/99|99/],
	['web-prod/0', /web-prod/],
])('a box that is not there: unflap boot %s', async (box, message) => {
	const result = await lab.run(['boot', box]);
	isOneClearMessage(result, message);
	expect(result.code).toBe(1);
});

const everywhere: readonly (readonly string[])[] = [
	['ls'],
	['show', 'web-prod'],
	['boot', 'web-prod/1'],
	['logs', 'web-prod', '-n', '5'],
	['hold', 'web-prod', '--for', '1m'],
	['holds'],
	['release', '--all'],
];
const line = (args: readonly string[]) => [args.join(' '), args] as const;

test.each(everywhere.map(line))('no credentials: unflap %s', async (_name, args) => {
	const result = await lab.run(args, {
		environment: {
			AWS_ACCESS_KEY_ID: undefined,
			AWS_SECRET_ACCESS_KEY: undefined,
			AWS_SESSION_TOKEN: undefined,
		},
	});
	isOneClearMessage(result, /no AWS credentials/i);
	expect([1, 3]).toContain(result.code);
	await nothingChanged();
});

test.each(everywhere.map(line))('no region: unflap %s', async (_name, args) => {
	const result = await lab.run(args, {environment: {AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined}});
	isOneClearMessage(result, /region/i);
	expect([1, 3]).toContain(result.code);
	await nothingChanged();
});

test.each(everywhere.map(line))('expired credentials: unflap %s', async (_name, args) => {
	const remove = await lab.fault({kind: 'expired-token'});
	const result = await lab.run(args);
	await remove();
	isOneClearMessage(result, /expired/i);
	expect([1, 3]).toContain(result.code);
	await nothingChanged();
});

test.each(everywhere.map(line))('an unreachable endpoint: unflap %s', async (_name, args) => {
	const result = await lab.run([...args, '--endpoint-url', 'http://127.0.0.1:9']);
	isOneClearMessage(result, /cannot be reached/);
	expect([1, 3]).toContain(result.code);
	await nothingChanged();
});

test.each([
	[['ls'], 'DescribeAutoScalingGroups'],
	[['show', 'web-prod'], 'DescribeAutoScalingGroups'],
	[['logs', 'batch/1', '-n', '5'], 'StartSession'],
	[['hold', 'web-prod', '--for', '1m'], 'SuspendProcesses'],
	[['hold', 'web-prod', '--for', '1m'], 'CreateOrUpdateTags'],
] as const)('a denied call: unflap %j without %s', async (args, operation) => {
	const remove = await lab.fault({
		kind: 'error',
		operation,
		code: operation === 'StartSession' ? 'AccessDeniedException' : 'AccessDenied',
		message: `User: arn:aws:sts::123456789012:assumed-role/dev/ana is not authorized to perform: x:${operation} because no identity-based policy allows the x:${operation} action`,
		status: operation === 'StartSession' ? 400 : 403,
	});
	const result = await lab.run(args);
	await remove();
	const said = result.stdout + result.stderr;
	expect(said).toContain(operation);
	expect(said).toMatch(/denied|not allow|not authorized|refused/i);
	expect(result.stderr).toMatch(/→ /);
	// Logs go on by Run Command, and say why.
	expect(result.code).toBe(args[0] === 'hold' ? 3 : args[0] === 'logs' ? 0 : 1);
	expect(await settings()).toEqual(before);
});

test('a pattern that is none: unflap logs -i (', async () => {
	const result = await lab.run(['logs', 'batch/1', '-n', '1', '-i', '(']);
	isOneClearMessage(result, /-i/);
	expect(result.code).toBe(2);
});

test('throttling: unflap ls', async () => {
	const remove = await lab.fault({kind: 'throttle'});
	const result = await lab.run(['ls']);
	await remove();
	isOneClearMessage(result, /throttl|too many|rate/i);
	expect(result.code).toBe(1);
	await nothingChangedButHolds();
});

/** After refused holds: everything that was changed has been taken back. */
const nothingChangedButHolds = async () => expect(await settings()).toEqual(before);

test.each(everywhere.map(line))('a malformed config: unflap %s', async (_name, args) => {
	const folder = join(lab.home, '.config/unflap');
	await mkdir(folder, {recursive: true, mode: 0o700});
	await writeFile(join(folder, 'config.json'), '{\n\t"preset": "freeze",\n\t"lease": 5\n}\n', {mode: 0o600});
	const seen = (await lab.requests()).length;
	const result = await lab.run(args);
	await rm(folder, {recursive: true});
	isOneClearMessage(result, /config\.json:3: there is no setting "lease"/);
	expect(result.code).toBe(2);
	expect((await lab.requests()).length).toBe(seen);
});

test.each([
	[['hold', 'web-prod', '--for', 'soon']],
	[['hold', 'web-prod', '--preset', 'gentle']],
	[['hold', 'web-prod', '--processes', 'Sleep']],
	[['hold', 'web-prod', '--processes', '']],
	[['hold']],
	[['show']],
	[['boot']],
	[['logs']],
	[['release']],
	[['logs', 'web-prod', '-n', 'many']],
	[['ls', 'a', 'b']],
	[['ls', '--frob']],
	[['show', 'web-prod', '-o', 'svg']],
	[['lab', '--speed', 'fast']],
	[['lab', '--port', '99999999']],
])('wrong usage asks AWS nothing: unflap %j', async args => {
	const seen = (await lab.requests()).length;
	const result = await lab.run(args);
	isOneClearMessage(result, /./);
	expect(result.code).toBe(2);
	expect((await lab.requests()).length).toBe(seen);
});
