/** The Systems Manager calls of one lane, in our types: who is managed, and sessions. */
import {
	DescribeInstanceInformationCommand,
	GetConnectionStatusCommand,
	ResumeSessionCommand,
	SSMClient,
	StartSessionCommand,
	TerminateSessionCommand,
} from '@aws-sdk/client-ssm';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import type {Lane} from './lane.ts';
import {abortable, allPages, chunks} from './paging.ts';
import type {ReadCalls, SessionTicket, SsmInfo, StreamCalls} from './types.ts';

export type SystemsManagerCalls = Pick<ReadCalls, 'ssmInfo' | 'ssmConnected'> &
	Pick<StreamCalls, 'startCommandSession' | 'resumeSession' | 'terminateSession'> & {
		/** The endpoint override in force, or null for AWS's own: also one from the shared config. */
		readonly endpoint: () => Promise<string | null>;
	};

const idsPerCall = 100;
const maxReasonLength = 256;

export const createSystemsManager = (lane: Lane): SystemsManagerCalls => {
	const options = lane.clientOptions('ssm');
	const client = new SSMClient(options);
	lane.door.attach(client.middlewareStack, 'ssm', lane.gate('ssm'));
	return {
		...inventoryCalls(client),
		startCommandSession: async (instanceId, command, reason, callOptions = {}) => {
			const answer = await client.send(
				new StartSessionCommand({
					Target: instanceId,
					DocumentName: 'AWS-StartNonInteractiveCommand',
					Parameters: {command: [command], separateOutputStream: ['true']},
					Reason: reason.slice(0, maxReasonLength),
				}),
				abortable(callOptions),
			);
			return ticketOf(answer);
		},
		resumeSession: async (sessionId, callOptions = {}) => {
			try {
				return ticketOf(
					await client.send(new ResumeSessionCommand({SessionId: sessionId}), abortable(callOptions)),
				);
			} catch (error) {
				if (error instanceof AwsCallError && error.code === 'DoesNotExistException') return null;
				throw error;
			}
		},
		terminateSession: async (sessionId, callOptions = {}) => {
			await client.send(new TerminateSessionCommand({SessionId: sessionId}), abortable(callOptions));
		},
		endpoint: async () => options.endpoint ?? (await configuredEndpoint(client)),
	};
};

const inventoryCalls = (client: SSMClient): Pick<ReadCalls, 'ssmInfo' | 'ssmConnected'> => ({
	ssmInfo: async (ids, options = {}) => {
		const lists = await Promise.all(
			chunks(ids, idsPerCall).map(Values =>
				allPages(options, async NextToken => {
					const page = await client.send(
						new DescribeInstanceInformationCommand({
							Filters: [{Key: 'InstanceIds', Values}],
							MaxResults: 50,
							...(NextToken === undefined ? {} : {NextToken}),
						}),
						abortable(options),
					);
					return {items: page.InstanceInformationList ?? [], next: page.NextToken};
				}),
			),
		);
		return lists.flat().map(
			(info): SsmInfo => ({
				instanceId: info.InstanceId ?? '',
				pingStatus: info.PingStatus ?? '',
				agentVersion: info.AgentVersion ?? null,
			}),
		);
	},
	ssmConnected: async (instanceId, options = {}) => {
		const {Status} = await client.send(
			new GetConnectionStatusCommand({Target: instanceId}),
			abortable(options),
		);
		return Status?.toLowerCase() === 'connected';
	},
});

type SessionAnswer = {
	readonly SessionId?: string | undefined;
	readonly StreamUrl?: string | undefined;
	readonly TokenValue?: string | undefined;
};

const ticketOf = ({SessionId, StreamUrl, TokenValue}: SessionAnswer): SessionTicket => {
	if (!SessionId || !StreamUrl || !TokenValue)
		throw new UnflapError('aws', 'Systems Manager started a session without an address or token', {
			next: ['try again'],
		});
	return {sessionId: SessionId, streamUrl: StreamUrl, token: TokenValue};
};

/** What environment and shared config say for a service; the SDK's types hide that it knows. */
export const configuredEndpoint = async (client: {readonly config: object}): Promise<string | null> => {
	const {serviceConfiguredEndpoint} = client.config as {
		serviceConfiguredEndpoint?: () => Promise<string | undefined>;
	};
	return (await serviceConfiguredEndpoint?.()) ?? null;
};
