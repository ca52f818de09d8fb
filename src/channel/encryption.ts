/** Session encryption with a KMS data key. Facts: ssm-data-channel.md section 7. */
import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Both directions of one session. */
export type SessionCipher = {
	/** For the agent: nonce, ciphertext, tag. The nonce is random unless a test gives one. */
	readonly encrypt: (plaintext: Uint8Array, nonce?: Uint8Array) => Buffer;
	/** From the agent. Throws when it was not made with this session's key. */
	readonly decrypt: (payload: Uint8Array) => Buffer;
};

/** `plaintextKey`: the 64 bytes of the data key; the first half is the agent's, the second ours. */
export const createSessionCipher = (plaintextKey: Uint8Array): SessionCipher => {
	if (plaintextKey.length !== 64) throw new Error(`The data key has ${plaintextKey.length} bytes, not 64`);
	const agentKey = plaintextKey.slice(0, 32);
	const clientKey = plaintextKey.slice(32);
	return {
		encrypt: (plaintext, nonce = randomBytes(nonceBytes)) => {
			const cipher = createCipheriv('aes-256-gcm', clientKey, nonce);
			return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
		},
		decrypt: payload => {
			if (payload.length < nonceBytes + tagBytes) throw new Error('An encrypted payload is too short');
			const decipher = createDecipheriv('aes-256-gcm', agentKey, payload.subarray(0, nonceBytes));
			decipher.setAuthTag(payload.subarray(payload.length - tagBytes));
			const body = payload.subarray(nonceBytes, payload.length - tagBytes);
			return Buffer.concat([decipher.update(body), decipher.final()]);
		},
	};
};

/** kms:GenerateDataKey with 64 bytes, handed in by whoever may call KMS. */
export type KeyProvider = (request: {
	readonly keyId: string;
	readonly numberOfBytes: 64;
	readonly encryptionContext: Readonly<Record<string, string>>;
}) => Promise<{readonly plaintext: Uint8Array; readonly ciphertext: Uint8Array}>;

/** Whose keys may be asked for: an agent must not make us call KMS for a stranger's key (threats.md X5). */
export type KeyHome = {readonly partition: string; readonly region: string; readonly accountId: string};

/** True for the ARN of a key or alias in that account and region, and for bare ids and aliases, which are there by themselves. */
export const isKeyOf = ({partition, region, accountId}: KeyHome, keyId: string): boolean =>
	/^[A-Za-z0-9-]{1,64}$/.test(keyId) ||
	/^alias\/[A-Za-z0-9/_-]{1,250}$/.test(keyId) ||
	(/^[\w:/-]{1,400}$/.test(keyId) &&
		['key', 'alias'].some(kind => keyId.startsWith(`arn:${partition}:kms:${region}:${accountId}:${kind}/`)));
