/** Frames that are dropped, doubled, swapped or late, as the fault rules of the lab say. */
import {createRandom} from '../random.ts';
import type {ChannelFault} from '../types.ts';

/** Wraps a way to send, in either direction. `faults` is asked for every frame. */
export const withFaults = (
	name: string,
	faults: () => readonly ChannelFault[],
	send: (bytes: Buffer) => void,
): ((bytes: Buffer) => void) => {
	const random = createRandom(name);
	let held: Buffer | null = null;
	return bytes => {
		const hit = (kind: 'drop' | 'duplicate' | 'reorder' | 'delay') =>
			faults().find(
				(fault): fault is ChannelFault & {share: number} =>
					fault.kind === kind && random.next() < (fault as {share: number}).share,
			);
		if (hit('drop') !== undefined) return;
		const late = hit('delay');
		if (late?.kind === 'delay') {
			setTimeout(() => send(bytes), late.ms ?? 200).unref();
			return;
		}
		if (held === null && hit('reorder') !== undefined) {
			held = bytes;
			return;
		}
		send(bytes);
		if (hit('duplicate') !== undefined) send(bytes);
		if (held === null) return;
		const before = held;
		held = null;
		send(before);
	};
};
