/**
 * A data channel from its ticket to its end: links that come and go, repetition, keep-alive against the idle end. Signer
 * and socket are handed in, so this room knows no credentials.
 */
import type {Agent} from 'node:http';
import type {ProcessClock} from '../base/clock.ts';
import type {KeyHome, KeyProvider} from './encryption.ts';
import type {SessionType} from './handshake.ts';
import {type ChannelTicket, type Link, openLink} from './link.ts';
import {clientVersion} from './open-message.ts';
import {resumeLink} from './resume-link.ts';
import {createSession, type SessionEnd} from './session.ts';
import type {SocketFactory} from './socket.ts';

export type ChannelEnd =
	| SessionEnd
	/** The link is gone; the session may live on, and nothing is known of the box. */
	| {readonly kind: 'dropped'; readonly why: string}
	/** The link was gone, and the service no longer knows the session. */
	| {readonly kind: 'expired'}
	| {readonly kind: 'left'};

export type ChannelOptions = {
	readonly ticket: ChannelTicket;
	/** The target as it was given to StartSession. */
	readonly targetId: string;
	/** Headers of the signed upgrade; throws before it makes any when the address is not to be trusted. */
	readonly signUpgrade: (streamUrl: string) => Promise<Readonly<Record<string, string>>>;
	readonly agentFor?: (streamUrl: string) => Agent | undefined;
	readonly processClock: ProcessClock;
	/** Milliseconds since 1970 UTC; stands in frames, decides nothing. */
	readonly wallNow: () => number;
	readonly handlers: ChannelHandlers;
	readonly expectedTypes?: readonly SessionType[];
	readonly keys?: {readonly provider: KeyProvider; readonly home: KeyHome | null};
	/** False answers without the random challenge, as older clients do. */
	readonly acknowledgeChallenge?: boolean;
	/**
	 * ResumeSession, for sessions whose agent keeps their output while nobody listens (those on a PTY). Without it the
	 * channel ends with its link, since separate output is lost by then (ssm-data-channel.md section 0, point 10).
	 */
	readonly resume?: (sessionId: string) => Promise<ChannelTicket | null>;
	/** The real WebSocket by default. */
	readonly socketFactory?: SocketFactory;
	readonly timing?: Partial<ChannelTiming>;
};

export type ChannelHandlers = {
	readonly stdout: (bytes: Uint8Array) => void;
	readonly stderr: (bytes: Uint8Array) => void;
	readonly exitCode?: (code: number) => void;
	readonly customerMessage?: (text: string) => void;
	readonly ready?: () => void;
	/** Publication was paused: of separate output, something is lost from here on. */
	readonly paused?: () => void;
	/** Only with `resume`. */
	readonly link?: (news: LinkNews) => void;
};

export type LinkNews =
	| {readonly kind: 'dropped'; readonly why: string}
	| {readonly kind: 'failed-try'; readonly why: string}
	| {readonly kind: 'resumed'; readonly afterMs: number};

/** Milliseconds. */
export type ChannelTiming = {
	readonly tick: number;
	readonly ping: number;
	/** A ping without an answer for so long means that the link is gone. */
	readonly pongDeadline: number;
	/** Silent viewers are ended after 20 minutes by default; a size message counts as activity. */
	readonly keepAlive: number;
};

export type TerminalSize = {readonly columns: number; readonly rows: number};

export type Channel = {
	readonly sessionId: string;
	readonly write: (bytes: Uint8Array) => void;
	/** 0x03: the agent sends SIGINT to the command. */
	readonly interrupt: () => void;
	readonly resize: (size: TerminalSize) => void;
	/** Stops reading from the socket, the only back-pressure there is. */
	readonly pause: () => void;
	readonly resume: () => void;
	/** Messages that the agent has not acknowledged: who writes much waits while there are many. */
	readonly unacknowledged: () => number;
	/** Closes the socket; the session on the box lives on until TerminateSession. */
	readonly leave: () => void;
	/** Resolves once, never rejects. */
	readonly ended: Promise<ChannelEnd>;
};

