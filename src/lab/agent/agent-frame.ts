/**
 * The data channel's frame as the agent writes and reads it. Written apart from the client's codec on purpose, so that
 * no error cancels out; both are held against the golden vectors. Facts: ssm-data-channel.md section 3.
 */
import {createHash, randomUUID} from 'node:crypto';

export type AgentFrame = {
	readonly type: string;
	readonly sequence: number;
	readonly flags: number;
	readonly id: string;
	readonly createdAt: number;
	readonly payloadType: number;
	readonly payload: Buffer;
};

/** Byte positions of the fields. */
const at = {
	headerLength: 0,
	type: 4,
	schema: 36,
	created: 40,
	sequence: 48,
	flags: 56,
	id: 64,
	digest: 80,
	payloadType: 112,
	payloadLength: 116,
	payload: 120,
} as const;

export const kinds = {
	output: 1,
	size: 3,
	handshakeRequest: 5,
	handshakeResponse: 6,
	handshakeComplete: 7,
	challengeRequest: 8,
	challengeResponse: 9,
	stderr: 11,
	exitCode: 12,
} as const;

type NewFrame = Pick<AgentFrame, 'type' | 'payload'> & Partial<AgentFrame>;

/** A frame with a fresh id, made now. */
export const makeFrame = (given: NewFrame): AgentFrame => ({
	sequence: 0,
	flags: 0,
	id: randomUUID(),
	createdAt: Date.now(),
	payloadType: 0,
	...given,
});

export const writeFrame = (frame: AgentFrame): Buffer => {
	const bytes = Buffer.alloc(at.payload + frame.payload.length);
	bytes.writeUInt32BE(at.payloadLength, at.headerLength);
	Buffer.from(frame.type.padEnd(32, ' '), 'ascii').copy(bytes, at.type, 0, 32);
	bytes.writeUInt32BE(1, at.schema);
	bytes.writeBigUInt64BE(BigInt(frame.createdAt), at.created);
	bytes.writeBigInt64BE(BigInt(frame.sequence), at.sequence);
	bytes.writeBigUInt64BE(BigInt(frame.flags), at.flags);
	const id = Buffer.from(frame.id.replaceAll('-', ''), 'hex');
	id.copy(bytes, at.id, 8, 16);
	id.copy(bytes, at.id + 8, 0, 8);
	createHash('sha256').update(frame.payload).digest().copy(bytes, at.digest);
	bytes.writeUInt32BE(frame.payloadType, at.payloadType);
	bytes.writeUInt32BE(frame.payload.length, at.payloadLength);
	frame.payload.copy(bytes, at.payload);
	return bytes;
};

/** undefined for what an agent drops without a word: too short, no type, no date, a wrong digest. */
export const readFrame = (bytes: Buffer): AgentFrame | undefined => {
	if (bytes.length < at.payload) return undefined;
	const payloadStart = bytes.readUInt32BE(at.headerLength) + 4;
	if (payloadStart < at.payload || payloadStart > bytes.length) return undefined;
	const type = bytes
		.toString('ascii', at.type, at.schema)
		.replace(/^\0+|\0+$/g, '')
		.trim();
	const createdAt = Number(bytes.readBigUInt64BE(at.created));
	const payload = bytes.subarray(payloadStart);
	const isControl = type === 'start_publication' || type === 'pause_publication';
	if (type === '' || (!isControl && createdAt === 0)) return undefined;
	const digest = bytes.subarray(at.digest, at.payloadType);
	const hasPayload = bytes.readUInt32BE(at.payloadLength) > 0;
	if (!isControl && hasPayload && !createHash('sha256').update(payload).digest().equals(digest))
		return undefined;
	return {
		type,
		createdAt,
		sequence: Number(bytes.readBigInt64BE(at.sequence)),
		flags: Number(bytes.readBigUInt64BE(at.flags)),
		id: readId(bytes),
		payloadType: bytes.readUInt32BE(at.payloadType),
		payload,
	};
};

const readId = (bytes: Buffer): string => {
	const low = bytes.toString('hex', at.id, at.id + 8);
	const high = bytes.toString('hex', at.id + 8, at.id + 16);
	return `${high.slice(0, 8)}-${high.slice(8, 12)}-${high.slice(12)}-${low.slice(0, 4)}-${low.slice(4)}`;
};
