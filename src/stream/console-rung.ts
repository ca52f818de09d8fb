/** The serial console as EC2 keeps it: no cursor, the last 64 KiB, seconds late. Only what is new is handed on. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

export type ConsoleRung = {
	/** Reads once, at most every ten seconds; a refusal is kept quiet, for the rung above says why it is needed. */
	readonly read: (signal: AbortSignal) => Promise<void>;
	/** The last lines that say anything, also of a box that is gone; none where the console cannot be read. */
	readonly lastWords: (signal: AbortSignal) => Promise<readonly Hostile[]>;
};

const pollMs = 10_000;
const lastWordCount = 3;
/** systemd colours what it writes there. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]{0,32}m`, 'g');

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
		lastWords: async signal => {
			if (isRefused) return [];
			try {
				const {text} = await aws.polling.consoleOutput(instanceId, {signal});
				return lastLines(text);
			} catch (error) {
				// The gateway lists the refusal among the errors; what the journal said stands without it.
				if (error instanceof Error) return [];
				throw error;
			}
		},
	};
};

const lastLines = (text: string): readonly Hostile[] =>
	text
		.slice(-8192)
		.replaceAll(colours, '')
		.split(/[\r\n]+/)
		.map(line => line.trim())
		.filter(line => line !== '')
		.slice(-lastWordCount);

/** What `now` has beyond `before`; the window of 64 KiB may have moved on in between. */
export const newText = (before: string, now: string): string => {
	if (before === '') return now;
	if (now.startsWith(before)) return now.slice(before.length);
	const tail = before.slice(-512);
	const at = now.lastIndexOf(tail);
	return at < 0 ? now : now.slice(at + tail.length);
};
