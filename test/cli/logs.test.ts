/** `unflap logs`, the built program against a lab of its own. */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {parseSince} from '../../src/cli/logs-filter.ts';
import {type Lab, startLab} from '../../src/lab/create-lab.ts';
import {type Finished, finished, makeHome, startProgram} from '../run-program.ts';

type Record_ = {
	readonly instanceId: string;
	readonly bootId: string;
	readonly cursor: string | null;
	readonly at: string;
	readonly monotonicSeconds: number;
	readonly unit: string | null;
	readonly priority: number;
	readonly identifier: string;
	readonly pid: number | null;
	readonly message?: string;
	readonly messageBase64?: string;
};

let lab: Lab;
let home: string;
let forget: () => Promise<void>;
beforeAll(async () => {
	lab = await startLab({seed: 5});
	({home, forget} = await makeHome());
});
afterAll(async () => {
	await lab.close();
	await forget();
});

const start = (...args: readonly string[]) => startProgram(['logs', ...args], {home, environment: lab.env});
const run = (...args: readonly string[]): Promise<Finished> => finished(start(...args));
const records = (text: string) =>
	text
		.split('\n')
		.filter(Boolean)
		.map(line => JSON.parse(line) as Record_);
const patience = {timeout: 45_000};
/** Names of the requests that reach the lab from now on. */
const watchRequests = async () => {
	const read = async (): Promise<readonly {readonly operation: string}[]> => {
		const {endpoint, token} = lab.control;
		const answer = await fetch(`${endpoint}/requests`, {headers: {authorization: `Bearer ${token}`}});
		return ((await answer.json()) as {requests: {operation: string}[]}).requests;
	};
	const before = (await read()).length;
	return async () => (await read()).slice(before).map(({operation}) => operation);
};
const sessions = () => join(home, '.local/state/unflap/sessions');
/** Files of open sessions; one that is being written has a name with a dot in front. */
const registered = () =>
	existsSync(sessions()) ? readdirSync(sessions()).filter(name => !name.startsWith('.')) : [];

