import fc from 'fast-check';
import {expect, test} from 'vitest';
import {isKeyOf} from '../../src/channel/encryption.ts';
import {decodeFrame, encodeFrame, maxFrameBytes, type NewFrame} from '../../src/channel/frame.ts';
import {answerHandshake} from '../../src/channel/handshake.ts';
import {createReceiver} from '../../src/channel/receiver.ts';
import {createSender} from '../../src/channel/sender.ts';
import {createSession, type SessionEnd} from '../../src/channel/session.ts';
import {corpus} from '../hostile/corpus.ts';

const output = (sequenceNumber: number, payload: string, payloadType = 1): NewFrame => ({
	messageType: 'output_stream_data',
	schemaVersion: 1,
	createdDate: 1_795_372_181_326,
	sequenceNumber,
	flags: 0,
	payloadType,
	payload: Buffer.from(payload),
});

const open = (keys: Parameters<typeof createSession>[0]['keys'] = null) => {
	const sent: Buffer[] = [];
	const out: string[] = [];
	const ends: SessionEnd[] = [];
	const session = createSession({
		clientVersion: '1.2.889.0',
		sessionId: 'me-1',
		targetId: 'i-0123456789abcdef0',
		expectedTypes: ['NonInteractiveCommands'],
		keys,
		acknowledgeChallenge: true,
		transmit: bytes => sent.push(bytes),
		wallNow: () => 1_795_372_181_332,
		handlers: {
			stdout: bytes => out.push(Buffer.from(bytes).toString()),
			stderr: bytes => out.push(Buffer.from(bytes).toString()),
			exitCode: () => undefined,
			customerMessage: text => out.push(text),
			ready: () => undefined,
			ended: end => ends.push(end),
		},
	});
	return {session, sent, out, ends};
};

const request = (actions: unknown) =>
	JSON.stringify({AgentVersion: '3.3.987.0', RequestedClientActions: actions});

test('X5 a frame over 1 MiB is dropped', () => {
	const frame = encodeFrame({...output(0, ''), payload: Buffer.alloc(1024 * 1024 + 1)});
	expect(frame.length).toBe(maxFrameBytes + 1);
	expect(decodeFrame(frame)).toEqual({ok: false, problem: 'too-long'});
});

test('X5 frames that never come in turn are kept up to 10,000, then neither kept nor acknowledged', () => {
	let acknowledged = 0;
	const receiver = createReceiver({deliver: () => undefined, acknowledge: () => (acknowledged += 1)});
	for (let number = 1; number <= 12_000; number += 1) {
		const decoded = decodeFrame(encodeFrame(output(number, 'x')));
		if (decoded.ok) receiver.receive(decoded.frame);
	}
	expect([receiver.buffered(), acknowledged]).toEqual([10_000, 10_000]);
});

test('X5 an agent that acknowledges nothing is given up, after 3,000 repetitions or 10,000 messages', () => {
	let transmitted = 0;
	const sender = createSender({transmit: () => (transmitted += 1), wallNow: () => 1});
	sender.send(1, Buffer.from('x'), 0);
	let now = 0;
	while (sender.tick(now)) now += 1001;
	expect(transmitted).toBe(3001);
	const full = createSender({transmit: () => undefined, wallNow: () => 1});
	for (let count = 0; count <= 10_000; count += 1) full.send(1, Buffer.from('x'), 0);
	expect([full.tick(0), full.unacknowledged()]).toEqual([false, 10_000]);
});

test('X5 another session type than the one asked for ends this box alone', async () => {
	const {session, ends, sent} = open();
	const asked = request([{ActionType: 'SessionType', ActionParameters: {SessionType: 'Port'}}]);
	session.receive(encodeFrame(output(0, asked, 5)), 0);
	await expect.poll(() => ends).toEqual([{kind: 'failed', why: 'Unexpected session type Port'}]);
	expect(sent.length, 'an acknowledgement and the refusal').toBe(2);
});

