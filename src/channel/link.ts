/** One socket of a channel: signed upgrade, open message, ping with a deadline. A channel may outlive several. */
import {randomUUID} from 'node:crypto';
import type {Agent} from 'node:http';
import type {ProcessClock} from '../base/clock.ts';
import {openMessage} from './open-message.ts';
import {type ChannelSocket, openWebSocket, type SocketFactory} from './socket.ts';

/** What StartSession and ResumeSession answer. */
export type ChannelTicket = {
	readonly sessionId: string;
	readonly streamUrl: string;
	readonly token: string;
};

export type LinkOptions = {
	/** Headers of the signed upgrade; throws before it makes any when the address is not to be trusted. */
	readonly signUpgrade: (streamUrl: string) => Promise<Readonly<Record<string, string>>>;
	readonly agentFor?: ((streamUrl: string) => Agent | undefined) | undefined;
	/** The real WebSocket by default. */
	readonly socketFactory?: SocketFactory | undefined;
	readonly processClock: ProcessClock;
	readonly timing: LinkTiming;
	readonly onMessage: (bytes: Buffer) => void;
	/** Once, when the link was open and is gone; never after `close`. */
	readonly onGone: (why: string) => void;
};

/** Milliseconds. */
export type LinkTiming = {
	readonly ping: number;
	/** A ping without an answer for so long means that the link is gone. */
	readonly pongDeadline: number;
};

export type Link = {
	readonly send: (bytes: Buffer) => void;
	/** Stops reading from the socket, the only back-pressure there is. */
	readonly pause: () => void;
	readonly resume: () => void;
	readonly close: () => void;
};

/** The same for every channel of this process, and for each reopening. */
const clientId = randomUUID();

/** Resolves when the socket is open and the token is sent; rejects when it cannot be opened. */
export const openLink = async (ticket: ChannelTicket, options: LinkOptions): Promise<Link> => {
	const {processClock, timing} = options;
	const over = new AbortController();
	let lastPongAt = processClock.now();
	let isPaused = false;
	let socket: ChannelSocket | null = null;
	const gone = (why: string) => {
		if (over.signal.aborted) return;
		over.abort();
		socket?.close();
		options.onGone(why);
	};
	const headers = await options.signUpgrade(ticket.streamUrl);
	const opened = await (options.socketFactory ?? openWebSocket)({
		url: ticket.streamUrl,
		headers,
		agent: options.agentFor?.(ticket.streamUrl),
		onMessage: bytes => {
			if (!over.signal.aborted) options.onMessage(bytes);
		},
		onPong: () => {
			lastPongAt = processClock.now();
		},
		onClose: gone,
	});
	socket = opened;
	const pingOnce = () => {
		const askedAt = processClock.now();
		opened.ping();
		void processClock.sleep(timing.pongDeadline, over.signal).then(() => {
			// While we do not read, an answer cannot arrive.
			if (!isPaused && lastPongAt < askedAt) gone('no answer to a ping');
		});
	};
	const keepPinging = async () => {
		while (!over.signal.aborted) {
			await processClock.sleep(timing.ping, over.signal);
			if (!over.signal.aborted) pingOnce();
		}
	};
	opened.ping();
	opened.sendText(openMessage({requestId: randomUUID(), token: ticket.token, clientId}));
	void keepPinging();
	return {
		send: opened.send,
		pause: () => {
			isPaused = true;
			opened.pause();
		},
		resume: () => {
			isPaused = false;
			lastPongAt = processClock.now();
			opened.resume();
		},
		close: () => {
			over.abort();
			opened.close();
		},
	};
};
