/** What the simulated region is made of. Times are lab time. */
import type {Range} from '../random.ts';
import type {LabInstance, LabMs, Recording} from '../types.ts';

/** The nine processes of aws-facts 1.1, in the order AWS lists them. */
export const scalingProcesses = [
	'AddToLoadBalancer',
	'AlarmNotification',
	'AZRebalance',
	'HealthCheck',
	'InstanceRefresh',
	'Launch',
	'ReplaceUnhealthy',
	'ScheduledActions',
	'Terminate',
] as const;
export type ScalingProcess = (typeof scalingProcesses)[number];

export type LifecycleState =
	| 'Pending'
	| 'Pending:Wait'
	| 'Pending:Proceed'
	| 'InService'
	| 'EnteringStandby'
	| 'Standby'
	| 'Detached'
	| 'Terminating'
	| 'Terminating:Wait'
	| 'Terminated';

export type Tag = {readonly value: string; readonly propagate: boolean};

export type Hook = {
	readonly name: string;
	readonly transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
	readonly heartbeatSeconds: number;
	readonly defaultResult: 'CONTINUE' | 'ABANDON';
	/** Who completes it and when, in seconds after the wait began; null: nobody, it times out. */
	readonly answer: {readonly after: Range; readonly result: 'CONTINUE' | 'ABANDON'} | null;
};

export type TargetGroup = {
	readonly arn: string;
	readonly name: string;
	readonly port: number;
	readonly path: string;
	readonly intervalSeconds: number;
	readonly timeoutSeconds: number;
	readonly healthyThreshold: number;
	readonly unhealthyThreshold: number;
	readonly failure: {readonly reason: string; readonly description: string};
};

export type Policy = {
	readonly name: string;
	readonly arn: string;
	readonly type: string;
	readonly alarm: string;
};
export type ScheduledAction = {readonly name: string; readonly recurrence: string; readonly desired: number};

export type LaunchTemplate = {
	readonly id: string;
	readonly name: string;
	readonly version: number;
	readonly imageId: string;
	readonly previousImageId: string;
	readonly instanceType: string;
	readonly profileArn: string;
	/** Settled with the history of the group that launches from it. */
	createdAt: LabMs;
};

export type Refresh = {
	readonly id: string;
	readonly status: string;
	readonly percentage: number;
	readonly startedAt: LabMs;
	readonly endedAt: LabMs | null;
};

/** What EC2 has announced for a box. */
export type PlannedEvent = {readonly code: string; readonly description: string; readonly notBefore: LabMs};

/** How boxes of a group live, beyond what AWS's own settings decide. Ranges are seconds. */
export type Behaviour = {
	readonly recording: string;
	/** Launch activity to power on. */
	readonly powerOn: Range;
	/** Launch activity to the end of Pending. */
	readonly pending: Range;
	/** Deregistration delay and shutdown. */
	readonly drain: Range;
	/** Termination finished to the launch of the replacement. */
	readonly relaunch: Range;
};

export type LabGroup = {
	readonly name: string;
	readonly arn: string;
	readonly createdAt: LabMs;
	min: number;
	max: number;
	desired: number;
	readonly healthCheckTypes: readonly string[];
	readonly graceSeconds: number;
	readonly cooldownSeconds: number;
	readonly zones: readonly [Zone, ...Zone[]];
	readonly template: LaunchTemplate;
	readonly targetGroups: readonly TargetGroup[];
	/** Replaced as a whole by PutLifecycleHook and DeleteLifecycleHook. */
	hooks: readonly Hook[];
	readonly policies: readonly Policy[];
	readonly scheduledActions: readonly ScheduledAction[];
	readonly behaviour: Behaviour;
	readonly refreshes: readonly Refresh[];
	readonly warmPool: {readonly poolState: string; readonly minSize: number} | null;
	/** For its oldest box. */
	readonly plannedEvent: PlannedEvent | null;
	readonly suspended: Map<string, string>;
	readonly tags: Map<string, Tag>;
	readonly boxes: LabBox[];
	/** Newest first. */
	readonly activities: Activity[];
	/** Boxes launched so far: names the random stream of the next one. */
	launched: number;
	status: string | null;
};

/** A zone's subnet is a /20: two bytes of `network`, and `third` to `third` + 15. */
export type Zone = {
	readonly name: string;
	readonly subnetId: string;
	readonly network: string;
	readonly third: number;
};

export type HookWait = {
	readonly hook: Hook;
	readonly token: string;
	readonly startedAt: LabMs;
	/** Moves with heartbeats, never past `globalDeadline`. */
	deadline: LabMs;
	readonly globalDeadline: LabMs;
};

export type LabBox = LabInstance & {
	group: LabGroup | null;
	readonly recording: Recording;
	readonly zone: Zone;
	readonly launchedAt: LabMs;
	readonly templateVersion: number;
	readonly imageId: string;
	readonly publicDnsSuffix: string;
	lifecycle: LifecycleState;
	health: 'Healthy' | 'Unhealthy';
	/** Why it was marked, as a cause sentence without its time. */
	markedBy: string | null;
	ec2State: 'pending' | 'running' | 'shutting-down' | 'terminated';
	inServiceAt: LabMs | null;
	endedAt: LabMs | null;
	wait: HookWait | null;
	protectedFromScaleIn: boolean;
	launchActivity: Activity | null;
};

export type Activity = {
	readonly id: string;
	readonly groupName: string;
	readonly groupArn: string;
	description: string;
	readonly cause: string;
	readonly startedAt: LabMs;
	endedAt: LabMs | null;
	status: string;
	statusMessage: string | null;
	progress: number;
	readonly zone: Zone;
};

export const isSuspended = (group: LabGroup, process: ScalingProcess): boolean =>
	group.suspended.has(process);

/** `2026-11-22T13:47:09Z`, as in causes and suspension reasons. */
export const isoSeconds = (at: LabMs): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
