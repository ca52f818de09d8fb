/** A shell or an interactive command on a pseudo terminal. Facts: ssm-data-channel.md section 9. */
import {kinds} from './agent-frame.ts';
import type {BoxTerminal, OpenTerminal, TerminalSize} from './box-process.ts';
import {createOutputFilter, readBytes} from './output-filter.ts';
import {delay, type Work, type WorkIo} from './session-work.ts';

/** The agent waits so long before it reads for the first time. */
const firstReadMs = 1000;

export type TerminalWorkOptions = {
	readonly instanceId: string;
	/** Null: the account's shell session. */
	readonly command: string | null;
	readonly open: OpenTerminal;
};

export const createTerminalWork = ({instanceId, command, open}: TerminalWorkOptions, io: WorkIo): Work => {
	let terminal: BoxTerminal | null = null;
	let isDead = false;

	/** One read of at most 1,024 bytes a millisecond; while nobody listens the program waits, and nothing is lost. */
	const pump = async (opened: BoxTerminal) => {
		const filter = createOutputFilter();
		for await (const chunk of opened.output as AsyncIterable<Buffer>)
			for (let start = 0; start < chunk.length; start += readBytes) {
				while ((io.isPaused() || io.isFull()) && !isDead) await delay(5);
				if (isDead) return;
				const bytes = filter(chunk.subarray(start, start + readBytes));
				if (bytes.length > 0) io.send(kinds.output, bytes);
				await delay(1);
			}
	};

	return {
		sessionType: command === null ? 'Standard_Stream' : 'InteractiveCommands',
		async run() {
			const opened = await open(instanceId, command);
			if (io.isOver()) return opened.kill();
			terminal = opened;
			await delay(firstReadMs);
			await pump(opened);
			await opened.exited;
		},
		input(bytes) {
			if (terminal === null) return 'refused';
			terminal.write(bytes);
			return 'taken';
		},
		resize(size: TerminalSize) {
			if (terminal === null) return 'refused';
			terminal.resize(size);
			return 'taken';
		},
		paused: () => undefined,
		kill() {
			isDead = true;
			terminal?.kill();
		},
	};
};
