/**
 * Everything a box says, for as long as it lives: the console until the agent answers, then its journal, reopened after
 * the last cursor when the link drops.
 */
import {isSpoiledAnswer} from '../aws/call-error.ts';
import {UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import type {Hostile} from '../base/text.ts';
import {createBoxLife, messageOf} from './box-life.ts';
import {type BoxSession, type BoxSessionEnd, type BoxSessionHandlers, openBoxSession} from './box-session.ts';
import {readSlices} from './command-rung.ts';
import {createConsoleRung} from './console-rung.ts';
import {createEntryFlow} from './entry-flow.ts';
import {createEventQueue} from './event-queue.ts';
import {createSessionRegister} from './session-register.ts';
import type {BoxStream, BoxStreamOptions, Rung, StreamEvent, StreamState} from './types.ts';

type Way = {readonly rung: 'session' | 'session-pty' | 'plugin'; readonly why: Hostile | null};

const bestWay = (transport: BoxStreamOptions['transport']): Way => ({
	rung: transport === 'plugin' ? 'plugin' : 'session',
	why: null,
});
/** Events waiting for their reader before the socket is paused. */
const maxQueuedEvents = 20_000;
const retryMs = [100, 300, 700, 1500, 3000, 5000] as const;
/** After so many refusals in a row the console is read beside the tries. */
const triesBeforeConsole = 3;
/** An answer to StartSession that cannot be used may have been garbled once; the next one like it is the last. */
const triesOfSpoiled = 2;
/** An agent that demands what we cannot do will not change its mind soon. */
const refusedMs = 60_000;
const agentPollMs = 2000;
/** A live box that is silent for so long is looked up in EC2, all of them in one call. */
const silenceMs = 4000;
/** Between two counts of bytes. */
const byteCountMs = 250;

export const openBoxStream = (options: BoxStreamOptions): BoxStream => {
	const {aws, instanceId, processClock} = options;
	const {signal, stopped} = createStop(options.signal, () => void stop());
	const shortId = instanceId.slice(-4);
	let session: BoxSession | null = null;
	let rung: Rung = 'console';
	let whyNotHigher: Hostile | null = null;
	/** The kind of session that is tried, and why it is not the better one. */
	const best = bestWay(options.transport);
	let way = best;
	let lastByteAt = processClock.now();
	let isRefused = false;
	let spoiled = 0;

	const queue = createEventQueue<StreamEvent>(maxQueuedEvents, isFull =>
		isFull ? session?.pause() : session?.resume(),
	);
	const say = (state: StreamState) => queue.push({kind: 'state', state, rung, whyNotHigher});
	const mark = (text: Hostile) => queue.push({kind: 'mark', text: `${shortId} ${text}`});
	const markOnce = once(mark);
	const life = createBoxLife(options);
	const flow = createEntryFlow({
		push: queue.push,
		redactor: options.redactor ?? createRedactor(),
		spool: options.spool,
		shortId,
		processClock,
	});
	const consoleRung = createConsoleRung({
		aws,
		instanceId,
		processClock,
		show: text => queue.push({kind: 'console', text}),
	});
	const register = createSessionRegister(aws.facts, options.stateFolder ?? null);
	/** A state folder that cannot be written is no reason to read nothing. */
	const registered = (write: Promise<void>) =>
		write.catch((error: unknown) => markOnce(`open sessions are not recorded: ${messageOf(error)}`));
	const countBytes = createByteCount(processClock.now, count => queue.push({kind: 'bytes', count}));

	const handlers: BoxSessionHandlers = {
		opened: sessionId => registered(register.add(sessionId)),
		abandoned: sessionId => registered(register.remove(sessionId)),
		probe: facts => facts.missing.forEach(markOnce),
		lines: flow.lines,
		live: cursor => {
			flow.liveFrom(cursor);
			say({state: 'live'});
		},
		units: units => queue.push({kind: 'units', units}),
		said: line => {
			if (line.trim() !== '') markOnce(`says: ${line}`);
		},
		bytes: count => {
			lastByteAt = processClock.now();
			countBytes(count);
		},
	};

	const endings = new Set<Promise<void>>();
	const endSession = (opened: BoxSession) => {
		if (session === opened) session = null;
		const ending = terminate(opened).finally(() => endings.delete(ending));
		endings.add(ending);
		return ending;
	};
	const terminate = async (opened: BoxSession) => {
		try {
			await opened.stop();
		} catch (error) {
			mark(`the session could not be ended: ${messageOf(error)}`);
			return;
		}
		await registered(register.remove(opened.sessionId));
	};

	/** Ends the session when EC2 says that a silent box is gone; a link that is merely silent stays. */
	const watchSilence = async (opened: BoxSession, over: AbortSignal) => {
		while (!over.aborted) {
			await processClock.sleep(silenceMs, over);
			if (over.aborted || processClock.now() - lastByteAt < silenceMs) continue;
			if ((await life.goneWhy()) !== null) return endSession(opened);
		}
	};

	/** One session to its end. */
	const readSession = async (): Promise<BoxSessionEnd> => {
		const opened = await openBoxSession({
			aws,
			instanceId,
			way: way.rung === 'session-pty' ? 'terminal' : 'separate',
			transport: way.rung === 'plugin' ? 'plugin' : 'native',
			reason: options.reason ?? 'unflap: read the journal',
			processClock,
			signal,
			line: {
				cursor: flow.reopen(),
				boot: options.boot ?? 'running',
				follow: options.follow ?? true,
				unitStates: options.unitStates ?? true,
			},
			handlers,
		});
		session = opened;
		rung = way.rung;
		whyNotHigher = way.why;
		if (flow.delivered() === 0) say({state: 'backlog'});
		const over = new AbortController();
		void watchSilence(opened, over.signal);
		// Asked to stop while it was being opened: nobody else would end it.
		if (signal.aborted) void endSession(opened);
		const end = await opened.ended;
		over.abort();
		if (!signal.aborted) void endSession(opened);
		return end;
	};

	/** Said at once; what the journal could not say any more may stand on the console. */
	const endAsGone = async (why: Hostile): Promise<void> => {
		mark(`died (${why})`);
		const words = options.console === false ? [] : await consoleRung.lastWords(signal);
		for (const line of words) mark(`console: ${line}`);
		say({state: 'gone', why});
	};

	const waitForAgent = async (): Promise<'answers' | 'gone' | 'stopped'> => {
		while (!signal.aborted) {
			whyNotHigher = await life.whyNoAgent(signal);
			if (whyNotHigher === null) return 'answers';
			rung = 'console';
			const why = await life.goneWhy();
			if (why !== null) {
				await endAsGone(why);
				return 'gone';
			}
			say({state: 'waiting', why: whyNotHigher});
			if (options.console !== false) await consoleRung.read(signal);
			await processClock.sleep(agentPollMs, signal);
		}
		return 'stopped';
	};

	/** Run Command in place of a session, until a minute later a session is tried again. True when there is no more. */
	const readByCommands = async (): Promise<boolean> => {
		// The minute until the next try passes here.
		isRefused = false;
		const end = await readSlices({
			aws,
			instanceId,
			processClock,
			signal,
			until: processClock.now() + refusedMs,
			follow: options.follow ?? true,
			flow,
			heard: count => {
				rung = 'run-command';
				handlers.bytes(count);
			},
			live: () => say({state: 'live'}),
			goneWhy: life.goneWhy,
		});
		if (end.kind === 'complete') say({state: 'ended', why: ''});
		else if (end.kind === 'gone') await endAsGone(end.why);
		return signal.aborted || end.kind !== 'due';
	};

	/** Sessions are denied, or an agent demands what we cannot do: a session on a terminal, then Run Command. */
	const climbDown = async (above: 'denied' | 'refused'): Promise<boolean> => {
		if (way.rung === 'session') {
			way = {rung: 'session-pty', why: whyNotHigher};
			isRefused = false;
			return readOnce();
		}
		// Where the plugin was demanded no other session takes its place.
		if (way.rung !== 'plugin') whyNotHigher = way.why;
		way = best;
		const isForAll = above === 'denied';
		if ((options.boot ?? 'running') !== 'running') {
			if (isForAll) say({state: 'ended', why: whyNotHigher ?? ''});
			return isForAll;
		}
		try {
			return await readByCommands();
		} catch (error) {
			if (signal.aborted) return true;
			isRefused = !isForAll;
			if (!isFinal(error) || !isForAll) return false;
			say({state: 'ended', why: `${whyNotHigher ?? ''}; Run Command: ${messageOf(error)}`});
			return true;
		}
	};

	/** True when there is nothing more to read, ever. */
	const readOnce = async (): Promise<boolean> => {
		try {
			const end = await readSession();
			if (signal.aborted) return true;
			if (end.kind === 'complete') {
				say({state: 'ended', why: ''});
				return true;
			}
			whyNotHigher = endText(end);
			const saidNothing = end.kind === 'closed' && flow.delivered() === 0;
			isRefused = end.kind === 'failed' || (saidNothing && way.rung === 'session-pty');
			// Nothing came yet, and not for want of a link: it is no drop, and there is a reason to read.
			if (end.kind !== 'dropped' && flow.delivered() === 0) say({state: 'waiting', why: whyNotHigher});
			else say({state: 'dropped', since: flow.dropped()});
			if (isRefused) return climbDown('refused');
		} catch (error) {
			if (signal.aborted) return true;
			whyNotHigher = messageOf(error);
			spoiled = isSpoiledAnswer(error) ? spoiled + 1 : 0;
			if (isDenied(error)) return climbDown('denied');
			if (way.rung === 'plugin' && isUnfit(error)) return climbDown('refused');
			if (!isFinal(error) && spoiled < triesOfSpoiled) return false;
			say({state: 'ended', why: whyNotHigher});
			return true;
		}
		return false;
	};

	const run = async () => {
		let failures = 0;
		say({state: 'waiting', why: 'asking whether the SSM agent answers'});
		while (!signal.aborted) {
			if (!flow.isDropped() && (await waitForAgent()) !== 'answers') return;
			const before = flow.delivered();
			if (await readOnce()) return;
			if (flow.delivered() > before) failures = 0;
			const why = failures > 0 ? await life.goneWhy() : null;
			if (why !== null) return endAsGone(why);
			if (failures >= triesBeforeConsole && options.console !== false) {
				rung = 'console';
				await consoleRung.read(signal);
			}
			const waitMs = retryMs[Math.min(failures, retryMs.length - 1)] ?? 5000;
			await processClock.sleep(isRefused ? refusedMs : waitMs, signal);
			isRefused = false;
			failures += 1;
		}
	};

	const finished = run()
		.catch((error: unknown) => say({state: 'ended', why: messageOf(error)}))
		.finally(() => queue.close());

	const stop = async () => {
		stopped.abort();
		if (session !== null) void endSession(session);
		await finished;
		await Promise.all(endings);
	};

	return {instanceId, events: queue.events, stop};
};

const createStop = (outer: AbortSignal | undefined, stop: () => void) => {
	const stopped = new AbortController();
	if (outer?.aborted) stopped.abort();
	else outer?.addEventListener('abort', stop, {once: true});
	return {stopped, signal: stopped.signal};
};

/** Lines that come with each try are said once. */
const once = (say: (line: string) => void) => {
	const said = new Set<string>();
	return (line: string) => {
		if (said.has(line) || said.size > 200) return;
		said.add(line);
		say(line);
	};
};

const createByteCount = (now: () => number, show: (count: number) => void) => {
	let uncounted = 0;
	let countedAt = 0;
	return (count: number) => {
		uncounted += count;
		if (now() - countedAt < byteCountMs) return;
		countedAt = now();
		show(uncounted);
		uncounted = 0;
	};
};

const endText = (end: BoxSessionEnd): Hostile => {
	if (end.kind === 'failed' || end.kind === 'dropped') return end.why;
	const output = end.kind === 'closed' ? end.output : '';
	return output === '' ? 'the session ended by itself' : output;
};

const isUnfit = (error: unknown) => error instanceof UnflapError && error.kind === 'refused';

const isDenied = (error: unknown) => error instanceof UnflapError && error.kind === 'denied';

/** Errors that the next try cannot mend. */
const isFinal = (error: unknown) =>
	error instanceof UnflapError &&
	['read-only', 'usage', 'bad-input', 'denied', 'refused', 'no-credentials'].includes(error.kind);
