import {describe, expect, test} from 'vitest';
import {encodeAcknowledgement, readAcknowledgement} from '../../src/channel/acknowledge.ts';
import {createSessionCipher} from '../../src/channel/encryption.ts';
import {decodeFrame, encodeFrame, type Frame} from '../../src/channel/frame.ts';
import {answerChallenge, answerHandshake, readCustomerMessage} from '../../src/channel/handshake.ts';
import {openMessage} from '../../src/channel/open-message.ts';
import {closedOutput, createSession, inputPayload, sizePayload} from '../../src/channel/session.ts';
import {bytesOf, payloadOf, type Vector, vector, vectors} from './vectors.ts';

const frameOf = ({decoded, ...rest}: Vector): Frame => ({
	messageType: decoded.messageType,
	schemaVersion: decoded.schemaVersion,
	createdDate: decoded.createdDate,
	sequenceNumber: decoded.sequenceNumber,
	flags: decoded.flags,
	messageId: decoded.messageId,
	payloadType: decoded.payloadType,
	payload: payloadOf({decoded, ...rest}),
});

/** What the recorded plugin was: its version stands inside the handshake response. */
const plugin = {
	clientVersion: '1.2.677.0',
	sessionId: 'dev-user-0fee060bc87cff949',
	targetId: 'i-0123456789abcdef0',
	expectedTypes: null,
	keys: null,
	acknowledgeChallenge: false,
} as const;

const binary = vectors.filter(({opcode}) => opcode === 'binary');
const broken = new Set(['29-output-bad-digest']);
/** Written by the fake service with another padding, or without the digest: our encoder never makes those. */
const irregular = new Set([...broken, '30-output-message-type-padded-with-nul']);

describe('frames', () => {
	test.each(binary.filter(({name}) => !broken.has(name)))('$name is decoded to what it says', given => {
		const decoded = decodeFrame(Buffer.from(given.hex, 'hex'));
		if (!decoded.ok) throw new Error(decoded.problem);
		const {payload, ...header} = decoded.frame;
		const {payload: expectedPayload, ...expectedHeader} = frameOf(given);
		expect(header).toEqual(expectedHeader);
		expect(Buffer.from(payload).equals(expectedPayload as Buffer)).toBe(true);
	});

	test('29 a wrong digest is refused', () => {
		expect(decodeFrame(bytesOf(29))).toEqual({ok: false, problem: 'bad-digest'});
	});

	test.each(binary.filter(({name}) => !irregular.has(name)))('$name is encoded byte for byte', given => {
		const encoded = encodeFrame(frameOf(given)).toString('hex');
		expect(
			given.direction === 'client-to-service' || given.decoded.payloadLength > 0 ? encoded : given.hex,
		).toBe(given.hex);
	});
});

describe('the open message', () => {
	test.each([1, 57])('%i is reproduced', number => {
		const {decoded, hex} = vector(number);
		expect(
			openMessage({
				requestId: decoded.RequestId ?? '',
				token: decoded.TokenValue ?? '',
				clientId: decoded.ClientId ?? '',
				clientVersion: decoded.ClientVersion ?? '',
			}),
		).toBe(Buffer.from(hex, 'hex').toString());
	});
	test('2 the first ping carries the plugin’s word', () => {
		expect(bytesOf(2).toString()).toBe('keepalive');
	});
});

