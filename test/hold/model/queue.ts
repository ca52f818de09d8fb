/** Simulated time: actions in the order of their times, and of their planting. */
export type Queue = {
	readonly now: () => number;
	readonly at: (at: number, action: () => void) => void;
	readonly run: (until: number) => void;
};

const maxEvents = 120_000;

type Item = {readonly at: number; readonly order: number; readonly action: () => void};

const before = (one: Item, other: Item): boolean =>
	one.at < other.at || (one.at === other.at && one.order < other.order);

export const createQueue = (startAt: number): Queue => {
	let now = startAt;
	let order = 0;
	let done = 0;
	const heap: Item[] = [];
	return {
		now: () => now,
		at: (at, action) => push(heap, {at: Math.max(at, now), order: order++, action}),
		run: until => {
			while (heap.length > 0 && (heap[0] as Item).at <= until) {
				if (++done > maxEvents) throw new Error('a schedule that never comes to rest');
				const item = pop(heap);
				now = item.at;
				item.action();
			}
			now = Math.max(now, until);
		},
	};
};

const push = (heap: Item[], item: Item): void => {
	heap.push(item);
	for (let child = heap.length - 1; child > 0; ) {
		const parent = (child - 1) >> 1;
		if (!before(item, heap[parent] as Item)) break;
		heap[child] = heap[parent] as Item;
		heap[parent] = item;
		child = parent;
	}
};

const pop = (heap: Item[]): Item => {
	const first = heap[0] as Item;
	const last = heap.pop() as Item;
	if (heap.length === 0) return first;
	let parent = 0;
	for (;;) {
		let child = parent * 2 + 1;
		if (child >= heap.length) break;
		if (child + 1 < heap.length && before(heap[child + 1] as Item, heap[child] as Item)) child++;
		if (!before(heap[child] as Item, last)) break;
		heap[parent] = heap[child] as Item;
		parent = child;
	}
	heap[parent] = last;
	return first;
};
