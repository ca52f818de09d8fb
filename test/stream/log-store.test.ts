import fc from 'fast-check';
import {afterEach, expect, test} from 'vitest';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createLogStore, type LogStoreOptions} from '../../src/stream/log-store.ts';
import type {LogStore} from '../../src/stream/types.ts';

const bootId = '5990577a209f45ceaef8888e4a37c59e';
const entry = (number: number, changes: Partial<JournalEntry> = {}): JournalEntry => ({
	cursor: `s=625f2f54a721434c963044702dd9ec5a;i=${number.toString(16)};b=${bootId};m=191d295;t=${(1_795_373_490_000_000 + number).toString(16)};x=aa0ad39f1c17649c`,
	bootId,
	realtimeUs: 1_795_373_490_000_000 + number,
	monotonicUs: number,
	unit: number % 3 === 0 ? 'app.service' : 'config.service',
	priority: 6,
	identifier: 'app',
	pid: number,
	message: `line ${number}`,
	cutBytes: 0,
	transport: 'stdout',
	fields: {},
	fromManager: false,
	...changes,
});

const stores: LogStore[] = [];
afterEach(() => {
	for (const store of stores.splice(0)) store.stop();
});
const storeOf = (entries: readonly JournalEntry[], options: LogStoreOptions = {}) => {
	const store = createLogStore(options);
	stores.push(store);
	store.append(store.box('i-1'), entries);
	store.setFilter({});
	return store;
};
const messages = (store: LogStore, from = store.first(), count = 1e6) =>
	store.rows(from, count).map(row => (row.kind === 'line' ? row.entry.message : `— ${row.text}`));
const many = (count: number, change: (number: number) => Partial<JournalEntry> = () => ({})) =>
	Array.from({length: count}, (_, number) => entry(number, change(number)));

test('an entry comes back as it went in', () => {
	const given = [
		entry(7, {bytes: Uint8Array.of(1, 255, 0), message: '\u0001\ufffd\0'}),
		entry(8, {cursor: '', unit: '', identifier: '', pid: 0, message: '日本語 👩‍👩‍👧‍👦'}),
		entry(9, {cursor: 'odd=1', bootId: '', realtimeUs: 0}),
		entry(10, {message: 'x'.repeat(3 * 1024 * 1024)}),
	];
	const rows = storeOf(given).rows(0, 10);
	expect(rows.map(row => (row.kind === 'line' ? row.entry : null))).toEqual(
		given.map(({cutBytes: _1, transport: _2, fields: _3, fromManager: _4, ...line}) => line),
	);
});

test('units, boxes, priority, text and regular expressions narrow the view, and new lines join it', async () => {
	const store = storeOf(
		many(100, number => ({
			priority: number % 8,
			message: `${number % 10 === 0 ? 'Denied' : 'fine'} ${number}`,
		})),
	);
	store.setFilter({units: ['app.service']});
	expect(store.end() - store.first()).toBe(34);
	store.setFilter({priority: 3});
	expect(store.end()).toBe(52);
	store.setFilter({boxes: [5]});
	expect(store.end()).toBe(0);
	store.setFilter({include: {kind: 'text', source: 'denied'}});
	expect(messages(store)).toHaveLength(10);
	store.setFilter({include: {kind: 'text', source: 'DENIED'}});
	expect(messages(store)).toHaveLength(0);
	store.setFilter({exclude: {kind: 'text', source: 'fine'}, units: ['app.service']});
	expect(messages(store)).toEqual(['Denied 0', 'Denied 30', 'Denied 60', 'Denied 90']);
	store.append(0, [entry(100, {unit: 'app.service', message: 'new'})]);
	await expect.poll(() => messages(store)).toContain('new');
	store.setFilter({include: {kind: 'regexp', source: '^Denied [1-3]0$'}});
	await expect.poll(() => messages(store)).toEqual(['Denied 10', 'Denied 20', 'Denied 30']);
});

test('the identifier and the unit are searched too', () => {
	const store = storeOf(many(9, number => ({identifier: number === 4 ? 'sshd' : 'app'})));
	store.setSearch({kind: 'text', source: 'sshd'});
	expect(store.matchCount()).toBe(1);
	expect(store.isMatch(4)).toBe(true);
	store.setSearch({kind: 'text', source: 'config.s'});
	expect(store.matchCount()).toBe(6);
});

test('story 11: e and n jump to the next error and match in the view, and stop at the end', () => {
	const store = storeOf(
		many(50, number => ({
			...(number === 10 ? {priority: 3} : {}),
			...(number === 20 ? {message: 'fatal error: AccessDenied'} : {}),
			...(number === 30 ? {message: 'terrors and panicky words are none'} : {}),
			...(number === 40 ? {message: 'Traceback (most recent call last):'} : {}),
		})),
	);
	store.mark('7e20 link dropped');
	expect([0, 10, 20, 40].map(position => store.jump('error', position, 1))).toEqual([10, 20, 40, null]);
	expect([49, 40, 20, 10].map(position => store.jump('error', position, -1))).toEqual([40, 20, 10, null]);
	store.setSearch({kind: 'text', source: 'AccessDenied'});
	expect([store.jump('match', 0, 1), store.jump('match', 20, 1), store.jump('match', 49, -1)]).toEqual([
		20,
		null,
		20,
	]);
	store.setFilter({units: ['config.service']});
	const position = store.jump('error', store.first(), 1) ?? -1;
	const [row] = store.rows(position, 1);
	expect(row?.index).toBe(10);
	expect(store.positionOf(10)).toBe(position);
});

