/**
 * Everything a box says, for as long as it lives: the console until the agent answers, then its journal, reopened after
 * the last cursor when the link drops. Dead or alive is asked of EC2, never concluded from a silent socket.
 */
import {UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import type {Hostile} from '../base/text.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import type {JournalEntry} from '../journal/types.ts';
import {type BoxSession, type BoxSessionEnd, openBoxSession} from './box-session.ts';
import {createConsoleRung} from './console-rung.ts';
import {createEventQueue} from './event-queue.ts';
import {createEntryRedactor} from './redact-entries.ts';
import {createResumePoint} from './resume-point.ts';
import {createSessionRegister} from './session-register.ts';
import type {BoxStream, BoxStreamOptions, Rung, StreamEvent, StreamState} from './types.ts';

/** Events waiting for their reader before the socket is paused. */
const maxQueuedEvents = 20_000;
const retryMs = [100, 300, 700, 1500, 3000, 5000] as const;
const agentPollMs = 2000;
/** A live box that is silent for so long is looked up in EC2. */
const silenceMs = 20_000;
/** Between two counts of bytes. */
const byteCountMs = 250;

export const openBoxStream = (options: BoxStreamOptions): BoxStream => {
	const {aws, instanceId, processClock} = options;
	const stopped = new AbortController();
	if (options.signal?.aborted) stopped.abort();
	options.signal?.addEventListener('abort', () => void stop(), {once: true});
	const {signal} = stopped;
	const shortId = instanceId.slice(-4);
	let session: BoxSession | null = null;
	let rung: Rung = 'console';
	let whyNotHigher: Hostile | null = null;
	let lastByteAt = processClock.now();
	const queue = createEventQueue<StreamEvent>(maxQueuedEvents, isFull =>
		isFull ? session?.pause() : session?.resume(),
	);
	const register = createSessionRegister({
		stateFolder: options.stateFolder ?? null,
		region: aws.facts.region,
		endpoint: aws.facts.endpoint,
	});
	const resumePoint = createResumePoint();
	const redact = createEntryRedactor(options.redactor ?? createRedactor());
	const say = (state: StreamState) => queue.push({kind: 'state', state, rung, whyNotHigher});
	const consoleRung = createConsoleRung({
		aws,
		instanceId,
		processClock,
		show: text => queue.push({kind: 'console', text}),
	});

	/** The reason why the box is gone, or null while EC2 knows it as alive, or cannot be asked. */
	const goneWhy = async (): Promise<Hostile | null> => {
		try {
			const [instance] = await aws.polling.instances([instanceId], {signal});
			if (instance === undefined) return 'EC2 does not know it any more';
			if (!['shutting-down', 'terminated', 'stopping', 'stopped'].includes(instance.state)) return null;
			return (await options.causeOfDeath?.()) ?? instance.stateReason ?? instance.state;
		} catch (error) {
			whyNotHigher = `EC2 cannot be asked: ${messageOf(error)}`;
			return null;
		}
	};

	const endAsGone = (why: Hostile) => {
		queue.push({kind: 'mark', text: `${shortId} died: ${why}`});
		say({state: 'gone', why});
	};

	/** True when the agent can be asked for a session; otherwise `whyNotHigher` says what is known. */
	const agentAnswers = async () => {
		try {
			const connected = await aws.polling.ssmConnected(instanceId, {signal});
			if (!connected) whyNotHigher = 'the SSM agent does not answer yet';
			return connected;
		} catch (error) {
			whyNotHigher = messageOf(error);
			// Who may not ask for the status may still be allowed to start a session.
			return error instanceof UnflapError && error.kind === 'denied';
		}
	};

	let droppedAt: number | null = null;
	const onEntries = (lines: readonly ParsedLine[]) => {
		const entries: JournalEntry[] = [];
		for (const line of lines) {
			if (line.kind === 'entry') entries.push(line.entry);
			else if (line.kind === 'garbage')
				queue.push({kind: 'lost', lines: 1, why: `not an entry: ${line.text}`});
		}
		const fresh = resumePoint.fresh(entries);
		sayResumed();
		if (fresh.length === 0) return;
		const masked = fresh.map(redact);
		options.spool?.append(masked);
		queue.push({kind: 'entries', entries: masked});
	};
	const sayResumed = () => {
		const resumed = resumePoint.resumed();
		if (droppedAt === null || resumed === null) return;
		const seconds = ((processClock.now() - droppedAt) / 1000).toFixed(1);
		droppedAt = null;
		const text = `${shortId} link dropped ${seconds}s, ${resumedTexts[resumed]}`;
		queue.push({kind: 'mark', text});
		if (resumed !== 'exact') queue.push({kind: 'lost', lines: 0, why: text});
	};

	const said = new Set<string>();
	/** A line that comes with each try is said once. */
	const saidOnce = (line: string) => {
		if (line.trim() === '' || said.has(line) || said.size > 200) return;
		said.add(line);
		queue.push({kind: 'mark', text: `${shortId} says: ${line}`});
	};
	let uncounted = 0;
	let countedAt = 0;
	const countBytes = (count: number) => {
		lastByteAt = processClock.now();
		uncounted += count;
		if (lastByteAt - countedAt < byteCountMs) return;
		countedAt = lastByteAt;
		queue.push({kind: 'bytes', count: uncounted});
		uncounted = 0;
	};

	const openSession = () =>
		openBoxSession({
			aws,
			instanceId,
			reason: options.reason ?? 'unflap: read the journal',
			processClock,
			signal,
			line: {
				boot: options.boot ?? 'running',
				cursor: resumePoint.cursor(),
				follow: options.follow ?? true,
				unitStates: options.unitStates ?? true,
			},
			handlers: {
				opened: register.add,
				abandoned: register.remove,
				probe: facts => {
					for (const text of facts.missing) queue.push({kind: 'mark', text: `${shortId} ${text}`});
				},
				lines: onEntries,
				live: cursor => {
					resumePoint.liveFrom(cursor);
					say({state: 'live'});
				},
				units: units => queue.push({kind: 'units', units}),
				said: saidOnce,
				bytes: countBytes,
			},
		});

	/** Ends the session when EC2 says that a silent box is gone; a link that is merely silent stays. */
	const watchSilence = async (opened: BoxSession, over: AbortSignal) => {
		while (!over.aborted) {
			await processClock.sleep(silenceMs, over);
			if (over.aborted || processClock.now() - lastByteAt < silenceMs) continue;
			if ((await goneWhy()) !== null) await endSession(opened);
		}
	};

	const endSession = async (opened: BoxSession) => {
		try {
			await opened.stop();
		} catch (error) {
			queue.push({kind: 'mark', text: `${shortId} the session could not be ended: ${messageOf(error)}`});
			return;
		}
		await register.remove(opened.sessionId);
	};

	/** One session to its end. */
	const follow = async (): Promise<BoxSessionEnd> => {
		resumePoint.reopen();
		session = await openSession();
		rung = 'session';
		whyNotHigher = null;
		if (resumePoint.delivered() === 0) say({state: 'backlog'});
		const over = new AbortController();
		void watchSilence(session, over.signal);
		const end = await session.ended;
		over.abort();
		return end;
	};

	const run = async () => {
		let failures = 0;
		say({state: 'waiting', why: 'asking whether the SSM agent answers'});
		while (!signal.aborted) {
			if (droppedAt === null && !(await agentAnswers())) {
				rung = 'console';
				const why = await goneWhy();
				if (why !== null) return endAsGone(why);
				say({state: 'waiting', why: whyNotHigher ?? ''});
				if (options.console !== false) await consoleRung.read(signal);
				await processClock.sleep(agentPollMs, signal);
				continue;
			}
			try {
				const before = resumePoint.delivered();
				const end = await follow();
				if (signal.aborted) return;
				if (end.kind === 'complete') {
					if (session !== null) await endSession(session);
					return say({state: 'ended', why: ''});
				}
				if (resumePoint.delivered() > before) failures = 0;
				whyNotHigher = endText(end);
			} catch (error) {
				if (signal.aborted) return;
				whyNotHigher = messageOf(error);
				if (isFinal(error)) return say({state: 'ended', why: whyNotHigher});
			}
			if (session !== null) {
				droppedAt ??= processClock.now();
				say({state: 'dropped', since: droppedAt});
				void endSession(session);
				session = null;
			}
			const why = failures > 0 ? await goneWhy() : null;
			if (why !== null) return endAsGone(why);
			await processClock.sleep(retryMs[Math.min(failures, retryMs.length - 1)] ?? 5000, signal);
			failures += 1;
		}
	};

	const finished = run()
		.catch((error: unknown) => say({state: 'ended', why: messageOf(error)}))
		.finally(() => queue.close());

	const stop = async () => {
		stopped.abort();
		if (session !== null) await endSession(session);
		await finished;
	};

	return {instanceId, events: queue.events, stop};
};

const resumedTexts = {
	exact: 'resumed at the same journal cursor, 0 lines lost',
	rebooted: 'and the box has rebooted since: its new boot follows, the end of the old one was not seen',
	inexact: 'resumed, but the journal no longer holds the last line seen: lines may be missing',
};

const endText = (end: BoxSessionEnd): Hostile =>
	end.kind === 'failed' || end.kind === 'dropped' ? end.why : end.kind === 'closed' ? end.output : '';

/** Errors that the next try cannot mend. */
const isFinal = (error: unknown) =>
	error instanceof UnflapError &&
	['read-only', 'usage', 'bad-input', 'denied', 'no-credentials'].includes(error.kind);

const messageOf = (error: unknown): Hostile => (error instanceof Error ? error.message : String(error));
