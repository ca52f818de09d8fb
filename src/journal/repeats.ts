/** Which lines a unit has said before in the same boot. Numbers, times, ids and addresses do not make a line another one. */
import type {Hostile} from '../base/text.ts';

export type SaidLine = {readonly bootId: string; readonly unit: Hostile; readonly message: Hostile};

export type Repeats = {
	/** True when a line of this shape came before; remembers this one. */
	readonly isRepeat: (line: SaidLine) => boolean;
};

/** Shapes remembered; a journal of ever new lines must not grow the set for ever. */
const mostShapes = 20_000;
const seenCharacters = 300;

export const createRepeats = (): Repeats => {
	const shapes = new Set<number>();
	return {
		isRepeat: line => {
			const shape = shapeOf(line);
			if (shapes.has(shape)) {
				return true;
			}

			if (shapes.size < mostShapes) {
				shapes.add(shape);
			}

			return false;
		},
	};
};

/**
 * A hash of 53 bits over boot, unit and the message, in which a run of hex digits with a decimal one in it counts as one
 * sign. Each line that arrives goes through here: no text is made.
 */
const shapeOf = ({bootId, unit, message}: SaidLine): number => {
	const start = hashText(hashText(seed, bootId), unit);
	let high = start[0];
	let low = start[1];
	/** The hash before the run of hex digits that is being read. */
	let highBefore = high;
	let lowBefore = low;
	let isInRun = false;
	let hasDigit = false;
	const length = Math.min(message.length, seenCharacters);
	for (let at = 0; at <= length; at++) {
		const code = at === length ? 0 : message.charCodeAt(at);
		const isDigit = code >= 48 && code <= 57;
		if (isDigit || isHexLetter(code)) {
			if (!isInRun) {
				highBefore = high;
				lowBefore = low;
				isInRun = true;
				hasDigit = false;
			}

			hasDigit ||= isDigit;
		} else if (isInRun) {
			isInRun = false;
			if (hasDigit) {
				high = Math.imul(highBefore ^ 35, primes[0]);
				low = Math.imul(lowBefore ^ 35, primes[1]);
			}
		}

		high = Math.imul(high ^ code, primes[0]);
		low = Math.imul(low ^ code, primes[1]);
	}

	return (high >>> 0) * 2 ** 21 + ((low >>> 0) & (2 ** 21 - 1));
};

const isHexLetter = (code: number): boolean => (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

type Hash = readonly [high: number, low: number];

/** Both odd and far apart: each half mixes in its own way. */
const primes: Hash = [16_777_619, 0x9e_37_79_b1];
const seed: Hash = [0x81_1c_9d_c5, 0x01_00_01_93];

const hashText = ([high, low]: Hash, text: string): Hash => {
	let a = high;
	let b = low;
	for (let at = 0; at < text.length; at++) {
		a = Math.imul(a ^ text.charCodeAt(at), primes[0]);
		b = Math.imul(b ^ text.charCodeAt(at), primes[1]);
	}

	return [Math.imul(a ^ 10, primes[0]), Math.imul(b ^ 10, primes[1])];
};
