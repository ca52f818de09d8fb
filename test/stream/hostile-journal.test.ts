import {hash} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, describe, expect, test} from 'vitest';
import {shown, shownLines} from '../../src/base/terminal-text.ts';
import {recordOf} from '../../src/cli/logs-print.ts';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {journalLine} from '../../src/stream/journal-line.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import {createSpool} from '../../src/stream/spool.ts';
import {corpus} from '../hostile/corpus.ts';
import {sharedFolder} from '../shared-folder.ts';

const bootId = '5990577a209f45ceaef8888e4a37c59e';
const hostileMessages = [
	...corpus.map(({text}) => Buffer.from(text.toWellFormed())),
	Buffer.alloc(100 * 1024, 'x'),
	Buffer.from('before\0after'),
	Buffer.from([0x62, 0xff, 0xfe, 0xc3]),
	Buffer.from('日本語のログ 한국어 中文'),
	Buffer.from('👩‍👩‍👧‍👦 🏴‍☠️ e\u0301'),
	Buffer.from('two\nlines'),
	Buffer.from(''),
];

/** As journalctl writes it: bytes where something is not printable. */
const lineOf = (message: Buffer, index: number) =>
	JSON.stringify({
		__CURSOR: `s=1;i=${index.toString(16)}`,
		__REALTIME_TIMESTAMP: String(1_795_373_490_548_636 + index),
		__MONOTONIC_TIMESTAMP: String(1000 + index),
		_BOOT_ID: bootId,
		PRIORITY: String(index % 8),
		_PID: '7',
		SYSLOG_IDENTIFIER: 'app',
		_SYSTEMD_UNIT: 'app.service',
		MESSAGE: /^[\x20-\x7e]+$/.test(message.toString('latin1')) ? message.toString() : [...message],
	});

const digest = (bytes: Buffer) => hash('sha256', bytes);

const entriesOf = (text: string): readonly JournalEntry[] => {
	const reader = createJournalReader();
	const bytes = Buffer.from(text);
	const entries: JournalEntry[] = [];
	for (let at = 0; at < bytes.length; at += 1021)
		for (const parsed of reader.push(bytes.subarray(at, at + 1021)))
			if (parsed.kind === 'entry') entries.push(parsed.entry);
	return entries;
};

const entries = entriesOf(`${hostileMessages.map(lineOf).join('\n')}\n`);
const awkward = ['native-a-o-json.jsonl.gz', 'stdout-a-o-json.jsonl']
	.map(name => readFileSync(join(sharedFolder, 'fixtures/boots/S10-noisy/awkward', name)))
	.map(bytes => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString())
	.join('');
const folder = mkdtempSync(join(tmpdir(), 'unflap-spool-'));
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

describe('a hostile journal loses no line and drives no terminal', () => {
	test('every message is kept as it was, in order', () => {
		expect(entries).toHaveLength(hostileMessages.length);
		const store = createLogStore();
		store.append(store.box('i-1'), entries);
		store.setFilter({});
		const rows = store.rows(0, 1000);
		expect(rows.map(row => (row.kind === 'line' ? row.entry.message : ''))).toEqual(
			entries.map(({message}) => message),
		);
		expect(rows.map(row => (row.kind === 'line' ? row.entry.cursor : ''))).toEqual(
			entries.map(({cursor}) => cursor),
		);
		store.stop();
	});

	test('what is painted and copied holds nothing a terminal acts on', () => {
		for (const {message} of entries)
			for (const line of [shown(message), ...shownLines(message)])
				expect(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(line)).toBe(false);
	});

	test('jsonl is lossless: bytes that are no UTF-8 come as base64', () => {
		const records = entries.map(found => recordOf({box: 0, entry: found}, ['i-1']));
		const back = records.map(record =>
			'messageBase64' in record
				? Buffer.from(String(record.messageBase64), 'base64')
				: Buffer.from(String(record.message)),
		);
		expect(back.map(digest)).toEqual(hostileMessages.map(digest));
	});

	test('the recorded awkward entries go through the spool line and come back equal', () => {
		const before = entriesOf(awkward);
		expect(before.length).toBeGreaterThan(10);
		const after = entriesOf(`${before.map(journalLine).join('\n')}\n`);
		expect(after.map(({message, bytes}) => [message, bytes && Buffer.from(bytes).toString('hex')])).toEqual(
			before.map(({message, bytes}) => [message, bytes && Buffer.from(bytes).toString('hex')]),
		);
		expect(after.map(({unit, priority, monotonicUs}) => [unit, priority, monotonicUs])).toEqual(
			before.map(({unit, priority, monotonicUs}) => [unit, priority, monotonicUs]),
		);
	});
});

describe('the spool', () => {
	const options = (name: string, maxMegabytes = 100) => ({
		root: join(folder, 'spool'),
		accountId: '123456789012',
		region: 'eu-west-1',
		group: {
			name,
			arn: `arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:uuid:autoScalingGroupName/${name}`,
		},
		instanceId: 'i-0c1a2b3c4d5e67e20',
		maxMegabytes,
		wallNow: Date.now,
	});

	test('P7 holds every line in files for us alone, readable as a journal', async () => {
		const spool = createSpool(options('web'));
		spool.append(entries.slice(0, 10));
		spool.append(entries.slice(10));
		await spool.close();
		expect([spool.problem(), spool.notKept()]).toEqual([null, 0]);
		const boot = join(spool.folder, bootId);
		const [file = ''] = readdirSync(boot).filter(name => name.endsWith('.gz'));
		expect(statSync(join(boot, file)).mode & 0o777).toBe(0o600);
		for (let path = boot; path.length >= folder.length + 6; path = join(path, '..'))
			expect(statSync(path).mode & 0o777).toBe(0o700);
		const back = entriesOf(gunzipSync(readFileSync(join(boot, file))).toString());
		expect(back.map(({message}) => message)).toEqual(entries.map(({message}) => message));
		expect(JSON.parse(readFileSync(join(boot, 'about.json'), 'utf8'))).toMatchObject({group: 'web', bootId});
	});

	test('P1 no group name leads out of the spool', async () => {
		for (const {text} of corpus.slice(0, 40)) {
			const spool = createSpool(options(text));
			expect(spool.folder.startsWith(join(folder, 'spool', '123456789012', 'eu-west-1'))).toBe(true);
			expect(spool.folder.split('/')).toHaveLength(join(folder, 'spool').split('/').length + 4);
			await spool.close();
		}
	});

	test('keeps within its cap and counts what it left out', async () => {
		const again = createSpool(options('capped', 0));
		again.append(entries);
		await again.close();
		expect(again.notKept()).toBe(entries.length);
	});
});
