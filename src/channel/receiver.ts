/** Puts what arrives in order, once each. Facts: ssm-data-channel.md section 5, "what we should do". */
import type {Frame} from './frame.ts';

export type ReceiverOptions = {
	readonly deliver: (frame: Frame) => void;
	readonly acknowledge: (frame: Frame) => void;
	/** Frames kept that came before their turn; one more is dropped, and not acknowledged, so the agent repeats it. */
	readonly maxBuffered?: number;
};

export type Receiver = {
	readonly receive: (frame: Frame) => void;
	readonly expected: () => number;
	readonly buffered: () => number;
};

export const createReceiver = ({deliver, acknowledge, maxBuffered = 10_000}: ReceiverOptions): Receiver => {
	let expected = 0;
	const early = new Map<number, Frame>();
	const drain = () => {
		for (let next = early.get(expected); next !== undefined; next = early.get(expected)) {
			early.delete(expected);
			expected += 1;
			deliver(next);
		}
	};
	return {
		receive: frame => {
			if (frame.sequenceNumber > expected) {
				if (early.size >= maxBuffered && !early.has(frame.sequenceNumber)) return;
				early.set(frame.sequenceNumber, frame);
				acknowledge(frame);
				return;
			}
			// A copy of an old message means that our acknowledgement was lost: it is said again.
			acknowledge(frame);
			if (frame.sequenceNumber < expected) return;
			expected += 1;
			deliver(frame);
			if (early.size > 0) drain();
		},
		expected: () => expected,
		buffered: () => early.size,
	};
};