describe('acknowledgements', () => {
	test.each([
		[4, 3],
		[7, 6],
		[22, 21],
		[25, 24],
	])('%i is made from %i', (answer, message) => {
		const {createdDate, messageId} = vector(answer).decoded;
		const made = encodeAcknowledgement(frameOf(vector(message)), {createdDate, messageId});
		expect(made.toString('hex')).toBe(vector(answer).hex);
	});
	test('9 the number of an acknowledged message is read', () => {
		expect(readAcknowledgement(payloadOf(vector(9)))).toBe(
			Number(/SequenceNumber":(\d+)/.exec(vector(9).decoded.payloadUtf8 ?? '')?.[1]),
		);
	});
});

describe('the handshake', () => {
	test.each([
		[5, 3],
		[13, 12],
		[15, 14],
	])('%i answers %i', async (answer, request) => {
		const made = await answerHandshake(payloadOf(vector(request)), plugin);
		expect(made.response).toBe(payloadOf(vector(answer)).toString());
	});
	test.each([
		[10, 'NonInteractiveCommands'],
		[11, 'InteractiveCommands'],
		[41, 'Port'],
		[43, 'Port'],
	])('%i asks for %s and is accepted', async (request, type) => {
		const made = await answerHandshake(payloadOf(vector(request)), plugin);
		expect(made).toMatchObject({sessionType: type, failure: null});
		expect(made.response).toBe(payloadOf(vector(5)).toString());
	});
	test('6 the notice to the person is read', () => {
		expect(readCustomerMessage(payloadOf(vector(6)))).toBe('This session is encrypted using AWS KMS.');
	});
});

describe('encryption', () => {
	const key = Buffer.from(vector(50).kms?.plaintextKeyHex ?? '', 'hex');
	const cipher = createSessionCipher(key);
	const ciphertextBlob = Buffer.from(
		/"KMSCipherTextKey":"([^"]+)"/.exec(vector(50).decoded.payloadUtf8 ?? '')?.[1] ?? '',
		'base64',
	);

	test('49 and 50: the key is asked for as the plugin asks, and the answer is the plugin’s', async () => {
		const asked: unknown[] = [];
		const made = await answerHandshake(payloadOf(vector(49)), {
			...plugin,
			keys: {
				home: {partition: 'aws', region: 'us-east-1', accountId: '111122223333'},
				provider: async request => {
					asked.push(request);
					return {plaintext: key, ciphertext: ciphertextBlob};
				},
			},
		});
		expect(made.response).toBe(payloadOf(vector(50)).toString());
		const body = vector(49).kmsCall?.body;
		expect(asked).toEqual([
			{keyId: body?.KeyId, numberOfBytes: 64, encryptionContext: body?.EncryptionContext},
		]);
	});
	test('49 with the random challenge: it joins the context and is acknowledged', async () => {
		let context: Readonly<Record<string, string>> = {};
		const made = await answerHandshake(payloadOf(vector(49)), {
			...plugin,
			acknowledgeChallenge: true,
			keys: {
				home: null,
				provider: async request => {
					context = request.encryptionContext;
					return {plaintext: key, ciphertext: ciphertextBlob};
				},
			},
		});
		expect(context['aws:ssm:RandomChallenge']).toBe('BwcHBwcHBwcHBwcHBwcHBw==');
		expect(made.response).toContain('"KMSCipherTextHash":null,"ChallengeAcknowledgement":true}');
	});
	test('51 and 52: the challenge comes back under our key', () => {
		const sent = JSON.parse(payloadOf(vector(52)).toString()) as {Challenge: string};
		const nonce = Buffer.from(sent.Challenge, 'base64').subarray(0, 12);
		expect(answerChallenge(payloadOf(vector(51)), cipher, nonce)).toBe(payloadOf(vector(52)).toString());
	});
	test('54 is decrypted, 55 is encrypted', () => {
		expect(cipher.decrypt(payloadOf(vector(54))).toString()).toBe(vector(54).plaintextUtf8);
		const sent = payloadOf(vector(55));
		const made = cipher.encrypt(Buffer.from(vector(55).plaintextUtf8 ?? ''), sent.subarray(0, 12));
		expect(made.equals(sent)).toBe(true);
	});
	test('56 a key that cannot be had is said in the plugin’s words', async () => {
		const said = JSON.parse(payloadOf(vector(56)).toString()) as {Errors: string[]};
		const made = await answerHandshake(payloadOf(vector(49)), {
			...plugin,
			keys: {
				home: null,
				provider: async () => {
					throw new Error(said.Errors[0]);
				},
			},
		});
		expect(made.response).toBe(payloadOf(vector(56)).toString());
	});
});

describe('payloads', () => {
	test('8, 39 and 53: sizes', () => {
		expect(sizePayload({columns: 300, rows: 100})).toBe(payloadOf(vector(8)).toString());
		expect(sizePayload({columns: 121, rows: 33})).toBe(payloadOf(vector(39)).toString());
		expect(sizePayload({columns: 300, rows: 100})).toBe(payloadOf(vector(53)).toString());
	});
	test.each([16, 17, 18, 19, 20, 37, 40, 42, 44, 58])('%i: input', number => {
		const typed: Record<number, string> = {17: '\n', 40: '\n'};
		const expected = payloadOf(vector(number));
		const given = Buffer.from(typed[number] ?? expected.toString('latin1'), 'latin1');
		expect(Buffer.from(inputPayload(given)).equals(expected)).toBe(true);
	});
	test('35 and 36: why the channel was closed', () => {
		expect(closedOutput(payloadOf(vector(35)))).toBe('');
		expect(closedOutput(payloadOf(vector(36)))).toBe('Session terminated by idle timeout');
	});
});