describe('unflap logs', () => {
	test('prints the last records of a box, in time order, with every field of the contract', async () => {
		const {stdout, code} = await run('batch/1', '-n', '50', '-o', 'jsonl');
		expect(code).toBe(0);
		const found = records(stdout);
		expect(found).toHaveLength(50);
		for (const record of found) {
			expect(Object.keys(record).filter(key => !key.startsWith('message'))).toEqual(
				'instanceId bootId cursor at monotonicSeconds unit priority identifier pid'.split(' '),
			);
			expect(record.instanceId).toMatch(/^i-[0-9a-f]{17}$/);
			expect(record.bootId).toMatch(/^[0-9a-f]{32}$/);
			expect(record.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
			expect((record.message ?? record.messageBase64) !== undefined).toBe(true);
		}
		const times = found.map(({at}) => at);
		expect(times).toEqual(times.toSorted());
	});

	test('json is one document, cat the messages alone, text has time and source', async () => {
		const [json, cat, text] = await Promise.all([
			run('batch/1', '-n', '5', '-o', 'json'),
			run('batch/1', '-n', '5', '-o', 'cat'),
			run('batch/1', '-n', '5'),
		]);
		const document = JSON.parse(json.stdout) as Record_[];
		expect(document).toHaveLength(5);
		expect(cat.stdout.trimEnd().split('\n')).toEqual(document.map(({message}) => message));
		for (const [index, line] of text.stdout.trimEnd().split('\n').entries()) {
			expect(line).toMatch(/^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{3} \S+: /);
			expect(line).toContain(document[index]?.message ?? '?');
		}
	});

	test('one unit, a pattern and its opposite, and a time choose lines', async () => {
		const all = records((await run('worker/1', '-o', 'jsonl')).stdout);
		const unit = all.find(({unit}) => unit?.endsWith('.service') && !unit.startsWith('systemd'))?.unit ?? '';
		const [byUnit, byShortUnit, byGlob, included, excluded] = await Promise.all([
			run('worker/1', '-o', 'jsonl', '-u', unit),
			run('worker/1', '-o', 'jsonl', '-u', unit.replace(/\.service$/, '')),
			run('worker/1', '-o', 'jsonl', '-u', `${unit.slice(0, 3)}*`),
			run('worker/1', '-o', 'jsonl', '-i', '[Ff]ailed|error'),
			run('worker/1', '-o', 'jsonl', '-e', '^'),
		]);
		const expected = all.filter(record => record.unit === unit);
		expect(expected.length).toBeGreaterThan(0);
		expect(records(byUnit.stdout)).toEqual(expected);
		expect(records(byShortUnit.stdout)).toEqual(expected);
		expect(records(byGlob.stdout)).toEqual(
			all.filter(record => record.unit?.startsWith(unit.slice(0, 3)) && record.unit.endsWith('.service')),
		);
		expect(records(included.stdout)).toEqual(
			all.filter(({message}) => /[Ff]ailed|error/.test(message ?? '')),
		);
		expect(records(excluded.stdout)).toEqual([]);
		const since = all[Math.floor(all.length / 2)]?.at ?? '';
		expect(records((await run('worker/1', '-o', 'jsonl', '--since', since)).stdout)).toEqual(
			all.filter(({at}) => at >= since),
		);
	});

	test('X3 a pattern that never ends is switched off and said, and the lines come', async () => {
		const {stdout, stderr, code} = await run('batch/1', '-n', '3', '-i', '^(([a-z .:])+)+$', '-o', 'jsonl');
		expect(code).toBe(0);
		expect(stderr).toContain('takes too long and was switched off');
		expect(records(stdout)).toHaveLength(3);
	});

	test('boxes of a group are merged in time order, each line by its box', async () => {
		const {stdout} = await run('batch', '-o', 'jsonl');
		const found = records(stdout);
		expect(new Set(found.map(({instanceId}) => instanceId)).size).toBeGreaterThan(1);
		const times = found.map(({at}) => at);
		expect(times).toEqual(times.toSorted());
	});

	test('--all reads every box of a group by one command, says what was cut, and opens no session', async () => {
		const operations = await watchRequests();
		const {stdout, stderr, code} = await run('batch', '--all', '--since', 'boot', '-o', 'jsonl');
		expect(code).toBe(0);
		const found = records(stdout);
		const ids = new Set(found.map(({instanceId}) => instanceId));
		expect(ids.size).toBe(6);
		expect(stderr).toMatch(/^Cut: .* and 1 more had more\.$/m);
		const times = found.map(({at}) => at);
		expect(times).toEqual(times.toSorted());
		const sent = (await operations()).filter(name => name === 'SendCommand' || name === 'StartSession');
		expect(sent).toEqual(['SendCommand']);
	});

	test('--all with a unit asks the boxes for it alone, and finds what sessions find', async () => {
		const unit = ['-u', 'foo-app.service', '-n', '20', '-o', 'jsonl'];
		// A session's backlog spares most cursors; all else of a line is the same.
		const found = async (...args: readonly string[]) =>
			records((await run('batch', ...args, ...unit)).stdout).map(({cursor, ...line}) => JSON.stringify(line));
		const [all, streamed] = [await found('--all'), await found()];
		expect(all).toHaveLength(20);
		// Boxes go on speaking between the two.
		expect(streamed.filter(line => all.includes(line)).length).toBeGreaterThan(14);
	});

	test('--all that is stopped prints what has come and cancels the command', async () => {
		const operations = await watchRequests();
		const child = start('batch', '--all');
		const ended = finished(child);
		await expect.poll(operations, {...patience, interval: 20}).toContain('SendCommand');
		child.kill('SIGINT');
		const {code, stderr} = await ended;
		expect(code).toBe(130);
		expect(stderr).not.toContain('mistake');
		expect(await operations()).toContain('CancelCommand');
	});

	test('--all goes with neither -f nor --boot, and not with a box', async () => {
		for (const args of [
			['batch', '--all', '-f'],
			['batch', '--all', '--boot', '-1'],
			['batch/1', '--all'],
		])
			expect((await run(...args)).code).toBe(2);
	});

	test('-f goes on until it is stopped, then ends its session and leaves none registered', async () => {
		const child = start('web-prod', '-f', '-n', '3', '-o', 'jsonl');
		let text = '';
		child.stdout?.on('data', (bytes: Buffer) => {
			text += bytes.toString();
		});
		const ended = finished(child);
		await expect
			.poll(() => records(text.slice(0, text.lastIndexOf('\n') + 1)).length, patience)
			.toBeGreaterThan(2);
		await expect.poll(() => registered().length, patience).toBe(1);
		child.kill('SIGINT');
		expect((await ended).code).toBe(130);
		expect(registered()).toEqual([]);
	});

	test('S1 a streaming process starts no other, and writes no token', async () => {
		const child = start('batch', '-f', '-o', 'jsonl');
		const ended = finished(child);
		await expect.poll(() => registered().length, patience).toBe(1);
		const children = readdirSync(`/proc/${child.pid}/task`)
			.map(task => readFileSync(`/proc/${child.pid}/task/${task}/children`, 'utf8').trim())
			.filter(Boolean);
		expect(children).toEqual([]);
		const [name = ''] = registered();
		const content = JSON.parse(readFileSync(join(sessions(), name), 'utf8')) as Record<string, unknown>;
		expect(Object.keys(content).toSorted()).toEqual(
			'bootId endpoint host pid pidNamespace region sessions startTime'.split(' '),
		);
		child.kill('SIGTERM');
		expect((await ended).code).toBe(143);
	});

	test('sessions of a process that was killed are ended by the next start', async () => {
		const child = start('batch/1', '-f', '-o', 'jsonl');
		const ended = finished(child);
		await expect.poll(() => registered().length, patience).toBe(1);
		child.kill('SIGKILL');
		await ended;
		expect(registered()).toHaveLength(1);
		await run('batch/1', '-n', '1');
		expect(registered()).toEqual([]);
	});

	test('what was streamed is kept, for us alone, and reads as a journal', async () => {
		const {stdout} = await run('batch/1', '-o', 'jsonl');
		const found = records(stdout);
		const spool = join(home, '.local/state/unflap/spool');
		const instanceId = found[0]?.instanceId ?? '';
		const [file] = readdirSync(spool, {recursive: true, encoding: 'utf8'}).filter(
			name => name.includes(`/${instanceId}/`) && name.endsWith('.gz'),
		);
		const path = join(spool, file ?? '');
		expect(statSync(path).mode & 0o777).toBe(0o600);
		const kept = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
		expect(kept).toHaveLength(found.length);
		const boot = await finished(
			startProgram(['boot', '--journal', path, '-o', 'json'], {home, environment: lab.env}),
		);
		expect(JSON.parse(boot.stdout)).toMatchObject({bootId: found[0]?.bootId});
	});
});

test.each([
	['10m', 600],
	['2h', 7200],
	['-1h30m', 5400],
	['1d', 86_400],
	['90s ago', 90],
])('--since %s is %i seconds ago', (text, seconds) => {
	const now = Date.parse('2026-11-22T14:00:00Z');
	expect(parseSince(text, now)).toBe((now - seconds * 1000) * 1000);
});
test('--since takes times of day, ISO times and epochs, and refuses the rest', () => {
	const now = Date.parse('2026-11-22T14:00:00Z');
	expect(parseSince('2026-11-22T13:59:00Z', now)).toBe(Date.parse('2026-11-22T13:59:00Z') * 1000);
	expect(parseSince('@1795373490', now)).toBe(1_795_373_490_000_000);
	expect(new Date(parseSince('23:59', now) / 1000).getTime()).toBeLessThan(now);
	expect(() => parseSince('yesterday-ish', now)).toThrow('is no time');
});
