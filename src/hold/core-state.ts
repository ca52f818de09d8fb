/**
 * The state of one hold. Pure data: no clock, no I/O; core-events has what it hears and commands.
 * hold.md is the source of every rule; core.ts tells which file has which part.
 */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs, ProcessMs} from '../base/clock.ts';

/** When an event was heard, on both clocks. `rate` is AWS seconds per process second. */
export type Moment = {readonly awsMs: AwsMs; readonly processMs: ProcessMs; readonly rate: number};

/** What the rules look at of a group. */
export type SeenGroup = {
	readonly arn: string;
	readonly status: string | null;
	readonly operator: string | null;
	readonly suspended: readonly {readonly process: string; readonly reason: string}[];
	readonly tags: readonly {readonly key: string; readonly value: string}[];
};

/** A call that did not succeed. */
export type CallFailure = {
	/** AWS said no: the change was certainly not applied. Otherwise it may have been, or may still be. */
	readonly settled: boolean;
	/** Asking again will not help soon: denied, expired, a limit. */
	readonly lasting: boolean;
	readonly message: string;
	readonly next: readonly string[];
};

export type CallResult<T = null> =
	| {readonly ok: true; readonly value: T}
	| {readonly ok: false; readonly failure: CallFailure};

/** Never changes during a hold. */
export type HoldFacts = {
	readonly holdId: string;
	readonly group: string;
	/** `user@host`, letters of the tag's alphabet only. */
	readonly owner: string;
	readonly reason: string;
	/** What the preset or the user asked for. */
	readonly aim: readonly ScalingProcess[];
	readonly forMs: number;
	readonly leaseMs: number;
	/** Process time after which a release that does not succeed is reported; Infinity for the guardian. */
	readonly patienceMs: number;
	/** 'none' is `--no-fuse`: fifteen minutes at most, no renewal, and a lease that has 120 s at every suspend. */
	readonly net: 'fuse' | 'none';
	/** 24 random hex digits, made anew by every process that runs a core: ClientTokens are derived from them. */
	readonly tokenSeed: string;
	/** Somebody is there to answer: after two repairs in ten minutes the hold asks (`ask-repair`) instead of ending. */
	readonly interactive: boolean;
	/** Strays without a tag that the user adopts by a typed yes: not baseline, though nothing backs them. */
	readonly adopt: readonly ScalingProcess[];
};

/**
 * A fuse of ours, as the ledger carries it: noted with its token before it is started. `executionId` is null until
 * the start was answered; then repeating the start with the same token answers with the same run.
 */
export type Fuse = {
	readonly clientToken: string;
	readonly executionId: string | null;
	/** When AWS resumes `processes` by itself. */
	readonly deadline: AwsMs;
	readonly processes: readonly ScalingProcess[];
	/** Seen in a final state: 'success' is a fuse that fired to its end. Null: it must still be stopped. */
	readonly final: null | 'success' | 'other';
};

/** One run of our document on this group, as AWS tells of it; what it says of itself are its own parameters. */
export type SeenFuse = {
	readonly executionId: string;
	/** Open enum: 'Pending', 'InProgress', 'Success', 'Cancelled', … */
	readonly status: string;
	/** InProgress, and its current step is the sleep: nothing of it has run yet. */
	readonly onSleepStep: boolean;
	/** Our document, version 1, with our content, step names and actions, and well-formed parameters (F2). */
	readonly genuine: boolean;
	readonly deadline: AwsMs;
	readonly processes: readonly ScalingProcess[];
	readonly startedAt: AwsMs;
	readonly endedAt: AwsMs | null;
	/** The eight digits of its HoldTagKey. */
	readonly holdId: string;
	/** Null while it may still do something. */
	readonly final: null | 'success' | 'other';
};

/** A stretch of AWS time in which a Suspend of ours was on its way; `to` is null until it was read back. */
export type SuspendWindow = {
	readonly from: AwsMs;
	readonly to: AwsMs | null;
	readonly processes: readonly ScalingProcess[];
};

