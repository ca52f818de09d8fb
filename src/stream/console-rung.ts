/** The serial console as EC2 keeps it: no cursor, the last 64 KiB, seconds late. Only what is new is handed on. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

export type ConsoleRung = {
	/** Reads once, at most every ten seconds; a refusal is kept quiet, for the rung above says why it is needed. */
	readonly read: (signal: AbortSignal) => Promise<void>;
};

const pollMs = 10_000;

export const createConsoleRung = ({
	aws,
	instanceId,
	processClock,
	show,
}: {
	readonly aws: Pick<Aws, 'polling'>;
	readonly instanceId: string;
	readonly processClock: ProcessClock;
	readonly show: (text: Hostile) => void;
}): ConsoleRung => {
	let lastText = '';
	let nextAt = 0;
	let isRefused = false;
	return {
		read: async signal => {
			if (isRefused || processClock.now() < nextAt) return;
			nextAt = processClock.now() + pollMs;
			try {
				const {text} = await aws.polling.consoleOutput(instanceId, {signal});
				const fresh = newText(lastText, text);
				lastText = text;
				if (fresh !== '') show(fresh);
			} catch (error) {
				if (signal.aborted) return;
				isRefused = true;
				show(`the console cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
			}
		},
	};
};

/** What `now` has beyond `before`; the window of 64 KiB may have moved on in between. */
export const newText = (before: string, now: string): string => {
	if (before === '') return now;
	if (now.startsWith(before)) return now.slice(before.length);
	const tail = before.slice(-512);
	const at = now.lastIndexOf(tail);
	return at < 0 ? now : now.slice(at + tail.length);
};
