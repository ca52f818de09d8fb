/** The journal by Run Command, a slice a command: where sessions are denied or broken. Seconds late, but complete. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {createJournalReader} from '../journal/journal-reader.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import {readSlice, sliceScript} from '../remote/slice-line.ts';

export type SliceOptions = {
	readonly aws: Pick<Aws, 'stream'>;
	readonly instanceId: string;
	readonly cursor: string | null;
	readonly whole: boolean;
	readonly processClock: ProcessClock;
	readonly signal: AbortSignal;
};

const pollMs = 500;
const patienceMs = 60_000;
const running = ['', 'Pending', 'InProgress', 'Delayed', 'Cancelling'];

/** @throws {UnflapError} when the command is denied, or did not succeed. */
export const readCommandSlice = async (
	options: SliceOptions,
): Promise<{readonly lines: readonly ParsedLine[]; readonly isFull: boolean; readonly bytes: number}> => {
	const {aws, instanceId, processClock, signal} = options;
	const commandId = await aws.stream.sendCommand(
		[instanceId],
		sliceScript(options),
		{executionTimeoutSeconds: 60, comment: 'unflap: read the journal'},
		{signal},
	);
	const until = processClock.now() + patienceMs;
	while (!signal.aborted && processClock.now() < until) {
		await processClock.sleep(pollMs, signal);
		const invocation = await aws.stream.commandInvocation(commandId, instanceId, {signal});
		if (invocation === null || running.includes(invocation.status)) continue;
		if (invocation.status !== 'Success')
			throw new UnflapError(
				'aws',
				`Run Command says ${invocation.status}: ${invocation.stderr.slice(0, 300)}`,
			);
		const slice = readSlice(invocation.stdout);
		// A half line at the end is no entry yet: it comes whole with the next slice.
		return {
			lines: createJournalReader().push(slice.text),
			isFull: slice.isFull,
			bytes: invocation.stdout.length,
		};
	}
	await aws.stream.cancelCommand(commandId);
	throw new UnflapError('unreachable', `The box did not answer a command within ${patienceMs / 1000} s`);
};
