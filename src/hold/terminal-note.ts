/** One line on the terminal of the process that holds, from a process that has none (threats.md G2). */
import {execFile} from 'node:child_process';
import {constants} from 'node:fs';
import {open, readlink} from 'node:fs/promises';
import {promisify} from 'node:util';

/** The device of our terminal, or null. */
export const terminalPath = async (): Promise<string | null> => {
	if (!process.stderr.isTTY) return null;
	try {
		const path =
			process.platform === 'linux'
				? await readlink('/proc/self/fd/2')
				: (await promisify(execFile)('/bin/ps', ['-o', 'tty=', '-p', String(process.pid)])).stdout.trim();
		const device = path.startsWith('/') ? path : `/dev/${path}`;
		return /^\/dev\/[A-Za-z0-9/]{1,64}$/.test(device) ? device : null;
	} catch (error) {
		// No terminal that could be named: what would be said stands in the log.
		if (error instanceof Error) return null;
		throw error;
	}
};

/** Printable ASCII alone. Never waits, and never becomes our controlling terminal. */
export const tellTerminal = async (path: string | null, text: string): Promise<void> => {
	if (path === null) return;
	const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
	const [opened] = await Promise.allSettled([open(path, flags)]);
	if (opened.status === 'rejected') return;
	const file = opened.value;
	const stat = await file.stat();
	const isOurs = stat.isCharacterDevice() && stat.uid === process.getuid?.();
	if (isOurs) await Promise.allSettled([file.write(`\r\n${text.replaceAll(/[^\x20-\x7e]/g, '?')}\r\n`)]);
	await file.close();
};
