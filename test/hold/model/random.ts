/** Random numbers that depend on their place alone, so that a schedule keeps its faults while it shrinks. */
export const hashOf = (...parts: readonly number[]): number => {
	let hash = 0x811c9dc5;
	for (const part of parts) {
		hash = Math.imul(hash ^ (part >>> 0), 0x01000193);
		hash ^= hash >>> 15;
		hash = Math.imul(hash, 0x2c1b3c6d);
		hash ^= hash >>> 12;
	}
	return hash >>> 0;
};

/** 0 to 1. */
export const chance = (...parts: readonly number[]): number => hashOf(...parts) / 0x1_0000_0000;
