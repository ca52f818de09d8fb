/** What `unflap probe` finds on a box: one fact a check. Every text of it comes from the box: parsed, never trusted. */
import type {Hostile} from '../base/text.ts';

/** In the order in which they are asked and shown. */
export const probeChecks = [
	'imds',
	'options',
	'tags',
	'user-data',
	'role',
	's3',
	'dns',
	'clock',
	'disk',
	'memory',
	'ports',
	'health',
] as const;

export type ProbeCheck = (typeof probeChecks)[number];

export type ProbeFact = {
	readonly check: ProbeCheck;
	/** 'unknown' says in `text` why nothing can be said. */
	readonly state: 'ok' | 'bad' | 'unknown';
	/** What was found, as half a sentence. */
	readonly text: Hostile;
	/** The same for a program: seconds, percent, KiB, ports, codes. */
	readonly value: Readonly<Record<string, string | number | boolean | null>>;
	/** What was run on the box, for pasting there; null where nothing was. */
	readonly command: string | null;
};

export type ProbedSocket = {readonly address: string; readonly port: number};

export type BoxProbe = {
	readonly facts: readonly ProbeFact[];
	/** Listening TCP sockets; null where they could not be read whole. */
	readonly listening: readonly ProbedSocket[] | null;
	/** AWS time of the answer, milliseconds since 1970 UTC. */
	readonly at: number;
	/** Since the box's boot, when it was asked; null where it did not say. */
	readonly uptimeSeconds: number | null;
};

/** What S3 is asked for: a bucket and the start of its keys, or one object. */
export type StoreTarget = {
	readonly bucket: string;
	readonly key: string;
	/** The object itself is read, its first byte; otherwise the keys that begin so are listed, one of them. */
	readonly isObject: boolean;
};

/** What EC2 says of an instance's metadata service; each open text of AWS, null where it does not say. */
export type MetadataOptions = {
	readonly httpTokens: string | null;
	readonly hopLimit: number | null;
	readonly metadataTags: string | null;
};

/** How a check is called on screen. */
export const probeTitles: Readonly<Record<ProbeCheck, string>> = {
	imds: 'metadata',
	options: 'options',
	tags: 'tags',
	'user-data': 'user data',
	role: 'role',
	s3: 'S3',
	dns: 'names',
	clock: 'clock',
	disk: 'disk',
	memory: 'memory',
	ports: 'ports',
	health: 'health check',
};
