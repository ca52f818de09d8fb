/** Runs of repeated lines in a view: positions that follow each other, long enough to be worth one row. */

export type FoldRuns = {
	/** Positions come one after the other, each once. */
	readonly push: (position: number, isRepeat: boolean) => void;
	/** The run around a position, as long as it is by now, or null. */
	readonly at: (position: number) => {readonly from: number; readonly to: number} | null;
	readonly dropBelow: (position: number) => void;
};

/** Shorter runs stay as they are: their lines take hardly more room than the row in their place. */
const leastLines = 8;

export const createFoldRuns = (): FoldRuns => {
	/** Pairs of first and last position, ascending. */
	let ends = new Float64Array(256);
	let start = 0;
	let used = 0;
	let openFrom = -1;
	const grow = () => {
		const grown = new Float64Array(Math.max(256, (used - start) * 2));
		grown.set(ends.subarray(start, used));
		used -= start;
		start = 0;
		ends = grown;
	};
	return {
		push: (position, isRepeat) => {
			if (!isRepeat) {
				openFrom = -1;
				return;
			}
			if (openFrom < 0) openFrom = position;
			const length = position - openFrom + 1;
			if (length < leastLines) return;
			if (length === leastLines) {
				if (used + 2 > ends.length) grow();
				ends[used] = openFrom;
				used += 2;
			}
			ends[used - 1] = position;
		},
		at: position => {
			let low = start / 2;
			let high = used / 2;
			while (low < high) {
				const middle = (low + high) >> 1;
				if ((ends[middle * 2 + 1] ?? 0) < position) low = middle + 1;
				else high = middle;
			}
			const from = ends[low * 2] ?? 0;
			return low * 2 < used && from <= position ? {from, to: ends[low * 2 + 1] ?? from} : null;
		},
		dropBelow: position => {
			while (start < used && (ends[start + 1] ?? 0) < position) start += 2;
		},
	};
};
