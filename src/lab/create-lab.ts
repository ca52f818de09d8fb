/** Starts the lab: a simulated AWS region on loopback, with its control endpoint beside it. */
import {randomBytes, randomInt} from 'node:crypto';
import type {Server} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {createBoxes, loadRecordingFolder} from './boxes.ts';
import {createControlActions} from './control-actions.ts';
import {createFaults, type Faults} from './faults/engine.ts';
import {recordPastFacts} from './faults/past-facts.ts';
import type {FaultRule} from './faults/rules.ts';
import {createLabClock, type SteppableClock} from './lab-clock.ts';
import {createRandom, type Random} from './random.ts';
import {chooseScenario} from './scenarios/choose.ts';
import {withDerived} from './scenarios/derived.ts';
import type {Scenario} from './scenarios/plan.ts';
import {populate} from './scenarios/populate.ts';
import type {Boxes, LabWorld, Recording} from './types.ts';
import {createAwsServer} from './wire/aws-server.ts';
import {createBucket} from './wire/bucket.ts';
import {createControlServer} from './wire/control-server.ts';
import {createInnerCalls, type InnerCallParts} from './wire/inner-calls.ts';
import {createRequestLog} from './wire/request-log.ts';
import {createLives, type Lives} from './world/lives.ts';
import type {LabBox} from './world/model.ts';
import {createRegion, type Region, resume, suspend} from './world/region.ts';

export type LabOptions = {
	/** 0, the default, takes a free one. */
	readonly port?: number;
	/** 'default', 'edges', 'noisy', a recording's name, or the folder of a recording. */
	readonly scenario?: string;
	readonly seed?: number;
	/** Lab seconds per wall second. */
	readonly speed?: number;
	/** Instead of a scenario: that many groups, with `instances` boxes each. */
	readonly groups?: number;
	readonly instances?: number;
	readonly latencyMs?: number;
	readonly faults?: readonly FaultRule[];
	/** More callers, beside the one in `env`. */
	readonly keys?: readonly {readonly id: string; readonly secret: string}[];
	/** Lab time at the start; the present by default. */
	readonly startAt?: number;
	/** The autoscaling token bucket; generous by default. */
	readonly bucket?: {readonly capacity: number; readonly perSecond: number};
	readonly createBoxes?: CreateBoxes;
	/** A scenario of one's own, in place of a named one. */
	readonly plans?: Scenario;
};

export type CreateBoxes = (
	world: LabWorld,
	options: {readonly recordings: readonly Recording[]},
) => Promise<Boxes>;

export type Lab = {
	readonly endpoint: string;
	readonly control: {readonly endpoint: string; readonly token: string};
	/** What a program needs in its environment to use the lab. */
	readonly env: Readonly<Record<string, string>>;
	readonly seed: number;
	/** Whether some group still carries a tag of a hold. */
	readonly hasHold: () => boolean;
	readonly close: () => Promise<void>;
};

const regionName = 'eu-west-1';

/** @throws {Error} with one plain sentence when the scenario or an option is wrong. */
export const startLab = async (options: LabOptions = {}): Promise<Lab> => {
	const seed = options.seed ?? randomInt(1, 1_000_000_000);
	const speed = options.speed ?? 1;
	const clock = createLabClock({
		startAt: options.startAt ?? Date.now(),
		speed,
		monotonicMs: () => performance.now(),
	});
	const made = await makeWorld(options, {clock, seed});
	clock.run();
	const {boxes, region, lives, faults} = made;
	const log = createRequestLog();
	const callers = makeCallers(options.keys ?? []);
	const pastFacts = recordPastFacts(region);
	const knownKeys = [...callers.credentials.keys()];
	const awsServer = createAwsServer({
		clock,
		wallNow: () => Date.now(),
		random: made.random.fork('requests'),
		credentials: callers.credentials,
		worldOf: worldsByRegion(made, {clock, log, faults, boxes, pastFacts, knownKeys}),
		boxes,
		faults,
		pastFacts,
		log,
		latencyMs: options.latencyMs ?? 0,
		takeToken: createBucket({
			...(options.bucket ?? {capacity: 2000, perSecond: 500}),
			monotonicMs: () => performance.now(),
		}),
	});
	const token = randomBytes(24).toString('hex');
	const controlServer = createControlServer(
		token,
		createControlActions({clock, region, lives, faults, log, seed}),
	);
	const servers = [awsServer, controlServer].map(server => trackConnections(server));
	const [port, controlPort] = await listenBoth(awsServer, controlServer, options.port ?? 0);
	const endpoint = `http://127.0.0.1:${port}`;
	return {
		endpoint,
		control: {endpoint: `http://127.0.0.1:${controlPort}`, token},
		env: environment(endpoint, callers.own, speed),
		seed,
		hasHold: () => hasHold(region),
		async close() {
			faults.remove();
			clock.close();
			await boxes.close();
			await Promise.all(servers.map(server => server.close()));
		},
	};
};

