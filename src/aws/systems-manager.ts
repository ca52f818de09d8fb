/** The Systems Manager calls of one lane, in our types: who is managed, and sessions. */
import {
	CancelCommandCommand,
	DescribeInstanceInformationCommand,
	GetCommandInvocationCommand,
	GetConnectionStatusCommand,
	type InstanceInformation,
	ListCommandInvocationsCommand,
	ResumeSessionCommand,
	SendCommandCommand,
	type SendCommandCommandInput,
	SSMClient,
	StartSessionCommand,
	TerminateSessionCommand,
} from '@aws-sdk/client-ssm';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import {configuredEndpoint} from './configured-endpoint.ts';
import type {Lane} from './lane.ts';
import {abortable, allPages, chunks} from './paging.ts';
import type {CallOptions, CommandLimits, ReadCalls, SessionTicket, SsmInfo, StreamCalls} from './types.ts';

export type SystemsManagerCalls = Pick<ReadCalls, 'ssmInfo' | 'ssmConnected'> &
	Pick<
		StreamCalls,
		| 'startCommandSession'
		| 'startTerminalSession'
		| 'resumeSession'
		| 'terminateSession'
		| 'sendCommand'
		| 'sendCommandToGroup'
		| 'commandStates'
		| 'commandInvocation'
		| 'cancelCommand'
	> & {
		/** The endpoint override in force, or null for AWS's own: also one from the shared config. */
		readonly endpoint: () => Promise<string | null>;
	};

const idsPerCall = 100;
const maxReasonLength = 256;
const maxCommentLength = 100;

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
		startTerminalSession: async (instanceId, command, reason, callOptions = {}) => {
			const document =
				command === null
					? {}
					: {DocumentName: 'AWS-StartInteractiveCommand', Parameters: {command: [command]}};
			const answer = await client.send(
				new StartSessionCommand({
					Target: instanceId,
					...document,
					Reason: reason.slice(0, maxReasonLength),
				}),
				abortable(callOptions),
			);
			return ticketOf(answer);
		},
		...commandCalls(client),
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

const commandCalls = (
	client: SSMClient,
): Pick<
	SystemsManagerCalls,
	'sendCommand' | 'sendCommandToGroup' | 'commandStates' | 'commandInvocation' | 'cancelCommand'
> => ({
	sendCommand: (instanceIds, script, limits, options = {}) =>
		send(client, {InstanceIds: [...instanceIds], ...scriptInput(script, limits)}, options),
	sendCommandToGroup: (group, script, limits, options = {}) =>
		send(
			client,
			{
				Targets: [{Key: 'tag:aws:autoscaling:groupName', Values: [group]}],
				// Left out, the first box that fails would keep all others from being asked.
				MaxErrors: '100%',
				MaxConcurrency: '100%',
				...scriptInput(script, limits),
			},
			options,
		),
	commandStates: (CommandId, options = {}) =>
		allPages(options, async NextToken => {
			const page = await client.send(
				new ListCommandInvocationsCommand({
					CommandId,
					MaxResults: 50,
					...(NextToken === undefined ? {} : {NextToken}),
				}),
				abortable(options),
			);
			const items = (page.CommandInvocations ?? []).flatMap(({InstanceId, Status}) =>
				InstanceId === undefined ? [] : [{instanceId: InstanceId, status: Status ?? ''}],
			);
			return {items, next: page.NextToken};
		}),
	commandInvocation: async (CommandId, InstanceId, options = {}) => {
		try {
			const answer = await client.send(
				new GetCommandInvocationCommand({CommandId, InstanceId}),
				abortable(options),
			);
			return {
				status: answer.Status ?? '',
				responseCode: answer.ResponseCode ?? -1,
				stdout: answer.StandardOutputContent ?? '',
				stderr: answer.StandardErrorContent ?? '',
			};
		} catch (error) {
			if (error instanceof AwsCallError && error.code === 'InvocationDoesNotExist') return null;
			throw error;
		}
	},
	cancelCommand: async (CommandId, options = {}) => {
		await client.send(new CancelCommandCommand({CommandId}), abortable(options));
	},
});

const scriptInput = (script: string, {executionTimeoutSeconds, comment}: CommandLimits) => ({
	DocumentName: 'AWS-RunShellScript',
	Parameters: {commands: [script], executionTimeout: [String(executionTimeoutSeconds)]},
	TimeoutSeconds: 30,
	Comment: comment.slice(0, maxCommentLength),
});

const send = async (client: SSMClient, input: SendCommandCommandInput, options: CallOptions) => {
	const {Command} = await client.send(new SendCommandCommand(input), abortable(options));
	if (Command?.CommandId) return Command.CommandId;
	throw new UnflapError('aws', 'Systems Manager took a command and gave it no id');
};

const inventoryCalls = (client: SSMClient): Pick<ReadCalls, 'ssmInfo' | 'ssmConnected'> => ({
	ssmInfo: async (ids, options = {}) => {
		const describe = (Values: string[]): Promise<readonly InstanceInformation[]> =>
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
			});
		// One id that is not managed may be an error for all of them: then each is asked for itself.
		const forgiving = async (Values: string[]): Promise<readonly InstanceInformation[]> => {
			try {
				return await describe(Values);
			} catch (error) {
				if (!(error instanceof AwsCallError) || error.code !== 'InvalidInstanceId') throw error;
				if (Values.length === 1) return [];
				return (await Promise.all(Values.map(id => forgiving([id])))).flat();
			}
		};
		const lists = await Promise.all(chunks(ids, idsPerCall).map(forgiving));
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
			meaning: 'Something between here and AWS may have changed the answer.',
			next: ['check the endpoint and the proxy in force: unflap info'],
		});
	return {sessionId: SessionId, streamUrl: StreamUrl, token: TokenValue};
};
