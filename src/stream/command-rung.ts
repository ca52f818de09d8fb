/** The journal by Run Command, a slice a command: where sessions are denied or broken. Seconds late, but complete. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock, ProcessMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {createJournalReader} from '../journal/journal-reader.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import {parseSlice, sliceScript} from '../remote/slice-line.ts';
import type {EntryFlow} from './entry-flow.ts';

export type SlicesOptions = SliceSource & {
	/** Process time at which this rung is left for the one above. */
	readonly until: ProcessMs;
	/** False: only what is there. */
	readonly follow: boolean;
	readonly flow: Pick<EntryFlow, 'reopen' | 'lines' | 'delivered'>;
	/** Bytes of a slice, before its lines. */
	readonly heard: (bytes: number) => void;
	/** Nothing more waits at the moment. */
	readonly live: () => void;
	/** Why EC2 says that the box is gone, or null. */
	readonly goneWhy: () => Promise<Hostile | null>;
};

export type SlicesEnd =
	/** `until` has come, or it was stopped. */
	{readonly kind: 'due'} | {readonly kind: 'complete'} | {readonly kind: 'gone'; readonly why: Hostile};

type SliceSource = {
	readonly aws: Pick<Aws, 'stream'>;
	readonly instanceId: string;
	readonly processClock: ProcessClock;
	readonly signal: AbortSignal;
};

/** Between two slices when nothing more waits. */
const slicePollMs = 3000;
const pollMs = 500;
const patienceMs = 60_000;
/** A slice takes a second or two; a box that is so slow is given up. */
export const scriptSeconds = 60;

/** Of a command on a box; any other status, also an unknown one, is final. */
export const isRunning = (status: string): boolean =>
	['', 'Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(status);

/** Slice after slice into `flow`, after its last cursor. @throws {UnflapError} as a slice does. */
export const readSlices = async (options: SlicesOptions): Promise<SlicesEnd> => {
	const {processClock, signal, flow} = options;
	let whole = true;
	while (!signal.aborted && processClock.now() < options.until) {
		const before = flow.delivered();
		const slice = await readSlice({...options, cursor: flow.reopen(), whole});
		options.heard(slice.bytes);
		flow.lines(slice.lines);
		const isStuck = slice.isFull && flow.delivered() === before;
		// One entry larger than a slice: its long fields are left out, and the next slice is whole again.
		whole = !isStuck;
		if (slice.isFull) continue;
		options.live();
		if (!options.follow) return {kind: 'complete'};
		const why = await options.goneWhy();
		if (why !== null) return {kind: 'gone', why};
		await processClock.sleep(slicePollMs, signal);
	}
	return {kind: 'due'};
};

type SliceOptions = SliceSource & {readonly cursor: string | null; readonly whole: boolean};

/** @throws {UnflapError} when the command is denied, or did not succeed. */
const readSlice = async (
	options: SliceOptions,
): Promise<{readonly lines: readonly ParsedLine[]; readonly isFull: boolean; readonly bytes: number}> => {
	const {aws, instanceId, processClock, signal} = options;
	const commandId = await aws.stream.sendCommand(
		[instanceId],
		sliceScript(options),
		{executionTimeoutSeconds: scriptSeconds, comment: 'unflap: read the journal'},
		{signal},
	);
	const until = processClock.now() + patienceMs;
	while (!signal.aborted && processClock.now() < until) {
		await processClock.sleep(pollMs, signal);
		const invocation = await aws.stream.commandInvocation(commandId, instanceId, {signal});
		if (invocation === null || isRunning(invocation.status)) continue;
		if (invocation.status !== 'Success')
			throw new UnflapError(
				'aws',
				`Run Command says ${invocation.status}: ${invocation.stderr.slice(0, 300)}`,
			);
		const slice = parseSlice(invocation.stdout);
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
