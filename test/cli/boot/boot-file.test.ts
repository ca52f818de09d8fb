import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync, zstdCompressSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {width} from '../../../src/base/terminal-text.ts';
import type {Shown} from '../../../src/base/text.ts';
import {bootsFolder, journalOf, scenarios} from '../../boot/recordings.ts';
import {corpus} from '../../hostile/corpus.ts';
import {runBoot} from './run-boot.ts';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-boot-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

const file = (name: string, content: Uint8Array | string): string => {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
};

const s05 = () => journalOf('S05-s3-access-denied');

test('boot -o json has the shape of the contract', async () => {
	const {out, code} = await runBoot(['--journal', s05(), '-o', 'json']);
	expect(code).toBe(0);
	const boot: Record<string, unknown> = JSON.parse(out);
	expect(boot).toMatchObject({
		instanceId: null,
		bootId: '5990577a209f45ceaef8888e4a37c59e',
		startedAt: expect.stringMatching(/^2026-11-22T18:51:\d\d\.\d{3}Z$/),
		finished: true,
		firstFault: {
			unit: 's3-config-sync.service',
			result: 'exit-code',
			exitCode: 1,
			message: expect.stringContaining('AccessDenied'),
			at: expect.stringMatching(/^2026-11-22T18:53:37\.\d{3}Z$/),
		},
		chain: ['instance-metadata.service', 's3-config-sync.service', 'foo-app.service'],
	});
	const units = boot['units'] as readonly Record<string, unknown>[];
	for (const unit of units) {
		expect(Object.keys(unit)).toEqual(
			expect.arrayContaining([
				'name',
				'state',
				'startSeconds',
				'endSeconds',
				'attempts',
				'result',
				'exitCode',
				'why',
			]),
		);
		expect(['running', 'finished', 'failed', 'cancelled', 'skipped', 'waiting', 'orphan']).toContain(
			unit['state'],
		);
		expect(Array.isArray(unit['attempts'])).toBe(true);
	}
});

test('a healthy boot has no first fault, and null is null', async () => {
	const boot = JSON.parse((await runBoot(['--journal', journalOf('S01-healthy'), '-o', 'json'])).out);
	expect(boot.firstFault).toBeNull();
	expect(boot.incomplete).toBeNull();
	expect(boot.units.find((unit: {name: string}) => unit.name === 'foo-app.service')).toMatchObject({
		state: 'running',
		result: null,
		endSeconds: null,
	});
});

test('.zst is read like the rest', async () => {
	const path = file('boot.jsonl.zst', zstdCompressSync(gunzipSync(readFileSync(s05()))));
	const direct = await runBoot(['--journal', s05(), '-o', 'json']);
	expect((await runBoot(['--journal', path, '-o', 'json'])).out).toBe(direct.out);
});

test('an earlier boot is chosen by id, by the beginning of one, and by counting back', async () => {
	const path = join(bootsFolder, 'S06-crash-loop/postmortem/journalctl-D-o-json.jsonl.gz');
	const [first = '', second = ''] =
		scenarios.find(({scenario}) => scenario === 'S06-crash-loop')?.boot_ids ?? [];
	const idOf = async (...args: readonly string[]) =>
		JSON.parse((await runBoot(['--journal', path, '-o', 'json', ...args])).out).bootId;
	expect(await idOf()).toBe(second);
	expect(await idOf('--boot', '0')).toBe(second);
	expect(await idOf('--boot', '-1')).toBe(first);
	expect(await idOf('--boot', '1')).toBe(first);
	expect(await idOf('--boot', first)).toBe(first);
	expect(await idOf('-b', first.slice(0, 6))).toBe(first);
	await expect(idOf('--boot', '-2')).rejects.toThrow(/no boot -2.*there are 2/);
	expect((await runBoot(['--journal', path])).notes).toContain('--boot -1');
});

