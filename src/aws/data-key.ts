/**
 * kms:GenerateDataKey, the one call of KMS there is: made by hand, since a client for it would be the largest part of
 * the room. JSON 1.1, signed as the SDK does. Source: ssm-data-channel.md section 7; aws-facts.md section 9.
 */
import {Sha256} from '@aws-crypto/sha256-js';
import type {NodeHttpHandler} from '@smithy/node-http-handler';
import {SignatureV4} from '@smithy/signature-v4';
import type {HttpRequest} from '@smithy/types';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import {collectBody} from './collect-body.ts';
import type {SharedCredentials} from './credentials.ts';
import type {Door} from './door.ts';
import type {Place} from './place.ts';
import {partitionSuffix} from './stream-url.ts';
import type {CallOptions, DataKey} from './types.ts';

export type DataKeyParts = {
	readonly place: Place;
	readonly credentials: SharedCredentials;
	readonly door: Door;
	readonly requestHandler: NodeHttpHandler;
	readonly now: () => number;
};

const numberOfBytes = 64;
const attempts = 3;

export const generateDataKey = async (
	parts: DataKeyParts,
	keyId: string,
	encryptionContext: Readonly<Record<string, string>>,
	options: CallOptions = {},
): Promise<DataKey> => {
	const command = new GenerateDataKeyCommand({
		KeyId: keyId,
		NumberOfBytes: numberOfBytes,
		EncryptionContext: encryptionContext,
	});
	for (let attempt = 1; ; attempt += 1)
		try {
			return await sendOnce(parts, command, options);
		} catch (error) {
			// Who may not, or names no key, gets the same answer again.
			if (!(error instanceof AwsCallError) || !error.retryable || attempt === attempts) throw error;
			options.signal?.throwIfAborted();
		}
};

class GenerateDataKeyCommand {
	readonly input: Readonly<Record<string, unknown>>;
	constructor(input: Readonly<Record<string, unknown>>) {
		this.input = input;
	}
}

const sendOnce = (
	parts: DataKeyParts,
	{input}: GenerateDataKeyCommand,
	{signal}: CallOptions,
): Promise<DataKey> => {
	const {place, credentials, door, requestHandler, now} = parts;
	const url = new URL(
		place.endpointOf('kms') ?? `https://kms.${place.region}.${partitionSuffix(place.region)}`,
	);
	return door.pass({
		operation: 'GenerateDataKey',
		input,
		request: {protocol: url.protocol, hostname: url.hostname},
		send: async () => {
			const signer = new SignatureV4({
				service: 'kms',
				region: place.region,
				credentials: await credentials.provider(),
				sha256: Sha256,
			});
			const request = await signer.sign(requestOf(url, JSON.stringify(input)), {
				signingDate: new Date(now()),
			});
			const {response} = await requestHandler.handle(
				request as Parameters<NodeHttpHandler['handle']>[0],
				signal === undefined ? {} : {abortSignal: signal},
			);
			const text = Buffer.from(await collectBody(response.body)).toString('utf8');
			const requestId = response.headers['x-amzn-requestid'];
			if (response.statusCode !== 200) throw refusalOf(response, text, requestId);
			return {output: keyOf(text), response, requestId};
		},
	});
};

const requestOf = (url: URL, body: string): HttpRequest => ({
	method: 'POST',
	protocol: url.protocol,
	hostname: url.hostname,
	...(url.port === '' ? {} : {port: Number(url.port)}),
	path: url.pathname,
	query: {},
	headers: {
		host: url.host,
		'content-type': 'application/x-amz-json-1.1',
		'x-amz-target': 'TrentService.GenerateDataKey',
		'content-length': String(Buffer.byteLength(body)),
	},
	body,
});

type Answer = {readonly statusCode: number; readonly headers: Readonly<Record<string, string>>};

/** In the shape the SDK throws, so that it is read in one place. */
const refusalOf = (response: Answer, text: string, requestId: string | undefined): object => {
	const {__type, message, Message} = parsed(text);
	const code = typeof __type === 'string' ? __type.replace(/^.*#/, '') : '';
	return {
		...(code === '' ? {} : {Code: code, name: code, $fault: response.statusCode < 500 ? 'client' : 'server'}),
		message: message ?? Message ?? '',
		$metadata: {httpStatusCode: response.statusCode, requestId},
		$response: response,
	};
};

const keyOf = (text: string): DataKey => {
	const {Plaintext, CiphertextBlob} = parsed(text);
	const plaintext = bytesOf(Plaintext);
	const ciphertext = bytesOf(CiphertextBlob);
	if (plaintext.length !== numberOfBytes || ciphertext.length === 0)
		throw new UnflapError('aws', 'KMS made no data key of the right size', {
			meaning: 'Something between here and AWS may have changed the answer.',
			next: ['check the endpoint and the proxy in force: unflap info'],
		});
	return {plaintext, ciphertext};
};

const bytesOf = (value: unknown): Uint8Array =>
	Uint8Array.from(Buffer.from(typeof value === 'string' ? value : '', 'base64'));

const parsed = (text: string): Readonly<Record<string, unknown>> => {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch (error) {
		if (error instanceof SyntaxError) return {};
		throw error;
	}
};