/** What is ours in the group: what the ledger carries and a release needs. */
export type Ownership = {
	readonly arn: string | null;
	/** What this hold keeps suspended, whichever hold suspended it first: ours to resume, or to leave to a live hold. */
	readonly wanted: readonly ScalingProcess[];
	/** Of `wanted`: processes of the baseline that their owner resumed and that this hold took up. */
	readonly adopted: readonly ScalingProcess[];
	/** Suspended by others before us: never touched. */
	readonly baseline: readonly string[];
	/** Every reason string read back after a Suspend of ours, per process. */
	readonly fingerprint: Readonly<Record<string, readonly string[]>>;
	readonly windows: readonly SuspendWindow[];
	/** Processes of `wanted` that somebody resumed and suspended anew, with their reason. */
	readonly changed: Readonly<Record<string, string>>;
	/** Every fuse of ours that was asked for and not seen in a final state, and the last that fired. */
	readonly fuses: readonly Fuse[];
	/** Every value we wrote under our tag key, oldest first. */
	readonly tagValues: readonly string[];
	/** When the newest of them was noted, just before it was sent; null once every one was answered. */
	readonly tagNotedAt: AwsMs | null;
	/** A SuspendProcesses was sent, or a fuse was started to which others may leave what it covers. */
	readonly sent: boolean;
	/** One was sent and never answered: it may still be applied. */
	readonly unanswered: boolean;
	readonly since: AwsMs;
	readonly leaseUntil: AwsMs;
	readonly end: AwsMs;
};

export type LedgerPhase = 'intent' | 'changing' | 'held' | 'releasing';

export type EndReason =
	| 'asked'
	| 'end'
	| 'acquire-failed'
	| 'repairs'
	| 'lease'
	| 'jump'
	| 'tag-removed'
	| 'ended-by-others'
	| 'group-gone'
	| 'guardian-lost'
	/** The fuse was lost and no new one could be armed within a minute. */
	| 'net-lost'
	/** A fuse of ours ran. */
	| 'fuse-fired'
	| 'left-over';

/** A change in AWS under way: fuse, tag, suspend, read back, each noted in the ledger before it is made. */
export type Plan = {
	readonly purpose: 'acquire' | 'repair' | 'adopt' | 'renew' | 'relist' | 'rearm' | 'restore-tag';
	/** ClientToken of the fuse this change arms, or null. */
	readonly fuse: string | null;
	readonly tag: boolean;
	readonly processes: readonly ScalingProcess[];
	readonly startedMs: ProcessMs;
	/** When the last SuspendProcesses was sent; null before the first. */
	readonly sentMs: ProcessMs | null;
	/** When the arming began to wait for the sleep step. */
	readonly armedMs: ProcessMs;
	readonly tries: number;
	/** A start of the fuse went without an answer: it may be running. */
	readonly armLost: boolean;
	/** Read back once; the second read of a group with another hold is due. */
	readonly confirmed: boolean;
	/** To go back to when the change could not be made. */
	readonly before: Ownership;
};

/** Why fuses are being stopped, and where to go on afterwards. */
export type StopGoal =
	| {readonly for: 'plan'; readonly plan: Plan}
	| {readonly for: 'sweep'}
	| {readonly for: 'release'};

/** The stopping of one fuse after another; `tried` are those that would not stop in this pass. */
export type Stopping = {
	readonly goal: StopGoal;
	readonly token: string;
	readonly tried: readonly string[];
	readonly looks: number;
	readonly failure: CallFailure | null;
};

export type Release = {
	readonly why: EndReason;
	readonly message: string;
	readonly next: readonly string[];
	readonly startedMs: ProcessMs;
	readonly startedAws: AwsMs;
	readonly tries: number;
	/** Failures in a row that asking again will not mend. */
	readonly lasting: number;
	readonly lastFailure: CallFailure | null;
	/** What ResumeProcesses named so far. */
	readonly resumed: readonly ScalingProcess[];
	/** This machine slept since the last answer or wake: what was read before says nothing now. */
	readonly slept: boolean;
	/** Process time of the first answered ResumeProcesses. */
	readonly acknowledged: ProcessMs | null;
	/** Process time at which our tag was known to say `releasing`. */
	readonly tagSaidMs: ProcessMs | null;
	readonly tagTries: number;
	/** Waits before the clean reads that are still due; null until one was clean. */
	readonly readsDue: readonly number[] | null;
	readonly firstReadClean: boolean;
	/** Reads that told of a time before our own suspend. */
	readonly unclear: number;
	readonly left: LeftToOthers;
	/** Lookups of the runs on this group that failed. */
	readonly runsFailed: number;
	/** AWS had resumed everything by the fuse. */
	readonly fired: boolean;
	readonly tagLeft: boolean;
	readonly fuseLeft: boolean;
};

