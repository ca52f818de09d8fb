/** Canary credentials and tokens, through every fault of the lab and every command: on no stream, in no file. */
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {finished, startProgram} from '../run-program.ts';
import {type OpenLab, openLab} from './open-lab.ts';
import {type Answer, startTamperingProxy} from './tampering-proxy.ts';

const canaryKey = `AKIA${'CANARY0CANARY0AB'}`;
const canarySecret = `canary${'Secret'}0123456789abcdefghijABCDEFGH/+`;
const canaryToken = `canary-token-${'0123456789abcdef'.repeat(3)}`;

let lab: OpenLab;
let proxy: Awaited<ReturnType<typeof startTamperingProxy>>;
let tamper = (_operation: string, answer: Answer): Answer => answer;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1', '--key', `${canaryKey}:${canarySecret}`);
	proxy = await startTamperingProxy(lab.endpoint, (operation, answer) => tamper(operation, answer));
});
afterAll(async () => {
	await proxy.close();
	await lab.close();
});

const credentials = {AWS_ACCESS_KEY_ID: canaryKey, AWS_SECRET_ACCESS_KEY: canarySecret};
const lines = [
	['ls'],
	['show', 'web-prod', '-o', 'json'],
	['boot', 'batch/1'],
	['logs', 'batch/1', '-n', '3'],
	['holds', '-o', 'json'],
	['hold', 'batch', '--for', '1m', '-o', 'jsonl', '--', 'true'],
	['release', '--all'],
	['info'],
	['doctor', 'batch'],
	['holds', '--all-regions'],
];

/** Everything under the user's home: ledger, logs, spool, cache. */
const filesOf = async (folder: string): Promise<readonly string[]> => {
	const entries = await readdir(folder, {withFileTypes: true, recursive: true});
	return Promise.all(
		entries
			.filter(entry => entry.isFile() && !join(entry.parentPath, entry.name).includes('/compiled/'))
			.map(entry => readFile(join(entry.parentPath, entry.name), 'latin1')),
	);
};

const isClean = (text: string) => {
	for (const canary of [canarySecret, canaryToken, canaryKey]) expect(text.includes(canary)).toBe(false);
};

const faults = [
	null,
	{kind: 'throttle', count: 1},
	{kind: 'expired-token'},
	{kind: 'reset', count: 1},
	{kind: 'lose', when: 'before', count: 1},
	{kind: 'lose', when: 'after', count: 1},
	{
		kind: 'error',
		operation: '*',
		code: 'InternalFailure',
		message: 'An internal error has occurred',
		status: 500,
		count: 4,
	},
	{
		kind: 'error',
		operation: '*',
		code: 'AccessDenied',
		message: `User with key ${canaryKey} and secret_key=${canarySecret} is not authorized; token="${canaryToken}"`,
		status: 403,
	},
] as const;

test.each(
	faults.map(
		fault =>
			[fault === null ? 'no fault' : `${fault.kind} ${JSON.stringify(fault).slice(0, 60)}`, fault] as const,
	),
)('S2 no secret is printed or kept under %s', async (_name, fault) => {
	tamper = (_operation, answer) => answer;
	const remove = fault === null ? async () => undefined : await lab.fault(fault);
	const results = await Promise.all(lines.map(args => lab.run(args, {environment: credentials})));
	await remove();
	for (const {stdout, stderr} of results) {
		isClean(stdout);
		isClean(stderr);
	}
	for (const text of await filesOf(lab.home)) isClean(text);
});

test.each([
	['cut off', (body: string) => body.slice(0, body.length - 20)],
	[
		'with another stream',
		(body: string) => body.replace(/"StreamUrl":"[^"]*"/, '"StreamUrl":"wss://evil.example/"'),
	],
	['without a stream', (body: string) => body.replace(/"StreamUrl":"[^"]*"/, '"StreamUrl":7')],
	['no JSON', () => `TokenValue ${canaryToken}`],
])('S2 a StartSession answer %s shows no token', async (_name, spoil) => {
	for (const args of [
		['logs', 'batch/1', '-n', '3'],
		['boot', 'batch/1'],
	]) {
		const {environment, seenTwice} = spoiled(spoil);
		const child = startProgram(args, {home: lab.home, environment});
		const ended = finished(child);
		// Who takes a bad answer for a passing fault asks again: then it has said what it says.
		seenTwice.then(() => child.kill('SIGINT'));
		const {stdout, stderr, code} = await ended;
		expect(code).not.toBe(0);
		isClean(stdout);
		isClean(stderr);
		expect(stderr).not.toMatch(/\n\s+at /);
	}
	for (const text of await filesOf(lab.home)) isClean(text);
});

const spoiled = (spoil: (body: string) => string) => {
	let seen = 0;
	const {promise: seenTwice, resolve} = Promise.withResolvers<void>();
	tamper = (operation, answer) => {
		if (operation !== 'StartSession') return answer;
		seen++;
		if (seen === 2) resolve();
		const named = answer.body.replace(/"TokenValue":"[^"]*"/, `"TokenValue":"${canaryToken}"`);
		return {...answer, body: spoil(named)};
	};
	return {seenTwice, environment: {...lab.env, ...credentials, AWS_ENDPOINT_URL: proxy.endpoint}};
};
