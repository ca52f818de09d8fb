/** A command that runs on a box, however it is run. */
import type {Readable} from 'node:stream';

export type BoxProcess = {
	readonly stdout: Readable;
	readonly stderr: Readable;
	/** Resolves with the exit status when the process has ended; -1 when a signal ended it. */
	readonly exited: Promise<number>;
	readonly interrupt: (signal: 'SIGINT' | 'SIGQUIT') => void;
	readonly kill: () => void;
};

/** Runs argv on a box. Throws `StartError` when the program cannot be started. */
export type RunOnBox = (instanceId: string, argv: readonly string[]) => Promise<BoxProcess>;

/** A program on a pseudo terminal of the box. */
export type BoxTerminal = {
	/** What the terminal shows. */
	readonly output: Readable;
	readonly write: (bytes: Buffer) => void;
	readonly resize: (size: TerminalSize) => void;
	/** Resolves when the program has ended. */
	readonly exited: Promise<void>;
	readonly kill: () => void;
};

export type TerminalSize = {readonly columns: number; readonly rows: number};

/** Opens a terminal on a box: with a shell, or with `sh -c command`. */
export type OpenTerminal = (instanceId: string, command: string | null) => Promise<BoxTerminal>;

export class StartError extends Error {
	override readonly name = 'StartError';
}
