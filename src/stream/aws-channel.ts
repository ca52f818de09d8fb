/** A data channel as this account signs, routes and encrypts it: the same for a journal, a command and a shell. */
import type {Aws} from '../aws/types.ts';
import {isKeyOf} from '../channel/encryption.ts';
import {type Channel, type ChannelOptions, openChannel} from '../channel/open-channel.ts';

type ChannelAws = Pick<Aws, 'stream' | 'polling' | 'facts'>;

/** Rejects when the socket cannot be opened; the session lives on then. */
export const openAwsChannel = (
	aws: ChannelAws,
	options: Omit<ChannelOptions, 'signUpgrade' | 'agentFor' | 'wallNow' | 'keys'>,
): Promise<Channel> =>
	openChannel({
		...options,
		signUpgrade: aws.stream.signStreamUrl,
		agentFor: aws.stream.streamAgent,
		wallNow: Date.now,
		keys: sessionKeys(aws),
	});

/**
 * Keys for sessions that an account encrypts with KMS: asked for only when an agent demands one, and only for our own.
 * The account is looked up with the first demand, so that sessions without encryption cost no
 * call.
 */
const sessionKeys = (aws: ChannelAws): NonNullable<ChannelOptions['keys']> => ({
	home: null,
	provider: async ({keyId, encryptionContext}) => {
		const {accountId, partition} = await aws.polling.identity();
		if (!isKeyOf({partition, region: aws.facts.region, accountId}, keyId))
			throw new Error('The agent named a KMS key of another account or region');
		return aws.stream.dataKey(keyId, encryptionContext);
	},
});
