/** The run of `unflap logs`: a stream a box, merged, filtered, printed; ends its sessions on every way out. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import {createMerge, type Merge} from '../stream/merge.ts';
import type {BoxStream, StreamEvent} from '../stream/types.ts';
import type {CommandContext, OutputFormat} from './command.ts';
import {boxesOfGroups, type LogsBox} from './logs-boxes.ts';
import {createLogsFilter} from './logs-filter.ts';
import {createLogsOutput} from './logs-output.ts';
import {createLogsPrinter, type LogsStyle} from './logs-print.ts';
import {openSpools} from './logs-spool.ts';

export type LogsWish = {
	readonly follow: boolean;
	/** The last lines of what is there at first; null for all. */
	readonly last: number | null;
	readonly boot: string | null;
	readonly units: readonly string[];
	/** Microseconds since 1970 UTC. */
	readonly sinceUs: number | null;
	readonly include: string | null;
	readonly exclude: string | null;
	readonly highlight: string | null;
	readonly style: LogsStyle;
};

export type LogsJob = {
	readonly context: CommandContext;
	readonly format: OutputFormat;
	readonly aws: Aws;
	readonly wish: LogsWish;
	readonly boxes: readonly LogsBox[];
	/** Names of groups whose new boxes join. */
	readonly groups: readonly string[];
};

const groupPollMs = 5000;
const tickMs = 100;

export const runLogs = async (job: LogsJob): Promise<ExitCode> => {
	const {context, wish} = job;
	const processClock = createProcessClock();
	const instanceIds: string[] = [];
	const printer = createLogsPrinter(context.out, job.format, instanceIds, wish.style);
	const filter = createLogsFilter({
		...wish,
		onSlowPattern: source =>
			context.out.warn(ours`The pattern ${shown(hostile(source))} takes too long and was switched off.`),
	});
	const output = createLogsOutput(filter, wish, printer.line);
	// One box alone is in order already: nothing is held back, however long its journal is.
	const isAlone = !wish.follow && job.boxes.length === 1;
	const merge = createMerge({
		deliver: output.push,
		processClock,
		...(isAlone ? {windowMs: 0, patienceMs: 0} : {}),
	});
	const sayOnce = createSayOnce();
	const reading = await createReading(job, {instanceIds, merge, sayOnce, processClock});
	const stopped = new AbortController();
	const stop = () => {
		stopped.abort();
		return reading.stop();
	};
	context.signal.addEventListener('abort', () => void stop(), {once: true});
	const ticking = every(tickMs, processClock, stopped.signal, async () => {
		merge.tick();
		await output.settled();
	});
	try {
		for (const box of job.boxes) reading.join(box);
		if (wish.follow && job.groups.length > 0)
			await every(groupPollMs, processClock, stopped.signal, () =>
				joinNew(job, {instanceIds, sayOnce, reading}),
			);
		await reading.finished();
	} finally {
		await stop();
		await ticking;
		merge.finish();
		await output.end();
		await reading.close();
		filter.stop();
		printer.end();
	}
	if (!reading.allFailed()) return 0;
	context.out.warn(ours`  → ${shown(nextStep(job.aws))}`);
	return 1;
};

/** What AWS refused has its own advice; a box that only does not answer may do so later. */
const nextStep = ({errors}: Pick<Aws, 'errors'>) =>
	errors.entries().toSorted((a, b) => b.lastAt - a.lastAt)[0]?.advice ??
	'add -f to wait until its SSM agent answers, or look at unflap show GROUP';

type ReadingParts = {
	/** Filled as boxes join; a box's number is its place here. */
	readonly instanceIds: string[];
	readonly merge: Merge;
	readonly sayOnce: SayOnce;
	readonly processClock: ReturnType<typeof createProcessClock>;
};

