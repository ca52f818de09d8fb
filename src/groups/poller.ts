/** Does something again and again, politely: half as often for five minutes after AWS has throttled. */
import type {ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';

export type Poller = {
	/** Runs now, or once more after the run under way; resolves when that run has ended. */
	readonly refresh: () => Promise<void>;
	readonly stop: () => void;
};

type PollerOptions = {
	readonly clock: ProcessClock;
	/** Milliseconds between the end of a run and the next, asked each time. */
	readonly interval: () => number;
	readonly run: (signal: AbortSignal) => Promise<void>;
	/** A run that failed, but for having been stopped. */
	readonly failed: (error: unknown) => void;
};

const slowMs = 5 * 60_000;

export const createPoller = ({clock, interval, run, failed}: PollerOptions): Poller => {
	const stopping = new AbortController();
	const {signal} = stopping;
	let slowUntil: ProcessMs = Number.NEGATIVE_INFINITY;
	let waiting = new AbortController();
	let waiters: (() => void)[] = [];

	const turn = async () => {
		const ended = waiters;
		waiters = [];
		try {
			await run(signal);
		} catch (error) {
			if (signal.aborted) return;
			if (error instanceof UnflapError && error.kind === 'throttled') slowUntil = clock.now() + slowMs;
			failed(error);
		} finally {
			for (const resolve of ended) resolve();
		}
	};
	const loop = async () => {
		while (!signal.aborted) {
			await turn();
			if (waiters.length > 0) continue;
			waiting = new AbortController();
			const factor = clock.now() < slowUntil ? 2 : 1;
			await clock.sleep(interval() * factor, AbortSignal.any([waiting.signal, signal]));
		}
		for (const resolve of waiters) resolve();
	};
	void loop();
	return {
		refresh: () =>
			new Promise(resolve => {
				if (signal.aborted) return resolve();
				waiters.push(resolve);
				waiting.abort();
			}),
		stop: () => stopping.abort(),
	};
};
