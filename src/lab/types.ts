/**
 * The border inside the lab: the *world* (groups, instances, clock, AWS APIs) on one side, *boxes* (recordings that
 * play on instances, sessions, the agent's data channel) on the other.
 */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';

/** Lab time in milliseconds since 1970 UTC. */
export type LabMs = number;

export type LabClock = {
	readonly now: () => LabMs;
	/** Lab seconds per wall second. */
	readonly speed: () => number;
	/** Runs `action` when lab time reaches `at`; stepping by hand runs what became due, in order. */
	readonly at: (at: LabMs, action: () => void) => {readonly cancel: () => void};
};

/** One recorded boot as the lab plays it. Seconds are seconds since power on unless said otherwise. */
export type Recording = {
	readonly name: string;
	/** Journal entries of the boot in `-o json` shape, with every field unflap asks for, ordered by monotonic time. */
	readonly entries: readonly RecordedEntry[];
	/** `systemctl show` facts per unit as recorded at the end, property → value. */
	readonly units: ReadonlyMap<string, ReadonlyMap<string, string>>;
	/** Serial console, as bytes by time. */
	readonly console: readonly {readonly atSeconds: number; readonly text: string}[];
	readonly agentUpSeconds: number;
	/** When the app began to answer its health check with 200, or null for never. */
	readonly healthySeconds: number | null;
	/** Seconds from power on to the last entry. */
	readonly lengthSeconds: number;
	readonly bootIds: readonly string[];
	/** EC2 user data of the recorded instance, or a plausible one. */
	readonly userData: string;
	readonly chain: readonly string[];
	/** How far the clock of the box is off, in seconds; fast is positive, absent is right. */
	readonly clockOffsetSeconds?: number;
};

export type RecordedEntry = {
	readonly monotonicUs: number;
	readonly fields: Readonly<Record<string, string | readonly number[] | readonly string[]>>;
};

/** An instance as boxes need to know it. */
export type LabInstance = {
	readonly instanceId: string;
	readonly groupName: string | null;
	readonly poweredOnAt: LabMs;
	readonly recording: Recording;
	/** A random number of this instance, from the seed: shifts times a little, gives its own boot id and cursors. */
	readonly seed: number;
	readonly privateIp: string;
	/** 'pending' | 'running' | 'shutting-down' | 'terminated'. */
	readonly state: () => string;
	readonly terminatedAt: () => LabMs | null;
};

export type LabWorld = {
	readonly clock: LabClock;
	readonly instance: (instanceId: string) => LabInstance | undefined;
	readonly onTerminated: (listener: (instanceId: string) => void) => void;
	/** Fault rules in force that concern the channel of this instance. */
	readonly channelFaults: (instanceId: string) => readonly ChannelFault[];
	readonly agentAway: (instanceId: string) => boolean;
};

export type ChannelFault =
	| {readonly kind: 'drop' | 'duplicate' | 'reorder' | 'delay'; readonly share: number; readonly ms?: number}
	/** Closes the socket once; the agent's side stays away for `ms`. */
	| {readonly kind: 'disconnect'; readonly ms: number; readonly id: string}
	| {readonly kind: 'pause'; readonly ms: number; readonly id: string};

/** The boxes' side, made by `createBoxes(world, options)` in boxes.ts. */
export type Boxes = {
	readonly recordings: ReadonlyMap<string, Recording>;
	/** ssm:StartSession. `streamBase` is like ws://127.0.0.1:PORT. Throws `{code, message}` shapes of LabRefusal. */
	readonly startSession: (request: {
		readonly instanceId: string;
		readonly documentName: string;
		readonly parameters: Readonly<Record<string, readonly string[]>>;
		readonly streamBase: string;
		readonly callerKeyId: string;
	}) => {readonly sessionId: string; readonly streamUrl: string; readonly token: string};
	readonly resumeSession: (
		sessionId: string,
		streamBase: string,
	) => {readonly sessionId: string; readonly streamUrl: string; readonly token: string} | null;
	readonly terminateSession: (sessionId: string) => boolean;
	/** ssm:SendCommand of AWS-RunShellScript; gives the command's id. */
	readonly sendCommand: (request: {
		readonly instanceIds: readonly string[];
		/** Lines of the script. */
		readonly commands: readonly string[];
		/** Parameter executionTimeout, 3600 by default. */
		readonly executionTimeoutSeconds?: number;
	}) => string;
	/** ssm:GetCommandInvocation; null for an unknown pair, and for a moment after it was sent. */
	readonly commandInvocation: (commandId: string, instanceId: string) => CommandInvocation | null;
	readonly cancelCommand: (commandId: string) => void;
	/** kms:GenerateDataKey. */
	readonly dataKey: (
		keyId: string,
		bytes: number,
		context: Readonly<Record<string, string>>,
	) => {readonly keyId: string; readonly plaintext: Buffer; readonly ciphertext: Buffer};
	/** HTTP upgrade of a data channel, after Host, Origin and the signature were checked by the server. */
	readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
	readonly consoleText: (instance: LabInstance) => string;
	readonly agentOnline: (instance: LabInstance) => boolean;
	readonly appHealthy: (instance: LabInstance) => boolean;
	readonly openSessions: () => readonly string[];
	readonly close: () => Promise<void>;
};

export type CommandInvocation = {
	readonly status:
		| 'Pending'
		| 'InProgress'
		| 'Success'
		| 'Failed'
		| 'Cancelled'
		| 'TimedOut'
		| 'DeliveryTimedOut';
	/** -1 until the command has ended. */
	readonly responseCode: number;
	/** Cut at 24,000 characters, as AWS cuts it. */
	readonly stdout: string;
	/** Cut at 8,000. */
	readonly stderr: string;
	readonly startedAt: LabMs | null;
	readonly endedAt: LabMs | null;
};

/** An AWS-shaped refusal, thrown by operations and turned into the protocol's error by the server. */
export class LabRefusal extends Error {
	override readonly name = 'LabRefusal';
	readonly code: string;
	readonly status: number;
	constructor(code: string, message: string, status = 400) {
		super(message);
		this.code = code;
		this.status = status;
	}
}