test('text shows the waterfall, the chain, the fault and its last words', async () => {
	const {out} = await runBoot(['--journal', s05()]);
	expect(out).toMatch(/reached multi-user 2:32, degraded · 1 failed · 1 cancelled/);
	expect(out).toMatch(/▸ s3-config-sync\.service +✖ failed +▓+ +44\.0s/);
	expect(out).toMatch(/▸ foo-app\.service +✖ cancelled .* never/);
	expect(out).toMatch(/chain +instance-metadata\.service ▸ s3-config-sync\.service ▸ foo-app\.service/);
	expect(out).toMatch(/first fault +s3-config-sync\.service: exit-code, exit 1, at 2:32/);
	expect(out).toMatch(/│ giving up: cannot sync/);
	expect(out).toMatch(/! Requires= cancels foo-app\.service/);
});

test.each([80, 100, 200])('text fits into %i columns, row by row', async columns => {
	for (const {scenario} of scenarios.filter(({scenario: name}) => !name.startsWith('S10'))) {
		const {out} = await runBoot(['--journal', journalOf(scenario)], {columns});
		const rows = out.split('\n');
		const start = rows.findIndex(row => row.includes('UNIT'));
		const end = rows.findIndex((row, index) => index > start && row === '');
		for (const row of rows.slice(start, end)) {
			expect(width(row as Shown)).toBeLessThanOrEqual(columns);
		}
	}
});

test('--ascii uses ASCII alone', async () => {
	const {out} = await runBoot(['--journal', s05()], {ascii: true});
	expect(out).toMatch(/^[\x0a\x20-\x7e]*$/);
	expect(out).toMatch(/> s3-config-sync\.service +x failed/);
});

/** A small boot in which every text of the box is from the corpus. */
const hostileBoot = (text: string): string => {
	const bytes = [...Buffer.from(text, 'utf8')];
	const value = /^[\x20-\x7e]*$/.test(text) ? text : bytes;
	const common = {
		__MONOTONIC_TIMESTAMP: '5000000',
		__REALTIME_TIMESTAMP: '1795373000000000',
		_BOOT_ID: 'ab'.repeat(16),
	};
	const byManager = {...common, _PID: '1', _UID: '0', UNIT: `${text.slice(0, 60)}.service`};
	return [
		{...byManager, MESSAGE_ID: '7d4958e842da4a758f6c1cdc7b36dcc5', MESSAGE: value},
		{
			...common,
			_PID: '7',
			_SYSTEMD_UNIT: `${text.slice(0, 60)}.service`,
			PRIORITY: '3',
			MESSAGE: value,
			SYSLOG_IDENTIFIER: text,
		},
		{
			...byManager,
			MESSAGE_ID: '98e322203f7a4ed290d09fe03c09fe15',
			EXIT_CODE: text,
			EXIT_STATUS: text,
			MESSAGE: value,
		},
		{...byManager, MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c', UNIT_RESULT: text, MESSAGE: value},
		{
			...byManager,
			UNIT: 'zz.service',
			MESSAGE_ID: 'be02cf6855d2428ba40df7e9d022f03d',
			JOB_RESULT: 'dependency',
			MESSAGE: value,
		},
	]
		.map(record => JSON.stringify(record))
		.join('\n');
};

test('T1 T4 no byte of the corpus reaches the terminal or a pipe raw, from any field', async () => {
	for (const {name, text} of corpus) {
		const {out, notes} = await runBoot(['--journal', file('hostile.jsonl', hostileBoot(text))]);
		const unsafe =
			/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udfff]/.exec(
				out + notes,
			);
		expect([name, unsafe?.[0]]).toEqual([name, undefined]);
	}
});

test('T3 JSON of the corpus has no control, bidi or invisible character and reads back', async () => {
	for (const {name, text} of corpus) {
		const {out} = await runBoot(['--journal', file('hostile.jsonl', hostileBoot(text)), '-o', 'json']);
		expect([name, /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(out)]).toEqual([
			name,
			false,
		]);
		expect(JSON.parse(out).units.length).toBeGreaterThan(0);
	}
});

test('T10 T11 rows stay within the columns whatever a unit is called', async () => {
	for (const {name, text} of corpus) {
		for (const columns of [80, 100, 200]) {
			const {out} = await runBoot(['--journal', file('hostile.jsonl', hostileBoot(text))], {columns});
			const row = out.split('\n').find(line => line.includes('✖ failed')) ?? '';
			expect([name, width(row as Shown) <= columns]).toEqual([name, true]);
		}
	}
});

