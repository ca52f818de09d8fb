/**
 * The agent's sending side: frames in sequence, kept until acknowledged, the oldest sent again by the RTT rule. There is
 * no send window; when the list is full a frame is sent once and never again. Facts: ssm-data-channel.md section 5.
 */
import {type AgentFrame, makeFrame, writeFrame} from './agent-frame.ts';

export type Outbox = {
	readonly send: (payloadType: number, payload: Buffer) => void;
	readonly acknowledged: (sequence: number) => void;
	/** Sends the oldest unacknowledged frame again when its time has come. Called every 100 ms. */
	readonly tick: () => void;
	/** Nothing leaves while paused; what waits leaves at the next tick. */
	readonly setPaused: (isPaused: boolean) => void;
	readonly unacknowledged: () => number;
};

type Sent = {readonly bytes: Buffer; readonly firstSentAt: number; lastSentAt: number};

const longestList = 100_000;

export const createOutbox = (transmit: (bytes: Buffer) => void, monotonicMs: () => number): Outbox => {
	const list = new Map<number, Sent>();
	const roundTrip = createRoundTrip();
	let sequence = 0;
	let isPaused = false;

	const frame = (payloadType: number, payload: Buffer): AgentFrame =>
		makeFrame({type: 'output_stream_data', sequence, flags: sequence === 0 ? 1 : 0, payloadType, payload});

	return {
		send(payloadType, payload) {
			// An agent skips what is empty.
			if (payload.length === 0) return;
			const bytes = writeFrame(frame(payloadType, payload));
			const now = monotonicMs();
			if (list.size < longestList)
				list.set(sequence, {bytes, firstSentAt: now, lastSentAt: isPaused ? Number.NEGATIVE_INFINITY : now});
			sequence += 1;
			if (!isPaused) transmit(bytes);
		},
		acknowledged(number) {
			const sent = list.get(number);
			if (sent === undefined) return;
			list.delete(number);
			roundTrip.sample(monotonicMs() - sent.lastSentAt);
		},
		tick() {
			if (isPaused) return;
			const now = monotonicMs();
			for (const sent of list.values()) {
				const wasNeverSent = sent.lastSentAt === Number.NEGATIVE_INFINITY;
				if (!wasNeverSent && now - sent.lastSentAt <= roundTrip.timeoutMs()) break;
				sent.lastSentAt = now;
				transmit(sent.bytes);
				if (!wasNeverSent) break;
			}
		},
		setPaused(paused) {
			isPaused = paused;
		},
		unacknowledged: () => list.size,
	};
};

const createRoundTrip = () => {
	let mean = 100;
	let variation = 0;
	let timeout = 200;
	return {
		sample(ms: number) {
			if (!Number.isFinite(ms)) return;
			variation = 0.75 * variation + 0.25 * Math.abs(mean - ms);
			mean = 0.875 * mean + 0.125 * ms;
			timeout = Math.min(1000, mean + Math.max(10, 4 * variation));
		},
		timeoutMs: () => timeout,
	};
};
