/** What commands and screens see of a hold. The core's own state and events live in core.ts. */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {Care} from './care-types.ts';
import type {Catcher, CatcherOptions} from './catcher.ts';
import type {DyingHooks} from './dying-hooks.ts';

export type Preset = 'freeze' | 'no-replace' | 'quiet';

export type HoldRequest = {
	readonly group: string;
	readonly processes: readonly ScalingProcess[];
	readonly preset: Preset | 'custom';
	/** AWS seconds. */
	readonly forSeconds: number;
	readonly reason: string;
	/** 'none' is `--no-fuse`: fifteen minutes at most, no renewal. */
	readonly net: 'fuse' | 'none';
	/** Strays without a tag that the user adopts by a typed yes: they join what is ours to resume. */
	readonly adopt?: readonly ScalingProcess[];
	/** Somebody sees and answers `HoldView.question`: the TUI. False where absent. */
	readonly interactive?: boolean;
};

/** What AWS does by itself when everything of ours is gone. */
export type HoldNet =
	| {
			readonly kind: 'fuse';
			readonly executionId: string;
			/** When AWS resumes by itself. */
			readonly deadline: AwsMs;
			/** As AWS says it; open enum: 'Pending', 'InProgress', … */
			readonly status: string;
			/** Set where the deadline is bound to the credentials it was armed with. */
			readonly asYouUntil: AwsMs | null;
	  }
	| {readonly kind: 'arming'}
	| {readonly kind: 'none'};

/** Everything the preview says, read from the group as it is. */
export type HoldPreview = {
	readonly group: string;
	readonly preset: Preset | 'custom';
	/** Whom it touches, in one line. */
	readonly touches: Hostile;
	readonly wanted: readonly ScalingProcess[];
	/** Suspended before us and left off: the preset's and others'. */
	readonly baseline: readonly string[];
	readonly covered: readonly string[];
	readonly notCovered: readonly {readonly instanceId: string; readonly why: string}[];
	/** Plain sentences: what holding costs, what it cannot do. */
	readonly costs: readonly Hostile[];
	readonly until: AwsMs;
	readonly healthyBoxes: number;
	readonly mostlyHookDeaths: boolean;
	/** Another live hold: ours joins. */
	readonly joins: readonly {readonly holdId: string; readonly owner: string}[];
	/** Boxes already marked Unhealthy: asked once whether to set them Healthy. */
	readonly marked: readonly string[];
	/** Why the hold would be refused, or null. */
	readonly refusal: string | null;
	readonly permission: 'permitted' | 'denied' | 'unknown';
};

/** Who will die of a release, and what it gives back. */
export type ReleasePreview = {
	readonly group: string;
	readonly givesBack: readonly string[];
	readonly leavesOff: readonly {readonly process: string; readonly why: string}[];
	readonly terminate: readonly {readonly instanceId: string; readonly why: Hostile}[];
	readonly judge: readonly {readonly instanceId: string; readonly why: Hostile}[];
	readonly launches: string | null;
	readonly stillHeldBy: readonly string[];
	/** Ours once, but resumed and suspended anew by somebody else: resumed on a yes only. */
	readonly changedByOther: readonly {readonly process: string; readonly reason: Hostile}[];
	/** terminate + judge: the number to type; 0 means enter releases. */
	readonly dies: number;
};

export type HoldPhase =
	| 'acquiring'
	| 'held'
	| 'ending'
	| 'releasing'
	| 'released'
	| 'refused'
	| 'release-incomplete'
	| 'handed-over';

