/** A small store: a state that is replaced, never changed, and listeners that hear of it. */
export type Store<T> = {
	readonly getState: () => T;
	readonly subscribe: (listener: () => void) => () => void;
};

export type WritableStore<T> = Store<T> & {readonly update: (part: Partial<T>) => void};

export const createStore = <T extends object>(initial: T): WritableStore<T> => {
	let state = initial;
	const listeners = new Set<() => void>();
	return {
		getState: () => state,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		update: part => {
			state = {...state, ...part};
			for (const listener of listeners) listener();
		},
	};
};
