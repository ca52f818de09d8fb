import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {parseEntry} from '../../src/journal/parse-entry.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {sharedFolder} from '../shared-folder.ts';
import {bootId, entryLine} from './entry-lines.ts';

const entryOf = (line: string): JournalEntry => {
	const parsed = parseEntry(line);
	if (parsed.kind !== 'entry') {
		throw new Error(`no entry: ${parsed.kind}`);
	}

	return parsed.entry;
};

test('an ordinary line becomes an entry with checked numbers and ids', () => {
	expect(entryOf(entryLine())).toMatchObject({
		bootId,
		realtimeUs: 1795373228450445,
		monotonicUs: 12671124,
		unit: 'alpha.service',
		priority: 6,
		identifier: 'alpha',
		pid: 500,
		message: 'hello',
		cutBytes: 0,
		transport: 'stdout',
		fromManager: false,
	});
});

test('old versions put blanks around names and values, json-seq 0x1e and json-sse a word before the object', () => {
	const spaced = entryLine()
		.replaceAll('":"', '" : "')
		.replaceAll('","', '", "')
		.replace('{', '{ ')
		.replace(/\}$/, ' }');
	const expected = entryOf(entryLine());
	for (const line of [spaced, `\u001e${entryLine()}`, `data: ${entryLine()}`, `${entryLine()}\r`]) {
		expect(entryOf(line)).toEqual(expected);
	}
});

test.each([
	['bytes that are UTF-8 with an escape', [27, 91, 51, 49, 109, 114], '\u001b[31mr'],
	['a field that occurs twice', ['one', 'two'], 'one\ntwo'],
	['a field that occurs twice, once as bytes', ['one', [27, 120]], 'one\n\u001bx'],
	['nothing at all', undefined, ''],
	['an empty array', [], ''],
	['a number, which journalctl never writes', 17, ''],
	['an object, which journalctl never writes', {a: 1}, ''],
])('a message of %s is decoded', (_name, message, expected) => {
	const entry = entryOf(entryLine({MESSAGE: message}));
	expect(entry.message).toBe(expected);
	expect(entry.bytes).toBeUndefined();
});

test('bytes that are not UTF-8 stand as replacement characters and as they were', () => {
	const entry = entryOf(entryLine({MESSAGE: [104, 255, 105]}));
	expect(entry.message).toBe('h\ufffdi');
	expect(entry.bytes).toEqual(Uint8Array.of(104, 255, 105));
});

test('a message that journalctl left out for its length is a visible sentence, not nothing', () => {
	expect(entryOf(entryLine({MESSAGE: null})).message).toContain('left this message out');
});

test('kernel lines carry the time of their origin', () => {
	const fields = {_TRANSPORT: 'kernel', _SOURCE_MONOTONIC_TIMESTAMP: '42', _PID: undefined};
	expect(entryOf(entryLine(fields)).monotonicUs).toBe(42);
	expect(entryOf(entryLine({_SOURCE_MONOTONIC_TIMESTAMP: '42'})).monotonicUs).toBe(12671124);
});

test('only PID 1 may speak about a unit it is not', () => {
	const claim = {UNIT: 'victim.service', MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c'};
	expect(entryOf(entryLine({...claim, _PID: '1'})).unit).toBe('victim.service');
	expect(entryOf(entryLine({...claim, _PID: '1'})).fromManager).toBe(true);
	expect(entryOf(entryLine({...claim, _PID: '77'})).unit).toBe('alpha.service');
	expect(entryOf(entryLine({...claim, _PID: '1', _UID: '1000'})).fromManager).toBe(false);
	expect(entryOf(entryLine({OBJECT_SYSTEMD_UNIT: 'victim.service', _UID: '1000'})).unit).toBe(
		'alpha.service',
	);
	expect(entryOf(entryLine({COREDUMP_UNIT: 'victim.service', _UID: '0'})).unit).toBe('victim.service');
});

test('Q5 a cursor or boot id outside its grammar is dropped', () => {
	const hostile = entryOf(entryLine({__CURSOR: "s=1'; reboot", _BOOT_ID: '../../../etc/passwd'}));
	expect(hostile.cursor).toBe('');
	expect(hostile.bootId).toBe('');
	expect(entryOf(entryLine({__CURSOR: 'a'.repeat(301)})).cursor).toBe('');
	expect(entryOf(entryLine()).cursor).not.toBe('');
});

test.each(['-5', '1e400', '99999999999999999999', 'NaN', '', ' 1', '0x10', 1e300, null, ['1']])(
	'X2 the time %j is no time',
	value => {
		const entry = entryOf(entryLine({__REALTIME_TIMESTAMP: value, __MONOTONIC_TIMESTAMP: value}));
		expect(entry.realtimeUs).toBe(0);
		expect(entry.monotonicUs).toBe(0);
	},
);

test('X2 __proto__ and constructor are names like any other', () => {
	const line = entryLine().replace('{', '{"__proto__":{"polluted":"yes"},"constructor":"x",');
	expect(entryOf(line).message).toBe('hello');
	expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('X2 of two equal keys the last one counts, as for JSON.parse', () => {
	expect(entryOf(entryLine().replace('{', '{"MESSAGE":"first",')).message).toBe('hello');
});

test('X2 nesting beyond 64 levels is garbage, a million levels too', () => {
	for (const depth of [100, 500_000]) {
		const line = entryLine().replace('{', `{"DEEP":${'['.repeat(depth)}${']'.repeat(depth)},`);
		expect(parseEntry(line).kind).toBe('garbage');
	}
});

test.each([
	'',
	'Nov 22 18:50:12 host app[1]: text',
	'{"a":1}',
	'{"MESSAGE":',
	'[1]',
	'null',
	'{}',
	'{"MESSAGE":"x"} trailing',
])('the line %j is garbage, shown and counted', line => {
	const parsed = parseEntry(line);
	expect(parsed).toMatchObject({kind: 'garbage', byteLength: Buffer.byteLength(line)});
});

test("journalctl's own words between entries are notices", () => {
	expect(parseEntry('-- No entries --').kind).toBe('notice');
	expect(parseEntry('-- cursor: s=1;i=2').kind).toBe('notice');
});

test('the awkward entries of a real journal are all read, with and without -a', () => {
	const folder = join(sharedFolder, 'fixtures/boots/S10-noisy/awkward');
	for (const file of ['native-o-json.jsonl', 'stdout-a-o-json.jsonl']) {
		const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
		for (const line of lines) {
			const entry = entryOf(line);
			expect(entry.bootId).toMatch(/^[0-9a-f]{32}$/);
			expect(entry.realtimeUs).toBeGreaterThan(1.7e15);
			const message: unknown = JSON.parse(line).MESSAGE;
			if (typeof message === 'string') {
				expect(entry.message).toBe(message);
			}
		}
	}
});