/** A snapshot of one hold of this process: stable reference until something changes. */
export type HoldView = {
	readonly holdId: string;
	readonly group: string;
	readonly phase: HoldPhase;
	readonly owner: string;
	readonly others: readonly string[];
	readonly since: AwsMs | null;
	/** The fixed end, moved by a person only. */
	readonly until: AwsMs;
	readonly totalSeconds: number;
	readonly wanted: readonly ScalingProcess[];
	readonly baseline: readonly string[];
	readonly covered: readonly string[];
	readonly notCovered: readonly {readonly instanceId: string; readonly why: string}[];
	readonly net: HoldNet;
	/** Processes of the baseline that their owner resumed and that this hold took up. */
	readonly adopted: readonly string[];
	readonly warnings: readonly Hostile[];
	/** After two repairs in ten minutes: go on, or release? Waits for `answer`. */
	readonly question: Hostile | null;
	/** Whether the lease is renewed: not after 30 minutes without a key. */
	readonly renews: boolean;
	readonly outcome: HoldOutcome | null;
};

export type HoldOutcome =
	| {
			readonly kind: 'released';
			readonly resumed: readonly string[];
			readonly left: readonly {readonly process: string; readonly why: string}[];
			readonly verified: boolean;
			readonly at: AwsMs;
			readonly seconds: number;
			/** Why it ended although nobody asked: exit 1. Null for an end that was wished. */
			readonly failure: Hostile | null;
			/** The tag could not be deleted; it runs out by itself. */
			readonly tagLeft: boolean;
			/** A fuse could not be stopped; it ends by itself, and finds nothing of ours to resume. */
			readonly fuseLeft: boolean;
	  }
	| {
			readonly kind: 'refused';
			readonly message: Hostile;
			readonly next: readonly string[];
			readonly clean: boolean;
	  }
	| {
			readonly kind: 'incomplete';
			readonly still: readonly string[];
			readonly command: string;
			readonly guardian: boolean;
			/** Owners of tags that claim what is left, with no live fuse behind them. */
			readonly claimants?: readonly string[];
			/** The fuse that stays armed and resumes the rest. */
			readonly fuse?: {readonly executionId: string; readonly deadline: AwsMs} | null;
	  };

/** The events `hold -o jsonl` prints, in the contract's words. */
export type HoldEvent =
	| {
			readonly event: 'preview';
			readonly group: string;
			readonly wanted: readonly string[];
			readonly baseline: readonly string[];
			readonly covered: readonly string[];
			readonly notCovered: readonly string[];
			readonly until: string;
	  }
	| {readonly event: 'fuse-armed'; readonly executionId: string; readonly deadline: string}
	/** A fuse of ours ran: AWS has resumed, or is about to. */
	| {readonly event: 'fuse-fired'; readonly executionId: string}
	| {readonly event: 'adopted'; readonly processes: readonly string[]; readonly message: string}
	| {
			readonly event: 'held';
			readonly holdId: string;
			readonly group: string;
			readonly suspended: readonly string[];
			readonly baseline: readonly string[];
			readonly until: string;
	  }
	| {readonly event: 'renewed'; readonly until: string}
	| {readonly event: 'repaired'; readonly processes: readonly string[]; readonly message: string}
	| {readonly event: 'warning'; readonly message: string}
	| {readonly event: 'refused'; readonly message: string; readonly next: readonly string[]}
	| {
			readonly event: 'released';
			readonly resumed: readonly string[];
			readonly left: readonly string[];
			readonly verified: boolean;
			readonly seconds: number;
	  }
	| {
			readonly event: 'release-incomplete';
			readonly still: readonly string[];
			readonly command: string;
			/** Owners of tags that claim what is left, with no live fuse behind them. */
			readonly claimants?: readonly string[];
	  };

