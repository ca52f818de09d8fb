/** One probe of one box, over a session of its own: the script runs to its end, and what came is read. */
import {randomBytes} from 'node:crypto';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {probeScript} from '../remote/box-probe.ts';
import type {ProbedHealth, ProbeWish} from '../remote/box-probe-commands.ts';
import {readProbe} from '../remote/box-probe-facts.ts';
import type {BoxProbe, MetadataOptions, StoreTarget} from '../remote/box-probe-types.ts';
import {runCommand} from './run-command.ts';

export type ProbeOptions = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	/** What S3 is asked for with the role of the box; null for nothing. */
	readonly store: StoreTarget | null;
	/** What target groups, or the person, ask of it. */
	readonly health: readonly AskedHealth[];
	/** What EC2 says of it; null where it was not asked. */
	readonly instance: (MetadataOptions & {readonly privateIp: string | null}) | null;
	readonly signal: AbortSignal;
};

export type AskedHealth = {
	readonly port: number;
	/** null where it is not asked by HTTP. */
	readonly scheme: 'http' | 'https' | null;
	readonly path: Hostile;
};

/** Each question on the box has a limit of its own, of ten seconds at most; this is for all of them. */
const patienceMs = 75_000;
const mostBytes = 512 * 1024;

/** @throws `unreachable` where the box answered nothing; what it answered until it was stopped is read. */
export const probeBox = async (options: ProbeOptions): Promise<BoxProbe> => {
	const {aws, instanceId, processClock, stateFolder, signal} = options;
	const wish: ProbeWish = {
		store: options.store,
		health: options.health.map(probedHealth).find(health => health !== null) ?? null,
		nonce: randomBytes(16).toString('hex'),
		region: aws.facts.region,
	};
	const enough = new AbortController();
	const timer = setTimeout(() => enough.abort(), patienceMs);
	const answer = createAnswer(() => enough.abort());
	const askedAt = aws.clock.now();
	try {
		const end = await runCommand({
			aws,
			instanceId,
			processClock,
			stateFolder,
			argv: ['sh', '-c', probeScript(wish)],
			reason: 'unflap probe',
			stdout: answer.take,
			stderr: async () => undefined,
			notice: () => undefined,
			signal: AbortSignal.any([signal, enough.signal]),
		});
		if (answer.isEmpty())
			throw new UnflapError(
				'unreachable',
				`${instanceId} answered nothing to a probe${end.kind === 'lost' ? `: ${end.why}` : ''}`,
			);
	} finally {
		clearTimeout(timer);
	}
	const {instance} = options;
	return readProbe(answer.text(), {
		wish,
		askedAt,
		answeredAt: aws.clock.now(),
		ports: [...new Set(options.health.map(({port}) => port))],
		instance: instance === null ? null : {instanceId, privateIp: instance.privateIp, options: instance},
	});
};

/** A path that could mean more than a path to a shell or to curl is not asked for. */
const probedHealth = ({port, scheme, path}: AskedHealth): ProbedHealth | null =>
	scheme === null || !/^\/[A-Za-z0-9._~/?&=%+-]{0,1023}$/.test(path) ? null : {port, scheme, path};

const createAnswer = (tooMuch: () => void) => {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	return {
		take: async (chunk: Uint8Array) => {
			bytes += chunk.length;
			if (bytes <= mostBytes) chunks.push(chunk);
			else tooMuch();
		},
		isEmpty: () => bytes === 0,
		text: () => Buffer.concat(chunks).toString('utf8'),
	};
};
