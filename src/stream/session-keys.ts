/** Keys for sessions that an account encrypts with KMS: asked for only when an agent demands one, and only for our own. */
import type {Aws} from '../aws/types.ts';
import {isKeyOf, type KeyHome, type KeyProvider} from '../channel/encryption.ts';

export type SessionKeys = {readonly provider: KeyProvider; readonly home: KeyHome | null};

/** The account is looked up with the first demand, so that sessions without encryption cost no call. */
export const sessionKeys = (aws: Pick<Aws, 'stream' | 'polling' | 'facts'>): SessionKeys => ({
	home: null,
	provider: async ({keyId, encryptionContext}) => {
		const {accountId, partition} = await aws.polling.identity();
		if (!isKeyOf({partition, region: aws.facts.region, accountId}, keyId))
			throw new Error('The agent named a KMS key of another account or region');
		return aws.stream.dataKey(keyId, encryptionContext);
	},
});
