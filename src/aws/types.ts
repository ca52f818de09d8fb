/**
 * What the rest of unflap sees of AWS: our own types, and the calls. SDK types stay inside this room.
 * Texts that somebody else wrote are `Hostile`. AWS enums are open: unknown values pass through as they are.
 */
import type {AwsClock, AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

export type ScalingProcess =
	| 'Launch'
	| 'Terminate'
	| 'AddToLoadBalancer'
	| 'AlarmNotification'
	| 'AZRebalance'
	| 'HealthCheck'
	| 'InstanceRefresh'
	| 'ReplaceUnhealthy'
	| 'ScheduledActions';

export type SuspendedProcess = {readonly process: string; readonly reason: Hostile};
export type GroupTag = {readonly key: Hostile; readonly value: Hostile; readonly propagateAtLaunch: boolean};

export type GroupInstance = {
	readonly instanceId: string;
	readonly availabilityZone: string;
	/** Open enum, e.g. 'InService', 'Pending:Wait'. */
	readonly lifecycleState: string;
	/** 'Healthy' or 'Unhealthy', case as AWS sent it folded to that of the group call. */
	readonly healthStatus: string;
	readonly protectedFromScaleIn: boolean;
	readonly templateVersion: Hostile | null;
	readonly instanceType: string | null;
};

export type Group = {
	readonly name: Hostile;
	readonly arn: string;
	readonly min: number;
	readonly max: number;
	readonly desired: number;
	readonly createdAt: AwsMs | null;
	/** Set while the group is being deleted. */
	readonly status: string | null;
	/** Set when only this service principal may change the group. */
	readonly operator: string | null;
	readonly healthCheckTypes: readonly string[];
	readonly healthCheckGraceSeconds: number;
	readonly template: {readonly name: Hostile; readonly version: Hostile} | null;
	readonly targetGroupArns: readonly string[];
	readonly instances: readonly GroupInstance[];
	readonly suspended: readonly SuspendedProcess[];
	readonly tags: readonly GroupTag[];
	readonly maxInstanceLifetimeSeconds: number | null;
	/** null where the group has none. */
	readonly warmPool: WarmPool | null;
};

export type Activity = {
	readonly activityId: string;
	readonly group: Hostile;
	readonly description: Hostile;
	readonly cause: Hostile;
	readonly startedAt: AwsMs;
	readonly endedAt: AwsMs | null;
	/** Open enum: 'Successful', 'Failed', 'Cancelled', 'InProgress', 'MidLifecycleAction', … */
	readonly status: string;
	readonly statusMessage: Hostile | null;
};

export type LifecycleHook = {
	readonly name: Hostile;
	readonly transition: string;
	readonly heartbeatTimeoutSeconds: number;
	readonly globalTimeoutSeconds: number;
	readonly defaultResult: string;
};

export type ScalingPolicySummary = {readonly name: Hostile; readonly type: string; readonly enabled: boolean};

export type TargetHealth = {
	readonly instanceId: string;
	readonly port: number | null;
	readonly state: string;
	readonly reason: string | null;
	readonly description: Hostile | null;
};

export type TargetGroup = {
	readonly arn: string;
	readonly name: Hostile;
	readonly port: number | null;
	readonly healthCheckPath: Hostile | null;
	readonly healthCheckPort: Hostile | null;
	/** 'HTTP', 'HTTPS', 'TCP', …; absent where nobody asked. */
	readonly healthCheckProtocol?: string | null;
	readonly intervalSeconds: number;
	readonly timeoutSeconds: number;
	readonly unhealthyThreshold: number;
};

export type Ec2Instance = {
	readonly instanceId: string;
	/** 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped', open. */
	readonly state: string;
	readonly stateReason: Hostile | null;
	readonly launchedAt: AwsMs | null;
	readonly privateIp: string | null;
	readonly imageId: string | null;
	readonly instanceType: string | null;
	readonly profileArn: Hostile | null;
	readonly nameTag: Hostile | null;
	readonly httpTokens: string | null;
	readonly metadataTags: string | null;
	readonly hopLimit: number | null;
};

/** One version of a launch template. Texts may hold secrets: they are compared, and shown masked. */
export type TemplateVersion = {
	readonly version: number;
	readonly createdAt: AwsMs | null;
	/** ARN of who made it. */
	readonly createdBy: Hostile | null;
	/** What it sets, by its path in AWS's own words: `ImageId`, `MetadataOptions.HttpTokens`, `SecurityGroupIds.0`. */
	readonly settings: ReadonlyMap<Hostile, Hostile>;
	/** Decoded. */
	readonly userData: Hostile | null;
};

export type SsmInfo = {
	readonly instanceId: string;
	/** 'Online' | 'ConnectionLost' | …; open. */
	readonly pingStatus: string;
	readonly agentVersion: string | null;
};

export type DataKey = {readonly plaintext: Uint8Array; readonly ciphertext: Uint8Array};

export type SessionTicket = {readonly sessionId: string; readonly streamUrl: string; readonly token: string};

export type Identity = {readonly accountId: string; readonly callerArn: Hostile; readonly partition: string};

/** A document as Systems Manager keeps it; `content` is what GetDocument gave, `hash` what DescribeDocument gave. */
export type SsmDocument = {
	readonly name: Hostile;
	readonly version: string;
	/** Open enum: 'Automation', 'Command', … */
	readonly documentType: string;
	/** Open enum: 'Active', 'Creating', … */
	readonly status: string;
	/** Account id of the owner, or null where AWS did not say. */
	readonly owner: string | null;
	readonly defaultVersion: string | null;
	readonly content: Hostile;
	/** Lower-case hex SHA-256, or null where AWS did not say. */
	readonly hash: string | null;
};

/** One run of an automation, whole (GetAutomationExecution). */
export type Automation = {
	readonly executionId: string;
	readonly documentName: Hostile;
	readonly documentVersion: string;
	/** Open enum: 'Pending', 'InProgress', 'Success', 'Cancelled', … */
	readonly status: string;
	readonly parameters: Readonly<Record<string, readonly Hostile[]>>;
	readonly startedAt: AwsMs | null;
	readonly endedAt: AwsMs | null;
	readonly executedBy: Hostile | null;
	readonly currentStep: Hostile | null;
	readonly currentAction: Hostile | null;
	readonly steps: readonly {
		readonly name: Hostile;
		readonly action: Hostile;
		readonly status: string;
	}[];
	readonly failure: Hostile | null;
};

/** A line of a list of runs (DescribeAutomationExecutions says nothing of parameters). */
export type AutomationSummary = Pick<
	Automation,
	| 'executionId'
	| 'documentName'
	| 'documentVersion'
	| 'status'
	| 'startedAt'
	| 'endedAt'
	| 'executedBy'
	| 'currentStep'
>;

/** An IAM role as GetRole says it. */
export type Role = {
	readonly arn: string;
	/** The trust policy, JSON. */
	readonly trust: Hostile;
};

/** One deployment of CodeDeploy. */
export type Deployment = {
	readonly deploymentId: string;
	readonly application: Hostile;
	/** Of CodeDeploy, not of Auto Scaling. */
	readonly group: Hostile;
	/** Open enum: 'Created', 'Queued', 'InProgress', 'Baking', 'Succeeded', 'Failed', 'Stopped', 'Ready', … */
	readonly status: string;
	/** Open enum: 'user', 'autoscaling', 'codeDeployRollback', 'CodeDeploy', … */
	readonly creator: string;
	readonly createdAt: AwsMs | null;
	readonly endedAt: AwsMs | null;
	/** What was deployed: `s3://bucket/key`, `repository@commit`, or the kind of it. */
	readonly revision: Hostile | null;
	readonly description: Hostile | null;
	readonly error: {readonly code: string; readonly message: Hostile} | null;
};

/** A deployment group, and the Auto Scaling groups it deploys to by a launch hook. */
export type DeploymentGroup = {
	readonly application: Hostile;
	readonly name: Hostile;
	readonly scalingGroups: readonly {readonly name: Hostile; readonly hook: Hostile | null}[];
};

/** How a deployment went on one box. */
export type DeploymentTarget = {
	readonly instanceId: string;
	/** Open enum: 'Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Unknown', … */
	readonly status: string;
	/** In the order in which they run. */
	readonly events: readonly DeploymentEvent[];
};

export type DeploymentEvent = {
	/** Open: 'DownloadBundle', 'ApplicationStart', 'ValidateService', … */
	readonly name: Hostile;
	readonly status: string;
	readonly startedAt: AwsMs | null;
	readonly endedAt: AwsMs | null;
	readonly diagnostics: {
		/** Open enum: 'Success', 'ScriptMissing', 'ScriptTimedOut', 'ScriptFailed', 'UnknownError', … */
		readonly errorCode: string | null;
		readonly script: Hostile | null;
		readonly message: Hostile;
		/** The last 4 KB of what the script wrote, several lines. */
		readonly logTail: Hostile;
	} | null;
};

/** A call that somebody made, as CloudTrail keeps it. */
export type TrailEvent = {
	readonly eventId: string;
	readonly name: string;
	/** e.g. 'autoscaling.amazonaws.com'. */
	readonly source: string;
	readonly at: AwsMs;
	/** ARN, or the service that called; null where CloudTrail does not say. */
	readonly who: Hostile | null;
	/** null where the call went well. */
	readonly errorCode: string | null;
	readonly readOnly: boolean;
	/** As they were sent, keys in camel case. May hold anything. */
	readonly request: Readonly<Record<string, unknown>>;
	readonly response: Readonly<Record<string, unknown>>;
};

export type InstanceRefresh = {
	readonly refreshId: string;
	/** Open enum: 'Pending', 'InProgress', 'Successful', 'Failed', 'Cancelled', 'RollbackInProgress', … */
	readonly status: string;
	readonly reason: Hostile | null;
	readonly percentage: number | null;
	readonly startedAt: AwsMs | null;
	readonly endedAt: AwsMs | null;
};

export type WarmPool = {
	/** Open enum: 'Stopped', 'Running', 'Hibernated'. */
	readonly poolState: string;
	readonly minSize: number;
	/** Instances in it now. */
	readonly size: number;
};

/** EC2's own checks of an instance, and what it has in store for it. */
export type InstanceStatus = {
	readonly instanceId: string;
	/** Open enums: 'ok', 'impaired', 'initializing', 'insufficient-data', 'not-applicable'. */
	readonly system: string;
	readonly instance: string;
	readonly scheduled: readonly {
		/** Open enum: 'instance-reboot', 'system-reboot', 'system-maintenance', 'instance-retirement', 'instance-stop'. */
		readonly code: string;
		readonly description: Hostile;
		readonly notBefore: AwsMs | null;
	}[];
};

/** What IAM's simulator, or an attempt, said of one action. */
export type Permission = 'permitted' | 'denied' | 'unknown';

export type CallOptions = {readonly signal?: AbortSignal};

/** Calls that change nothing. */
export type ReadCalls = {
	/** All pages; `names` asks for these groups alone (exact). */
	readonly groups: (
		options?: CallOptions & {names?: readonly string[]; includeInstances?: boolean},
	) => Promise<readonly Group[]>;
	/**
	 * Newest first, at most `max` (100 by default). Without `group`: account-wide, and slow. `pace` is awaited before
	 * each further page.
	 */
	readonly activities: (
		options: CallOptions & {group?: string; since?: AwsMs; max?: number; pace?: () => Promise<void>},
	) => Promise<readonly Activity[]>;
	readonly hooks: (group: string, options?: CallOptions) => Promise<readonly LifecycleHook[]>;
	readonly policies: (group: string, options?: CallOptions) => Promise<readonly ScalingPolicySummary[]>;
	readonly targetGroups: (arns: readonly string[], options?: CallOptions) => Promise<readonly TargetGroup[]>;
	readonly targetHealth: (targetGroupArn: string, options?: CallOptions) => Promise<readonly TargetHealth[]>;
	/** Unknown ids are left out, never an error. */
	readonly instances: (ids: readonly string[], options?: CallOptions) => Promise<readonly Ec2Instance[]>;
	/** Decoded console text, latest where the instance type allows; empty string early in boot. */
	readonly consoleOutput: (
		instanceId: string,
		options?: CallOptions,
	) => Promise<{readonly text: Hostile; readonly at: AwsMs | null}>;
	/** Decoded; may hold secrets: never written anywhere. */
	readonly userData: (instanceId: string, options?: CallOptions) => Promise<Hostile | null>;
	/** By number, `$Latest` or `$Default`; `template` is its name. */
	readonly templateVersions: (
		template: string,
		versions: readonly string[],
		options?: CallOptions,
	) => Promise<readonly TemplateVersion[]>;
	/** Newest first, at most 100. */
	readonly refreshes: (group: string, options?: CallOptions) => Promise<readonly InstanceRefresh[]>;
	/** Of running instances; ids that EC2 does not know are left out. */
	readonly instanceStatus: (
		ids: readonly string[],
		options?: CallOptions,
	) => Promise<readonly InstanceStatus[]>;
	/** Newest first, `max` of them (25 by default); without `of`, those of the whole account. */
	readonly deployments: (
		filter: {
			readonly of?: {readonly application: string; readonly group: string};
			readonly since: AwsMs;
			readonly max?: number;
		},
		options?: CallOptions,
	) => Promise<readonly Deployment[]>;
	readonly deploymentGroups: (
		application: string,
		names: readonly string[],
		options?: CallOptions,
	) => Promise<readonly DeploymentGroup[]>;
	/** Boxes alone, 25 at most. */
	readonly deploymentTargets: (
		deploymentId: string,
		options?: CallOptions,
	) => Promise<readonly DeploymentTarget[]>;
	/** Newest first, `max` of them (50 by default); two look-ups a second. */
	readonly trailEvents: (
		filter: {
			readonly by: 'ResourceName' | 'EventName';
			readonly value: string;
			readonly since: AwsMs;
			readonly until: AwsMs;
			readonly max?: number;
		},
		options?: CallOptions,
	) => Promise<readonly TrailEvent[]>;
	readonly ssmInfo: (ids: readonly string[], options?: CallOptions) => Promise<readonly SsmInfo[]>;
	readonly ssmConnected: (instanceId: string, options?: CallOptions) => Promise<boolean>;
	readonly identity: (options?: CallOptions) => Promise<Identity>;
	/** Names of the regions this account uses, in order. */
	readonly regions: (options?: CallOptions) => Promise<readonly string[]>;
	/** A document of our own account, by name and exact version; null where there is none. */
	readonly document: (name: string, version: string, options?: CallOptions) => Promise<SsmDocument | null>;
	/** One run, whole; null where there is none. */
	readonly automation: (executionId: string, options?: CallOptions) => Promise<Automation | null>;
	/** Runs of documents whose name begins so, in these states, started after; newest first, all pages. */
	readonly automations: (
		filter: {
			readonly documentPrefix: string;
			readonly statuses: readonly string[];
			readonly startedAfter?: AwsMs;
		},
		options?: CallOptions,
	) => Promise<readonly AutomationSummary[]>;
	/**
	 * iam:SimulatePrincipalPolicy for the caller: an answer an action, in the order asked. All 'unknown' where the
	 * caller may not simulate, is a kind of principal that cannot be simulated (root, federated), or IAM gives no answer.
	 * `principal` asks for another role or user; `tagKeys` is what `aws:TagKeys` would hold.
	 */
	readonly simulate: (
		actions: readonly string[],
		resource: string,
		options?: CallOptions & {readonly principal?: string; readonly tagKeys?: readonly string[]},
	) => Promise<readonly Permission[]>;
	/** A role by its ARN; null where there is none. */
	readonly role: (arn: string, options?: CallOptions) => Promise<Role | null>;
};

/** What a box answered to a command, as GetCommandInvocation says it. */
export type CommandInvocation = {
	/** Open enum: 'Pending', 'InProgress', 'Delayed', 'Success', 'Cancelled', 'TimedOut', 'Failed', 'Cancelling'. */
	readonly status: string;
	/** Exit code; -1 until it has ended. */
	readonly responseCode: number;
	/** Cut by AWS at 24,000 characters. */
	readonly stdout: Hostile;
	/** Cut by AWS at 8,000 characters. */
	readonly stderr: Hostile;
};

/** `comment` stands in the account's list of commands. */
export type CommandLimits = {readonly executionTimeoutSeconds: number; readonly comment: string};

/** Calls that open a way to a box but change nothing in the group. */
export type StreamCalls = {
	/** AWS-StartNonInteractiveCommand with separateOutputStream=true; `command` is what the agent splits into argv. */
	readonly startCommandSession: (
		instanceId: string,
		command: string,
		reason: string,
		options?: CallOptions,
	) => Promise<SessionTicket>;
	/**
	 * A session on a PTY: the account's own shell session (document SSM-SessionManagerRunShell, sent as AWS's own client
	 * sends it: unnamed), or one command in `sh -c` (AWS-StartInteractiveCommand).
	 */
	readonly startTerminalSession: (
		instanceId: string,
		command: string | null,
		reason: string,
		options?: CallOptions,
	) => Promise<SessionTicket>;
	/** AWS-RunShellScript on these boxes (50 at most); the command's id. */
	readonly sendCommand: (
		instanceIds: readonly string[],
		script: string,
		limits: CommandLimits,
		options?: CallOptions,
	) => Promise<string>;
	/** The same on every managed box of a group, found by its tag: no limit of 50, and a box without an agent is no error. */
	readonly sendCommandToGroup: (
		group: Hostile,
		script: string,
		limits: CommandLimits,
		options?: CallOptions,
	) => Promise<string>;
	/** The boxes a command has reached so far, each with its status. */
	readonly commandStates: (
		commandId: string,
		options?: CallOptions,
	) => Promise<readonly {readonly instanceId: string; readonly status: string}[]>;
	/** Null while the invocation is not known yet, which it may be for a second. */
	readonly commandInvocation: (
		commandId: string,
		instanceId: string,
		options?: CallOptions,
	) => Promise<CommandInvocation | null>;
	readonly cancelCommand: (commandId: string, options?: CallOptions) => Promise<void>;
	readonly resumeSession: (sessionId: string, options?: CallOptions) => Promise<SessionTicket | null>;
	readonly terminateSession: (sessionId: string, options?: CallOptions) => Promise<void>;
	/** A new data key of 64 bytes (kms:GenerateDataKey): what an encrypted session is keyed with. Never kept. */
	readonly dataKey: (
		keyId: string,
		encryptionContext: Readonly<Record<string, string>>,
		options?: CallOptions,
	) => Promise<DataKey>;
	/** Headers of the signed WebSocket upgrade (service ssmmessages); throws before making any header if the URL is not AWS's or the override's. */
	readonly signStreamUrl: (streamUrl: string) => Promise<Readonly<Record<string, string>>>;
	/** An http.Agent for the WebSocket (proxy, CA bundle), or undefined for the default one. */
	readonly streamAgent: (streamUrl: string) => import('node:http').Agent | undefined;
};

/** Calls that change something. Each is in the command log; all refuse under --read-only with UnflapError 'read-only'. */
export type ChangeCalls = {
	/** Throws on an empty or unknown list before any request. */
	readonly suspend: (
		group: string,
		processes: readonly ScalingProcess[],
		options?: CallOptions,
	) => Promise<void>;
	readonly resume: (
		group: string,
		processes: readonly ScalingProcess[],
		options?: CallOptions,
	) => Promise<void>;
	/** Proves the right to resume without naming a real process (hold.md, preflight). */
	readonly probeResume: (group: string, options?: CallOptions) => Promise<Permission>;
	/** Key `unflap:hold:<8 hex>`, value at most 256 characters, never propagated. */
	readonly putTag: (
		group: string,
		key: string,
		value: string,
		/** `attempts: 1`: a retry inside the SDK would hide a lost answer, whose tag may still be written. */
		options?: CallOptions & {readonly attempts?: 1},
	) => Promise<void>;
	readonly deleteTag: (group: string, key: string, options?: CallOptions) => Promise<void>;
	readonly setHealthy: (instanceId: string, options?: CallOptions) => Promise<void>;
	/** Out of service without decrement, so that the group launches another (aws-facts.md 2.1). */
	readonly enterStandby: (group: string, instanceId: string, options?: CallOptions) => Promise<void>;
	readonly exitStandby: (group: string, instanceId: string, options?: CallOptions) => Promise<void>;
	/** Out of the group for good, without decrement; the box lives on, owned by nobody (2.2). */
	readonly detach: (group: string, instanceId: string, options?: CallOptions) => Promise<void>;
	/** Keeps a box in its wait state for another heartbeat timeout of the hook. */
	readonly heartbeat: (
		group: string,
		hook: string,
		instanceId: string,
		options?: CallOptions,
	) => Promise<void>;
	readonly completeHook: (
		group: string,
		hook: string,
		instanceId: string,
		result: 'CONTINUE' | 'ABANDON',
		/** `attempts: 1`: whether an answer was sent twice is for the caller to know. */
		options?: CallOptions & {readonly attempts?: 1},
	) => Promise<void>;
	/**
	 * A hook of ours on terminations, `unflap-postmortem-<8 hex>`, default result CONTINUE. It creates or updates: the
	 * caller has looked that the name is free.
	 */
	readonly putDyingHook: (
		group: string,
		hook: string,
		heartbeatSeconds: number,
		options?: CallOptions,
	) => Promise<void>;
	/** Only hooks of ours. Boxes that wait for it go on dying. */
	readonly deleteDyingHook: (group: string, hook: string, options?: CallOptions) => Promise<void>;
	/** Type Automation, JSON content. @throws AwsCallError with code 'DocumentAlreadyExists' where the name is taken. */
	readonly createDocument: (name: string, content: string, options?: CallOptions) => Promise<void>;
	/** The run's id. The same `clientToken` (a UUID) answers with the same run. */
	readonly startAutomation: (
		start: {
			readonly document: string;
			readonly version: string;
			readonly parameters: Readonly<Record<string, readonly string[]>>;
			readonly clientToken: string;
		},
		options?: CallOptions,
	) => Promise<string>;
	/** Type Cancel. @throws AwsCallError with code 'InvalidAutomationStatusUpdateException' where it has ended. */
	readonly stopAutomation: (executionId: string, options?: CallOptions) => Promise<void>;
};

/** One line of the command log `@`. */
export type LoggedCall = {
	readonly at: AwsMs;
	readonly operation: string;
	readonly group: Hostile | null;
	readonly detail: Hostile;
	readonly outcome:
		| {readonly state: 'sent'}
		| {readonly state: 'ok'}
		| {readonly state: 'failed'; readonly code: string; readonly message: Hostile};
	/** The AWS CLI line that does the same, or null where a word cannot be quoted safely. */
	readonly cliLine: string | null;
	/** The AWS CLI line that takes it back, or a sentence where none does; null where a word cannot be quoted safely. */
	readonly undo: string | null;
};

/** One row of the errors view `!`: same operation and code are folded. */
export type SeenError = {
	readonly operation: string;
	readonly code: string;
	readonly message: Hostile;
	readonly count: number;
	readonly firstAt: AwsMs;
	readonly lastAt: AwsMs;
	/** What unflap does about it, and what the user can do. */
	readonly advice: string;
};

export type Feed<T> = {
	/** A stable snapshot: the same reference until something changes. */
	readonly entries: () => readonly T[];
	readonly subscribe: (listener: () => void) => () => void;
};

export type AwsFacts = {
	readonly region: string;
	readonly profile: string | null;
	/** The endpoint override in force, userinfo masked, or null for AWS's own. */
	readonly endpoint: string | null;
	readonly readOnly: boolean;
};

/**
 * One region with one set of credentials. `polling` is adaptive and polite; `release` is a separate client with
 * its own connections and no adaptive rate limit, for everything a hold does.
 */
export type Aws = {
	readonly facts: AwsFacts;
	readonly clock: AwsClock;
	readonly polling: ReadCalls;
	readonly release: ReadCalls & ChangeCalls;
	readonly stream: StreamCalls;
	readonly commandLog: Feed<LoggedCall>;
	readonly errors: Feed<SeenError>;
	/** 'ok' | 'throttled' | 'offline' | 'expired' | 'denied' as of the last answers. */
	readonly health: () => 'ok' | 'throttled' | 'offline' | 'expired' | 'denied';
	/** Resolved credentials for the guardian, in memory only. */
	readonly credentials: () => Promise<ResolvedCredentials>;
	/** Options with everything resolved as in force now (region, endpoints, proxy, CA, credentials): what the guardian gets. Secret. */
	readonly handOver: () => Promise<AwsOptions>;
	readonly close: () => void;
};

export type ResolvedCredentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	readonly expiration?: AwsMs;
};

