import {expect, test} from 'vitest';
import {createRedactor} from '../../src/base/redact.ts';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {journalLine} from '../../src/stream/journal-line.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import {createEntryRedactor} from '../../src/stream/redact-entries.ts';

const canary = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00';
const esc = '\u001b';
const bootId = '5990577a209f45ceaef8888e4a37c59e';

const entry = (message: string, fields: JournalEntry['fields'] = {}): JournalEntry => ({
	cursor: '',
	bootId,
	realtimeUs: 1_795_373_490_548_636,
	monotonicUs: 5_000_000,
	unit: 'app.service',
	priority: 6,
	identifier: 'app',
	pid: 77,
	message,
	cutBytes: 0,
	transport: 'stdout',
	fields: {_STREAM_ID: 'a1', ...fields},
	fromManager: false,
});

const everywhere = (entries: readonly JournalEntry[]) => {
	const redact = createEntryRedactor(createRedactor());
	const masked = entries.map(redact);
	const store = createLogStore();
	store.append(store.box('i-0123456789abcdef0'), masked);
	store.setSearch({kind: 'text', source: canary});
	const hits = store.matchCount();
	store.setSearch(null);
	const rows = store.rows(0, 1000).map(row => (row.kind === 'line' ? row.entry.message : row.text));
	const spooled = masked.map(journalLine);
	store.stop();
	return {
		rows: rows.join('\n'),
		spool: spooled.join('\n'),
		hits,
		all: `${rows.join('')} ${spooled.join('')}`,
	};
};

const absent = (text: string) => {
	for (let at = 0; at + 12 <= canary.length; at += 1) expect(text).not.toContain(canary.slice(at, at + 12));
};

test.each([
	['plain', `password=${canary} next`],
	['coloured around', `${esc}[31mpassword=${canary}${esc}[0m next`],
	['coloured inside', `password=${canary.slice(0, 9)}${esc}[31;1m${canary.slice(9)}${esc}[0m next`],
	['name coloured', `pass${esc}[1mword${esc}[0m=${canary} next`],
	['zero width inside', `password=${canary.slice(0, 20)}\u200b${canary.slice(20)} next`],
	['OSC inside', `password=${canary.slice(0, 5)}${esc}]0;x\u0007${canary.slice(5)} next`],
	['JSON', `{"password":"${canary}"}`],
	['URL', `https://user:${canary}@host/`],
	['URL encoded', `password%3D${canary} next`],
	['base64', Buffer.from(`{"password":"${canary}"} and more`).toString('base64')],
])('S5 a secret %s is masked in rows, search and spool', (_form, message) => {
	const {all, hits} = everywhere([entry(message)]);
	absent(all);
	expect(hits).toBe(0);
	expect(all).toContain('[redacted]');
});

test('S5 a secret cut by journald’s 48 K split is masked, wherever the cut falls', () => {
	const text = `starting with password=${canary} and going on`;
	for (let at = 1; at < text.length; at += 1) {
		const {all, rows} = everywhere([
			entry(text.slice(0, at), {_LINE_BREAK: 'line-max'}),
			entry(text.slice(at)),
			entry('the next line'),
		]);
		absent(all);
		expect(rows.replaceAll('\n', '')).toContain('starting with password=[redacted]');
		expect(rows.replaceAll('\n', '')).toContain(' and going onthe next line');
	}
});

test('S5 a secret cut by a frame, at every byte of it, is masked', () => {
	const line = `${JSON.stringify({__CURSOR: 's=1', __REALTIME_TIMESTAMP: '1795373490548636', _BOOT_ID: bootId, _PID: '77', MESSAGE: [...Buffer.from(`${esc}[33mpassword=${esc}[1m${canary}${esc}[0m`)]})}\n`;
	for (let at = 1; at < line.length; at += 1) {
		const reader = createJournalReader();
		const parsed = [
			...reader.push(Buffer.from(line.slice(0, at))),
			...reader.push(Buffer.from(line.slice(at))),
		];
		const entries = parsed.flatMap(found => (found.kind === 'entry' ? [found.entry] : []));
		expect(entries).toHaveLength(1);
		absent(everywhere(entries).all);
	}
});

test('S5 a private key over many lines is masked to its end', () => {
	const key = [
		'-----BEGIN RSA PRIVATE KEY-----',
		...Array.from({length: 20}, () => canary),
		'-----END RSA PRIVATE KEY-----',
	];
	const {all, rows} = everywhere([entry('before'), ...key.map(line => entry(line)), entry('after')]);
	absent(all);
	expect(rows.startsWith('before\n')).toBe(true);
	expect(rows.endsWith('\nafter')).toBe(true);
});

test('S5 the bytes of a message that is not UTF-8 do not bring its secret back', () => {
	const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from(`password=${canary}`)]);
	const {all} = everywhere([{...entry(bytes.toString('utf8')), bytes}]);
	absent(all);
	expect(all).not.toContain([...Buffer.from(canary.slice(0, 12))].join(','));
});
