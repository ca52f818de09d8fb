/**
 * A data channel on a socket: signed upgrade, open message, ping with a deadline, repetition, keep-alive against the
 * idle end. Signer and socket are handed in, so this room knows no credentials.
 */
import {randomUUID} from 'node:crypto';
import type {Agent} from 'node:http';
import type {ProcessClock} from '../base/clock.ts';
import type {KeyHome, KeyProvider} from './encryption.ts';
import type {SessionType} from './handshake.ts';
import {clientVersion, openMessage} from './open-message.ts';
import {createSession, type SessionEnd} from './session.ts';
import {type ChannelSocket, openWebSocket, type SocketFactory} from './socket.ts';

export type ChannelEnd =
	| SessionEnd
	/** The link is gone; the session may live on, and nothing is known of the box. */
	| {readonly kind: 'dropped'; readonly why: string}
	| {readonly kind: 'left'};

export type ChannelOptions = {
	readonly ticket: {readonly sessionId: string; readonly streamUrl: string; readonly token: string};
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
};

/** Milliseconds. */
export type ChannelTiming = {
	readonly tick: number;
	readonly ping: number;
	/** A ping without an answer for so long means that the link is gone. */
	readonly pongDeadline: number;
	/** Silent viewers are ended after 20 minutes by default; a size message counts as activity. */
	readonly keepAlive: number;
};

export type Channel = {
	readonly sessionId: string;
	readonly write: (bytes: Uint8Array) => void;
	/** 0x03: the agent sends SIGINT to the command. */
	readonly interrupt: () => void;
	readonly resize: (size: {readonly columns: number; readonly rows: number}) => void;
	/** Stops reading from the socket, the only back-pressure there is. */
	readonly pause: () => void;
	readonly resume: () => void;
	/** Closes the socket; the session on the box lives on until TerminateSession. */
	readonly leave: () => void;
	/** Resolves once, never rejects. */
	readonly ended: Promise<ChannelEnd>;
};

const defaultTiming: ChannelTiming = {tick: 100, ping: 25_000, pongDeadline: 10_000, keepAlive: 240_000};
/** The same for every channel of this process. */
const clientId = randomUUID();
const unseenTerminal = {columns: 300, rows: 100};

/** Resolves when the socket is open; rejects when it cannot be. */
export const openChannel = async (options: ChannelOptions): Promise<Channel> => {
	const {ticket, processClock, handlers} = options;
	const timing = {...defaultTiming, ...options.timing};
	const stopped = new AbortController();
	let resolveEnd: (end: ChannelEnd) => void = () => undefined;
	const ended = new Promise<ChannelEnd>(resolve => {
		resolveEnd = resolve;
	});
	let socket: ChannelSocket | null = null;
	const finish = (end: ChannelEnd) => {
		stopped.abort();
		socket?.close();
		resolveEnd(end);
	};
	const session = createSession({
		clientVersion,
		sessionId: ticket.sessionId,
		targetId: options.targetId,
		expectedTypes: options.expectedTypes ?? null,
		keys: options.keys ?? null,
		acknowledgeChallenge: true,
		transmit: bytes => socket?.send(bytes),
		wallNow: options.wallNow,
		handlers: {
			stdout: handlers.stdout,
			stderr: handlers.stderr,
			exitCode: code => handlers.exitCode?.(code),
			customerMessage: text => handlers.customerMessage?.(text),
			ready: () => handlers.ready?.(),
			ended: finish,
		},
	});
	let lastPongAt = processClock.now();
	let isPaused = false;
	const headers = await options.signUpgrade(ticket.streamUrl);
	socket = await (options.socketFactory ?? openWebSocket)({
		url: ticket.streamUrl,
		headers,
		agent: options.agentFor?.(ticket.streamUrl),
		onMessage: bytes => session.receive(bytes, processClock.now()),
		onPong: () => {
			lastPongAt = processClock.now();
		},
		onClose: why => finish({kind: 'dropped', why}),
	});
	socket.ping();
	socket.sendText(openMessage({requestId: randomUUID(), token: ticket.token, clientId}));

	const every = async (ms: number, act: () => void) => {
		while (!stopped.signal.aborted) {
			await processClock.sleep(ms, stopped.signal);
			if (!stopped.signal.aborted) act();
		}
	};
	const pingOnce = () => {
		const askedAt = processClock.now();
		socket?.ping();
		void processClock.sleep(timing.pongDeadline, stopped.signal).then(() => {
			// While we do not read, an answer cannot arrive.
			if (!stopped.signal.aborted && !isPaused && lastPongAt < askedAt)
				finish({kind: 'dropped', why: 'no answer to a ping'});
		});
	};
	void every(timing.tick, () => session.tick(processClock.now()));
	void every(timing.ping, pingOnce);
	void every(timing.keepAlive, () => {
		if (session.isReady()) session.size(unseenTerminal, processClock.now());
	});

	return {
		sessionId: ticket.sessionId,
		write: bytes => session.input(bytes, processClock.now()),
		interrupt: () => session.input(Uint8Array.of(0x03), processClock.now()),
		resize: size => session.size(size, processClock.now()),
		pause: () => {
			isPaused = true;
			socket?.pause();
		},
		resume: () => {
			isPaused = false;
			lastPongAt = processClock.now();
			socket?.resume();
		},
		leave: () => finish({kind: 'left'}),
		ended,
	};
};
