import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type AgentFrame, readFrame, writeFrame} from '../../../src/lab/agent/agent-frame.ts';
import {
	acknowledgedSequence,
	acknowledgement,
	handshakeFailure,
	handshakeRequest,
	openToken,
} from '../../../src/lab/agent/agent-texts.ts';
import {sharedFolder} from '../../shared-folder.ts';

type Vector = {
	readonly name: string;
	readonly direction: string;
	readonly opcode: string;
	readonly hex: string;
	readonly decoded: {
		readonly messageType: string;
		readonly createdDate: number;
		readonly sequenceNumber: number;
		readonly flags: number;
		readonly messageId: string;
		readonly payloadType: number;
		readonly payloadUtf8?: string | null;
		readonly payloadJson?: Record<string, unknown>;
	};
};

const folder = join(sharedFolder, 'reference/ssm-vectors');
const vectors = readdirSync(folder)
	.filter(name => name.endsWith('.json'))
	.map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector);
const vector = (number: number): Vector => {
	const found = vectors.find(({name}) => name.startsWith(`${String(number).padStart(2, '0')}-`));
	if (found === undefined) throw new Error(`no vector ${number}`);
	return found;
};
const bytesOf = (number: number) => Buffer.from(vector(number).hex, 'hex');
const frameOf = (number: number): AgentFrame => {
	const frame = readFrame(bytesOf(number));
	if (frame === undefined) throw new Error(`vector ${number} was refused`);
	return frame;
};

/** 29 has a wrong digest on purpose; 30 is padded with NUL, 31 has no digest: an agent never writes those. */
const readable = vectors.filter(({opcode, name}) => opcode === 'binary' && !name.startsWith('29-'));
const writable = readable.filter(({name}) => !/^(30|31)-/.test(name));

describe('the agent frame', () => {
	test.each(readable)('$name is read as it says', ({hex, decoded}) => {
		const frame = readFrame(Buffer.from(hex, 'hex'));
		expect(frame).toMatchObject({
			type: decoded.messageType,
			createdAt: decoded.createdDate,
			sequence: decoded.sequenceNumber,
			flags: decoded.flags,
			id: decoded.messageId,
			payloadType: decoded.payloadType,
		});
		if (typeof decoded.payloadUtf8 === 'string')
			expect(frame?.payload.toString('utf8')).toBe(decoded.payloadUtf8);
	});

	test.each(writable)('$name is written byte for byte', ({hex}) => {
		const frame = readFrame(Buffer.from(hex, 'hex'));
		expect(frame === undefined ? '' : writeFrame(frame).toString('hex')).toBe(hex);
	});

	test('29 a wrong digest is dropped', () => {
		expect(readFrame(bytesOf(29))).toBeUndefined();
	});
});

describe('agent texts', () => {
	test('10 the handshake request of a non-interactive session is reproduced', () => {
		const asked = JSON.parse(handshakeRequest('NonInteractiveCommands').toString()) as Record<
			string,
			unknown
		>;
		const recorded = vector(10).decoded.payloadJson;
		expect(Object.keys(asked)).toEqual(Object.keys(recorded ?? {}));
		expect(asked['AgentVersion']).toBe(recorded?.['AgentVersion']);
	});

	test('09 the acknowledgement of client input is reproduced', () => {
		expect(acknowledgement(frameOf(8)).toString()).toBe(vector(9).decoded.payloadUtf8);
	});

	test.each([4, 7, 22, 25])('%i says which frame it acknowledges', number => {
		const {payloadJson} = vector(number).decoded;
		expect(acknowledgedSequence(frameOf(number).payload)).toBe(
			payloadJson?.['AcknowledgedMessageSequenceNumber'],
		);
	});

	test('a successful handshake response passes, the others end the session', () => {
		expect(handshakeFailure(frameOf(5).payload)).toBeNull();
		for (const number of [13, 15, 56])
			expect(handshakeFailure(frameOf(number).payload)).toMatch(/failed on client/);
	});

	test('01 and 57 open with their token', () => {
		for (const number of [1, 57]) {
			const text = bytesOf(number).toString('utf8');
			expect(openToken(text)).toBe((JSON.parse(text) as Record<string, unknown>)['TokenValue']);
		}
		expect(openToken('no json')).toBeNull();
	});
});
