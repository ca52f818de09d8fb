import {afterEach, expect, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {awsFor, canary, type FakeEndpoint, startEndpoint} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const open = async (...args: Parameters<typeof startEndpoint>) => {
	endpoint = await startEndpoint(...args);
	aws = await awsFor(endpoint.url, {readOnly: true});
	return {aws, endpoint};
};

const plaintext = Buffer.alloc(64, 7);
const ciphertext = Buffer.from('sealed');
const answer = {
	body: JSON.stringify({
		CiphertextBlob: ciphertext.toString('base64'),
		KeyId: 'k',
		Plaintext: plaintext.toString('base64'),
	}),
};
const context = {'aws:ssm:SessionId': 'ana-1', 'aws:ssm:TargetId': 'i-0a'};

test('a data key is asked of KMS in JSON 1.1, signed, and under read-only too', async () => {
	const {aws, endpoint} = await open(() => answer);
	const key = await aws.stream.dataKey('alias/sessions', context);
	expect(Buffer.from(key.plaintext).equals(plaintext)).toBe(true);
	expect(Buffer.from(key.ciphertext).toString()).toBe('sealed');
	const [sent] = endpoint.arrived;
	expect(JSON.parse(sent?.body ?? '')).toEqual({
		KeyId: 'alias/sessions',
		NumberOfBytes: 64,
		EncryptionContext: context,
	});
	expect(sent?.headers).toMatchObject({
		'x-amz-target': 'TrentService.GenerateDataKey',
		'content-type': 'application/x-amz-json-1.1',
		'x-amz-security-token': canary.sessionToken,
		authorization: expect.stringMatching(
			/Credential=AKIACANARYCANARYCAN0\/\d{8}\/eu-west-1\/kms\/aws4_request/,
		),
	});
});

test('a denied key says which permission is missing', async () => {
	const {aws, endpoint} = await open(() => ({
		status: 400,
		body: JSON.stringify({__type: 'com.amazonaws.kms#AccessDeniedException', Message: 'not yours'}),
	}));
	await expect(aws.stream.dataKey('k', context)).rejects.toMatchObject({
		kind: 'denied',
		code: 'AccessDeniedException',
		message: 'Not allowed: GenerateDataKey: not yours',
		next: ['ask for the permission kms:GenerateDataKey'],
	});
	expect(endpoint.arrived).toHaveLength(1);
	expect(aws.errors.entries()).toMatchObject([{operation: 'GenerateDataKey', count: 1}]);
});

test('an internal error is tried again', async () => {
	const {aws, endpoint} = await open((_, count) =>
		count < 3 ? {status: 500, body: JSON.stringify({__type: 'KMSInternalException'})} : answer,
	);
	expect((await aws.stream.dataKey('k', context)).plaintext).toHaveLength(64);
	expect(endpoint.arrived).toHaveLength(3);
});

test('S2 a key of the wrong size is refused, and no error carries a key', async () => {
	const {aws} = await open(() => ({
		body: JSON.stringify({Plaintext: Buffer.alloc(32, 7).toString('base64'), CiphertextBlob: 'eA=='}),
	}));
	const error = await aws.stream.dataKey('k', context).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({kind: 'aws'});
	expect(JSON.stringify(error)).not.toContain(Buffer.alloc(32, 7).toString('base64'));
});
