/** Numbers what we send, and repeats it until it is acknowledged. Facts: ssm-data-channel.md section 5. */
import {encodeFrame} from './frame.ts';
import {createRoundTrip} from './round-trip.ts';

export type SenderOptions = {
	readonly transmit: (bytes: Buffer) => void;
	/** Milliseconds since 1970 UTC, for the frames. */
	readonly wallNow: () => number;
	readonly createId?: () => string;
	/** After so many repetitions of one message the channel is given up. */
	readonly maxRepetitions?: number;
	/** Unacknowledged messages kept; beyond it the channel is given up too, for nobody listens. */
	readonly maxUnacknowledged?: number;
};

export type Sender = {
	/** `now` is process time in milliseconds. */
	readonly send: (payloadType: number, payload: Uint8Array, now: number) => void;
	readonly acknowledged: (sequenceNumber: number, now: number) => void;
	/** Repeats the oldest message when its time is over. False when the channel must be given up. */
	readonly tick: (now: number) => boolean;
	/** On a new socket everything unacknowledged goes out again. */
	readonly repeatAll: (now: number) => void;
	readonly pause: () => void;
	readonly resume: () => void;
	readonly unacknowledged: () => number;
};

type Sent = {readonly bytes: Buffer; lastSentAt: number; repetitions: number};

export const createSender = ({
	transmit,
	wallNow,
	createId,
	maxRepetitions = 3000,
	maxUnacknowledged = 10_000,
}: SenderOptions): Sender => {
	let sequenceNumber = 0;
	let paused = false;
	let overflown = false;
	const roundTrip = createRoundTrip();
	const sent = new Map<number, Sent>();
	const repeat = (message: Sent, now: number) => {
		message.lastSentAt = now;
		message.repetitions += 1;
		transmit(message.bytes);
	};
	return {
		send: (payloadType, payload, now) => {
			if (sent.size >= maxUnacknowledged) {
				overflown = true;
				return;
			}
			const bytes = encodeFrame({
				messageType: 'input_stream_data',
				schemaVersion: 1,
				createdDate: wallNow(),
				sequenceNumber,
				flags: 0,
				...(createId === undefined ? {} : {messageId: createId()}),
				payloadType,
				payload,
			});
			sent.set(sequenceNumber, {bytes, lastSentAt: now, repetitions: 0});
			sequenceNumber += 1;
			if (!paused) transmit(bytes);
		},
		acknowledged: (number, now) => {
			const message = sent.get(number);
			if (message === undefined) return;
			sent.delete(number);
			roundTrip.sample(Math.max(0, now - message.lastSentAt));
		},
		tick: now => {
			if (overflown) return false;
			const [oldest] = sent.values();
			if (oldest === undefined || paused || now - oldest.lastSentAt <= roundTrip.timeoutMs()) return true;
			if (oldest.repetitions >= maxRepetitions) return false;
			repeat(oldest, now);
			return true;
		},
		repeatAll: now => {
			for (const message of sent.values()) repeat(message, now);
		},
		pause: () => {
			paused = true;
		},
		resume: () => {
			paused = false;
		},
		unacknowledged: () => sent.size,
	};
};
