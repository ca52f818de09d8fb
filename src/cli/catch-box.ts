/** One caught box: its console, then its journal from the first second, kept in the spool and judged as it comes. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {createRedactor} from '../base/redact.ts';
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import type {Rung, StreamEvent} from '../stream/types.ts';
import type {Verdict} from '../verdict/types.ts';
import type {WithBackground} from './background-beside.ts';
import {createCaughtVerdict} from './catch-verdict.ts';
import type {CommandContext} from './command.ts';
import type {Spools} from './logs-spool.ts';

export type CaughtNews =
	| {readonly kind: 'lines'; readonly entries: readonly JournalEntry[]}
	| {readonly kind: 'console'; readonly text: Hostile}
	| {readonly kind: 'mark'; readonly text: Hostile}
	| {readonly kind: 'reading'; readonly rung: Rung; readonly why: Hostile | null}
	| {readonly kind: 'unit-failed'; readonly unit: Hostile; readonly result: string; readonly message: Hostile}
	| {readonly kind: 'verdict'; readonly verdict: Verdict};

export type CaughtStream = {
	readonly instanceId: string;
	/** Ends the stream; what came is judged to its end. */
	readonly stop: () => Promise<void>;
	/** Needs AWS once more; the group may be gone. */
	readonly verdict: (isOver: boolean) => Promise<{
		readonly verdict: Verdict;
		readonly beside: WithBackground | null;
	}>;
	/** Where its journal was kept; null where nothing was. */
	readonly folder: () => string | null;
};

export type CaughtOptions = {
	readonly context: CommandContext;
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly instanceId: string;
	readonly group: {readonly name: Hostile; readonly arn: string};
	readonly spools: Spools;
	readonly onNews: (news: CaughtNews) => void;
};

/** Process time between two judgements while lines come. */
const judgeEveryMs = 1000;

export const followCaught = (options: CaughtOptions): CaughtStream => {
	const {context, aws, processClock, instanceId, group, spools, onNews} = options;
	const {settings} = context;
	const judged = createCaughtVerdict(context, aws, instanceId);
	const over = new AbortController();
	const stream = openBoxStream({
		aws,
		instanceId,
		processClock,
		redactor: createRedactor(settings.redact),
		stateFolder: settings.paths.state,
		transport: settings.transport,
		reason: 'unflap catch',
		...spools.optionFor(instanceId, group),
	});
	let rung: Rung | null = null;
	let failed: Hostile = '';
	let sentence: Hostile = '';

	const hear = (event: StreamEvent): void => {
		if (event.kind === 'entries') {
			judged.add(event.entries);
			onNews({kind: 'lines', entries: event.entries});
		} else if (event.kind === 'units') judged.model.facts(event.units);
		else if (event.kind === 'console') onNews({kind: 'console', text: event.text});
		else if (event.kind === 'mark') onNews({kind: 'mark', text: event.text});
		else if (event.kind === 'lost' && event.lines > 0)
			onNews({kind: 'mark', text: `${event.lines} lines lost: ${event.why}`});
		else if (event.kind === 'state' && event.rung !== rung) {
			rung = event.rung;
			onNews({kind: 'reading', rung, why: event.whyNotHigher});
		}
	};

	/** A failed unit is told once, and the verdict whenever it says something else. */
	const tellFaults = (): void => {
		const verdict = judged.now();
		const fault = judged.model.boot()?.firstFault ?? null;
		if (fault !== null && fault.unit !== failed) {
			failed = fault.unit;
			onNews({kind: 'unit-failed', unit: fault.unit, result: fault.result, message: fault.message});
		}
		if (verdict === null || (verdict.kind !== 'fault' && verdict.kind !== 'end')) return;
		if (verdict.sentence === sentence) return;
		sentence = verdict.sentence;
		onNews({kind: 'verdict', verdict});
	};

	const judging = (async () => {
		while (!over.signal.aborted) {
			await processClock.sleep(judgeEveryMs, over.signal);
			tellFaults();
		}
	})();
	const reading = (async () => {
		for await (const event of stream.events) hear(event);
	})();

	return {
		instanceId,
		folder: () => (judged.model.boot() === null ? null : spools.folderOf(instanceId)),
		verdict: isOver => judged.whole({group: group.name, isOver, signal: AbortSignal.timeout(endPatienceMs)}),
		stop: async () => {
			await stream.stop();
			over.abort();
			await Promise.all([reading, judging]);
		},
	};
};

/** The last look at AWS must not keep the end of the command. */
const endPatienceMs = 15_000;
