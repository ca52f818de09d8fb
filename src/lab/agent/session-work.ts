/** What runs inside a session of an agent, whatever its kind. */
import type {TerminalSize} from './box-process.ts';

/** Frames are acknowledged at once when 'taken', never when 'refused', and when the promise resolves otherwise. */
export type Taken = 'taken' | 'refused' | Promise<void>;

export type Work = {
	readonly sessionType: 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands';
	/** Resolves when the program has ended and all its output was sent. */
	readonly run: () => Promise<void>;
	readonly input: (bytes: Buffer) => Taken;
	readonly resize: (size: TerminalSize) => Taken;
	/** Nobody listens any more. */
	readonly paused: () => void;
	readonly kill: () => void;
};

export type WorkIo = {
	readonly send: (payloadType: number, payload: Buffer) => void;
	/** Whether the way to the client is full. */
	readonly isFull: () => boolean;
	readonly isPaused: () => boolean;
	readonly isOver: () => boolean;
};

export const delay = (ms: number): Promise<void> =>
	new Promise(resolve => {
		setTimeout(resolve, ms);
	});