describe('the session plays the recorded exchange', () => {
	const play = () => {
		const sent: Buffer[] = [];
		const out: string[] = [];
		const session = createSession({
			...plugin,
			transmit: bytes => sent.push(bytes),
			wallNow: () => 1_795_372_181_332,
			handlers: {
				stdout: bytes => out.push(`out ${Buffer.from(bytes).toString()}`),
				stderr: bytes => out.push(`err ${Buffer.from(bytes).toString()}`),
				exitCode: code => out.push(`exit ${code}`),
				customerMessage: text => out.push(`notice ${text}`),
				ready: () => out.push('ready'),
				ended: end => out.push(`ended ${JSON.stringify(end)}`),
			},
		});
		return {session, sent, out};
	};

	test('21 to 36: order, duplicates, gaps, stderr, exit code, odd frames, end', async () => {
		const {session, sent, out} = play();
		const types = () =>
			sent.splice(0).map(bytes => {
				const decoded = decodeFrame(bytes);
				if (!decoded.ok) throw new Error(decoded.problem);
				return decoded.frame.messageType === 'acknowledge'
					? readAcknowledgement(decoded.frame.payload)
					: `sent ${decoded.frame.payloadType}`;
			});
		session.receive(bytesOf(3), 0);
		await expect.poll(() => sent.length).toBe(2);
		expect(types()).toEqual([0, 'sent 6']);
		session.receive(bytesOf(6), 1);
		expect(types()).toEqual([1]);
		for (const number of [21, 24, 26]) session.receive(bytesOf(number), 2);
		expect(out.splice(0)).toEqual([
			'notice This session is encrypted using AWS KMS.',
			'ready',
			'out A-seq2\n',
			'out B-seq3\n',
			'out C-seq4\n',
		]);
		expect(types()).toEqual([2, 4, 3]);
		session.receive(bytesOf(23), 3);
		expect(out).toEqual([]);
		expect(types(), 'a duplicate is acknowledged again, where the plugin is silent').toEqual([2]);
		// The recording used 5 to 7 for other things.
		for (const sequenceNumber of [5, 6, 7])
			session.receive(encodeFrame({...frameOf(vector(32)), sequenceNumber}), 3);
		expect(types()).toEqual([5, 6, 7]);
		session.receive(bytesOf(29), 4);
		expect(types()).toEqual([]);
		for (const number of [30, 31, 32, 27, 28].toSorted(
			(a, b) => vector(a).decoded.sequenceNumber - vector(b).decoded.sequenceNumber,
		))
			session.receive(bytesOf(number), 5);
		expect(types().length).toBe(5);
		expect(out.splice(0)).toEqual(['err err text\n', 'exit 3', 'out null padded type\n', 'out ']);
		session.receive(bytesOf(33), 6);
		session.receive(bytesOf(34), 6);
		expect(types()).toEqual([]);
		session.receive(bytesOf(36), 7);
		expect(out).toEqual(['ended {"kind":"closed","output":"Session terminated by idle timeout"}']);
	});

	test('38 output without a handshake opens the session', () => {
		const {session, out} = play();
		session.receive(bytesOf(38), 0);
		expect(out).toEqual(['ready', 'out sh-5.2$ ']);
	});
});

describe('a session sends the recorded bytes', () => {
	const typed = (number: number) => ([17, 40].includes(number) ? '\n' : null);
	const flags = [45, 46, 47, 48];
	const sentByUs = vectors
		.filter(({direction, opcode}) => direction === 'client-to-service' && opcode === 'binary')
		.map(({name}) => Number(name.slice(0, 2)))
		.filter(
			number => [1, 3].includes(vector(number).decoded.payloadType) && ![...flags, 55].includes(number),
		);
	test.each(sentByUs)('%i', number => {
		const {decoded, hex} = vector(number);
		const sent: Buffer[] = [];
		const session = createSession({
			...plugin,
			transmit: bytes => sent.push(bytes),
			wallNow: () => decoded.createdDate,
			createId: () => decoded.messageId,
			handlers: {
				stdout: () => undefined,
				stderr: () => undefined,
				exitCode: () => undefined,
				customerMessage: () => undefined,
				ready: () => undefined,
				ended: () => undefined,
			},
		});
		session.receive(bytesOf(38), 0);
		for (let before = 0; before < decoded.sequenceNumber; before += 1) session.input(Buffer.from('x'), 0);
		const payload = payloadOf(vector(number));
		if (decoded.payloadType === 1) session.input(Buffer.from(typed(number) ?? payload), 0);
		else {
			const {cols, rows} = JSON.parse(payload.toString()) as {cols: number; rows: number};
			session.size({columns: cols, rows}, 0);
		}
		expect(sent.at(-1)?.toString('hex')).toBe(hex);
		// 37 and 58 are repetitions: the same bytes again.
		session.reopened(1);
		expect(sent.at(-1)?.toString('hex')).toBe(hex);
	});
});

test('all 62 vectors are held against this client: frames here, the four signed upgrades in the room of AWS', () => {
	const kinds = Map.groupBy(vectors, ({opcode}) => opcode);
	expect(Object.fromEntries([...kinds].map(([opcode, list]) => [opcode, list.length]))).toEqual({
		binary: 55,
		text: 2,
		ping: 1,
		'http-upgrade-headers': 4,
	});
});
