/**
 * The guardian: a detached process made of one self-contained file. It hears its process over stdin, a JSON line each,
 * and the end of that pipe without a `done` is its signal to release.
 */
import {createProcessClock} from '../base/clock-process.ts';
import {createGuardian} from './guardian.ts';
import {createLineSplitter, type GuardianMessage} from './guardian-messages.ts';

const lookEveryMs = 5000;
const sweepAfterMs = 500;

// The socket of a hold without a terminal is for us alone.
process.umask(0o077);

const guardian = createGuardian(createProcessClock());
let hearing: Promise<void> = Promise.resolve();

const hear = async (line: string): Promise<void> => {
	const identity = await guardian.hear(JSON.parse(line) as GuardianMessage);
	if (identity === null) return;
	process.stdout.write(`${JSON.stringify({ready: identity})}\n`);
	// What was needed to get ready is needed no more.
	setTimeout(() => globalThis.gc?.(), sweepAfterMs).unref();
};

const leave = async (): Promise<void> => {
	await hearing;
	await guardian.pipeEnded();
	process.exit();
};

// A ctrl-c, a hang-up or a kill of the terminal's processes is not for the one who cleans up after them.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', 'SIGPIPE'] as const)
	process.on(signal, () => undefined);
// Nobody reads stdout once the process that holds is gone.
process.stdout.on('error', () => undefined);

process.stdin.setEncoding('utf8');
process.stdin.on(
	'data',
	createLineSplitter(line => {
		hearing = hearing.then(() => hear(line));
	}),
);
process.stdin.on('end', () => void leave());
process.stdin.on('error', () => void leave());
const look = async (): Promise<void> => {
	if (await guardian.look()) process.exit(1);
};
setInterval(() => void look(), lookEveryMs);
