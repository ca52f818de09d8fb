/**
 * Calls of services that have no SDK client here: JSON 1.1, signed as the SDK does, through the same door. A client for
 * a handful of calls would be larger than all that is made of them. Source: aws-facts.md section 9.
 */
import {Sha256} from '@aws-crypto/sha256-js';
import type {NodeHttpHandler} from '@smithy/node-http-handler';
import {SignatureV4} from '@smithy/signature-v4';
import type {HttpRequest} from '@smithy/types';
import {AwsCallError} from './call-error.ts';
import {collectBody} from './collect-body.ts';
import type {SharedCredentials} from './credentials.ts';
import type {Door} from './door.ts';
import {partitionSuffix} from './stream-url.ts';
import type {ThrottleGate} from './throttle-gate.ts';
import type {CallOptions} from './types.ts';

export type JsonService = {
	/** Of the signature, and of AWS's own host. */
	readonly name: string;
	/** Before the operation in `x-amz-target`. */
	readonly target: string;
	readonly region: string;
	/** Instead of AWS's own. */
	readonly endpoint: string | undefined;
	readonly credentials: SharedCredentials['provider'];
	readonly requestHandler: NodeHttpHandler;
	readonly door: Door;
	readonly gate?: ThrottleGate | undefined;
	/** AWS time: the moment the signature is made for. */
	readonly now: () => number;
};

/** What was answered, as far as it is an object. */
export type JsonAnswer = Readonly<Record<string, unknown>>;

/** Three attempts where another may help. */
export type JsonCall = (operation: string, input: object, options?: CallOptions) => Promise<JsonAnswer>;

const attempts = 3;

export const createJsonCall =
	(service: JsonService): JsonCall =>
	async (operation, input, options = {}) => {
		for (let attempt = 1; ; attempt += 1) {
			options.signal?.throwIfAborted();
			await service.gate?.pass();
			try {
				return await sendOnce(service, operation, input, options);
			} catch (error) {
				if (error instanceof AwsCallError && error.kind === 'throttled') service.gate?.throttled();
				// Who may not, or names what is not there, gets the same answer again.
				if (!(error instanceof AwsCallError) || !error.retryable || attempt === attempts) throw error;
			}
		}
	};

const sendOnce = (
	service: JsonService,
	operation: string,
	input: object,
	{signal}: CallOptions,
): Promise<JsonAnswer> => {
	const {name, region, credentials, requestHandler, now} = service;
	const url = new URL(service.endpoint ?? `https://${name}.${region}.${partitionSuffix(region)}`);
	return service.door.pass({
		operation,
		input,
		request: {protocol: url.protocol, hostname: url.hostname},
		send: async () => {
			const signer = new SignatureV4({
				service: name,
				region,
				credentials: await credentials(),
				sha256: Sha256,
			});
			const asked = requestOf(url, `${service.target}.${operation}`, JSON.stringify(input));
			const request = await signer.sign(asked, {signingDate: new Date(now())});
			const {response} = await requestHandler.handle(
				request as Parameters<NodeHttpHandler['handle']>[0],
				signal === undefined ? {} : {abortSignal: signal},
			);
			const text = Buffer.from(await collectBody(response.body)).toString('utf8');
			const requestId = response.headers['x-amzn-requestid'];
			if (response.statusCode !== 200) throw refusalOf(response, text, requestId);
			return {output: parseAnswer(text), response, requestId};
		},
	});
};

const requestOf = (url: URL, target: string, body: string): HttpRequest => ({
	method: 'POST',
	protocol: url.protocol,
	hostname: url.hostname,
	...(url.port === '' ? {} : {port: Number(url.port)}),
	path: url.pathname,
	query: {},
	headers: {
		host: url.host,
		'content-type': 'application/x-amz-json-1.1',
		'x-amz-target': target,
		'content-length': String(Buffer.byteLength(body)),
	},
	body,
});

type Answer = {readonly statusCode: number; readonly headers: Readonly<Record<string, string>>};

/** In the shape the SDK throws, so that it is read in one place. */
const refusalOf = (response: Answer, text: string, requestId: string | undefined): object => {
	const {__type, message, Message} = parseAnswer(text);
	const code = typeof __type === 'string' ? __type.replace(/^.*#/, '') : '';
	return {
		...(code === '' ? {} : {Code: code, name: code, $fault: response.statusCode < 500 ? 'client' : 'server'}),
		message: message ?? Message ?? '',
		$metadata: {httpStatusCode: response.statusCode, requestId},
		$response: response,
	};
};

const parseAnswer = (text: string): JsonAnswer => {
	try {
		return recordOf(JSON.parse(text));
	} catch (error) {
		if (error instanceof SyntaxError) return {};
		throw error;
	}
};

// --- reading what was answered: a field that is missing, or of another kind, is no error ------------------------------

export const recordOf = (value: unknown): JsonAnswer =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonAnswer) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

export const textsOf = (value: unknown): readonly string[] =>
	listOf(value).filter((one): one is string => typeof one === 'string');

/** Seconds since 1970, as JSON 1.1 writes times, or ISO text; in milliseconds. */
export const timeOf = (value: unknown): number | null => {
	const at = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : NaN;
	// What no Date can hold is no time.
	return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? Math.round(at) : null;
};
