/**
 * The binary frame of a Session Manager data channel ("AgentMessage"): 120 bytes of header, big-endian, then the
 * payload. Pure. Facts: ssm-data-channel.md section 3.
 */
import {hash, randomFillSync} from 'node:crypto';

/** Offset of the payload. The header's own length field says four less: it leaves out the payload length. */
export const headerBytes = 120;
/** What we accept in one frame (threats.md X5); agents send about 1 KiB. */
export const maxFrameBytes = headerBytes + 1024 * 1024;

export const payloadTypes = {
	output: 1,
	error: 2,
	size: 3,
	parameter: 4,
	handshakeRequest: 5,
	handshakeResponse: 6,
	handshakeComplete: 7,
	challengeRequest: 8,
	challengeResponse: 9,
	flag: 10,
	stderr: 11,
	exitCode: 12,
} as const;

export type Frame = {
	readonly messageType: string;
	readonly schemaVersion: number;
	/** Milliseconds since 1970 UTC. */
	readonly createdDate: number;
	readonly sequenceNumber: number;
	readonly flags: number;
	/** Lower case, with hyphens. */
	readonly messageId: string;
	readonly payloadType: number;
	readonly payload: Uint8Array;
};

export type DecodedFrame =
	| {readonly ok: true; readonly frame: Frame}
	| {readonly ok: false; readonly problem: FrameProblem};
export type FrameProblem = 'too-short' | 'too-long' | 'bad-header' | 'bad-digest';

/** Checks what the agent's own client checks; a frame with a problem is dropped and never acknowledged. */
export const decodeFrame = (bytes: Buffer): DecodedFrame => {
	if (bytes.length < headerBytes) return {ok: false, problem: 'too-short'};
	if (bytes.length > maxFrameBytes) return {ok: false, problem: 'too-long'};
	const payloadOffset = bytes.readUInt32BE(0) + 4;
	const messageType = readMessageType(bytes);
	const createdDate = readInteger(bytes, 40);
	const sequenceNumber = readInteger(bytes, 48);
	if (payloadOffset < headerBytes || payloadOffset > bytes.length || messageType === '')
		return {ok: false, problem: 'bad-header'};
	const payload = bytes.subarray(payloadOffset);
	if (!isControl(messageType)) {
		if (createdDate <= 0 || sequenceNumber < 0 || !Number.isSafeInteger(sequenceNumber))
			return {ok: false, problem: 'bad-header'};
		if (
			bytes.readUInt32BE(116) !== 0 &&
			bytes.compare(hash('sha256', payload, 'buffer'), 0, 32, 80, 112) !== 0
		)
			return {ok: false, problem: 'bad-digest'};
	}
	return {
		ok: true,
		frame: {
			messageType,
			schemaVersion: bytes.readUInt32BE(36),
			createdDate,
			sequenceNumber,
			flags: readInteger(bytes, 56),
			messageId: readMessageId(bytes),
			payloadType: bytes.readUInt32BE(112),
			payload,
		},
	};
};

export const encodeFrame = (frame: Frame): Buffer => {
	const bytes = Buffer.allocUnsafe(headerBytes + frame.payload.length);
	bytes.writeUInt32BE(headerBytes - 4, 0);
	bytes.fill(0x20, 4, 36);
	bytes.write(frame.messageType, 4, 32, 'latin1');
	bytes.writeUInt32BE(frame.schemaVersion, 36);
	writeInteger(bytes, frame.createdDate, 40);
	writeInteger(bytes, frame.sequenceNumber, 48);
	writeInteger(bytes, frame.flags, 56);
	writeMessageId(bytes, frame.messageId);
	bytes.set(hash('sha256', frame.payload, 'buffer'), 80);
	bytes.writeUInt32BE(frame.payloadType, 112);
	bytes.writeUInt32BE(frame.payload.length, 116);
	bytes.set(frame.payload, headerBytes);
	return bytes;
};

const randomPool = Buffer.alloc(16 * 256);
let randomOffset = randomPool.length;

/** A random (version 4) UUID; the pool makes it cheap enough for one per acknowledgement. */
export const createMessageId = (): string => {
	if (randomOffset === randomPool.length) {
		randomFillSync(randomPool);
		randomOffset = 0;
	}
	const bytes = randomPool.subarray(randomOffset, (randomOffset += 16));
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	return hyphenated(bytes.toString('hex'));
};

const readMessageType = (bytes: Buffer) => {
	let start = 4;
	let end = 36;
	while (start < end && isPadding(bytes[start])) start += 1;
	while (end > start && isPadding(bytes[end - 1])) end -= 1;
	return bytes.toString('latin1', start, end);
};

const isPadding = (byte: number | undefined) => byte === 0 || byte === 0x20;

/** These two carry no checked header: the agent's client takes them as they are. */
const isControl = (messageType: string) =>
	messageType === 'start_publication' || messageType === 'pause_publication';

/** The two halves are swapped on the wire: the low 8 bytes come first. */
const readMessageId = (bytes: Buffer) =>
	hyphenated(bytes.toString('hex', 72, 80) + bytes.toString('hex', 64, 72));

const writeMessageId = (bytes: Buffer, messageId: string) => {
	const hex = messageId.replaceAll('-', '');
	bytes.write(hex.slice(16), 64, 8, 'hex');
	bytes.write(hex.slice(0, 16), 72, 8, 'hex');
};

const hyphenated = (hex: string) =>
	`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

const readInteger = (bytes: Buffer, offset: number) =>
	bytes.readInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);

const writeInteger = (bytes: Buffer, value: number, offset: number) => {
	bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset);
	bytes.writeUInt32BE(value % 0x1_0000_0000, offset + 4);
};
