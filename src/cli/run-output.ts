/** Both streams of a command: byte for byte into a pipe or file; on a terminal only its colours pass (threats.md T5). */
import type {SgrFilter} from '../base/terminal-stream.ts';
import type {Printer} from './command.ts';

export type RunOutput = {
	readonly stdout: (bytes: Uint8Array) => Promise<void>;
	readonly stderr: (bytes: Uint8Array) => Promise<void>;
	readonly end: () => Promise<void>;
};

export const createRunOutput = (
	out: Pick<Printer, 'raw' | 'rawError' | 'isTerminal' | 'isErrorTerminal'>,
	createFilter: () => SgrFilter,
): RunOutput => {
	const stdout = sink(out.raw, out.isTerminal ? createFilter() : null);
	const stderr = sink(out.rawError, out.isErrorTerminal ? createFilter() : null);
	return {
		stdout: stdout.write,
		stderr: stderr.write,
		end: async () => {
			await stdout.end();
			await stderr.end();
		},
	};
};

const sink = (write: (bytes: Uint8Array) => Promise<void>, filter: SgrFilter | null) => ({
	write: (bytes: Uint8Array) => write(filter === null ? bytes : Buffer.from(filter.push(bytes))),
	end: async () => {
		if (filter !== null) await write(Buffer.from(filter.end()));
	},
});
