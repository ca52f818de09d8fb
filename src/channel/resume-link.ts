/**
 * Finds the way back to a session whose link is gone: ResumeSession, then its new address with its new token, again and
 * again until it works or the service says that the session is over. Facts: ssm-data-channel.md section 12.
 */
import type {ProcessClock} from '../base/clock.ts';
import type {ChannelTicket, Link} from './link.ts';

export type ResumeOptions = {
	/** Null: the session is gone. Throws when it could not be asked for now. */
	readonly askTicket: () => Promise<ChannelTicket | null>;
	readonly open: (ticket: ChannelTicket) => Promise<Link>;
	readonly processClock: ProcessClock;
	/** Each failed try, so that the person sees why it takes long. */
	readonly onFailure: (why: string) => void;
	readonly signal: AbortSignal;
};

/** Waits before each try, in milliseconds; the last one repeats. */
const waitsMs = [0, 150, 300, 600, 1200, 2400, 5000] as const;

/** Null when the session is gone or `signal` was aborted. */
export const resumeLink = async (options: ResumeOptions): Promise<Link | null> => {
	const {processClock, signal} = options;
	for (let tries = 0; !signal.aborted; tries += 1) {
		await processClock.sleep(waitsMs[Math.min(tries, waitsMs.length - 1)] ?? 5000, signal);
		if (signal.aborted) break;
		try {
			const ticket = await options.askTicket();
			if (ticket === null) return null;
			const link = await options.open(ticket);
			if (!signal.aborted) return link;
			link.close();
		} catch (error) {
			options.onFailure(error instanceof Error ? error.message : String(error));
		}
	}
	return null;
};
