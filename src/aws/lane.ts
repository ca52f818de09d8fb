/**
 * A lane is one set of clients with its own connections and its own rule of retry. `polling` is adaptive and polite;
 * `release` is never slowed down by what polling has met (aws-facts.md 6.4).
 */
import {NodeHttpHandler} from '@smithy/node-http-handler';
import type {ProcessClock} from '../base/clock.ts';
import {collectBody} from './collect-body.ts';
import {type SharedCredentials, silent} from './credentials.ts';
import type {Door} from './door.ts';
import type {JsonService} from './json-calls.ts';
import type {Agents} from './network.ts';
import {createThrottleGate, type ThrottleGate} from './throttle-gate.ts';
import type {ServiceName} from './types.ts';

export type LaneName = 'polling' | 'release';

/** What a client is made with; the same keys in every SDK client. */
export type ClientOptions = {
	readonly region: string;
	readonly endpoint?: string;
	readonly profile?: string;
	readonly credentials: SharedCredentials['provider'];
	readonly requestHandler: NodeHttpHandler;
	readonly maxAttempts: number;
	readonly retryMode: 'standard' | 'adaptive';
	readonly logger: typeof silent;
	readonly streamCollector: typeof collectBody;
	readonly customUserAgent: string;
};

export type Lane = {
	readonly clientOptions: (service: ServiceName) => ClientOptions;
	readonly door: Door;
	/** One gate a service: throttling of one does not slow the others. */
	readonly gate: (service: ServiceName) => ThrottleGate | undefined;
	/** A service without a client: the name it is signed with, and what stands before its operations. */
	readonly jsonService: (service: ServiceName, name: string, target: string) => JsonService;
	readonly processClock: ProcessClock;
};

type LaneParts = {
	readonly region: string;
	readonly profile: string | null;
	readonly endpointOf: (service: ServiceName) => string | undefined;
	readonly credentials: SharedCredentials;
	readonly requestHandler: NodeHttpHandler;
	readonly door: Door;
	readonly processClock: ProcessClock;
	/** AWS time. */
	readonly now: () => number;
};

export const createLane = (name: LaneName, parts: LaneParts): Lane => {
	const gates = new Map<ServiceName, ThrottleGate>();
	const gateOf = (service: ServiceName) => {
		if (name === 'release') return undefined;
		const gate = gates.get(service) ?? createThrottleGate(parts.processClock);
		gates.set(service, gate);
		return gate;
	};
	return {
		door: parts.door,
		gate: gateOf,
		processClock: parts.processClock,
		jsonService: (service, signedName, target) => ({
			name: signedName,
			target,
			region: parts.region,
			endpoint: parts.endpointOf(service),
			credentials: parts.credentials.provider,
			requestHandler: parts.requestHandler,
			door: parts.door,
			gate: gateOf(service),
			now: parts.now,
		}),
		clientOptions: service => {
			const endpoint = parts.endpointOf(service);
			return {
				region: parts.region,
				...(endpoint === undefined ? {} : {endpoint}),
				...(parts.profile === null ? {} : {profile: parts.profile}),
				credentials: parts.credentials.provider,
				requestHandler: parts.requestHandler,
				maxAttempts: name === 'release' ? 5 : 3,
				retryMode: name === 'release' ? 'standard' : 'adaptive',
				logger: silent,
				streamCollector: collectBody,
				customUserAgent: 'unflap',
			};
		},
	};
};

/** After a sleep a kept connection may be dead without a word: a release must not wait long for it. */
const requestTimeoutMs: Readonly<Record<LaneName, number>> = {polling: 25_000, release: 10_000};

export const createRequestHandler = (agents: Agents, lane: LaneName): NodeHttpHandler =>
	new DatedByAwsHandler({
		httpAgent: agents.http,
		// https-proxy-agent is an agent of Node's kind, though not a subclass of https.Agent.
		httpsAgent: agents.https as import('node:https').Agent,
		connectionTimeout: 5_000,
		requestTimeout: requestTimeoutMs[lane],
		throwOnRequestTimeout: true,
		logger: silent,
	});

/**
 * The SDK moves the clock it signs with by the `Date` of any answer: a proxy's false one would spoil every signature
 * from then on. Only AWS's own answers, which carry a request id, tell the time (threats.md N4).
 */
class DatedByAwsHandler extends NodeHttpHandler {
	override async handle(...asked: Parameters<NodeHttpHandler['handle']>) {
		const answered = await super.handle(...asked);
		const {headers} = answered.response;
		if (!('x-amzn-requestid' in headers || 'x-amz-request-id' in headers)) delete headers['date'];
		return answered;
	}
}
