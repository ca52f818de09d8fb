/** The verdict: facts go in, one sentence with its evidence comes out. Pure data: no clock, no I/O. */
import type {InstanceRefresh, InstanceStatus} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {Boot} from '../boot/types.ts';
import type {Change} from '../groups/onset.ts';
import type {DeathCause} from '../groups/types.ts';
import type {BoxProbe} from '../remote/box-probe-types.ts';
import type {LineMark} from './line-marks.ts';

/** What the load balancer, or whoever else asks the app for its health, has seen. */
export type HealthFacts = {
	readonly state: 'passing' | 'failing';
	/** It passed at least once in this boot. */
	readonly everPassed: boolean;
	/** Reason or answer as it was given, e.g. 'Target.Timeout' or '503'; null where none was. */
	readonly lastAnswer: Hostile | null;
	readonly at: AwsMs | null;
};

/** The end of the life, by the group's activities. */
export type DeathFacts = {readonly cause: DeathCause; readonly rawCause: Hostile; readonly at: AwsMs | null};

/** The launch hook in which the life ended. */
export type HookFacts = {
	readonly outcome: 'abandoned' | 'timeout';
	/** Every launch hook of the group: AWS does not say which one it was. */
	readonly names: readonly Hostile[];
	/** One of them is CodeDeploy's. */
	readonly byCodeDeploy: boolean;
	/** From the launch to the end; null where the launch is older than what was read. */
	readonly seconds: number | null;
	/** How long a hook waits for an answer, where there is one hook. */
	readonly heartbeatSeconds: number | null;
	readonly group: Hostile;
};

/** How CodeDeploy fared on a box. */
export type DeploymentFacts = {
	readonly deploymentId: string;
	readonly deploymentGroup: Hostile;
	readonly instanceId: string;
	/** Open enum, as of the box: 'InProgress', 'Succeeded', 'Failed', … */
	readonly status: string;
	readonly revision: Hostile | null;
	/** The lifecycle event that failed, or that goes on; null for neither. */
	readonly event: {
		readonly name: Hostile;
		readonly failed: boolean;
		readonly startedAt: AwsMs | null;
		readonly endedAt: AwsMs | null;
		readonly script: Hostile | null;
		/** Open enum: 'ScriptMissing', 'ScriptTimedOut', 'ScriptFailed', … */
		readonly errorCode: string | null;
		readonly message: Hostile;
		readonly logTail: Hostile;
	} | null;
};

/** How much time the health check leaves a boot, and how much good boots of the group took. */
export type Pace = {
	readonly group: Hostile;
	readonly inServiceAt: AwsMs | null;
	readonly graceSeconds: number;
	/** From the first missed check that counts until the box is taken out. */
	readonly missedSeconds: number;
	/** Of each good boot that was seen: from "in service" until the units were up. In no order. */
	readonly goodSeconds: readonly number[];
};

export type ListeningSocket = {readonly address: string; readonly port: number};

/** Everything a rule may read. `null` is "not known", and a rule that needs it says what is missing. */
export type Facts = {
	readonly boot: Boot | null;
	/** Lines of this boot that a rule may speak about; see line-marks.ts. */
	readonly marks: readonly LineMark[];
	readonly health: HealthFacts | null;
	readonly death: DeathFacts | null;
	readonly hook: HookFacts | null;
	/** To this box. */
	readonly deployment: DeploymentFacts | null;
	/** The newest that failed, on another box of the group. */
	readonly failedBefore: DeploymentFacts | null;
	/** EC2's own checks of the box, and what it has in store for it. */
	readonly ec2: InstanceStatus | null;
	/** An instance refresh under way. */
	readonly refresh: InstanceRefresh | null;
	/** What was changed in the hour before the flapping began, at `onsetAt`. */
	readonly changes: readonly Change[];
	readonly onsetAt: AwsMs | null;
	/** What AWS did not let us read, each a clause that names the permission. */
	readonly unread: readonly Hostile[];
	/** As the group says it; open enum: 'InService', 'Pending:Wait', … */
	readonly lifecycleState: string | null;
	/** The instance's metadata option for tags; open enum: 'enabled', 'disabled'. */
	readonly metadataTags: string | null;
	/** null where no load balancer's check can end a box of the group. */
	readonly pace: Pace | null;
	/** Port that the target group asks on. */
	readonly healthCheckPort: number | null;
	/** What the box itself said when it was asked; null where nobody asked. */
	readonly probe: BoxProbe | null;
	/** Sockets that listen, by a probe on the box. */
	readonly listening: readonly ListeningSocket[] | null;
	/** No more lines will come: the box is gone, or this is a file. */
	readonly over: boolean;
};

export const ruleNames = [
	'tags-not-visible',
	'user-data-malformed',
	'kms-denied',
	's3-denied',
	's3-missing',
	's3-unreachable',
	'disk-full',
	'clock-skew',
	'dns-failed',
	'metadata-late',
	'oom-killed',
	'start-timeout',
	'crash-loop',
	'crashed',
	'unit-failed',
	'dependency-orphan',
	'masked',
	'condition-skipped',
	'ordering-missing',
	'never-listened',
	'health-path',
	'grace-too-short',
	'ended-from-outside',
	'journal-stops',
	'deploy-failed',
	'hook-abandoned',
	'hook-timeout',
	'lines-lost',
	'death',
] as const;

export type RuleName = (typeof ruleNames)[number];

export type Confidence = 'certain' | 'likely' | 'unknown';

export type Evidence = {
	/** Where it was seen: 'journal', 'systemd', 'load balancer', 'Auto Scaling', 'EC2', 'CodeDeploy', 'change', 'probe'. */
	readonly source: string;
	readonly text: Hostile;
	/** Seconds since the boot's monotonic zero, or null. */
	readonly atSeconds: number | null;
	/** Milliseconds since 1970 UTC, or null. */
	readonly at: number | null;
};

/** What to do next, cheapest first. The command is complete and quoted, or null where there is none. */
export type Advice = {readonly text: Hostile; readonly command: string | null};

/**
 * What one rule says. A `fault` explains why the box does not serve; an `end` says how the boot was cut off with nothing
 * wrong before it; a `latent` mistake did no harm this time; a `note` is good to know.
 */
export type Finding = {
	readonly rule: RuleName;
	readonly kind: 'fault' | 'end' | 'latent' | 'note';
	/** The unit it is about; '' for the box as a whole. */
	readonly unit: Hostile;
	readonly sentence: Hostile;
	readonly confidence: Exclude<Confidence, 'unknown'>;
	readonly evidence: readonly Evidence[];
	readonly try: readonly Advice[];
	/** What is ruled out where this is so. */
	readonly rulesOut?: readonly Hostile[];
};

export type Rule = {readonly name: RuleName; readonly judge: (facts: Facts) => readonly Finding[]};

/** `fault` and `end` carry the rule that won; the others say that none did. */
export type VerdictKind = 'fault' | 'end' | 'nothing-wrong' | 'still-booting' | 'cannot-be-judged';

export type Verdict = {
	readonly kind: VerdictKind;
	readonly rule: RuleName | null;
	readonly unit: Hostile;
	readonly sentence: Hostile;
	readonly confidence: Confidence;
	readonly evidence: readonly Evidence[];
	/** What was looked at and is well. */
	readonly ruledOut: readonly Hostile[];
	/** What would be needed to say more. */
	readonly notJudged: readonly Hostile[];
	readonly try: readonly Advice[];
	/** Everything else that rules said: notes, latent mistakes, consequences further down. */
	readonly others: readonly Finding[];
};
