import {mkdtemp, readdir, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import {createPageFile} from '../../src/stream/page-file.ts';
import type {LogStore} from '../../src/stream/types.ts';

const bootId = '5990577a209f45ceaef8888e4a37c59e';
const entry = (number: number): JournalEntry => ({
	cursor: `s=625f2f54a721434c963044702dd9ec5a;i=${number.toString(16)};b=${bootId};m=191d295;t=${(1_795_373_490_000_000 + number).toString(16)};x=aa0ad39f1c17649c`,
	bootId,
	realtimeUs: 1_795_373_490_000_000 + number,
	monotonicUs: number,
	unit: number % 3 === 0 ? 'app.service' : 'config.service',
	priority: number % 5000 === 4999 ? 3 : 6,
	identifier: 'app',
	pid: number,
	message: `line ${number} of many, ${number % 7000 === 6999 ? 'Denied' : 'all is well'}`.padEnd(100, '.'),
	cutBytes: 0,
	transport: 'stdout',
	fields: {},
	fromManager: false,
});

const total = 60_000;

/** Sixty thousand lines, of which one block is in memory and the rest on disk. */
const openPaged = async (maxBytes = 1024 ** 2 + 1) => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-paged-'));
	const pages = createPageFile(join(folder, 'unflap', 'paged'));
	const store = createLogStore({maxBytes, pages, flushMs: 1});
	onTestFinished(async () => {
		store.stop();
		await pages.close();
		await rm(folder, {recursive: true, force: true});
	});
	await expect.poll(pages.state).toBe('ready');
	const box = store.box('i-1');
	for (let from = 0; from < total; from += 1000)
		store.append(
			box,
			Array.from({length: 1000}, (_, at) => entry(from + at)),
		);
	store.setFilter({});
	return {store, pages, folder: join(folder, 'unflap', 'paged')};
};

const numbers = (store: LogStore, from = store.first(), count = total) =>
	store.rows(from, count).map(row => (row.kind === 'line' ? row.entry.pid : -1));
const everyNth = (step: number, first: number) =>
	Array.from({length: Math.ceil((total - first) / step)}, (_, at) => first + at * step);

test('lines that memory has no room for are read back from disk as they were, in order', async () => {
	const {store} = await openPaged();
	expect(store.counts()).toMatchObject({lines: total, evicted: 0});
	expect(store.counts().bytes).toBeLessThan(4 * 1024 ** 2);
	expect([store.first(), store.end()]).toEqual([0, total]);
	expect(numbers(store)).toEqual(everyNth(1, 0));
	const [row] = store.rows(12_345, 1);
	const {cutBytes: _1, transport: _2, fields: _3, fromManager: _4, ...line} = entry(12_345);
	expect(row).toMatchObject({kind: 'line', entry: line});
});

test('a search, a filter and the next error go through what is on disk too', async () => {
	const {store} = await openPaged();
	store.setSearch({kind: 'text', source: 'denied'});
	await expect.poll(store.matchCount).toBe(Math.floor(total / 7000));
	expect(store.jump('match', 0, 1)).toBe(6999);
	expect(store.jump('error', 0, 1)).toBe(4999);
	expect(store.jump('error', total - 2, -1)).toBe(total - 5001);
	store.setFilter({units: ['app.service']});
	await expect.poll(store.end).toBe(total / 3);
	expect(numbers(store)).toEqual(everyNth(3, 0));
	store.setFilter({include: {kind: 'regexp', source: '^line [0-9]+99 of'}});
	await expect.poll(() => numbers(store).length).toBe(everyNth(100, 99).length - 1);
});

test('what is on disk has no name, so that nobody else reads it and nothing of it is left', async () => {
	const {folder, pages} = await openPaged();
	expect(await readdir(folder)).toEqual([]);
	expect((await stat(folder)).mode & 0o777).toBe(0o700);
	await pages.close();
	expect(await readdir(folder)).toEqual([]);
});

test('where the disk takes nothing the oldest lines fall out, counted, and the rest goes on', async () => {
	const pages = createPageFile('/dev/null/unflap');
	const store = createLogStore({maxBytes: 1024 ** 2 + 1, pages, flushMs: 1});
	onTestFinished(store.stop);
	await expect.poll(pages.state).toBe('broken');
	expect(pages.problem()).not.toBeNull();
	const box = store.box('i-1');
	store.append(
		box,
		Array.from({length: total}, (_, number) => entry(number)),
	);
	store.setFilter({});
	const {lines, evicted} = store.counts();
	expect(lines).toBe(total);
	expect(evicted).toBeGreaterThan(0);
	expect(numbers(store)).toEqual(everyNth(1, evicted));
});

test('a page that cannot be read back leaves its lines out and says why', async () => {
	const {store, pages} = await openPaged();
	await pages.close();
	expect(numbers(store).length).toBeLessThan(total);
	expect(numbers(store).at(-1)).toBe(total - 1);
	expect(pages.problem()).not.toBeNull();
});