type Made = {
	readonly clock: SteppableClock;
	readonly random: Random;
	readonly region: Region;
	readonly lives: Lives;
	readonly boxes: Boxes;
	readonly faults: Faults;
};

const makeWorld = async (
	options: LabOptions,
	{clock, seed}: {readonly clock: SteppableClock; readonly seed: number},
): Promise<Made> => {
	const random = createRandom(seed);
	const accountId = String(random.fork('account').integer(100_000_000_000, 999_999_999_999));
	const known: {boxes: ReadonlyMap<string, LabBox>; faults?: Faults} = {boxes: new Map()};
	const terminated: ((instanceId: string) => void)[] = [];
	const world: LabWorld = {
		clock,
		instance: instanceId => known.boxes.get(instanceId),
		onTerminated: listener => terminated.push(listener),
		channelFaults: instanceId => known.faults?.channelFaults(instanceId) ?? [],
		agentAway: instanceId => known.faults?.agentAway(instanceId) ?? false,
	};
	const choice = chooseScenario(options);
	const recordings = choice.directory === undefined ? [] : [await loadRecordingFolder(choice.directory)];
	const boxes = await (options.createBoxes ?? createBoxes)(world, {recordings});
	const played = withDerived(boxes.recordings);
	const region = createRegion({name: regionName, accountId, clock, random, recordings: played});
	const lives = createLives(region, box => boxes.appHealthy(box));
	const faults = createFaults(clock, {
		groupOf: instanceId => region.boxes.get(instanceId)?.groupName ?? null,
		change: rule => changeAsThirdParty(region, lives, rule),
	});
	known.boxes = region.boxes;
	known.faults = faults;
	region.onTerminated.push(instanceId => {
		for (const listener of terminated) listener(instanceId);
	});
	const scenario = options.plans ?? choice.plans(played, recordings[0]);
	populate(region, lives, scenario(random.fork('scenario')));
	for (const rule of options.faults ?? []) faults.add(rule);
	return {clock, random, region, lives, boxes, faults};
};

const changeAsThirdParty = (region: Region, lives: Lives, rule: FaultRule): void => {
	const group = region.groups.get(rule.group ?? '');
	const box = region.boxes.get(rule.box ?? '');
	if (rule.kind === 'suspend' && group !== undefined) suspend(region, group, rule.processes, rule.reason);
	if (rule.kind === 'resume' && group !== undefined) resume(region, group, rule.processes);
	if (rule.kind === 'terminate' && box !== undefined) lives.kill(box);
};

/** All other regions are there and empty, made when they are first asked for. */
const worldsByRegion = ({clock, random, region, lives, boxes}: Made, parts: InnerCallParts) => {
	const worlds = new Map<string, {readonly region: Region; readonly lives: Lives}>();
	const connected = (world: {readonly region: Region; readonly lives: Lives}) => {
		world.region.runs.connect(createInnerCalls(parts, world));
		worlds.set(world.region.name, world);
		return world;
	};
	connected({region, lives});
	return (name: string): {readonly region: Region; readonly lives: Lives} => {
		const known = worlds.get(name);
		if (known !== undefined) return known;
		const {accountId} = region;
		const empty = createRegion({name, accountId, clock, random, recordings: boxes.recordings});
		return connected({region: empty, lives: createLives(empty, () => true)});
	};
};

type Key = {readonly id: string; readonly secret: string};

/** Keys are random in each run, never from the seed: nobody can guess them. */
const makeCallers = (more: readonly Key[]) => {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const own: Key = {
		id: `AKIA${Array.from(randomBytes(16), byte => letters[byte % 32]).join('')}`,
		secret: randomBytes(30).toString('base64'),
	};
	return {own, credentials: new Map([own, ...more].map(({id, secret}) => [id, secret]))};
};

const environment = (endpoint: string, key: Key, speed: number): Readonly<Record<string, string>> => ({
	AWS_ENDPOINT_URL: endpoint,
	AWS_ACCESS_KEY_ID: key.id,
	AWS_SECRET_ACCESS_KEY: key.secret,
	AWS_REGION: regionName,
	AWS_DEFAULT_REGION: regionName,
	AWS_EC2_METADATA_DISABLED: 'true',
	UNFLAP_AWS_TIME_RATE: String(speed),
});

const listenBoth = async (aws: Server, control: Server, port: number): Promise<readonly [number, number]> => [
	await listen(aws, port),
	await listen(control, 0),
];

const listen = (server: Server, port: number): Promise<number> =>
	new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', reject);
			resolve((server.address() as AddressInfo).port);
		});
	});

/** Closing cuts what is open, upgraded connections too: nobody waits for the lab's end. */
const trackConnections = (server: Server): {readonly close: () => Promise<void>} => {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	return {
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
};

const hasHold = (region: Region): boolean =>
	[...region.groups.values()].some(({tags}) => [...tags.keys()].some(key => key.startsWith('unflap:hold:')));
