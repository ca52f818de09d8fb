/**
 * Random numbers of a lab run. Everything comes from one seed, and every thing that has a name draws from a stream
 * of its own name, so that the order in which requests arrive changes nothing.
 */
export type Range = readonly [from: number, to: number];

export type Random = {
	/** In [0, 1). */
	readonly next: () => number;
	/** An integer in [from, to], both ends included. */
	readonly integer: (from: number, to: number) => number;
	/** A real number in [from, to). */
	readonly between: (range: Range) => number;
	readonly hex: (digits: number) => string;
	readonly uuid: () => string;
	readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
	/** An independent stream that depends on the seed and the name alone. */
	readonly fork: (name: string) => Random;
};

export const createRandom = (seed: string | number): Random => {
	const next = mulberry32(hash(String(seed)));
	const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
	const hex = (digits: number): string =>
		Array.from({length: digits}, () => integer(0, 15).toString(16)).join('');
	return {
		next,
		integer,
		between: ([from, to]) => from + next() * (to - from),
		hex,
		uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[integer(0, 3)] ?? '8'}${hex(3)}-${hex(12)}`,
		pick: choices => choices[integer(0, choices.length - 1)] ?? choices[0],
		fork: name => createRandom(`${seed}/${name}`),
	};
};

/** FNV-1a with a final mix: short names that differ in one letter give unrelated streams. */
const hash = (text: string): number => {
	let value = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) {
		value ^= text.charCodeAt(index);
		value = Math.imul(value, 0x01000193);
	}
	value ^= value >>> 16;
	value = Math.imul(value, 0x85ebca6b);
	value ^= value >>> 13;
	value = Math.imul(value, 0xc2b2ae35);
	return (value ^ (value >>> 16)) >>> 0;
};

const mulberry32 = (start: number): (() => number) => {
	let state = start;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
};
