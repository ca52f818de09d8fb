/** The journals of a whole group by one Run Command, a slice a box: for fleets too large for a session each. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {createJournalReader} from '../journal/journal-reader.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import {parseSlice, type SliceWish, sliceScript} from '../remote/slice-line.ts';
import {isRunning, scriptSeconds} from './command-rung.ts';

export type FleetOptions = {
	readonly aws: Pick<Aws, 'stream'>;
	readonly group: Hostile;
	readonly wish: Omit<SliceWish, 'cursor' | 'whole'>;
	/** Boxes that should answer: when all have, nothing more is waited for. */
	readonly expected: readonly string[];
	readonly processClock: ProcessClock;
	readonly signal: AbortSignal;
	readonly take: (slice: FleetSlice) => void;
	/** Boxes that have answered, of those that were reached or are expected. */
	readonly progress: (answered: number, of: number) => void;
};

export type FleetSlice = {readonly instanceId: string} & (
	| {
			readonly kind: 'lines';
			readonly lines: readonly ParsedLine[];
			/** AWS shows no more of a command's output: the box has more. */
			readonly isCut: boolean;
	  }
	| {readonly kind: 'failed'; readonly why: Hostile}
);

const pollMs = 1000;
/** The command's boxes come one after another: so long without a new one there are no more. */
const quietMs = 6000;
const patienceMs = 120_000;
/** GetCommandInvocation calls at once. */
const atOnce = 8;

/** The boxes that never answered. @throws {UnflapError} when the command is denied. */
export const gatherJournals = async (options: FleetOptions): Promise<readonly string[]> => {
	const {aws, signal} = options;
	const script = sliceScript({...options.wish, cursor: null, whole: true});
	const limits = {executionTimeoutSeconds: scriptSeconds, comment: 'unflap: read the journals of a group'};
	const commandId = await aws.stream.sendCommandToGroup(options.group, script, limits, {signal});
	const taken = new Set<string>();
	let isOver = false;
	try {
		isOver = await takeAll(options, commandId, taken);
	} finally {
		// Given up, stopped from here, or its answers cannot be read: nobody waits for the boxes that are left.
		if (!isOver) await aws.stream.cancelCommand(commandId);
	}
	return options.expected.filter(id => !taken.has(id));
};

/** Takes what the boxes answer as it comes. True when all that will answer have; false when time or the wish is over. */
const takeAll = async (options: FleetOptions, commandId: string, taken: Set<string>): Promise<boolean> => {
	const {aws, processClock, signal, expected} = options;
	let reached = 0;
	let newsAt = processClock.now();
	for (const end = newsAt + patienceMs; processClock.now() < end; ) {
		await processClock.sleep(pollMs, signal);
		if (signal.aborted) return false;
		const boxes = await aws.stream.commandStates(commandId, {signal});
		const ready = boxes.filter(({instanceId, status}) => !isRunning(status) && !taken.has(instanceId));
		for (let first = 0; first < ready.length; first += atOnce) {
			const some = ready.slice(first, first + atOnce);
			for (const slice of await Promise.all(some.map(box => sliceOf(options, commandId, box)))) {
				taken.add(slice.instanceId);
				options.take(slice);
			}
			options.progress(taken.size, new Set([...expected, ...boxes.map(({instanceId}) => instanceId)]).size);
		}
		if (ready.length > 0 || boxes.length > reached) newsAt = processClock.now();
		reached = boxes.length;
		const isQuiet = processClock.now() - newsAt >= quietMs;
		if (taken.size === reached && (isQuiet || expected.every(id => taken.has(id)))) return true;
	}
	return false;
};

const sliceOf = async (
	{aws, signal}: FleetOptions,
	commandId: string,
	{instanceId, status}: {readonly instanceId: string; readonly status: string},
): Promise<FleetSlice> => {
	const invocation = await aws.stream.commandInvocation(commandId, instanceId, {signal});
	const stderr = invocation?.stderr.trim().slice(0, 300) ?? '';
	if (invocation === null || invocation.status !== 'Success')
		return {
			kind: 'failed',
			instanceId,
			why: `Run Command says ${status}${stderr === '' ? '' : `: ${stderr}`}`,
		};
	const slice = parseSlice(invocation.stdout);
	// A half line at the end is no entry.
	return {kind: 'lines', instanceId, lines: createJournalReader().push(slice.text), isCut: slice.isFull};
};
