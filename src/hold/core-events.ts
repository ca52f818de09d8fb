/** What the core of a hold hears and what it commands: the border between the pure rules and the shell that does I/O. */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {
	CallResult,
	CoreOutcome,
	EndReason,
	HoldState,
	LedgerPhase,
	Moment,
	Ownership,
	SeenFuse,
	SeenGroup,
} from './core-state.ts';

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
	/** The document is there with our content and hash (F1); created where it is missing. */
	| {readonly do: 'check-document'}
	/** StartAutomationExecution of version 1 with this ClientToken, also again with the same one. */
	| {
			readonly do: 'arm';
			readonly clientToken: string;
			readonly deadline: AwsMs;
			readonly processes: readonly ScalingProcess[];
	  }
	/** GetAutomationExecution of one run; null where AWS does not know it. */
	| {readonly do: 'see-fuse'; readonly executionId: string}
	/**
	 * Every run of our document on this group that is live, whoever started it, and every one that was started after
	 * `since`, also when it ended. Ended runs never change: the shell may remember them.
	 */
	| {readonly do: 'see-fuses'; readonly since: AwsMs}
	/** StopAutomationExecution; only ever of a run in our own ledger entry (H6). One that has ended is ok. */
	| {readonly do: 'stop-fuse'; readonly executionId: string}
	/** Deletes the tag of an expired hold whose processes were noted as ours. */
	| {readonly do: 'absorb-tag'; readonly holdId: string}
	| {readonly do: 'put-tag'; readonly value: string}
	| {readonly do: 'suspend'; readonly processes: readonly ScalingProcess[]}
	| {readonly do: 'resume'; readonly processes: readonly ScalingProcess[]}
	| {readonly do: 'delete-tag'}
	| {readonly do: 'remove-note'};

export type Told =
	| {readonly tell: 'held'}
	| {readonly tell: 'fuse-armed'; readonly executionId: string; readonly deadline: AwsMs}
	/** A fuse of ours ran: AWS has resumed, or is about to. */
	| {readonly tell: 'fuse-fired'; readonly executionId: string}
	| {
			readonly tell: 'adopted';
			readonly processes: readonly ScalingProcess[];
			readonly message: string;
	  }
	/** Two repairs in ten minutes: the hold waits for `answer`, at most until its lease is over. */
	| {readonly tell: 'ask-repair'; readonly message: string}
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
	| {readonly of: 'arm'; readonly result: CallResult<string>}
	| {readonly of: 'see-fuse'; readonly result: CallResult<SeenFuse | null>}
	| {readonly of: 'see-fuses'; readonly result: CallResult<readonly SeenFuse[]>}
	| {
			readonly of:
				| 'check-document'
				| 'stop-fuse'
				| 'absorb-tag'
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
	| {
			readonly on: 'release';
			readonly why: EndReason;
			readonly message: string;
			/** Processes of `changed` that the user wants resumed all the same. */
			readonly alsoResume?: readonly ScalingProcess[];
	  }
	| {readonly on: 'guardian-lost'}
	| {readonly on: 'extend'; readonly ms: number}
	/** The answer to `ask-repair`: false releases. */
	| {readonly on: 'answer'; readonly goOn: boolean}
	/** No key for 30 minutes: the lease is renewed no more; a key allows it again. */
	| {readonly on: 'renewals'; readonly allowed: boolean}
	/** Until when AWS acts with what the fuse is armed with; null: no end, or a role of its own. Before `begin` too. */
	| {readonly on: 'credentials'; readonly until: AwsMs | null}
	/** A hold of the ledger, taken up alive by another process (`takenUpHold`): a guardian, then the loop. */
	| {readonly on: 'take-up'}
	/** The guardian keeps a hold whose terminal hung up, at most until its fuse, and then releases it. */
	| {readonly on: 'linger'; readonly ms: number; readonly message: string};

export type CoreEvent = HoldInput & {readonly moment: Moment};
export type Turn = {readonly state: HoldState; readonly commands: readonly Command[]};