test('T12 what the box says stands behind our gutter, also when it draws a frame', async () => {
	const text = '┃ ■ HELD by ana@lap7 resumes at 14:17 ┃';
	const {boxLines} = await runBoot(['--journal', file('hostile.jsonl', hostileBoot(text))]);
	expect(boxLines.length).toBeGreaterThan(0);
	for (const line of boxLines) {
		expect(line).toMatch(/^ {2}│ /);
	}
});

test('R1 the SVG escapes every text, has no script, no link and no character outside XML 1.0', async () => {
	for (const {name, text} of corpus) {
		const {out} = await runBoot(['--journal', file('hostile.jsonl', hostileBoot(text)), '-o', 'svg']);
		const outside = out.replace(/>[^<]*</g, '><');
		expect([name, outside.match(/<(?!\/?(svg|rect|text|line)\b)/g)]).toEqual([name, null]);
		expect([name, /\son\w+=|href|url\(|<script|<style/i.test(outside)]).toEqual([name, false]);
		expect([name, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(out)]).toEqual([
			name,
			false,
		]);
	}
});

test('R1 the SVG of a recorded boot is well formed and tells the fault', async () => {
	const {out} = await runBoot(['--journal', s05(), '-o', 'svg']);
	expect(out.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
	expect(out.match(/<text /g)?.length).toBe(out.match(/<\/text>/g)?.length);
	expect(out).toContain('first fault  s3-config-sync.service: exit-code, exit 1, at 2:32');
});

test('S6 a secret in a message is masked in text, JSON and SVG', async () => {
	const secret = 'AKIAIOSFODNN7EXAMPLE';
	const path = file('secret.jsonl', hostileBoot(`error: key ${secret} refused`));
	for (const output of ['text', 'json', 'svg']) {
		const {out} = await runBoot(['--journal', path, '-o', output]);
		expect([output, out.includes(secret)]).toEqual([output, false]);
		expect(out).toContain('refused');
	}
});

test.each([
	[
		'a text journal',
		'Nov 22 18:50:12 host systemd[1]: Started app.\n',
		/not what journalctl -o json writes: 1 lines/,
	],
	['an empty file', '', /no journal entry/],
	['only notices', '-- No entries --\n', /no journal entry/],
	['a file of another kind', Buffer.from([0, 1, 2, 3, 255, 254]), /not what journalctl/],
	["systemd's own format", Buffer.from('LPKSHHRH\0\0\0\0\0\0\0\0'), /binary format/],
])('%s is one clear error with what to do', async (_name, content, message) => {
	const path = file('wrong', content);
	const error = await runBoot(['--journal', path]).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({kind: 'bad-input', exitCode: 1, message: expect.stringMatching(message)});
	expect((error as {next: readonly string[]}).next[0]).toContain('journalctl');
});

test('X1 a cut file prints what was read, says so, and ends with 1', async () => {
	const whole = readFileSync(s05());
	const {code, out, notes} = await runBoot([
		'--journal',
		file('cut.gz', whole.subarray(0, whole.length - 2000)),
	]);
	expect(code).toBe(1);
	expect(notes).toContain('Not read to its end');
	expect(out).toContain('UNIT');
});

test('lines that are no entries are counted and said', async () => {
	const path = file(
		'mixed.jsonl',
		`garbage\n${gunzipSync(readFileSync(s05())).toString('utf8')}more garbage\n`,
	);
	expect((await runBoot(['--journal', path])).notes).toContain('2 lines were no journal entries');
	expect(JSON.parse((await runBoot(['--journal', path, '-o', 'json'])).out).garbageLines).toBe(2);
});

test.each([[[]], [['--journal', 'x', 'web-prod/1']], [['a', 'b']]])('wrong usage %j says how', async args => {
	await expect(runBoot(args)).rejects.toMatchObject({kind: 'usage', exitCode: 2});
});
