/** Who we are, asked of STS. */
import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts';
import type {Lane} from './lane.ts';
import {abortable} from './paging.ts';
import type {ReadCalls} from './types.ts';

export type SecurityTokenCalls = Pick<ReadCalls, 'identity'>;

export const createSecurityToken = (lane: Lane): SecurityTokenCalls => {
	const client = new STSClient(lane.clientOptions('sts'));
	lane.door.attach(client.middlewareStack, 'sts', lane.gate('sts'));
	return {
		identity: async (options = {}) => {
			const {Account = '', Arn = ''} = await client.send(
				new GetCallerIdentityCommand({}),
				abortable(options),
			);
			return {accountId: Account, callerArn: Arn, partition: Arn.split(':')[1] ?? 'aws'};
		},
	};
};
