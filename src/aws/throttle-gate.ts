/** While AWS throttles, polling sends at most one call a second to the service: its bucket is shared by the account. */
import type {ProcessClock, ProcessMs} from '../base/clock.ts';

export type ThrottleGate = {
	/** Resolves when the next call may go. */
	readonly pass: () => Promise<void>;
	readonly throttled: () => void;
	readonly isThrottled: () => boolean;
};

const spacingMs = 1100;
/** How long one throttled answer keeps the gate narrow. */
const memoryMs = 30_000;

export const createThrottleGate = (clock: ProcessClock): ThrottleGate => {
	let throttledAt: ProcessMs | undefined;
	let lastAt: ProcessMs = Number.NEGATIVE_INFINITY;
	const isThrottled = () => throttledAt !== undefined && clock.now() - throttledAt < memoryMs;
	return {
		pass: async () => {
			const now = clock.now();
			const at = isThrottled() ? Math.max(now, lastAt + spacingMs) : now;
			lastAt = at;
			if (at > now) await clock.sleep(at - now);
		},
		throttled: () => {
			throttledAt = clock.now();
		},
		isThrottled,
	};
};
