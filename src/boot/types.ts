/** The boot model: units, attempts, chain, first fault. Built by folding journal entries, refined by unit state. */
import type {Hostile} from '../base/text.ts';
import type {UnitFacts} from '../remote/types.ts';

export type UnitState = 'running' | 'finished' | 'failed' | 'cancelled' | 'skipped' | 'waiting' | 'orphan';

export type Attempt = {
	/** 1 for the first. */
	readonly number: number;
	/** Seconds since the boot's monotonic zero. */
	readonly startSeconds: number;
	/** When its start job was done, or null: not up (yet). A bar is drawn from start to up, or to end. */
	readonly upSeconds: number | null;
	/** null while it runs. */
	readonly endSeconds: number | null;
	/** systemd's result word: 'success', 'exit-code', 'signal', 'core-dump', 'oom-kill', 'timeout', 'start-limit-hit', …; null while it runs. */
	readonly result: string | null;
	readonly exitCode: number | null;
	readonly signal: number | null;
	readonly gaveUp: boolean;
	readonly why: Hostile | null;
};

export type BootUnit = {
	readonly name: Hostile;
	readonly state: UnitState;
	readonly startSeconds: number | null;
	/** When the last attempt was up (a oneshot: finished), or null. */
	readonly upSeconds: number | null;
	readonly endSeconds: number | null;
	readonly attempts: readonly Attempt[];
	readonly result: string | null;
	readonly exitCode: number | null;
	readonly why: Hostile | null;
	readonly requires: readonly Hostile[];
	readonly after: readonly Hostile[];
	readonly recovered: boolean;
	/** The failed unit that cancelled this one's start, or null. */
	readonly cancelledBy: Hostile | null;
	/** True when its end came after the shutdown began: a consequence, never a fault. */
	readonly endedByShutdown: boolean;
	/** What `systemctl show` said of it last, or null: only the journal is known. */
	readonly facts: UnitFacts | null;
	/** The unit's own last lines before its first failure, oldest first, at most 10. */
	readonly lastWords: readonly Hostile[];
};

export type FirstFault = {
	readonly unit: Hostile;
	readonly result: string;
	readonly exitCode: number | null;
	/** The line that says why, best guess: the unit's own error, else systemd's sentence. */
	readonly message: Hostile;
	/** Microseconds since 1970 UTC. */
	readonly atUs: number;
	readonly atSeconds: number;
};

export type BootNote = {readonly kind: string; readonly text: Hostile; readonly atSeconds: number | null};

export type Boot = {
	readonly bootId: string;
	/** Microseconds since 1970 UTC of the monotonic zero, by a late entry. */
	readonly startedAtUs: number | null;
	readonly finished: boolean;
	/** Seconds at which "Startup finished" came, or null. */
	readonly finishedSeconds: number | null;
	/** When a shutdown began, or null: failures after it are consequences. */
	readonly shutdownSeconds: number | null;
	/** Time of the first entry. Far from zero where the start of the journal is lost, or in a container. */
	readonly firstSeconds: number;
	readonly lastSeconds: number;
	/** How long kernel and initrd took, by "Startup finished", or null. */
	readonly kernelSeconds: number | null;
	readonly firstFault: FirstFault | null;
	readonly chain: readonly Hostile[];
	readonly units: readonly BootUnit[];
	readonly notes: readonly BootNote[];
	readonly entryCount: number;
	/** Lines journald said it dropped. */
	readonly suppressed: number;
};
