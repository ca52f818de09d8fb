/** The one place where text leaves the program outside the TUI: data to stdout, everything else to stderr. */
import {once} from 'node:events';
import {encodeJson} from '../base/json.ts';
import {masked, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {guardJson, guardLine, isCi} from './ci-lines.ts';
import type {Printer} from './command.ts';

type PrinterOptions = {
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly colour: boolean;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	/** Nobody reads stdout any more. */
	readonly onBrokenPipe: () => void;
};

const narrowest = 40;
const withoutTerminal = 120;

export const createPrinter = ({
	stdout,
	stderr,
	colour,
	environment,
	onBrokenPipe,
}: PrinterOptions): Printer => {
	const underCi = isCi(environment);
	let broken = false;
	stdout.on('error', error => {
		broken = true;
		if (isBrokenPipe(error)) onBrokenPipe();
		else throw error;
	});
	// Advice that nobody reads is no reason to end.
	stderr.on('error', error => {
		if (!isBrokenPipe(error)) throw error;
	});
	const write = (text: string | Uint8Array) => (broken ? true : stdout.write(text));
	const writeLine = (text: Shown, source?: 'box') => {
		write(`${underCi ? guardLine(text, source === 'box') : text}\n`);
	};
	const writeAdvice = (text: Shown) => {
		stderr.write(`${underCi ? guardLine(text, false) : text}\n`);
	};
	return {
		line: writeLine,
		json: (value, indent) => {
			const text = encodeJson(value, indent, masked);
			write(`${underCi ? guardJson(text) : text}\n`);
		},
		note: writeAdvice,
		warn: writeAdvice,
		raw: async bytes => {
			if (!write(bytes) && !broken) await drained(stdout);
		},
		rawError: async bytes => {
			if (!stderr.write(bytes) && !stderr.destroyed) await drained(stderr);
		},
		isErrorTerminal: stderr.isTTY === true,
		bell: () => {
			if (stderr.isTTY) stderr.write('\u0007');
		},
		colour,
		columns: stdout.isTTY ? Math.max(narrowest, stdout.columns) : withoutTerminal,
		isTerminal: stdout.isTTY === true,
		show: shown,
		flush: async () => {
			if (!broken) await flushed(stdout);
			await flushed(stderr);
		},
	};
};

const isBrokenPipe = (error: Error) =>
	'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET' || error.code === 'EIO');

const drained = async (stream: NodeJS.WriteStream) => {
	const done = new AbortController();
	try {
		await Promise.race([
			once(stream, 'drain', {signal: done.signal}),
			once(stream, 'close', {signal: done.signal}),
		]);
	} finally {
		done.abort();
	}
};

/** Resolves when all that was written is out, or never will be. */
const flushed = (stream: NodeJS.WriteStream) =>
	new Promise<void>(resolve => {
		if (stream.destroyed || stream.writableLength === 0) resolve();
		else stream.write('', () => resolve());
	});