/** One running hold: the shell around the pure core. */
export type HoldSession = {
	readonly view: () => HoldView;
	readonly subscribe: (listener: () => void) => () => void;
	readonly onEvent: (listener: (event: HoldEvent) => void) => void;
	/** Resolves when it is held, refused or ended. */
	readonly settled: Promise<HoldView>;
	readonly extend: (seconds: number) => void;
	readonly releasePreview: () => Promise<ReleasePreview>;
	/**
	 * Releases without questions; resolves with the outcome. A second call returns the same promise. `alsoResume`: what
	 * others suspended anew and the user wants back all the same.
	 */
	readonly release: (options?: {readonly alsoResume?: readonly string[]}) => Promise<HoldOutcome>;
	/** To `question`: false releases. */
	readonly answer: (goOn: boolean) => void;
	/** False: the lease runs out; true: renewed again. */
	readonly renewals: (allowed: boolean) => void;
	/** Lets the guardian finish; resolves at once with the line to print. */
	readonly handOver: () => HoldOutcome;
	/**
	 * The terminal is lost: the guardian keeps the hold for `ms` of process time, so that `takeUp` can have it back, and
	 * then releases it. A hold that does not stand yet, or is being released, is handed over.
	 */
	readonly linger: (ms: number) => Promise<HoldOutcome>;
	readonly done: Promise<HoldOutcome>;
	/** A command that runs under the hold: the guardian sends it SIGTERM before it releases. */
	readonly accompany: (pid: number) => Promise<void>;
};

export type HeldElsewhere = {
	readonly holdId: string;
	readonly group: string;
	readonly region: string;
	readonly owner: string;
	readonly host: string;
	readonly since: AwsMs | null;
	readonly until: AwsMs | null;
	readonly state: 'live' | 'expired' | 'stray';
	readonly suspended: readonly string[];
	readonly mine: boolean;
	readonly fuse: {readonly executionId: string; readonly deadline: AwsMs; readonly state: string} | null;
};

export type ReleaseSelection =
	| {readonly by: 'group'; readonly group: string; readonly force: boolean}
	| {readonly by: 'hold'; readonly holdId: string; readonly force: boolean}
	| {readonly by: 'all'; readonly force: boolean};

export type ReleasedHold = {
	readonly group: string;
	readonly holdId: string;
	readonly result: 'finished' | 'reported' | 'incomplete';
	readonly text: Hostile;
	readonly resumed: readonly string[];
	readonly still: readonly string[];
};

/** Who is to be caught, and who hears of it. */
export type CatchRequest = Pick<CatcherOptions, 'group' | 'wish' | 'command' | 'onNews'>;

/** All holds of this process, and the way to make one. */
export type Holds = {
	/** Single boxes: healing, pins, Standby and Detach, strays. */
	readonly care: Care;
	/** Our hooks on terminations, for a post-mortem. */
	readonly dying: DyingHooks;
	/** Waits for the next box of a group from now on. */
	readonly catch: (request: CatchRequest) => Catcher;
	readonly sessions: () => readonly HoldSession[];
	readonly subscribe: (listener: () => void) => () => void;
	/** A hold is about to be asked for: its guardian is loaded meanwhile. `preview` does so too. */
	readonly expectHold: () => void;
	readonly preview: (
		group: string,
		preset: Preset | readonly ScalingProcess[],
		forSeconds: number,
	) => Promise<HoldPreview>;
	readonly hold: (request: HoldRequest) => HoldSession;
	/** Finishes dead entries of the ledger (at start, and `release`): what was finished, and what was only reported. */
	readonly finishLeftOvers: () => Promise<
		readonly {
			readonly group: string;
			readonly holdId: string;
			readonly result: 'finished' | 'reported';
			readonly text: string;
		}[]
	>;
	readonly list: () => Promise<readonly HeldElsewhere[]>;
	readonly releaseAll: () => Promise<readonly HoldOutcome[]>;
	readonly handOverAll: () => readonly HoldOutcome[];
	/** `linger` of every live hold for the configured time; resolves when every guardian has heard it. */
	readonly lingerAll: () => Promise<readonly HoldOutcome[]>;
	/** Holds that a guardian of this machine keeps for a lost terminal: from now on they are sessions of this process. */
	readonly takeUp: () => Promise<
		readonly {readonly group: string; readonly holdId: string; readonly since: AwsMs}[]
	>;
	/** What `unflap release` does: the ledger first, then tags; see release-holds.ts. */
	readonly release: (selection: ReleaseSelection) => Promise<readonly ReleasedHold[]>;
	/** The box in focus: counted in `covered`, set Healthy after a hold if the user said yes. */
	readonly setHealthy: (instanceId: string) => Promise<void>;
};
