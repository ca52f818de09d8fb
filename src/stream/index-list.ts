/** Ascending record indexes. A position counts from the first ever pushed, also when older ones were dropped. */

export type IndexList = {
	readonly push: (index: number) => void;
	readonly at: (position: number) => number | undefined;
	readonly first: () => number;
	readonly end: () => number;
	/** Position of the first index that is `index` or more. */
	readonly positionOf: (index: number) => number;
	readonly has: (index: number) => boolean;
	readonly dropBelow: (index: number) => void;
};

export const createIndexList = (): IndexList => {
	let values = new Float64Array(1024);
	/** Where the list starts in `values`. */
	let start = 0;
	let length = 0;
	let dropped = 0;
	const offsetOf = (index: number) => {
		let low = 0;
		let high = length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((values[start + middle] ?? 0) < index) low = middle + 1;
			else high = middle;
		}
		return low;
	};
	return {
		push: index => {
			if (start + length === values.length) {
				const grown = new Float64Array(Math.max(1024, length * 2));
				grown.set(values.subarray(start, start + length));
				values = grown;
				start = 0;
			}
			values[start + length] = index;
			length += 1;
		},
		at: position => {
			const offset = position - dropped;
			return offset < 0 || offset >= length ? undefined : values[start + offset];
		},
		first: () => dropped,
		end: () => dropped + length,
		positionOf: index => dropped + offsetOf(index),
		has: index => {
			const offset = offsetOf(index);
			return offset < length && values[start + offset] === index;
		},
		dropBelow: index => {
			const count = offsetOf(index);
			start += count;
			length -= count;
			dropped += count;
		},
	};
};
