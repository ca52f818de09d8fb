import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createLogStore} from '../../src/stream/log-store.ts';
import {entry} from '../ui/fakes.ts';

const matching = (messages: readonly string[], source: string): readonly number[] => {
	const store = createLogStore();
	store.box('i-1');
	store.append(
		0,
		messages.map(message => entry(message, {unit: '', identifier: ''})),
	);
	store.setFilter({});
	store.setSearch({kind: 'text', source});
	const found = messages.flatMap((_, index) => (store.isMatch(index) ? [index] : []));
	expect(store.matchCount()).toBe(found.length);
	store.stop();
	return found;
};

/** What is looked for, the slow way: with a capital as it stands, without one in any case of ASCII letters. */
const expected = (messages: readonly string[], source: string) => {
	const lower = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase());
	const isExact = /[A-Z]/.test(source);
	return messages.flatMap((message, index) =>
		(isExact ? message.includes(source) : lower(message).includes(lower(source))) ? [index] : [],
	);
};

test.each(['took 500 ms', 'shard 12, will', 'never', '10.0.12.7', 'X', 'a', ' 12', 'id=', 'ü 7', '  '])(
	'%j is found where it stands, in any case unless it has a capital',
	source => {
		const messages = [
			'request took 500 ms',
			'Request TOOK 500 MS',
			'took 5000 ms',
			'cache miss on Shard 12, WILL be',
			'from 10.0.12.7 id=4',
			'Über ü 7, x X',
			'',
			'never NEVER  Never',
		];
		expect(matching(messages, source)).toEqual(expected(messages, source));
	},
);

test('whatever is searched in whatever lines: the same as the slow way', () => {
	const text = fc.string({
		unit: fc.constantFrom('a', 'B', 'b', '1', '12', ' ', '-', 'é', '日'),
		maxLength: 14,
	});
	fc.assert(
		fc.property(
			fc.array(text, {maxLength: 30}),
			text.filter(source => source !== ''),
			(messages, source) => {
				expect(matching(messages, source)).toEqual(expected(messages, source));
			},
		),
	);
});
