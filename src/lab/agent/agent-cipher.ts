/** The agent's half of an encrypted session; written apart from the client's. Facts: ssm-data-channel.md section 7. */
import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto';

export type AgentCipher = {
	/** Under the first half of the data key. */
	readonly seal: (plain: Buffer) => Buffer;
	/** What the client sealed with the second half; null when it did not. */
	readonly open: (sealed: Buffer) => Buffer | null;
};

export const createAgentCipher = (dataKey: Buffer): AgentCipher => {
	const own = dataKey.subarray(0, 32);
	const theirs = dataKey.subarray(32, 64);
	/** A random start, then counted up little-endian in words of 32 bits, as the agent does. */
	const nonce = randomBytes(12);
	const countUp = () => {
		for (let at = 0; at < 12; at += 4) {
			const next = (nonce.readUInt32LE(at) + 1) >>> 0;
			nonce.writeUInt32LE(next, at);
			if (next !== 0) return;
		}
	};
	return {
		seal(plain) {
			countUp();
			const cipher = createCipheriv('aes-256-gcm', own, nonce);
			return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
		},
		open(sealed) {
			if (sealed.length < 28) return null;
			const decipher = createDecipheriv('aes-256-gcm', theirs, sealed.subarray(0, 12));
			decipher.setAuthTag(sealed.subarray(-16));
			try {
				return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
			} catch {
				// Node says "unable to authenticate data", and nothing more can be said.
				return null;
			}
		},
	};
};
