/** kms:GenerateDataKey, the one call of KMS there is. Source: ssm-data-channel.md section 7. */
import type {NodeHttpHandler} from '@smithy/node-http-handler';
import {UnflapError} from '../base/errors.ts';
import type {SharedCredentials} from './credentials.ts';
import type {Door} from './door.ts';
import {createJsonCall, type JsonAnswer} from './json-calls.ts';
import type {Place} from './place.ts';
import type {CallOptions, DataKey} from './types.ts';

export type DataKeyParts = {
	readonly place: Place;
	readonly credentials: SharedCredentials;
	readonly door: Door;
	readonly requestHandler: NodeHttpHandler;
	readonly now: () => number;
};

const numberOfBytes = 64;

export const generateDataKey = async (
	{place, credentials, door, requestHandler, now}: DataKeyParts,
	keyId: string,
	encryptionContext: Readonly<Record<string, string>>,
	options: CallOptions = {},
): Promise<DataKey> => {
	const call = createJsonCall({
		name: 'kms',
		target: 'TrentService',
		region: place.region,
		endpoint: place.endpointOf('kms'),
		credentials: credentials.provider,
		requestHandler,
		door,
		now,
	});
	const input = {KeyId: keyId, NumberOfBytes: numberOfBytes, EncryptionContext: encryptionContext};
	return keyOf(await call('GenerateDataKey', input, options));
};

const keyOf = ({Plaintext, CiphertextBlob}: JsonAnswer): DataKey => {
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
