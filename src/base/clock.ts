/**
 * The two clocks of unflap. *AWS time* (leases, ages, flaps): the `Date` of the last AWS answer plus elapsed
 * process time × rate. *Process time* (timeouts, retries, painting): monotonic, never scaled.
 */

/** Milliseconds on a monotonic clock; only differences mean anything. */
export type ProcessMs = number;
/** Milliseconds since 1970 UTC, as AWS sees it. */
export type AwsMs = number;

export type ProcessClock = {
	readonly now: () => ProcessMs;
	/** Resolves after `ms` of process time; rejects never; resolves early when the signal aborts. */
	readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export type AwsClock = {
	/** AWS time now. Before the first answer: the local wall clock. */
	readonly now: () => AwsMs;
	/** AWS seconds per process second: 1 but in the lab. */
	readonly rate: number;
	/** AWS minus local wall clock, at the last answer, in milliseconds; undefined before the first answer. */
	readonly skewMs: () => number | undefined;
	/** Widest disagreement between the `Date`s of recent answers, in milliseconds. */
	readonly disagreementMs: () => number;
	/** Called by the gateway alone, for parsed AWS answers that carry a request id. */
	readonly observe: (dateHeader: string) => void;
};
