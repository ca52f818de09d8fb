/** The one token bucket that all autoscaling calls of an account and region share (aws-facts 6.1), on process time. */
export const createBucket = (options: {
	readonly capacity: number;
	readonly perSecond: number;
	readonly monotonicMs: () => number;
}): (() => boolean) => {
	let tokens = options.capacity;
	let filledAt = options.monotonicMs();
	return () => {
		const now = options.monotonicMs();
		tokens = Math.min(options.capacity, tokens + ((now - filledAt) / 1000) * options.perSecond);
		filledAt = now;
		if (tokens < 1) return false;
		tokens -= 1;
		return true;
	};
};
