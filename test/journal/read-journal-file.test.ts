import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {createGzip, gzipSync, zstdCompressSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type JournalFileCaps, readJournalFile} from '../../src/journal/read-journal-file.ts';
import {entryLine} from './entry-lines.ts';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-journal-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

const file = (name: string, content: Uint8Array | string): string => {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
};

type Outcome = {entries: number; garbage: number; incomplete: string | null; messages: string[]};

const read = async (
	path: string,
	options: {caps?: Partial<JournalFileCaps>; stdin?: Readable} = {},
): Promise<Outcome> => {
	const outcome: Outcome = {entries: 0, garbage: 0, incomplete: null, messages: []};
	for await (const part of readJournalFile(path, options)) {
		if (part.kind === 'incomplete') {
			outcome.incomplete = part.why;
			continue;
		}

		for (const line of part.lines) {
			outcome.entries += line.kind === 'entry' ? 1 : 0;
			outcome.garbage += line.kind === 'garbage' ? 1 : 0;
			if (line.kind === 'entry' && outcome.messages.length < 10) {
				outcome.messages.push(line.entry.message);
			}
		}
	}

	return outcome;
};

const three = ['one', 'two', 'three — drei 三'].map(MESSAGE => `${entryLine({MESSAGE})}\n`).join('');
const expected = {entries: 3, garbage: 0, incomplete: null, messages: ['one', 'two', 'three — drei 三']};

test('plain, .gz, .zst and standard input give the same entries; the content decides, not the name', async () => {
	expect(await read(file('a.jsonl', three))).toEqual(expected);
	expect(await read(file('b.jsonl.gz', gzipSync(three)))).toEqual(expected);
	expect(await read(file('c.jsonl.zst', zstdCompressSync(three)))).toEqual(expected);
	expect(await read(file('zipped-but-named.jsonl', gzipSync(three)))).toEqual(expected);
	const stdin = Readable.from([Buffer.from(three.slice(0, 3)), Buffer.from(three.slice(3))]);
	expect(await read('-', {stdin})).toEqual(expected);
});

test('files of several members or frames are read to their end', async () => {
	const two = `${entryLine({MESSAGE: 'more'})}\n`;
	for (const [name, pack] of [
		['d.gz', gzipSync],
		['d.zst', zstdCompressSync],
	] as const) {
		const path = file(name, Buffer.concat([pack(three), pack(two)]));
		expect(await read(path)).toMatchObject({entries: 4, incomplete: null});
	}
});

test('X1 a compressed file that was cut off gives what came before, marked incomplete', async () => {
	const many = Array.from(
		{length: 5000},
		(_, index) => `${entryLine({MESSAGE: `${index} ${Math.sin(index)}`})}\n`,
	).join('');
	for (const [name, packed] of [
		['e.gz', gzipSync(many)],
		['e.zst', zstdCompressSync(many)],
	] as const) {
		const outcome = await read(file(name, packed.subarray(0, Math.floor(packed.length / 2))));
		expect(outcome.entries).toBeGreaterThan(100);
		expect(outcome.incomplete).toContain('damaged');
	}
});

test('X1 over a cap what was read stands, marked incomplete', async () => {
	const many = Array.from({length: 3000}, () => `${entryLine()}\n`).join('');
	const path = file('f.jsonl', many);
	const byEntries = await read(path, {caps: {maxEntries: 1000}});
	expect(byEntries.entries).toBeGreaterThanOrEqual(1000);
	expect(byEntries.entries).toBeLessThan(3000);
	expect(byEntries.incomplete).toContain('entries');
	expect((await read(path, {caps: {maxBytes: 300_000}})).incomplete).toContain('bytes');
});

test('X1 one line of 300 MB out of 300 KB of gzip is one shortened line, in little memory', async () => {
	const path = join(folder, 'bomb.gz');
	const gzip = createGzip({level: 9});
	const chunks: Buffer[] = [];
	gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
	gzip.write(
		entryLine({MESSAGE: 'before'}) +
			'\n' +
			entryLine({MESSAGE: 'X'}).replace(/"X"(.*)\}$/, (_all, rest) => `"r"${rest},"MESSAGE":"`),
	);
	const megabyte = Buffer.alloc(1024 * 1024, 'x');
	for (let count = 0; count < 300; count++) {
		if (!gzip.write(megabyte)) {
			await new Promise(resolve => gzip.once('drain', resolve));
		}
	}

	gzip.end('"}\n');
	await new Promise(resolve => gzip.once('end', resolve));
	writeFileSync(path, Buffer.concat(chunks));
	const before = process.memoryUsage().rss;
	const outcome = await read(path);
	expect(outcome).toMatchObject({entries: 2, garbage: 0, incomplete: null});
	expect(outcome.messages[1]?.length).toBeLessThan(1024 * 1024);
	expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
}, 60_000);

test('X1 a hundred thousand empty gzip members are read through', async () => {
	const empty = gzipSync('');
	const path = file(
		'members.gz',
		Buffer.concat([...Array.from({length: 100_000}, () => empty), gzipSync(three)]),
	);
	expect(await read(path)).toEqual(expected);
}, 60_000);

test('X1 a zstd window over 2^27 is refused, not allocated', async () => {
	// A frame header that asks for a window of 2 GiB (descriptor 0xa8: exponent 21), then a last, empty raw block.
	const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
	const outcome = await read(file('window.zst', header));
	expect(outcome.entries).toBe(0);
	expect(outcome.incomplete).toContain('damaged');
});

test("a journal file in systemd's own format, a directory and a missing file say what to do", async () => {
	await expect(read(file('system.journal', 'LPKSHHRH\0\0\0\0'))).rejects.toThrow(/binary format/);
	await expect(read(folder)).rejects.toThrow(/directory/);
	await expect(read(join(folder, 'missing'))).rejects.toThrow(/Could not read .*missing/);
});

test('lines that are no entries are counted, and the rest is read', async () => {
	const outcome = await read(file('mixed.jsonl', `garbage\n${three}{"broken":\n\0\0\n`));
	expect(outcome).toMatchObject({entries: 3, garbage: 3});
});