/** Processes of ours that a release leaves suspended because another hold wants them. */
export type LeftToOthers = {
	/** Covered by a live fuse of a hold that is not releasing. */
	readonly backed: readonly ScalingProcess[];
	/** Only a tag says so, or it could not be found out: our own fuse stays armed (H2). */
	readonly unbacked: readonly ScalingProcess[];
	readonly claimants: readonly string[];
};

export type Step =
	| {readonly at: 'new'}
	| {readonly at: 'look'; readonly first: SeenGroup | null}
	| {readonly at: 'look-runs'; readonly group: SeenGroup; readonly first: SeenGroup | null}
	| {readonly at: 'look-wait'; readonly first: SeenGroup}
	| {readonly at: 'probe'}
	| {readonly at: 'intend'}
	| {readonly at: 'guard'; readonly tries: number}
	| {readonly at: 'guard-again'; readonly tries: number}
	| {readonly at: 'note-fuse'; readonly plan: Plan}
	| {readonly at: 'document'; readonly plan: Plan}
	| {readonly at: 'document-wait'; readonly plan: Plan}
	| {readonly at: 'arm'; readonly plan: Plan}
	| {readonly at: 'arm-wait'; readonly plan: Plan}
	| {readonly at: 'arm-look'; readonly plan: Plan}
	| {readonly at: 'arm-look-wait'; readonly plan: Plan}
	| {readonly at: 'note-tag'; readonly plan: Plan}
	| {readonly at: 'tag'; readonly plan: Plan}
	| {readonly at: 'tag-wait'; readonly plan: Plan}
	| {readonly at: 'absorb'; readonly plan: Plan; readonly left: readonly string[]}
	| {readonly at: 'recheck'; readonly plan: Plan}
	| {readonly at: 'recheck-wait'; readonly plan: Plan}
	| {readonly at: 'recheck-runs'; readonly plan: Plan; readonly group: SeenGroup}
	| {readonly at: 'note-suspend'; readonly plan: Plan}
	| {readonly at: 'suspend-look'; readonly plan: Plan}
	| {readonly at: 'suspend'; readonly plan: Plan}
	| {readonly at: 'suspend-wait'; readonly plan: Plan}
	| {readonly at: 'confirm'; readonly plan: Plan}
	| {readonly at: 'confirm-runs'; readonly plan: Plan; readonly group: SeenGroup}
	| {readonly at: 'confirm-wait'; readonly plan: Plan}
	| {readonly at: 'note-done'; readonly plan: Plan}
	| {readonly at: 'stop-find'; readonly stopping: Stopping}
	| {readonly at: 'stop-search'; readonly stopping: Stopping}
	| {readonly at: 'stop'; readonly stopping: Stopping}
	| {readonly at: 'stop-look'; readonly stopping: Stopping}
	| {readonly at: 'stop-wait'; readonly stopping: Stopping}
	| {readonly at: 'idle'}
	| {readonly at: 'watch-fuse'}
	| {readonly at: 'watch'}
	| {readonly at: 'watch-runs'; readonly group: SeenGroup}
	| {readonly at: 'note-changed'}
	| {readonly at: 'linger'; readonly message: string}
	| {readonly at: 'release-note'}
	| {readonly at: 'release-fired'; readonly token: string}
	| {readonly at: 'release-tag'}
	| {readonly at: 'release-read'; readonly tries: number}
	| {readonly at: 'release-read-wait'; readonly tries: number}
	| {readonly at: 'release-runs'; readonly group: SeenGroup}
	| {readonly at: 'release-own'; readonly group: SeenGroup}
	| {readonly at: 'release-resume'}
	| {readonly at: 'release-wait'; readonly next: ReleaseGoal}
	| {readonly at: 'release-verify'}
	| {readonly at: 'release-untag'}
	| {readonly at: 'release-close'}
	| {readonly at: 'release-leave'}
	| {readonly at: 'ended'; readonly outcome: CoreOutcome};

export type ReleaseGoal = 'read' | 'verify' | 'stop' | 'untag' | 'tag';

