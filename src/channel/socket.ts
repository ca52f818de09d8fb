/** The real WebSocket under a channel: no compression, no redirects, verified certificates, bounded frames. */
import type {Agent} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocket} from 'ws';
import {maxFrameBytes} from './frame.ts';

export type ChannelSocket = {
	readonly send: (bytes: Buffer) => void;
	readonly sendText: (text: string) => void;
	readonly ping: () => void;
	readonly pause: () => void;
	readonly resume: () => void;
	readonly close: () => void;
};

export type SocketOptions = {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly agent: Agent | undefined;
	readonly onMessage: (bytes: Buffer) => void;
	readonly onPong: () => void;
	/** Once, when an open socket is gone, with what is known of why. */
	readonly onClose: (why: string) => void;
};

/** Resolves when the upgrade was accepted; rejects otherwise. */
export type SocketFactory = (options: SocketOptions) => Promise<ChannelSocket>;

const openTimeoutMs = 15_000;

export const openWebSocket: SocketFactory = options =>
	new Promise((resolve, reject) => {
		const webSocket = new WebSocket(options.url, {
			headers: {...options.headers},
			...(options.agent === undefined ? {} : {agent: options.agent}),
			perMessageDeflate: false,
			followRedirects: false,
			handshakeTimeout: openTimeoutMs,
			maxPayload: maxFrameBytes,
			rejectUnauthorized: true,
		});
		webSocket.binaryType = 'nodebuffer';
		let opened = false;
		let problem = '';
		let wire: Duplex | null = null;
		webSocket.on('upgrade', response => {
			wire = response.socket;
		});
		webSocket.on('message', (data, isBinary) => {
			if (isBinary && Buffer.isBuffer(data)) options.onMessage(data);
		});
		webSocket.on('pong', options.onPong);
		webSocket.on('error', error => {
			problem = error.message;
			if (!opened) reject(error);
		});
		webSocket.on('close', (code, reason) => {
			if (opened)
				options.onClose(problem || reason.toString('utf8').slice(0, 200) || `closed with code ${code}`);
		});
		webSocket.on('open', () => {
			opened = true;
			resolve(over(webSocket, () => wire));
		});
	});

/** Acknowledgements are small and many: those of one turn of the event loop leave in one write. */
const over = (webSocket: WebSocket, wire: () => Duplex | null): ChannelSocket => {
	let corked = false;
	const cork = () => {
		const socket = wire();
		if (corked || socket === null) return;
		corked = true;
		socket.cork();
		setImmediate(() => {
			corked = false;
			socket.uncork();
		});
	};
	const isOpen = () => webSocket.readyState === WebSocket.OPEN;
	return {
		send: bytes => {
			if (!isOpen()) return;
			cork();
			webSocket.send(bytes);
		},
		sendText: text => {
			if (isOpen()) webSocket.send(text);
		},
		ping: () => {
			if (isOpen()) webSocket.ping('keepalive');
		},
		pause: () => webSocket.pause(),
		resume: () => webSocket.resume(),
		close: () => {
			if (webSocket.readyState === WebSocket.CLOSED) return;
			webSocket.close(1000);
			// A peer that does not answer the close keeps the socket for 30 s otherwise.
			setTimeout(() => webSocket.terminate(), 1000).unref();
		},
	};
};