test.each([
	'arn:aws:kms:us-east-1:999999999999:key/abc',
	'arn:aws:kms:eu-west-1:111122223333:key/abc',
	'arn:aws-cn:kms:us-east-1:111122223333:key/abc',
	'arn:aws:kms:us-east-1:111122223333:role/abc',
	'arn:aws:kms:us-east-1:111122223333:key/abc\n',
	'',
])('X5 a key of another account, region or kind is not asked for: %j', async keyId => {
	let calls = 0;
	const answer = await answerHandshake(
		Buffer.from(request([{ActionType: 'KMSEncryption', ActionParameters: {KMSKeyId: keyId, Challenge: ''}}])),
		{
			clientVersion: '1.2.889.0',
			sessionId: 'me-1',
			targetId: 'i-0123456789abcdef0',
			expectedTypes: null,
			acknowledgeChallenge: true,
			keys: {
				home: {partition: 'aws', region: 'us-east-1', accountId: '111122223333'},
				provider: async () => {
					calls += 1;
					return {plaintext: new Uint8Array(64), ciphertext: new Uint8Array(1)};
				},
			},
		},
	);
	expect(calls).toBe(0);
	expect(answer.failure).toBe('The agent named a KMS key of another account or region');
});

test('X5 our own keys are asked for, by ARN, id or alias', () => {
	const home = {partition: 'aws', region: 'us-east-1', accountId: '111122223333'};
	for (const keyId of [
		'arn:aws:kms:us-east-1:111122223333:key/abc',
		'arn:aws:kms:us-east-1:111122223333:alias/ssm',
		'abc-123',
		'alias/ssm',
	])
		expect(isKeyOf(home, keyId)).toBe(true);
});

test('X5 output that pours in before the handshake is answered is bounded', async () => {
	const {session, ends} = open({home: null, provider: () => new Promise(() => undefined)});
	const asked = request([{ActionType: 'KMSEncryption', ActionParameters: {KMSKeyId: 'abc', Challenge: ''}}]);
	session.receive(encodeFrame(output(0, asked, 5)), 0);
	for (let number = 1; number <= 10_001; number += 1) session.receive(encodeFrame(output(number, 'x')), 0);
	expect(ends).toEqual([{kind: 'failed', why: 'The agent did not wait for our handshake'}]);
});

test('X5 any bytes, and any broken frame, end at most this session, and nothing is thrown', async () => {
	const valid = encodeFrame(
		output(
			0,
			request([{ActionType: 'SessionType', ActionParameters: {SessionType: 'NonInteractiveCommands'}}]),
			5,
		),
	);
	const broken = fc
		.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), {minLength: 1, maxLength: 6})
		.map(changes => {
			const bytes = Buffer.from(valid);
			for (const [at, value] of changes) bytes[at] = value;
			return bytes;
		});
	const odd = fc
		.record({
			payloadType: fc.nat(20),
			sequenceNumber: fc.nat(3),
			payload: fc.oneof(fc.constantFrom(...corpus.map(({text}) => text)), fc.json()),
			messageType: fc.constantFrom(
				'output_stream_data',
				'acknowledge',
				'channel_closed',
				'pause_publication',
				'x',
			),
		})
		.map(({payload, ...rest}) => encodeFrame({...output(0, payload), ...rest}));
	await fc.assert(
		fc.asyncProperty(
			fc.array(
				fc.oneof(
					broken,
					odd,
					fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes)),
				),
				{maxLength: 12},
			),
			async frames => {
				const {session, ends} = open();
				for (const frame of frames) session.receive(frame, 0);
				await Promise.resolve();
				session.tick(1e6);
				expect(ends.length).toBeLessThanOrEqual(1);
			},
		),
		{numRuns: 2000},
	);
});

test('frames in any order and any number of copies are delivered once each, in order', () => {
	fc.assert(
		fc.property(fc.array(fc.nat(30), {minLength: 1, maxLength: 400}), numbers => {
			const {session, out, sent} = open();
			for (const number of [...numbers, ...Array.from({length: 31}, (_, index) => index)])
				session.receive(encodeFrame(output(number, `${number} `)), 0);
			expect(out.join('')).toBe(Array.from({length: 31}, (_, index) => `${index} `).join(''));
			expect(sent.length, 'each copy is acknowledged').toBe(numbers.length + 31);
		}),
		{numRuns: 200},
	);
});
