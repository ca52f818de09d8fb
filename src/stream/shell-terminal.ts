/** The terminal as a shell needs it: handed in, so that the room knows neither stdin nor Ink. */
import {spawnSync} from 'node:child_process';
import type {TerminalSize} from '../channel/open-channel.ts';

export type ShellTerminal = {
	/** Raw bytes of the keyboard; gives the way to stop. */
	readonly onInput: (listener: (bytes: Uint8Array) => void) => () => void;
	/** The terminal went away. */
	readonly onHangUp: (listener: () => void) => () => void;
	readonly onResize: (listener: () => void) => () => void;
	readonly size: () => TerminalSize | null;
	readonly setRaw: (isRaw: boolean) => void;
	/** Resolves when the terminal wants more. */
	readonly write: (bytes: Uint8Array | string) => Promise<void>;
};

/** A real one. `stdin` is left as it was found: not raw, not flowing. */
export const createShellTerminal = (stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): ShellTerminal => ({
	onInput: listener => {
		// Whoever read before us may have asked for text.
		const take = (data: Buffer | string) => listener(typeof data === 'string' ? Buffer.from(data) : data);
		stdin.on('data', take);
		stdin.resume();
		return () => {
			stdin.off('data', take);
			stdin.pause();
		};
	},
	onHangUp: listener => {
		stdin.once('end', listener);
		stdin.once('error', listener);
		return () => {
			stdin.off('end', listener);
			stdin.off('error', listener);
		};
	},
	onResize: listener => {
		stdout.on('resize', listener);
		return () => stdout.off('resize', listener);
	},
	size: () => (stdout.columns > 0 && stdout.rows > 0 ? {columns: stdout.columns, rows: stdout.rows} : null),
	setRaw: isRaw => {
		stdin.setRawMode(isRaw);
		// Node's raw mode still makes CR LF of each LF, which full-screen programs on the box mean as one step down. What
		// setRawMode(false) brings back is all that was there before, this too.
		if (isRaw) spawnSync('stty', ['-opost'], {stdio: ['inherit', 'ignore', 'ignore'], timeout: 2000});
	},
	write: bytes =>
		new Promise(resolve => {
			if (stdout.destroyed) resolve();
			else stdout.write(bytes, () => resolve());
		}),
});