test('rule rows stand between the lines, and go when only matches are shown', () => {
	const store = storeOf(many(2));
	store.mark('41d7 joined, replayed from its own boot');
	store.append(0, [entry(2)]);
	store.setFilter({});
	expect(messages(store)).toEqual([
		'line 0',
		'line 1',
		'— 41d7 joined, replayed from its own boot',
		'line 2',
	]);
	store.setFilter({include: {kind: 'text', source: 'line'}});
	expect(messages(store)).toEqual(['line 0', 'line 1', 'line 2']);
});

test('over the cap the oldest lines fall out, positions stay, and the count says so', () => {
	const store = storeOf([], {maxBytes: 4 * 1024 * 1024});
	const long = 'y'.repeat(1000);
	store.setFilter({units: ['app.service']});
	for (let round = 0; round < 10; round += 1)
		store.append(
			0,
			many(1000, number => ({message: `${round} ${number} ${long}`, priority: number === 999 ? 2 : 6})),
		);
	store.setFilter({});
	const {lines, evicted, bytes} = store.counts();
	expect(lines).toBe(10_000);
	expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
	expect(store.end() - store.first()).toBe(lines - evicted);
	expect(store.first()).toBe(evicted);
	expect(messages(store, store.end() - 1)[0]).toMatch(/^9 999 y/);
	expect(messages(store, store.first(), 1)[0]).toMatch(
		new RegExp(`^${Math.floor(evicted / 1000)} ${evicted % 1000} y`),
	);
	expect(store.jump('error', store.first(), 1)).toBe(Math.ceil((evicted + 1) / 1000) * 1000 - 1);
});

test('density, counts and units agree with the lines', () => {
	const store = storeOf(
		many(100, number => ({
			realtimeUs: 1_795_373_490_000_000 + number * 1_000_000,
			priority: number === 50 ? 3 : number === 51 ? 4 : 6,
		})),
	);
	const {bins, fromUs, toUs} = store.density(10);
	expect(bins.map(({lines}) => lines)).toEqual(Array.from({length: 10}, () => 10));
	expect(bins[5]).toEqual({lines: 10, errors: 1, warnings: 1});
	expect(toUs - fromUs).toBe(100_000_000);
	expect(store.counts()).toMatchObject({lines: 100, errors: 1, warnings: 1, lost: 0});
	expect(store.units()).toEqual([
		{unit: 'config.service', lines: 66, errors: 1},
		{unit: 'app.service', lines: 34, errors: 0},
	]);
});

test('times and unit names without end are bounded', () => {
	const store = storeOf(many(6000, number => ({unit: `unit-${number}.service`, realtimeUs: number * 1e15})));
	expect(store.units().length).toBeLessThanOrEqual(5000);
	expect(store.units()[0]?.unit).toBe('others');
	expect(store.density(80).bins).toHaveLength(80);
});

test('X3 a pattern that would never end is switched off, and says so, while the store goes on', async () => {
	const store = storeOf(many(10, () => ({message: `${'a'.repeat(40)}b`})));
	store.setSearch({kind: 'regexp', source: '(a+)+$'});
	await expect
		.poll(() => store.patternProblem(), {timeout: 5000})
		.toBe('this pattern is too slow and was switched off');
	expect(messages(store)).toHaveLength(10);
	store.setSearch({kind: 'text', source: 'aab'});
	expect(store.matchCount()).toBe(10);
});

test('listeners hear of many changes once', async () => {
	const store = storeOf([]);
	const before = store.version();
	let heard = 0;
	store.subscribe(() => (heard += 1));
	for (let number = 0; number < 1000; number += 1) store.append(0, [entry(number)]);
	expect(heard).toBe(0);
	await expect.poll(() => heard).toBeGreaterThan(0);
	expect(store.version()).toBe(before + heard);
	expect(store.end()).toBe(1000);
});

test('a text is found exactly where a plain search finds it', () => {
	const letters = fc.string({unit: fc.constantFrom('a', 'b', 'A', 'é', '日', ' '), maxLength: 12});
	fc.assert(
		fc.property(
			fc.array(letters, {maxLength: 60}),
			fc.string({unit: fc.constantFrom('a', 'b', 'B', 'é'), minLength: 1, maxLength: 3}),
			(texts, source) => {
				const store = storeOf(
					texts.map((message, number) => entry(number, {message, unit: '', identifier: ''})),
				);
				store.setSearch({kind: 'text', source});
				const exact = /[A-Z]/.test(source) || !/[a-z]/.test(source);
				const expected = texts.map(text =>
					exact ? text.includes(source) : text.toLowerCase().includes(source.toLowerCase()),
				);
				expect(texts.map((_, index) => store.isMatch(index))).toEqual(expected);
			},
		),
		{numRuns: 200},
	);
});