const defaultTiming: ChannelTiming = {tick: 100, ping: 25_000, pongDeadline: 10_000, keepAlive: 240_000};
/** What the agent's own client says where it has no terminal. */
const unseenTerminal: TerminalSize = {columns: 300, rows: 100};

/** Resolves when the socket is open; rejects when it cannot be. */
export const openChannel = async (options: ChannelOptions): Promise<Channel> => {
	const {ticket, processClock, handlers} = options;
	const timing = {...defaultTiming, ...options.timing};
	const now = processClock.now;
	const stopped = new AbortController();
	let resolveEnd: (end: ChannelEnd) => void = () => undefined;
	const ended = new Promise<ChannelEnd>(resolve => {
		resolveEnd = resolve;
	});
	let link: Link | null = null;
	let isPaused = false;
	let size = unseenTerminal;
	const finish = (end: ChannelEnd) => {
		stopped.abort();
		link?.close();
		link = null;
		resolveEnd(end);
	};
	const session = createSession({
		clientVersion,
		sessionId: ticket.sessionId,
		targetId: options.targetId,
		expectedTypes: options.expectedTypes ?? null,
		keys: options.keys ?? null,
		acknowledgeChallenge: options.acknowledgeChallenge ?? true,
		transmit: bytes => link?.send(bytes),
		wallNow: options.wallNow,
		handlers: {
			stdout: handlers.stdout,
			stderr: handlers.stderr,
			exitCode: code => handlers.exitCode?.(code),
			customerMessage: text => handlers.customerMessage?.(text),
			ready: () => handlers.ready?.(),
			paused: () => handlers.paused?.(),
			ended: finish,
		},
	});
	const open = async (fresh: ChannelTicket) => {
		const opened = await openLink(fresh, {
			signUpgrade: options.signUpgrade,
			agentFor: options.agentFor,
			socketFactory: options.socketFactory,
			processClock,
			timing,
			onMessage: bytes => session.receive(bytes, now()),
			onGone: why => void lost(why),
		});
		if (isPaused) opened.pause();
		return opened;
	};
	const lost = async (why: string) => {
		link = null;
		const {resume} = options;
		if (stopped.signal.aborted) return;
		if (resume === undefined) return finish({kind: 'dropped', why});
		const since = now();
		handlers.link?.({kind: 'dropped', why});
		const found = await resumeLink({
			askTicket: () => resume(ticket.sessionId),
			open,
			processClock,
			onFailure: text => handlers.link?.({kind: 'failed-try', why: text}),
			signal: stopped.signal,
		});
		if (stopped.signal.aborted) return found?.close();
		if (found === null) return finish({kind: 'expired'});
		link = found;
		handlers.link?.({kind: 'resumed', afterMs: now() - since});
		session.reopened(now());
	};
	link = await open(ticket);
	session.opened(now());

	const every = async (ms: number, act: () => void) => {
		while (!stopped.signal.aborted) {
			await processClock.sleep(ms, stopped.signal);
			// Repeating into a link that is gone would use up the tries of a message.
			if (!stopped.signal.aborted && link !== null) act();
		}
	};
	void every(timing.tick, () => session.tick(now()));
	void every(timing.keepAlive, () => {
		if (session.isReady()) session.size(size, now());
	});

	return {
		sessionId: ticket.sessionId,
		write: bytes => session.input(bytes, now()),
		interrupt: () => session.input(Uint8Array.of(0x03), now()),
		resize: wanted => {
			size = wanted;
			session.size(wanted, now());
		},
		pause: () => {
			isPaused = true;
			link?.pause();
		},
		resume: () => {
			isPaused = false;
			link?.resume();
		},
		unacknowledged: session.unacknowledged,
		leave: () => finish({kind: 'left'}),
		ended,
	};
};
