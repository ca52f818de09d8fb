/**
 * One data channel without its socket: frames in, frames out, time as a parameter. Whoever owns the socket calls
 * `receive` and `tick`. Facts: ssm-data-channel.md sections 4 to 9.
 */
import {encodeAcknowledgement, readAcknowledgement} from './acknowledge.ts';
import type {SessionCipher} from './encryption.ts';
import {decodeFrame, type Frame, payloadTypes} from './frame.ts';
import {
	answerChallenge,
	answerHandshake,
	type HandshakeOptions,
	readCustomerMessage,
	type SessionType,
} from './handshake.ts';
import {createReceiver} from './receiver.ts';
import {createSender} from './sender.ts';

/** How a session is over. Texts come from the service or the agent. */
export type SessionEnd =
	/** The service said so; `output` is empty for a normal end, otherwise its reason. */
	| {readonly kind: 'closed'; readonly output: string}
	/** The box behaved against the protocol, or demands what we cannot do: this box alone fails. */
	| {readonly kind: 'failed'; readonly why: string};

export type SessionHandlers = {
	/** Valid during the call only, unless copied. */
	readonly stdout: (bytes: Uint8Array) => void;
	readonly stderr: (bytes: Uint8Array) => void;
	readonly exitCode: (code: number) => void;
	/** The agent's notice to the person, e.g. that the session is encrypted. */
	readonly customerMessage: (text: string) => void;
	/** Input and sizes are delivered from now on. */
	readonly ready: () => void;
	/** The service holds back what we send; an agent with separate output loses what its command says meanwhile. */
	readonly paused?: () => void;
	readonly ended: (end: SessionEnd) => void;
};

export type SessionOptions = HandshakeOptions & {
	readonly transmit: (bytes: Buffer) => void;
	/** Milliseconds since 1970 UTC, for frames only. */
	readonly wallNow: () => number;
	readonly handlers: SessionHandlers;
	readonly createId?: () => string;
};

export type ChannelSession = {
	/** The first socket is open. `now` is process time in milliseconds, here and below. */
	readonly opened: (now: number) => void;
	readonly receive: (bytes: Buffer, now: number) => void;
	readonly tick: (now: number) => void;
	/** Kept until the agent would take it: what comes before the end of a handshake is acknowledged and thrown away. */
	readonly input: (bytes: Uint8Array, now: number) => void;
	readonly size: (size: {readonly columns: number; readonly rows: number}, now: number) => void;
	/** A new socket carries the same session on: what was not acknowledged is sent again. */
	readonly reopened: (now: number) => void;
	readonly isReady: () => boolean;
	readonly hasEnded: () => boolean;
	readonly unacknowledged: () => number;
	/** Frames that were dropped as broken: a count for the curious, never silent. */
	readonly dropped: () => number;
};

/** What one read of the plugin's standard input carries. */
const inputChunkBytes = 1024;
const typesWithoutHandshake: readonly SessionType[] = ['Standard_Stream', 'InteractiveCommands'];
/** Early input beyond this is refused: nobody types so much at a session that has said nothing yet. */
const maxEarlyInputs = 10_000;
/** A session on a PTY without encryption has no handshake, and its program may wait for input without a word. */
const noHandshakeMs = 5000;

