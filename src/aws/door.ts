/**
 * THE DOOR: every request of every client passes here. It refuses what must not be sent, writes the command log and
 * the errors view, tells the AWS clock what time it is, and turns what the SDK throws into our own errors.
 */
import type {MetadataBearer, MiddlewareStack} from '@smithy/types';
import {isLoopbackUrl} from '../base/endpoint.ts';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import type {CommandLog} from './command-log.ts';
import type {ErrorFeed} from './error-feed.ts';
import {effectOf} from './operations.ts';
import {probeName} from './process-names.ts';
import {type Failure, isAbort, readFailure} from './sdk-error.ts';
import type {ThrottleGate} from './throttle-gate.ts';
import type {AwsFacts, ServiceName} from './types.ts';

export type Door = {
	/** Puts the door into a client's stack. `gate` spaces the calls of a polling client while AWS throttles. */
	readonly attach: <Input extends object, Output extends MetadataBearer>(
		stack: MiddlewareStack<Input, Output>,
		service: ServiceName,
		gate?: ThrottleGate,
	) => void;
	/** The same for a call that no SDK client makes: one attempt, sent by `send`. */
	readonly pass: <Output>(call: HandmadeCall<Output>) => Promise<Output>;
};

export type HandmadeCall<Output> = {
	readonly operation: string;
	readonly input: object;
	readonly request: {readonly protocol: string; readonly hostname: string};
	/** Rejects with what an SDK client would throw. */
	readonly send: () => Promise<{
		readonly output: Output;
		readonly response: unknown;
		readonly requestId: string | undefined;
	}>;
};

type DoorParts = {
	readonly facts: AwsFacts;
	readonly timeRate: number;
	readonly observeDate: (header: string) => void;
	readonly commandLog: CommandLog;
	readonly errors: ErrorFeed;
	/** Called when AWS says that the credentials have expired: the next call gets fresh ones. */
	readonly forgetCredentials: () => void;
};

export const createDoor = (parts: DoorParts): Door => ({
	attach: (stack, service, gate) => {
		const recorded = new WeakSet<object>();
		stack.add(
			(next, context) => args => {
				const operation = operationName(context.commandName);
				refuseUnderReadOnly(operation, parts.facts);
				if (service === 'ssm') refuseReferences(operation, args.input);
				return logged(parts, operation, args.input, async () => {
					try {
						return await next(args);
					} catch (error) {
						throw translated(parts, {operation, input: args.input, error}, recorded);
					}
				});
			},
			{name: 'unflapDoor', step: 'initialize', priority: 'high'},
		);
		stack.add(
			next => args => {
				refusePlainText(args.request, parts.timeRate);
				return next(args);
			},
			{name: 'unflapDoorTransport', step: 'build', priority: 'low'},
		);
		stack.add(
			(next, context) => async args => {
				const operation = operationName(context.commandName);
				await gate?.pass();
				try {
					const result = await next(args);
					observe(parts, result.response, result.output?.$metadata.requestId);
					parts.errors.succeeded(operation);
					return result;
				} catch (error) {
					if (!isAbort(error)) attemptFailed(parts, {operation, input: args.input, error}, gate);
					if (typeof error === 'object' && error !== null) recorded.add(error);
					throw error;
				}
			},
			// Outside the SDK's own deserializer, inside its retries: sees each attempt once, parsed.
			{name: 'unflapDoorAnswer', step: 'deserialize', priority: 'high'},
		);
	},
	pass: ({operation, input, request, send}) => {
		refuseUnderReadOnly(operation, parts.facts);
		return logged(parts, operation, input, async () => {
			refusePlainText(request, parts.timeRate);
			try {
				const {output, response, requestId} = await send();
				observe(parts, response, requestId);
				parts.errors.succeeded(operation);
				return output;
			} catch (error) {
				if (isAbort(error) || error instanceof UnflapError) throw error;
				attemptFailed(parts, {operation, input, error}, undefined);
				throw new AwsCallError(operation, readFailure(error), parts.facts);
			}
		});
	},
});

const operationName = (commandName: string | undefined) => (commandName ?? 'Unknown').replace(/Command$/, '');

const refuseUnderReadOnly = (operation: string, facts: AwsFacts) => {
	if (!facts.readOnly || effectOf(operation) !== 'change') return;
	throw new UnflapError('read-only', `Read-only: ${operation} was not sent`, {
		meaning: 'This run of unflap changes nothing in AWS.',
		next: ['start without --read-only, UNFLAP_READ_ONLY and readOnly in the config'],
	});
};

/**
 * Systems Manager replaces `{{ssm:name}}` in parameters by what the Parameter Store holds (threats.md Q4). A document
 * speaks of its own parameters in the same way, and of nothing else.
 */