/** What createAws needs; the guardian gets the same as JSON over its pipe. */
export type AwsOptions = {
	readonly region?: string;
	readonly profile?: string;
	readonly endpointUrl?: string;
	readonly readOnly: boolean;
	readonly credentials?: ResolvedCredentials;
	/** UNFLAP_AWS_TIME_RATE, 1 by default; other than 1 only with a loopback endpoint. */
	readonly timeRate: number;
	/** Endpoints a service at a time, over `endpointUrl`; absent: the SDK's own chain (environment, shared config). */
	readonly endpoints?: Readonly<Partial<Record<ServiceName, string>>>;
	/** Proxy and CA bundle; absent: read from the environment. */
	readonly network?: NetworkOptions;
};

export type ServiceName =
	| 'auto-scaling'
	| 'ec2'
	| 'ssm'
	| 'elbv2'
	| 'sts'
	| 'iam'
	| 'kms'
	| 'codedeploy'
	| 'cloudtrail';

/** Proxy and CA bundle as text, so that they travel to the guardian as they were at the start. */
export type NetworkOptions = {
	/** URL of the proxy, with userinfo: never shown. */
	readonly proxy?: string;
	readonly noProxy?: string;
	/** PEM text of AWS_CA_BUNDLE. */
	readonly ca?: string;
};
