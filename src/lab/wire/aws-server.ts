/** The lab's AWS endpoint: all services on one port, told apart by the signing name, as the unmodified SDKs call them. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {Duplex} from 'node:stream';
import type {Faults, TakenFault} from '../faults/engine.ts';
import type {PastFacts} from '../faults/past-facts.ts';
import type {Random} from '../random.ts';
import {mutatingOperations, services} from '../services/index.ts';
import {type Call, callerArn, type Service, type SessionRecord} from '../services/service.ts';
import {type Boxes, type LabClock, LabRefusal} from '../types.ts';
import type {Lives} from '../world/lives.ts';
import type {Region} from '../world/region.ts';
import {
	asRefusal,
	type Faulted,
	Lost,
	lateSeconds,
	loseAnswer,
	pause,
	refuse,
	throttled,
	waitAfter,
	waitBefore,
} from './apply-faults.ts';
import {readBody} from './body.ts';
import {refusedAtTheDoor} from './guard.ts';
import {stalenessOf} from './inner-calls.ts';
import {type Answer, awsQuery, type OperationCall, type Protocol} from './protocol.ts';
import {readable} from './query-params.ts';
import {type RecordedCall, recordCall} from './record-call.ts';
import type {LoggedRequest, RequestLog} from './request-log.ts';
import {type Credentials, claimedService, type Signer, verifySignature} from './sigv4.ts';
import {subjectOf} from './subject.ts';

export type AwsServerOptions = {
	readonly clock: LabClock;
	readonly wallNow: () => number;
	readonly random: Random;
	readonly credentials: Credentials;
	/** The region's world, or an empty one for other regions. */
	readonly worldOf: (regionName: string) => {readonly region: Region; readonly lives: Lives};
	readonly boxes: Boxes;
	readonly faults: Faults;
	readonly pastFacts: PastFacts;
	readonly log: RequestLog;
	readonly latencyMs: number;
	readonly takeToken: () => boolean;
};

const mostBodyBytes = 1_048_576;

export const createAwsServer = (options: AwsServerOptions): Server => {
	const sessions: SessionRecord[] = [];
	const server = createServer((request, response) => {
		void serve({...options, sessions}, request, response);
	});
	server.keepAliveTimeout = 60_000;
	server.on('upgrade', (request, socket, head: Buffer) => upgrade(options, {request, socket, head}));
	return server;
};

type Serving = AwsServerOptions & {readonly sessions: SessionRecord[]};

const serve = async (serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const requestId = serving.random.uuid();
	const refused = refusedAtTheDoor(request);
	if (refused !== null) return send(serving, response, {requestId, answer: plain(403, refused)});
	const service = services.get(claimedService(request.headers.authorization) ?? '');
	const protocol = service?.protocol ?? fallbackProtocol;
	try {
		const body = await readBody(request, mostBodyBytes);
		if (body === null) throw new LabRefusal('RequestEntityTooLarge', 'The request body is too large.', 413);
		const signer = verify(serving, request, body);
		if (service === undefined)
			throw new LabRefusal('InvalidAction', `The lab has no service ${signer.service}.`, 400);
		const call = parse(protocol, body, request);
		const answer = await handle(serving, {service, call, signer, request, requestId});
		send(serving, response, {requestId, answer});
	} catch (error) {
		if (error instanceof Lost) return void response.destroy();
		send(serving, response, {requestId, answer: protocol.failure(asRefusal(error), requestId)});
	}
};

/** For requests that name no service of the lab: most SDKs can read this one. */
const fallbackProtocol = awsQuery('https://unflap.invalid/lab/');

const plain = (status: number, text: string): Answer => ({
	status,
	contentType: 'text/plain; charset=utf-8',
	body: `${text}\n`,
});

const verify = (
	{credentials, clock, wallNow}: Pick<AwsServerOptions, 'credentials' | 'clock' | 'wallNow'>,
	request: IncomingMessage,
	body: Buffer,
): Signer =>
	verifySignature(
		{method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers, body},
		credentials,
		[clock.now(), wallNow()],
	);

const parse = (protocol: Protocol, body: Buffer, request: IncomingMessage): OperationCall => {
	const target = request.headers['x-amz-target'];
	try {
		return protocol.parse(body.toString('utf8'), Array.isArray(target) ? target[0] : target);
	} catch (error) {
		if (error instanceof SyntaxError) throw new LabRefusal('SerializationException', error.message);
		throw error;
	}
};

type Arrived = {
	readonly service: Service;
	readonly call: OperationCall;
	readonly signer: Signer;
	readonly request: IncomingMessage;
	readonly requestId: string;
};