const refuseReferences = (operation: string, input: unknown) => {
	const {Content, ...rest} = input as {readonly Content?: unknown};
	const ownContent = operation === 'CreateDocument' && typeof Content === 'string' ? Content : '';
	const named = ownContent.replaceAll(/\{\{ \w+ \}\}/g, '');
	if (!holdsReference(operation === 'CreateDocument' ? {...rest, named} : input)) return;
	throw new UnflapError('bad-input', `${operation} was not sent: a parameter holds {{`, {
		meaning: 'Systems Manager would put a stored secret in its place.',
		next: ['leave {{ out of the text'],
	});
};

const holdsReference = (value: unknown): boolean => {
	if (typeof value === 'string') return value.includes('{{');
	if (Array.isArray(value)) return value.some(holdsReference);
	if (typeof value !== 'object' || value === null) return false;
	return Object.entries(value).some(([key, inner]) => key.includes('{{') || holdsReference(inner));
};

/** Credentials and tokens travel in the clear to this machine only; a scaled clock is for this machine only too. */
const refusePlainText = (request: unknown, timeRate: number) => {
	const {protocol, hostname} = request as {protocol?: string; hostname?: string};
	const isLoopback = isLoopbackUrl(
		`http://${hostname?.includes(':') ? `[${hostname.replace(/^\[|\]$/g, '')}]` : hostname}`,
	);
	if (protocol !== 'https:' && !isLoopback)
		throw new UnflapError('usage', `The endpoint is plain http on another machine: ${hostname}`, {
			meaning: 'Credentials would travel in the clear.',
			next: ['use https, or an address of this machine'],
		});
	if (timeRate !== 1 && !isLoopback)
		throw new UnflapError(
			'usage',
			`UNFLAP_AWS_TIME_RATE is ${timeRate}, and ${hostname} is not on this machine`,
			{
				next: ['unset UNFLAP_AWS_TIME_RATE: only the lab sets it'],
			},
		);
};

const logged = async <T>(
	{commandLog}: DoorParts,
	operation: string,
	input: unknown,
	send: () => Promise<T>,
): Promise<T> => {
	if (effectOf(operation) !== 'change') return send();
	const settle = commandLog.start(operation, input);
	try {
		const result = await send();
		settle({state: 'ok'}, (result as {readonly output?: unknown}).output);
		return result;
	} catch (error) {
		settle(outcomeOf(error, input));
		throw error;
	}
};

/** The preflight probe wants to be refused: then the right to resume is there. */
const outcomeOf = (error: unknown, input: unknown) => {
	const code = error instanceof AwsCallError ? error.code : 'Unknown';
	if (code === 'ValidationError' && isProbe(input)) return {state: 'ok'} as const;
	const message = error instanceof AwsCallError ? error.answer : error instanceof Error ? error.message : '';
	return {state: 'failed', code, message} as const;
};

const isProbe = (input: unknown) =>
	(input as {ScalingProcesses?: readonly string[]}).ScalingProcesses?.includes(probeName) === true;

type Attempt = {readonly operation: string; readonly input: unknown; readonly error: unknown};

const attemptFailed = (parts: DoorParts, attempt: Attempt, gate: ThrottleGate | undefined) => {
	const failure = readFailure(attempt.error);
	const {$response, $metadata} = attempt.error as {$response?: unknown; $metadata?: {requestId?: string}};
	if (failure.answered) observe(parts, $response, $metadata?.requestId);
	if (failure.kind === 'throttled') gate?.throttled();
	if (failure.kind === 'expired-credentials') parts.forgetCredentials();
	record(parts, attempt, failure);
};

const record = ({errors, facts}: DoorParts, {operation, input}: Attempt, failure: Failure) => {
	if (failure.code === 'ValidationError' && isProbe(input)) return;
	const {meaning, next} = new AwsCallError(operation, failure, facts);
	errors.failed(operation, failure, [meaning, ...next].join(' '));
};

const translated = (parts: DoorParts, attempt: Attempt, recorded: WeakSet<object>): unknown => {
	const {operation, error} = attempt;
	if (isAbort(error) || error instanceof UnflapError) return error;
	const failure = readFailure(error);
	// Errors before the request, such as missing credentials, never came through the answer's side.
	if (typeof error !== 'object' || error === null || !recorded.has(error)) record(parts, attempt, failure);
	return new AwsCallError(operation, failure, parts.facts);
};

/** The `Date` of an answer counts only with a request id: a proxy's own error has none (threats.md N4). */
const observe = ({observeDate}: DoorParts, response: unknown, requestId: string | undefined) => {
	const {headers} = (response ?? {}) as {headers?: Readonly<Record<string, string>>};
	const date = headers?.['date'];
	if (requestId !== undefined && date !== undefined) observeDate(date);
};
