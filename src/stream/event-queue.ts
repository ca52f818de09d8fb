/** A queue with one reader. It says when it is full, so that the writer can stop reading from its socket. */

export type EventQueue<T> = {
	readonly push: (event: T) => void;
	readonly close: () => void;
	readonly events: AsyncIterable<T>;
	readonly length: () => number;
};

/** `onLevel` is told when the queue grows past `high`, and again when it is down to half of it. */
export const createEventQueue = <T>(high: number, onLevel: (isFull: boolean) => void): EventQueue<T> => {
	let queue: T[] = [];
	let read = 0;
	let closed = false;
	let isFull = false;
	let wake: (() => void) | null = null;
	const length = () => queue.length - read;
	const wakeUp = () => {
		wake?.();
		wake = null;
	};
	const level = () => {
		if (!isFull && length() > high) onLevel((isFull = true));
		else if (isFull && length() <= high / 2) onLevel((isFull = false));
	};
	const next = async (): Promise<IteratorResult<T>> => {
		while (length() === 0) {
			if (closed) return {done: true, value: undefined};
			await new Promise<void>(resolve => {
				wake = resolve;
			});
		}
		const value = queue[read] as T;
		read += 1;
		if (read === queue.length || read > 4096) {
			queue = queue.slice(read);
			read = 0;
		}
		level();
		return {done: false, value};
	};
	const finish = async (): Promise<IteratorResult<T>> => {
		closed = true;
		queue = [];
		read = 0;
		level();
		return {done: true, value: undefined};
	};
	return {
		push: event => {
			if (closed) return;
			queue.push(event);
			level();
			wakeUp();
		},
		close: () => {
			closed = true;
			wakeUp();
		},
		events: {[Symbol.asyncIterator]: () => ({next, return: finish})},
		length,
	};
};
