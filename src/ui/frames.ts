/** When the screen is painted anew. */

/** Data may change much more often than eyes can follow; keys are painted at once. */
const frameMs = 33;
/** A flood of lines is painted less often, so that painting leaves most of the core to reading it. */
const pausePerPaint = 7;
/** But never more seldom than that. */
const mostMs = 250;
/** So many frames for data, one right after the other, are a flood. */
const floodFrames = 4;

/**
 * A version that React reads, and who is told: at once after keys; for data at most every 33 ms, and more seldom where a
 * paint takes long.
 */
export const createFrames = () => {
	const listeners = new Set<() => void>();
	let version = 0;
	let timer: NodeJS.Timeout | null = null;
	let stopped = false;
	let paintedAt = 0;
	let paintMs = 0;
	/** Frames for data without a rest between them. */
	let streak = 0;
	const now = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		if (stopped) return;
		version += 1;
		const start = performance.now();
		for (const listener of listeners) listener();
		// React paints in a microtask of this turn.
		setImmediate(() => {
			paintedAt = performance.now();
			paintMs = paintedAt - start;
		});
	};
	return {
		now,
		soon: () => {
			if (stopped || timer !== null) return;
			const since = performance.now() - paintedAt;
			streak = since < 2 * frameMs ? streak + 1 : 0;
			const rest = streak < floodFrames ? 0 : Math.min(mostMs, pausePerPaint * paintMs) - since;
			timer = setTimeout(now, Math.max(frameMs, rest));
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
