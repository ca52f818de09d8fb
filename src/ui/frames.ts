/** When the screen is painted anew. */

/** Data may change much more often than eyes can follow; keys are painted at once. */
const frameMs = 33;

/** A version that React reads, and who is told: at once after keys, at most every 33 ms for data. */
export const createFrames = () => {
	const listeners = new Set<() => void>();
	let version = 0;
	let timer: NodeJS.Timeout | null = null;
	let stopped = false;
	const now = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		if (stopped) return;
		version += 1;
		for (const listener of listeners) listener();
	};
	return {
		now,
		soon: () => {
			if (!stopped) timer ??= setTimeout(now, frameMs);
		},
		version: () => version,
		subscribe: (listener: () => void) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		stop: () => {
			stopped = true;
			if (timer !== null) clearTimeout(timer);
		},
	};
};