export type CoreOutcome =
	| {
			readonly kind: 'released';
			readonly why: EndReason;
			readonly resumed: readonly ScalingProcess[];
			readonly left: readonly {readonly process: string; readonly why: string}[];
			readonly verified: boolean;
			readonly tagLeft: boolean;
			/** A fuse of ours would not be stopped: it stays in the ledger, and is stopped again at the next start. */
			readonly fuseLeft: boolean;
			readonly message: string;
	  }
	| {
			readonly kind: 'refused';
			readonly message: string;
			readonly next: readonly string[];
			readonly tagLeft: boolean;
			readonly fuseLeft: boolean;
	  }
	| {
			readonly kind: 'incomplete';
			readonly still: readonly ScalingProcess[];
			readonly message: string;
			/** Owners of tags that claim what is left, with no live fuse behind them (H2). */
			readonly claimants: readonly string[];
			/** The fuse of ours that stays armed, or null. */
			readonly fuse: {readonly executionId: string; readonly deadline: AwsMs} | null;
	  };

export type Watch = {
	readonly lastGroup: SeenGroup | null;
	/** Process time at which it was read. */
	readonly groupMs: ProcessMs;
	readonly readFailures: number;
	/** Hold ids of other tags, as last seen. */
	readonly others: readonly string[];
	/** Process time at which another hold, or its tag, was last seen on the group. */
	readonly nearMs: ProcessMs;
	/** Process times of the last look at our fuse, at everybody's runs, and at fuses that would not stop. */
	readonly fuseAskedMs: ProcessMs;
	readonly runsAskedMs: ProcessMs;
	readonly sweptMs: ProcessMs;
	/** Process time since which our fuse is known to be lost; null while it sleeps. */
	readonly netLostMs: ProcessMs | null;
	/** Process time until which the loop runs every second, after another hold ended. */
	readonly fastUntil: ProcessMs;
	/** Reads in a row that say somebody ended our hold. */
	readonly endedSeen: number;
	readonly goneSeen: number;
	/** Process time a process that is not ours was first seen running, per process. */
	readonly runningSince: Readonly<Record<string, ProcessMs>>;
	/** AWS times of real repairs. */
	readonly repairs: readonly AwsMs[];
	readonly tagRestored: number;
};

/** What AWS told of the runs on this group. */
export type KnownRuns = {
	readonly seenMs: ProcessMs | null;
	readonly seenAws: AwsMs;
	readonly runs: readonly SeenFuse[];
	/** The last look failed: nothing newer is known. */
	readonly failed: boolean;
};

/** `asleep` when the run was InProgress on its sleep step, genuine, with our deadline. */
export type FuseLook = {
	readonly executionId: string;
	readonly seenMs: ProcessMs;
	readonly status: string;
	readonly asleep: boolean;
	readonly deadline: AwsMs;
};

export type HoldState = {
	readonly facts: HoldFacts;
	readonly own: Ownership;
	readonly step: Step;
	readonly watch: Watch;
	readonly release: Release | null;
	readonly ledgerWritten: boolean;
	readonly tagMayExist: boolean;
	/** When a tag was sent whose answer nobody heard: it may still be written. Null when every one was answered. */
	readonly tagUnansweredAt: AwsMs | null;
	/** A SuspendProcesses or a fuse of ours left this process, or the one before it. */
	readonly suspendCalled: boolean;
	/** A jump of AWS time or a passed deadline: never suspend again. */
	readonly spent: boolean;
	/** Process time at which this machine last woke up, or its clock was moved; a release may begin at that moment. */
	readonly wokeMs: ProcessMs | null;
	/** Process time at which a start, repeated to find its run, was given up without an answer. */
	readonly startLostMs: ProcessMs | null;
	/** When the runs of all holds on this group were last asked for, and what they are. */
	readonly runs: KnownRuns;
	/** The latest look at the newest fuse of ours. */
	readonly fuse: FuseLook | null;
	/** Fuses asked for, so far: each has its own ClientToken. */
	readonly tokens: number;
	readonly credentialsUntil: AwsMs | null;
	readonly renewals: boolean;
	/** Waits for `answer`. */
	readonly question: string | null;
	readonly heldAt: AwsMs | null;
	readonly moment: Moment | null;
	/** Ids of the last call, the call in flight, and the last timer. */
	readonly calls: number;
	readonly inFlight: number | null;
	readonly timers: number;
};
