/** Typed and pasted bytes on their way to a box: held back while the agent has much to acknowledge. */
import type {ProcessClock} from '../base/clock.ts';
import type {Channel} from '../channel/open-channel.ts';

export type InputFeed = {
	/** False when so much waits already that these bytes are thrown away. */
	readonly push: (bytes: Uint8Array) => boolean;
	readonly stop: () => void;
};

const chunkBytes = 1024;
/** Messages on their way at once. */
const mostOnTheWay = 256;
const pollMs = 10;
/** A paste over a dead link waits up to here. */
const mostWaitingBytes = 64 * 1024 * 1024;

export const createInputFeed = (
	channel: Pick<Channel, 'write' | 'unacknowledged'>,
	processClock: ProcessClock,
): InputFeed => {
	const stopped = new AbortController();
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let isFeeding = false;
	const feed = async () => {
		isFeeding = true;
		while (waiting.length > 0 && !stopped.signal.aborted) {
			while (waiting.length > 0 && channel.unacknowledged() < mostOnTheWay) {
				const [chunk = new Uint8Array()] = waiting.splice(0, 1);
				waitingBytes -= chunk.length;
				channel.write(chunk);
			}
			if (waiting.length > 0) await processClock.sleep(pollMs, stopped.signal);
		}
		isFeeding = false;
	};
	return {
		push: bytes => {
			if (waitingBytes + bytes.length > mostWaitingBytes) return false;
			const chunks: Uint8Array[] = [];
			for (let start = 0; start < bytes.length; start += chunkBytes)
				chunks.push(bytes.slice(start, start + chunkBytes));
			waiting = waiting.length === 0 ? chunks : waiting.concat(chunks);
			waitingBytes += bytes.length;
			if (!isFeeding) void feed();
			return true;
		},
		stop: () => {
			waiting = [];
			stopped.abort();
		},
	};
};
