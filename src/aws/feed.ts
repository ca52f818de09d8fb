/** A list that screens can watch: the same reference until something changes. */
import type {Feed} from './types.ts';

export type GrowingFeed<T> = Feed<T> & {
	readonly replace: (entries: readonly T[]) => void;
};

export const createFeed = <T>(): GrowingFeed<T> => {
	let entries: readonly T[] = [];
	const listeners = new Set<() => void>();
	return {
		entries: () => entries,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		replace: next => {
			entries = next;
			for (const listener of listeners) listener();
		},
	};
};
