/**
 * The state of one hold, the events it hears and the commands it gives. Pure data: no clock, no I/O.
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
	/** Processes we suspended: ours to resume. */
	readonly wanted: readonly ScalingProcess[];
	/** Suspended by another hold when we came: theirs to resume, ours to take up when they do. */
	readonly joined: readonly ScalingProcess[];
	/** Suspended by others before us: never touched. */
	readonly baseline: readonly string[];
	/** Every reason string read back after a Suspend of ours, per process. */
	readonly fingerprint: Readonly<Record<string, readonly string[]>>;
	readonly windows: readonly SuspendWindow[];
	/** Processes of `wanted` that somebody resumed and suspended anew, with their reason. */
	readonly changed: Readonly<Record<string, string>>;
	/** Every value we wrote under our tag key, oldest first. */
	readonly tagValues: readonly string[];
	/** A SuspendProcesses was sent. */
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
	| 'left-over';

/** A change in AWS under way: note in the ledger, tag, suspend, read back, note again. */
export type Plan = {
	readonly purpose: 'acquire' | 'repair' | 'adopt' | 'renew' | 'restore-tag';
	readonly tag: boolean;
	readonly processes: readonly ScalingProcess[];
	readonly startedMs: ProcessMs;
	/** When the last SuspendProcesses was sent. */
	readonly sentMs: ProcessMs;
	readonly tries: number;
	/** Read back once; the second read of a group with another hold is due. */
	readonly confirmed: boolean;
	/** To go back to when the change could not be made. */
	readonly before: Ownership;
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
	/** What the last ResumeProcesses named. */
	readonly resumed: readonly ScalingProcess[];
	/** Process time of the first answered ResumeProcesses. */
	readonly acknowledged: ProcessMs | null;
	/** Waits before the clean reads that are still due. */
	readonly readsDue: readonly number[];
	readonly firstReadClean: boolean;
	/** Reads that told of a time before our own suspend. */
	readonly unclear: number;
	readonly tagLeft: boolean;
};

export type Step =
	| {readonly at: 'new'}
	| {readonly at: 'look'; readonly first: SeenGroup | null}
	| {readonly at: 'look-wait'; readonly first: SeenGroup}
	| {readonly at: 'probe'}
	| {readonly at: 'intend'}
	| {readonly at: 'guard'; readonly tries: number}
	| {readonly at: 'guard-again'; readonly tries: number}
	| {readonly at: 'note'; readonly plan: Plan}
	| {readonly at: 'tag'; readonly plan: Plan}
	| {readonly at: 'tag-wait'; readonly plan: Plan}
	| {readonly at: 'recheck'; readonly plan: Plan}
	| {readonly at: 'recheck-wait'; readonly plan: Plan}
	| {readonly at: 'note-suspend'; readonly plan: Plan}
	| {readonly at: 'suspend'; readonly plan: Plan}
	| {readonly at: 'suspend-wait'; readonly plan: Plan}
	| {readonly at: 'confirm'; readonly plan: Plan}
	| {readonly at: 'confirm-wait'; readonly plan: Plan}
	| {readonly at: 'note-done'; readonly plan: Plan}
	| {readonly at: 'idle'}
	| {readonly at: 'watch'}
	| {readonly at: 'note-changed'}
	| {readonly at: 'release-note'}
	| {readonly at: 'release-tag'}
	| {readonly at: 'release-read'; readonly tries: number}
	| {readonly at: 'release-read-wait'; readonly tries: number}
	| {readonly at: 'release-resume'}
	| {readonly at: 'release-wait'; readonly next: 'read' | 'verify' | 'untag'}
	| {readonly at: 'release-verify'}
	| {readonly at: 'release-untag'}
	| {readonly at: 'release-close'}
	| {readonly at: 'ended'; readonly outcome: CoreOutcome};

export type CoreOutcome =
	| {
			readonly kind: 'released';
			readonly why: EndReason;
			readonly resumed: readonly ScalingProcess[];
			readonly left: readonly {readonly process: string; readonly why: string}[];
			readonly verified: boolean;
			readonly tagLeft: boolean;
			readonly message: string;
	  }
	| {
			readonly kind: 'refused';
			readonly message: string;
			readonly next: readonly string[];
			readonly tagLeft: boolean;
	  }
	| {readonly kind: 'incomplete'; readonly still: readonly ScalingProcess[]; readonly message: string};

export type Watch = {
	readonly lastGroup: SeenGroup | null;
	readonly readFailures: number;
	/** Hold ids of other tags, as last seen. */
	readonly others: readonly string[];
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

export type HoldState = {
	readonly facts: HoldFacts;
	readonly own: Ownership;
	readonly step: Step;
	readonly watch: Watch;
	readonly release: Release | null;
	readonly ledgerWritten: boolean;
	readonly tagMayExist: boolean;
	/** A SuspendProcesses of ours left this process, or the one before it. */
	readonly suspendCalled: boolean;
	/** A jump of AWS time or a passed deadline: never suspend again. */
	readonly spent: boolean;
	readonly heldAt: AwsMs | null;
	readonly moment: Moment | null;
	/** Ids of the last call, the call in flight, and the last timer. */
	readonly calls: number;
	readonly inFlight: number | null;
	readonly timers: number;
};

/** What the shell does. Each `call` is answered by one `answered` event. */
export type Call =
	| {readonly do: 'read'}
	| {readonly do: 'probe'}
	| {
			readonly do: 'note';
			readonly phase: LedgerPhase;
			readonly own: Ownership;
	  }
	| {readonly do: 'start-guardian'}
	| {readonly do: 'put-tag'; readonly value: string}
	| {readonly do: 'suspend'; readonly processes: readonly ScalingProcess[]}
	| {readonly do: 'resume'; readonly processes: readonly ScalingProcess[]}
	| {readonly do: 'delete-tag'}
	| {readonly do: 'remove-note'};

export type Told =
	| {readonly tell: 'held'}
	| {readonly tell: 'renewed'}
	| {
			readonly tell: 'repaired';
			readonly processes: readonly ScalingProcess[];
			readonly message: string;
	  }
	| {readonly tell: 'warning'; readonly message: string};

export type Command =
	| (Call & {readonly call: number})
	| {readonly do: 'abort'; readonly call: number}
	| {readonly do: 'wake'; readonly timer: number; readonly ms: number; readonly jitter: boolean}
	| {readonly do: 'tell'; readonly told: Told}
	| {readonly do: 'finish'; readonly outcome: CoreOutcome};

export type Answer =
	| {readonly of: 'read'; readonly result: CallResult<SeenGroup | null>}
	| {readonly of: 'probe'; readonly result: CallResult<'permitted' | 'denied' | 'unknown'>}
	| {
			readonly of:
				| 'note'
				| 'start-guardian'
				| 'put-tag'
				| 'suspend'
				| 'resume'
				| 'delete-tag'
				| 'remove-note';
			readonly result: CallResult;
	  };

export type HoldInput =
	| {readonly on: 'begin'}
	| {readonly on: 'answered'; readonly call: number; readonly answer: Answer}
	| {readonly on: 'woke'; readonly timer: number}
	| {readonly on: 'release'; readonly why: EndReason; readonly message: string}
	| {readonly on: 'guardian-lost'}
	| {readonly on: 'extend'; readonly ms: number};

export type CoreEvent = HoldInput & {readonly moment: Moment};
export type Turn = {readonly state: HoldState; readonly commands: readonly Command[]};