export const createSession = (options: SessionOptions): ChannelSession => {
	const {handlers, wallNow, transmit} = options;
	let now = 0;
	let ready = false;
	let ended = false;
	let cipher: SessionCipher | null = null;
	let answering = false;
	let handshakeBegan = false;
	let openedAt: number | null = null;
	let dropped = 0;
	let earlySize: string | null = null;
	const earlyInputs: Uint8Array[] = [];
	const waiting: Frame[] = [];
	const sender = createSender({
		transmit,
		wallNow,
		...(options.createId === undefined ? {} : {createId: options.createId}),
	});
	const mayLackHandshake =
		options.expectedTypes === null ||
		options.expectedTypes.some(type => typesWithoutHandshake.includes(type));
	const end = (how: SessionEnd) => {
		if (ended) return;
		ended = true;
		waiting.length = 0;
		handlers.ended(how);
	};
	const becomeReady = () => {
		if (ready) return;
		ready = true;
		if (earlySize !== null) sendSize(earlySize);
		for (const chunk of earlyInputs.splice(0)) sendInput(chunk);
		handlers.ready();
	};
	const sendSize = (payload: string) => sender.send(payloadTypes.size, Buffer.from(payload), now);
	const sendInput = (chunk: Uint8Array) =>
		sender.send(payloadTypes.output, cipher === null ? chunk : cipher.encrypt(chunk), now);
	const plain = (payload: Uint8Array) => (cipher === null ? payload : cipher.decrypt(payload));

	const shakeHands = (frame: Frame) => {
		answering = true;
		handshakeBegan = true;
		answerHandshake(frame.payload, options)
			.then(answer => {
				cipher = answer.cipher;
				sender.send(payloadTypes.handshakeResponse, Buffer.from(answer.response), now);
				answering = false;
				if (answer.failure !== null) end({kind: 'failed', why: answer.failure});
				else for (const next of waiting.splice(0)) deliver(next);
			})
			.catch((error: unknown) =>
				end({kind: 'failed', why: `The handshake could not be read: ${text(error)}`}),
			);
	};

	const act: Record<number, (frame: Frame) => void> = {
		[payloadTypes.output]: frame => {
			// Agents without a handshake begin with output.
			becomeReady();
			handlers.stdout(plain(frame.payload));
		},
		[payloadTypes.stderr]: frame => handlers.stderr(plain(frame.payload)),
		[payloadTypes.exitCode]: frame => {
			const match = /^EXIT_CODE: (-?\d{1,9})$/.exec(
				Buffer.from(plain(frame.payload)).toString('latin1').trim(),
			);
			if (match?.[1] !== undefined) handlers.exitCode(Number(match[1]));
		},
		[payloadTypes.handshakeRequest]: shakeHands,
		[payloadTypes.challengeRequest]: frame => {
			if (cipher === null) throw new Error('The agent sent a challenge without a key');
			sender.send(payloadTypes.challengeResponse, Buffer.from(answerChallenge(frame.payload, cipher)), now);
		},
		[payloadTypes.handshakeComplete]: frame => {
			const message = readCustomerMessage(frame.payload);
			if (message !== '') handlers.customerMessage(message);
			becomeReady();
		},
	};

	const deliver = (frame: Frame) => {
		if (ended) return;
		if (answering) {
			waiting.push(frame);
			if (waiting.length > 10_000) end({kind: 'failed', why: 'The agent did not wait for our handshake'});
			return;
		}
		try {
			// Payload types we do not know are acknowledged and left alone.
			act[frame.payloadType]?.(frame);
		} catch (error) {
			end({kind: 'failed', why: text(error)});
		}
	};

	const receiver = createReceiver({
		deliver,
		acknowledge: frame => transmit(encodeAcknowledgement(frame, {createdDate: wallNow()})),
	});

	return {
		opened: at => {
			now = at;
			openedAt = at;
		},
		receive: (bytes, at) => {
			now = at;
			if (ended) return;
			const decoded = decodeFrame(bytes);
			if (!decoded.ok) {
				dropped += 1;
				return;
			}
			const {frame} = decoded;
			if (frame.messageType === 'output_stream_data') {
				sender.resume();
				receiver.receive(frame);
			} else if (frame.messageType === 'acknowledge') {
				sender.resume();
				const number = readAcknowledgement(frame.payload);
				if (number !== null) sender.acknowledged(number, now);
			} else if (frame.messageType === 'pause_publication') {
				sender.pause();
				handlers.paused?.();
			} else if (frame.messageType === 'start_publication') sender.resume();
			else if (frame.messageType === 'channel_closed')
				end({kind: 'closed', output: closedOutput(frame.payload)});
		},
		tick: at => {
			now = at;
			if (openedAt !== null && !handshakeBegan && mayLackHandshake && now - openedAt > noHandshakeMs)
				becomeReady();
			if (!ended && !sender.tick(now)) end({kind: 'failed', why: 'The agent stopped acknowledging'});
		},
		input: (bytes, at) => {
			now = at;
			for (let start = 0; start < bytes.length && !ended; start += inputChunkBytes) {
				const chunk = inputPayload(bytes.subarray(start, start + inputChunkBytes));
				if (ready) sendInput(chunk);
				else if (earlyInputs.length < maxEarlyInputs) earlyInputs.push(Uint8Array.from(chunk));
			}
		},
		size: (size, at) => {
			now = at;
			if (ended) return;
			if (ready) sendSize(sizePayload(size));
			else earlySize = sizePayload(size);
		},
		reopened: at => {
			now = at;
			sender.resume();
			sender.repeatAll(now);
		},
		isReady: () => ready,
		hasEnded: () => ended,
		unacknowledged: () => sender.unacknowledged(),
		dropped: () => dropped,
	};
};

/** A payload that is one newline alone becomes a carriage return, as a key press is on a terminal in raw mode. */
export const inputPayload = (bytes: Uint8Array): Uint8Array =>
	bytes.length === 1 && bytes[0] === 0x0a ? Uint8Array.of(0x0d) : bytes;

export const sizePayload = ({columns, rows}: {readonly columns: number; readonly rows: number}): string =>
	`{"cols":${columns},"rows":${rows}}`;

/** Why the service closed the channel; empty for a normal end. */
export const closedOutput = (payload: Uint8Array): string => {
	try {
		const parsed: unknown = JSON.parse(new TextDecoder().decode(payload));
		if (typeof parsed !== 'object' || parsed === null || !('Output' in parsed)) return '';
		return typeof parsed.Output === 'string' ? parsed.Output.slice(0, 4096) : '';
	} catch (error) {
		return `closed, with a reason that could not be read (${text(error)})`;
	}
};

const text = (error: unknown) => (error instanceof Error ? error.message : String(error));
