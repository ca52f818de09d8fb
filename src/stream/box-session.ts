/** One session on one box, from StartSession to its end: the follow line's answers as entries and unit states. */
import {randomBytes} from 'node:crypto';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Channel, ChannelEnd} from '../channel/open-channel.ts';
import {createJournalReader} from '../journal/journal-reader.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import {createAnswerReader} from '../remote/answers.ts';
import {type FollowLine, followCommand, terminalFollowCommand} from '../remote/follow-line.ts';
import type {BoxFacts} from '../remote/probe.ts';
import type {UnitFacts} from '../remote/types.ts';
import {createStateReader} from '../remote/unit-states.ts';
import {openAwsChannel} from './aws-channel.ts';
import {openPluginChannel} from './plugin-channel.ts';

export type BoxSessionHandlers = {
	readonly opened: (sessionId: string) => Promise<void>;
	/** The session was ended again because its socket could not be opened. */
	readonly abandoned: (sessionId: string) => Promise<void>;
	readonly probe: (facts: BoxFacts) => void;
	readonly lines: (lines: readonly ParsedLine[], part: 'backlog' | 'live') => void;
	/** The backlog is through; the live part starts at this cursor, inclusive. */
	readonly live: (cursor: string) => void;
	readonly units: (units: readonly UnitFacts[]) => void;
	/** Words of programs on the box that are no answer. */
	readonly said: (line: string) => void;
	readonly bytes: (count: number) => void;
};

export type BoxSession = {
	readonly sessionId: string;
	/** 0x03 and a moment for the command to end, then TerminateSession. Never rejects for a session that is gone. */
	readonly stop: () => Promise<void>;
	readonly pause: () => void;
	readonly resume: () => void;
	readonly ended: Promise<BoxSessionEnd>;
};

export type BoxSessionEnd = ChannelEnd | {readonly kind: 'complete'};

export type BoxSessionOptions = {
	readonly aws: Pick<Aws, 'stream' | 'polling' | 'facts'>;
	readonly instanceId: string;
	readonly reason: string;
	readonly line: Omit<FollowLine, 'nonce'>;
	/** A session on a terminal has both streams in one, and no unit states. */
	readonly way: 'separate' | 'terminal';
	readonly transport: 'native' | 'plugin';
	readonly processClock: ProcessClock;
	readonly handlers: BoxSessionHandlers;
	readonly signal: AbortSignal;
};

/** How long the command gets to end after 0x03 before the session is terminated under it. */
const interruptGraceMs = 700;
/** After the last answer the agent closes by itself; we do not wait longer for it. */
const closeGraceMs = 2000;

/** Rejects when the session cannot be started or its socket cannot be opened. */
export const openBoxSession = async (options: BoxSessionOptions): Promise<BoxSession> => {
	const {aws, instanceId, handlers, processClock, signal, way, transport, reason} = options;
	const nonce = randomBytes(16).toString('hex');
	const line = {...options.line, nonce};
	const ticket =
		way === 'separate'
			? await aws.stream.startCommandSession(instanceId, followCommand(line), reason, {signal})
			: await aws.stream.startTerminalSession(instanceId, terminalFollowCommand(line), reason, {signal});
	const reader = createJournalReader();
	let isComplete = false;
	let isPaused = false;
	let channel: Channel | null = null;
	const answers = createAnswerReader(nonce, {
		probe: handlers.probe,
		journal: (bytes, part) => {
			const lines = reader.push(bytes);
			if (lines.length > 0) handlers.lines(lines, part);
		},
		live: handlers.live,
		end: () => {
			isComplete = true;
			void processClock.sleep(closeGraceMs, signal).then(() => channel?.leave());
		},
		stray: line => handlers.said(line),
		damaged: handlers.said,
	});
	const states = createStateReader(nonce, {units: handlers.units, said: handlers.said});
	try {
		await handlers.opened(ticket.sessionId);
		const streams = {
			stdout: (bytes: Uint8Array) => {
				handlers.bytes(bytes.length);
				answers.push(bytes);
			},
			stderr: (bytes: Uint8Array) => {
				handlers.bytes(bytes.length);
				states.push(bytes);
			},
		};
		const about = {ticket, targetId: instanceId};
		channel =
			transport === 'plugin'
				? await openPluginChannel({...about, facts: aws.facts, handlers: streams})
				: await openAwsChannel(aws, {
						...about,
						processClock,
						expectedTypes: [way === 'separate' ? 'NonInteractiveCommands' : 'InteractiveCommands'],
						handlers: {
							...streams,
							// The agent has stopped reading its command for good: only a new session goes on (after the last cursor).
							paused: () => {
								isPaused = true;
								channel?.leave();
							},
						},
					});
	} catch (error) {
		await aws.stream.terminateSession(ticket.sessionId);
		await handlers.abandoned(ticket.sessionId);
		throw error;
	}
	const opened = channel;
	const finish = async (end: ChannelEnd): Promise<BoxSessionEnd> => {
		await answers.close();
		// A cut last line is no entry: it comes whole after the cursor, in the next session.
		if (isComplete) {
			const rest = reader.end();
			if (rest.length > 0) handlers.lines(rest, 'live');
		}
		if (isComplete) return {kind: 'complete'};
		return isPaused ? {kind: 'dropped', why: 'Session Manager paused the session'} : end;
	};
	const ended = opened.ended.then(finish);
	return {
		sessionId: ticket.sessionId,
		pause: opened.pause,
		resume: opened.resume,
		ended,
		stop: async () => {
			opened.interrupt();
			const grace = new AbortController();
			await Promise.race([opened.ended, processClock.sleep(interruptGraceMs, grace.signal)]);
			grace.abort();
			opened.leave();
			await aws.stream.terminateSession(ticket.sessionId);
		},
	};
};
