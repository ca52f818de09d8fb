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

export class StartError extends Error {
	override readonly name = 'StartError';
}
