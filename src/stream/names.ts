/** Names that come again and again, as numbers. Beyond the limit all further ones are one: `others` (threats.md X2). */
import type {Hostile} from '../base/text.ts';

export type Names = {
	readonly number: (name: Hostile) => number;
	readonly name: (number: number) => Hostile;
	readonly count: () => number;
};

export const createNames = (limit: number): Names => {
	const numbers = new Map<string, number>();
	const names: Hostile[] = [];
	const add = (name: Hostile) => {
		numbers.set(name, names.length);
		names.push(name);
		return names.length - 1;
	};
	const others = add('others');
	return {
		number: name => numbers.get(name) ?? (names.length < limit ? add(name) : others),
		name: number => names[number] ?? '',
		count: () => names.length,
	};
};
