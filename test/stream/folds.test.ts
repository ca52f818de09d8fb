import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createFoldRuns} from '../../src/stream/fold-runs.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import {entry} from '../ui/fakes.ts';

const runsOf = (flags: readonly boolean[]) => {
	const runs = createFoldRuns();
	for (const [position, isRepeat] of flags.entries()) runs.push(position, isRepeat);
	return runs;
};

test('whatever repeats: a position is in a run if eight or more around it are repeats', () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.boolean(), fc.integer({min: 1, max: 20})), {maxLength: 40}),
			stretches => {
				const flags = stretches.flatMap(([isRepeat, length]) => Array.from({length}, () => isRepeat));
				const runs = runsOf(flags);
				for (const [position, isRepeat] of flags.entries()) {
					let from = position;
					let to = position;
					while (isRepeat && flags[from - 1] === true) from -= 1;
					while (isRepeat && flags[to + 1] === true) to += 1;
					expect(runs.at(position)).toEqual(isRepeat && to - from >= 7 ? {from, to} : null);
				}
			},
		),
	);
});

test('many runs are kept, and those that fell out are forgotten', () => {
	const runs = createFoldRuns();
	for (let position = 0; position < 90_000; position += 1) runs.push(position, position % 9 !== 0);
	expect(runs.at(89_995)).toEqual({from: 89_992, to: 89_999});
	runs.dropBelow(45_000);
	expect(runs.at(44_990)).toBeNull();
	expect(runs.at(45_005)).toEqual({from: 45_001, to: 45_008});
});

const storeOf = (messages: readonly (readonly [string, string])[]) => {
	const store = createLogStore();
	store.box('i-0123456789abcdef0');
	store.append(
		0,
		messages.map(([unit, message]) => entry(message, {unit})),
	);
	store.setFilter({});
	return store;
};

const loop = (unit: string, times: number): readonly (readonly [string, string])[] =>
	Array.from({length: times}, (_, number) => [unit, `try ${number}: refused`]);

test('what a filter leaves is folded by itself, and every line is still there', () => {
	const store = storeOf([
		...loop('a.service', 10),
		['b.service', 'hello'],
		...loop('a.service', 5),
		['b.service', 'an error'],
		...loop('a.service', 3),
	]);
	expect(store.foldAt(0)).toBeNull();
	expect(store.foldAt(5)).toMatchObject({from: 1, to: 9, index: 1});
	expect(store.foldAt(12)).toBeNull();
	store.setFilter({units: ['a.service']});
	expect(store.foldAt(12)).toMatchObject({from: 1, to: 17, index: 1});
	expect(store.end() - store.first()).toBe(18);
	store.setFilter({});
	expect(store.counts().lines).toBe(20);
	expect(store.foldAt(5)).toMatchObject({from: 1, to: 9});
});

test('a fold tells whose lines and how many errors it hides', () => {
	const store = createLogStore();
	for (const id of ['i-1', 'i-2']) store.box(id);
	const round = (number: number) => [entry(`started ${number}`), entry(`error ${number}: refused`)];
	store.append(0, [...round(1), ...round(2), ...round(3), ...round(4)]);
	store.append(1, [...round(5), ...round(6)]);
	store.append(0, [entry('over')]);
	store.setFilter({});
	const fold = store.foldAt(4);
	expect(fold).toEqual({from: 2, to: 11, index: 2});
	expect(fold === null ? null : store.foldDetails(fold)).toEqual({boxes: [0, 1], errors: 5});
});

test('a run whose beginning fell out of memory begins with what is left', () => {
	const store = createLogStore({maxBytes: 1024 ** 2 + 1});
	store.box('i-1');
	for (let batch = 0; batch < 100; batch += 1)
		store.append(
			0,
			Array.from({length: 100}, (_, number) => entry(`${'x'.repeat(300)} ${batch * 100 + number}`)),
		);
	store.setFilter({});
	expect(store.counts().evicted).toBeGreaterThan(0);
	expect(store.foldAt(store.end() - 1)).toMatchObject({from: store.first(), index: store.first()});
});