const handle = async (serving: Serving, arrived: Arrived): Promise<Answer> => {
	const {service, call, signer, request, requestId} = arrived;
	const {operation, params} = call;
	const world = serving.worldOf(signer.region);
	const subject = {...subjectOf(params, world.region), operation, caller: signer.keyId};
	const logged = serving.log.add({
		at: new Date(serving.clock.now()).toISOString(),
		service: signer.service,
		operation,
		mutating: mutatingOperations.has(operation),
		params: readable(params),
		caller: signer.keyId,
		region: signer.region,
		group: subject.group,
		box: subject.box,
		attempt: Number(/attempt=(\d+)/.exec(String(request.headers['amz-sdk-request'] ?? ''))?.[1] ?? 1),
	});
	const faults = serving.faults.take(subject);
	const faulted: Faulted = {
		serviceName: signer.service,
		service,
		operation,
		principal: callerArn(world.region, signer.keyId),
		isChange: mutatingOperations.has(operation),
		faults,
	};
	const recorded: RecordedCall = {
		...subject,
		service: signer.service,
		operation,
		params,
		caller: signer.keyId,
		invokedBy: null,
	};
	try {
		await before(serving, faulted);
		const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
		if (run === undefined) throw service.unknownAction(operation);
		const make = () => {
			const made = run(callOf(serving, {params, signer, request, world, faults}));
			recordCall(world.region, recorded, null);
			return made;
		};
		applyLater(serving.clock, {faults, logged, make});
		const result = await make();
		logged.applied = true;
		await waitAfter(faults);
		loseAnswer(faults);
		const answer = service.protocol.success(operation, result, requestId);
		logged.status = answer.status;
		return answer;
	} catch (error) {
		if (error instanceof LabRefusal && !logged.applied) recordCall(world.region, recorded, error);
		note(logged, error);
		throw error;
	}
};

const note = (logged: LoggedRequest, error: unknown): void => {
	if (error instanceof Lost) return;
	const refusal = asRefusal(error);
	logged.error = refusal.code;
	logged.status = refusal.status;
};

const before = async (
	{latencyMs, takeToken}: Pick<AwsServerOptions, 'latencyMs' | 'takeToken'>,
	request: Faulted,
): Promise<void> => {
	if (latencyMs > 0) await pause(latencyMs);
	await waitBefore(request.faults);
	refuse(request);
	if (request.serviceName === 'autoscaling' && !takeToken()) throw throttled(request.service);
};

/** @throws {Lost} where a rule says that the change is applied later, unseen by its caller. */
const applyLater = (
	clock: LabClock,
	{
		faults,
		logged,
		make,
	}: {
		readonly faults: readonly TakenFault[];
		readonly logged: LoggedRequest;
		readonly make: () => unknown;
	},
): void => {
	const seconds = lateSeconds(faults);
	if (seconds === null) return;
	clock.at(clock.now() + seconds * 1000, () => {
		try {
			make();
			logged.applied = true;
		} catch (error) {
			note(logged, error);
		}
	});
	throw new Lost();
};

const callOf = (
	serving: Serving,
	arrived: {
		readonly params: Call['params'];
		readonly signer: Signer;
		readonly request: IncomingMessage;
		readonly world: {readonly region: Region; readonly lives: Lives};
		readonly faults: readonly TakenFault[];
	},
): Call => {
	const {boxes, faults, pastFacts, sessions} = serving;
	const staleness = stalenessOf(arrived.faults);
	const caller = arrived.signer.keyId;
	return {
		params: arrived.params,
		...arrived.world,
		boxes,
		callerKeyId: caller,
		streamBase: `ws://${arrived.request.headers.host ?? ''}`,
		facts: group => pastFacts(group, staleness),
		agentAway: faults.agentAway,
		sessions,
		isDenied: (operation, asked = {}) => faults.denies({operation, caller, ...asked}),
		knownKeys: [...serving.credentials.keys()],
	};
};

const send = (
	{clock}: Pick<AwsServerOptions, 'clock'>,
	response: ServerResponse,
	{requestId, answer}: {readonly requestId: string; readonly answer: Answer},
): void => {
	const body = Buffer.from(answer.body, 'utf8');
	response.writeHead(answer.status, {
		'content-type': answer.contentType,
		'content-length': body.length,
		'x-amzn-requestid': requestId,
		date: new Date(clock.now()).toUTCString(),
	});
	response.end(body);
};

type Upgrade = {readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer};

/** The data channel: the same door and a signature for ssmmessages, then the boxes take over. */
const upgrade = (options: AwsServerOptions, {request, socket, head}: Upgrade): void => {
	socket.on('error', () => socket.destroy());
	const why = whyNotUpgraded(options, request);
	if (why === null) options.boxes.upgrade(request, socket, head);
	else
		socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${why.length}\r\nconnection: close\r\n\r\n${why}`);
};

const whyNotUpgraded = (options: AwsServerOptions, request: IncomingMessage): string | null => {
	const refused = refusedAtTheDoor(request);
	if (refused !== null) return refused;
	try {
		const signer = verify(options, request, Buffer.alloc(0));
		return signer.service === 'ssmmessages' ? null : 'signed for another service';
	} catch (error) {
		return asRefusal(error).code;
	}
};
