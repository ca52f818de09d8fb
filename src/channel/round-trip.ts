/** The round-trip estimator that plugin and agent share. Facts: ssm-data-channel.md section 5. */

export type RoundTrip = {
	/** How long a message may stay unacknowledged before it is sent again, in milliseconds. */
	readonly timeoutMs: () => number;
	readonly sample: (ms: number) => void;
};

export const createRoundTrip = (): RoundTrip => {
	let smoothedMs = 100;
	let variationMs = 0;
	let timeoutMs = 200;
	return {
		timeoutMs: () => timeoutMs,
		sample: ms => {
			variationMs = 0.75 * variationMs + 0.25 * Math.abs(smoothedMs - ms);
			smoothedMs = 0.875 * smoothedMs + 0.125 * ms;
			timeoutMs = Math.min(1000, smoothedMs + Math.max(10, 4 * variationMs));
		},
	};
};
