/** One region of AWS with one set of credentials: clients, connections, the door, the clock and what is seen of it. */

import type {ProcessClock} from '../base/clock.ts';
import {createAwsClock} from '../base/clock-aws.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {createChangeCalls, createReadCalls, createServices, type LaneServices} from './calls.ts';
import {createCommandLog} from './command-log.ts';
import {createCredentials, type SharedCredentials} from './credentials.ts';
import {createDoor} from './door.ts';
import {createErrorFeed} from './error-feed.ts';
import {createLane, createRequestHandler, type LaneName} from './lane.ts';
import {type Agents, createAgents, readNetwork} from './network.ts';
import {type Place, resolvePlace, services} from './place.ts';
import {checkStreamUrl} from './stream-url.ts';
import type {Aws, AwsFacts, AwsOptions, NetworkOptions, ServiceName, StreamCalls} from './types.ts';

/** What tests and the guardian hand in. */
export type AwsSurroundings = {
	readonly environment?: Readonly<NodeJS.ProcessEnv>;
	readonly processClock?: ProcessClock;
};

/**
 * Sends nothing by itself. Throws `no-region` and `usage`; credentials are asked for by the first call.
 */
export const createAws = async (options: AwsOptions, surroundings: AwsSurroundings = {}): Promise<Aws> => {
	const {environment = process.env, processClock = createProcessClock()} = surroundings;
	const place = await resolvePlace(options, environment);
	const network = options.network ?? readNetwork(environment);
	const facts: AwsFacts = {
		region: place.region,
		profile: place.profile,
		endpoint: place.shownEndpoint,
		readOnly: options.readOnly,
	};
	const clock = createAwsClock({rate: options.timeRate, processClock, wallNow: Date.now});
	const commandLog = createCommandLog(clock, facts);
	const errors = createErrorFeed(clock, processClock);
	// Own connections for each, so that a release never waits behind a poll.
	const [pollingAgents, releaseAgents] = await Promise.all([createAgents(network), createAgents(network)]);
	const handlers = {
		polling: createRequestHandler(pollingAgents, 'polling'),
		release: createRequestHandler(releaseAgents, 'release'),
	};
	const credentials = createCredentials({options, facts, requestHandler: handlers.release});
	const door = createDoor({
		facts,
		timeRate: options.timeRate,
		observeDate: clock.observe,
		commandLog,
		errors,
		forgetCredentials: credentials.forget,
	});
	const lane = (name: LaneName) =>
		createServices(
			createLane(name, {
				...place,
				credentials,
				requestHandler: handlers[name],
				door,
				processClock,
				now: clock.now,
			}),
		);
	const polling = lane('polling');
	const release = lane('release');
	return {
		facts,
		clock,
		polling: createReadCalls(polling),
		release: {...createReadCalls(release), ...createChangeCalls(release)},
		stream: {
			...createStreamCalls({services: release, place, credentials, agents: releaseAgents, now: clock.now}),
			dataKey: async (...args) =>
				(await import('./data-key.ts')).generateDataKey(
					{place, credentials, door, requestHandler: handlers.release, now: clock.now},
					...args,
				),
		},
		commandLog,
		errors,
		health: errors.health,
		credentials: credentials.resolve,
		handOver: () => handOver({options, place, network, credentials}),
		close: () => {
			for (const agents of [pollingAgents, releaseAgents]) agents.destroy();
		},
	};
};

type StreamParts = {
	readonly services: LaneServices;
	readonly place: Place;
	readonly credentials: SharedCredentials;
	readonly agents: Agents;
	readonly now: () => number;
};

const createStreamCalls = ({
	services,
	place,
	credentials,
	agents,
	now,
}: StreamParts): Omit<StreamCalls, 'dataKey'> => ({
	startCommandSession: async (...args) => (await services.systemsManager()).startCommandSession(...args),
	startTerminalSession: async (...args) => (await services.systemsManager()).startTerminalSession(...args),
	sendCommand: async (...args) => (await services.systemsManager()).sendCommand(...args),
	sendCommandToGroup: async (...args) => (await services.systemsManager()).sendCommandToGroup(...args),
	commandStates: async (...args) => (await services.systemsManager()).commandStates(...args),
	commandInvocation: async (...args) => (await services.systemsManager()).commandInvocation(...args),
	cancelCommand: async (...args) => (await services.systemsManager()).cancelCommand(...args),
	resumeSession: async (...args) => (await services.systemsManager()).resumeSession(...args),
	terminateSession: async (...args) => (await services.systemsManager()).terminateSession(...args),
	signStreamUrl: async streamUrl => {
		const endpoint = await (await services.systemsManager()).endpoint();
		const url = checkStreamUrl(streamUrl, {region: place.region, endpoint});
		const {signUpgrade} = await import('./sign-upgrade.ts');
		return signUpgrade({url, region: place.region, credentials: await credentials.resolve(), now: now()});
	},
	streamAgent: streamUrl => (new URL(streamUrl).protocol === 'wss:' ? agents.https : undefined),
});

type HandOverParts = {
	readonly options: AwsOptions;
	readonly place: Place;
	readonly network: NetworkOptions;
	readonly credentials: SharedCredentials;
};

const handOver = async ({options, place, network, credentials}: HandOverParts): Promise<AwsOptions> => {
	const endpoints: Partial<Record<ServiceName, string>> = {};
	for (const service of services) {
		const endpoint = place.endpointOf(service);
		if (endpoint !== undefined) endpoints[service] = endpoint;
	}
	return {
		region: place.region,
		...(place.profile === null ? {} : {profile: place.profile}),
		endpoints,
		network,
		readOnly: options.readOnly,
		timeRate: options.timeRate,
		credentials: await credentials.resolve(),
	};
};
