/** The lab's KMS: data keys, each bound to the encryption context it was asked for with. */
import {randomBytes} from 'node:crypto';

export type DataKey = {
	readonly keyId: string;
	readonly plaintext: Buffer;
	readonly ciphertext: Buffer;
};

export type EncryptionContext = Readonly<Record<string, string>>;

export type KeyStore = {
	/** kms:GenerateDataKey. */
	readonly generate: (keyId: string, bytes: number, context: EncryptionContext) => DataKey;
	/** kms:Decrypt; null when the ciphertext is unknown, or the context another one. */
	readonly decrypt: (ciphertext: Buffer, context: EncryptionContext) => Buffer | null;
};

export const createKeyStore = (): KeyStore => {
	const keys = new Map<string, {readonly plaintext: Buffer; readonly context: string}>();
	return {
		generate(keyId, bytes, context) {
			const [plaintext, ciphertext] = [randomBytes(bytes), randomBytes(184)];
			keys.set(ciphertext.toString('hex'), {plaintext, context: written(context)});
			return {keyId, plaintext, ciphertext};
		},
		decrypt(ciphertext, context) {
			const key = keys.get(ciphertext.toString('hex'));
			return key === undefined || key.context !== written(context) ? null : key.plaintext;
		},
	};
};

const written = (context: EncryptionContext) =>
	JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)));