/** The streams of all boxes. */
const createReading = async ({context, aws, wish}: LogsJob, parts: ReadingParts) => {
	const {instanceIds, merge, sayOnce, processClock} = parts;
	const {settings, signal} = context;
	const redactor = createRedactor(settings.redact);
	const spools = await openSpools(context, aws);
	const streams: BoxStream[] = [];
	const running = new Set<Promise<void>>();
	let failed = 0;
	const read = async (box: number, stream: BoxStream) => {
		for await (const event of stream.events) {
			const outcome = apply(event, {box, instanceId: stream.instanceId, merge, context, wish, sayOnce});
			if (outcome === 'failed') failed += 1;
			if (outcome !== 'on') break;
		}
		merge.caughtUp(box);
		await stream.stop();
	};
	return {
		join: ({instanceId, group}: LogsBox) => {
			if (instanceIds.includes(instanceId) || signal.aborted) return;
			const box = instanceIds.push(instanceId) - 1;
			const stream = openBoxStream({
				aws,
				instanceId,
				processClock,
				redactor,
				follow: wish.follow,
				unitStates: false,
				console: false,
				stateFolder: settings.paths.state,
				transport: settings.transport,
				reason: 'unflap logs',
				...spools.optionFor(instanceId, group),
				...(wish.boot === null ? {} : {boot: wish.boot}),
			});
			streams.push(stream);
			merge.expect(box);
			const done = read(box, stream).finally(() => running.delete(done));
			running.add(done);
		},
		finished: () => Promise.all(running),
		stop: () => Promise.allSettled(streams.map(stream => stream.stop())),
		close: spools.close,
		allFailed: () => failed > 0 && failed === instanceIds.length,
	};
};

type Joining = Pick<ReadingParts, 'instanceIds' | 'sayOnce'> & {
	readonly reading: {readonly join: (box: LogsBox) => void};
};

/** A listing that fails costs new boxes a few seconds, never the streams that run. */
const joinNew = async ({context, aws, groups}: LogsJob, {instanceIds, sayOnce, reading}: Joining) => {
	const {out, signal} = context;
	try {
		for (const box of await boxesOfGroups(aws, groups, signal)) {
			if (instanceIds.includes(box.instanceId)) continue;
			const shortId = shown(hostile(box.instanceId.slice(-4)));
			out.note(ours`--- ${shortId} joined, replayed from its own boot ---`);
			reading.join(box);
		}
	} catch (error) {
		if (signal.aborted) return;
		if (!(error instanceof UnflapError)) throw error;
		sayOnce(error.message, () => out.warn(ours`New boxes cannot be listed: ${shown(error.message)}`));
	}
};

const every = async (
	ms: number,
	processClock: ReturnType<typeof createProcessClock>,
	signal: AbortSignal,
	act: () => Promise<void>,
) => {
	while (!signal.aborted) {
		await processClock.sleep(ms, signal);
		if (!signal.aborted) await act();
	}
};

type Applied = {
	readonly box: number;
	readonly instanceId: string;
	readonly merge: Merge;
	readonly context: CommandContext;
	readonly wish: LogsWish;
	readonly sayOnce: SayOnce;
};

type SayOnce = (key: string, say: () => void) => void;

const createSayOnce = (): SayOnce => {
	const said = new Set<string>();
	return (key, say) => {
		if (said.has(key)) return;
		said.add(key);
		say();
	};
};

const apply = (
	event: StreamEvent,
	{box, instanceId, merge, context, wish, sayOnce}: Applied,
): 'on' | 'done' | 'failed' => {
	const {out} = context;
	const id = shown(hostile(instanceId));
	if (event.kind === 'entries') merge.add(box, event.entries);
	else if (event.kind === 'mark') out.note(ours`--- ${shown(event.text)} ---`);
	else if (event.kind === 'lost' && event.lines > 0)
		out.warn(ours`${id}: ${event.lines} lines lost: ${shown(event.why)}`);
	if (event.kind !== 'state') return 'on';
	const {state} = event;
	const why = event.whyNotHigher;
	if (event.rung === 'session-pty' && why !== null)
		sayOnce(`${instanceId} session-pty`, () =>
			out.note(ours`${id}: read through a terminal session, more slowly, since ${shown(why)}`),
		);
	if (event.rung === 'run-command' && why !== null)
		sayOnce(`${instanceId} run-command`, () => {
			out.warn(ours`${id}: read by Run Command, seconds late, since ${shown(why)}`);
			out.warn(ours`  → unflap policy stream says what a live session needs`);
		});
	if (state.state === 'live') merge.caughtUp(box);
	if (state.state === 'ended' && state.why !== '') {
		out.warn(ours`${id}: ${shown(state.why)}`);
		return 'failed';
	}
	if (state.state === 'ended') return 'done';
	if (state.state === 'gone') {
		if (!wish.follow) out.warn(ours`${id} is gone: ${shown(state.why)}`);
		return wish.follow ? 'done' : 'failed';
	}
	if (state.state === 'waiting' && event.whyNotHigher !== null) {
		merge.caughtUp(box);
		sayOnce(`${instanceId} ${event.whyNotHigher}`, () =>
			out.warn(ours`${id}: ${shown(event.whyNotHigher ?? '')}`),
		);
		// Without -f nothing is waited for.
		if (!wish.follow) return 'failed';
	}
	return 'on';
};
