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

/** A frame to be sent; without a message id it gets a random one. */
export type NewFrame = Omit<Frame, 'messageId'> & {readonly messageId?: string};

export const encodeFrame = (frame: NewFrame): Buffer => {
	const {payload, messageId} = frame;
	const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
	headerStart(frame.messageType).copy(bytes);
	bytes.writeUInt32BE(frame.schemaVersion, 36);
	writeInteger(bytes, frame.createdDate, 40);
	writeInteger(bytes, frame.sequenceNumber, 48);
	writeInteger(bytes, frame.flags, 56);
	if (messageId === undefined) randomMessageId().copy(bytes, 64);
	else writeMessageId(bytes, messageId);
	hash('sha256', payload, 'buffer').copy(bytes, 80);
	bytes.writeUInt32BE(frame.payloadType, 112);
	bytes.writeUInt32BE(payload.length, 116);
	bytes.set(payload, headerBytes);
	return bytes;
};

const headerStarts = new Map<string, Buffer>();

/** Header length and padded message type: the same for each frame of a type. */
const headerStart = (messageType: string) => {
	const known = headerStarts.get(messageType);
	if (known !== undefined) return known;
	const made = Buffer.alloc(36, 0x20);
	made.writeUInt32BE(headerBytes - 4, 0);
	made.write(messageType, 4, 32, 'latin1');
	headerStarts.set(messageType, made);
	return made;
};

const randomPool = Buffer.alloc(16 * 256);
let randomOffset = randomPool.length;

/** A version 4 UUID as it lies on the wire; the pool makes it cheap enough for one in each acknowledgement. */
const randomMessageId = (): Buffer => {
	if (randomOffset === randomPool.length) {
		randomFillSync(randomPool);
		randomOffset = 0;
	}
	const bytes = randomPool.subarray(randomOffset, (randomOffset += 16));
	// Low half first: version and variant stand in bytes 14 and 0.
	bytes[14] = ((bytes[14] ?? 0) & 0x0f) | 0x40;
	bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
	return bytes;
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
const readMessageId = (bytes: Buffer) => {
	const hex = bytes.toString('hex', 64, 80);
	return `${hex.slice(16, 24)}-${hex.slice(24, 28)}-${hex.slice(28)}-${hex.slice(0, 4)}-${hex.slice(4, 16)}`;
};

const writeMessageId = (bytes: Buffer, messageId: string) => {
	const hex = messageId.replaceAll('-', '');
	bytes.write(hex.slice(16), 64, 8, 'hex');
	bytes.write(hex.slice(0, 16), 72, 8, 'hex');
};

const readInteger = (bytes: Buffer, offset: number) =>
	bytes.readInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);

const writeInteger = (bytes: Buffer, value: number, offset: number) => {
	bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset);
	bytes.writeUInt32BE(value % 0x1_0000_0000, offset + 4);
};
