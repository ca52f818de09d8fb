/** Groups, boxes and lives as the screens and commands see them. */
import type {
	Activity,
	Group,
	GroupInstance,
	InstanceRefresh,
	InstanceStatus,
	LifecycleHook,
	ScalingPolicySummary,
	SsmInfo,
	TargetGroup,
	TargetHealth,
} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

/** Cause classes of a death; `other` shows the raw sentence. */
export type DeathCause =
	| 'elb'
	| 'ec2'
	| 'hook'
	| 'scale-in'
	| 'spot'
	| 'refresh'
	| 'rebalance'
	| 'user'
	| 'lifetime'
	| 'launch-failed'
	| 'other';

export type Life = {
	readonly instanceId: string;
	/** null when the launch is older than what was read. */
	readonly launchedAt: AwsMs | null;
	/** null while it lives. */
	readonly diedAt: AwsMs | null;
	readonly seconds: number | null;
	readonly cause: DeathCause | null;
	readonly rawCause: Hostile | null;
	readonly flap: boolean;
};

/** What a hold tag on a group says; display only, except where hold/ checks it against AWS. */
export type HoldTag = {
	readonly holdId: string;
	readonly phase: 'live' | 'releasing' | 'broken' | 'unreadable';
	readonly owner: string;
	readonly host: string;
	readonly until: AwsMs | null;
	readonly processes: readonly string[];
	readonly baseline: readonly string[];
	readonly why: string;
	readonly raw: Hostile;
};

export type GroupState = 'flapping' | 'calm' | 'held' | 'stray' | 'deleting' | 'unknown';

export type FlapStatistics = {
	/** null where activities were not read. */
	readonly flapsPerHour: number | null;
	readonly lifeMedianSeconds: number | null;
	readonly lifeSpreadSeconds: number | null;
	readonly lastDeath: {
		readonly at: AwsMs;
		readonly instanceId: string;
		readonly cause: DeathCause;
		readonly rawCause: Hostile;
	} | null;
	readonly deaths: number;
	readonly launches: number;
	/** Start of the flapping seen, or of what was read. */
	readonly since: AwsMs | null;
	/** Deaths in 24 bins of 5 minutes, oldest first. */
	readonly bins: readonly number[];
	readonly causes: ReadonlyMap<DeathCause, number>;
};

export type GroupView = {
	readonly group: Group;
	readonly state: GroupState;
	readonly inService: number;
	readonly flaps: FlapStatistics;
	readonly holds: readonly HoldTag[];
	/** Suspended processes that no hold explains. */
	readonly strays: readonly {
		readonly process: string;
		readonly reason: Hostile;
		readonly since: AwsMs | null;
	}[];
	readonly lives: readonly Life[];
	readonly activities: readonly Activity[];
};

/** One instance with everything known of it. */
export type Box = {
	readonly instanceId: string;
	readonly group: Hostile;
	/** 1 is the oldest in the group. */
	readonly number: number;
	readonly instance: GroupInstance;
	/** Worst of its targets; null where the group has none or it was not read. */
	readonly target: TargetHealth | null;
	readonly ssm: SsmInfo | null;
	readonly launchedAt: AwsMs | null;
	readonly privateIp: string | null;
	readonly nameTag: Hostile | null;
};

/** Everything one screen or `show` says of a group. What could not be read is empty or null, and named in `missing`. */
export type GroupDetail = {
	readonly view: GroupView;
	/** Oldest first, numbered from 1. */
	readonly boxes: readonly Box[];
	readonly hooks: readonly LifecycleHook[];
	readonly policies: readonly ScalingPolicySummary[];
	readonly targetGroups: readonly TargetGroup[];
	/** Newest first: those under way, and those of the last six weeks. */
	readonly refreshes: readonly InstanceRefresh[];
	/** EC2's own checks of running boxes, and what EC2 has in store for them. */
	readonly statuses: readonly InstanceStatus[];
	/** AWS operations that were refused, with what was said. */
	readonly missing: readonly {readonly operation: string; readonly message: Hostile}[];
};

/** `worst first`, as the fleet and `ls` list them. */
export type RankGroups = (groups: readonly GroupView[]) => readonly GroupView[];
