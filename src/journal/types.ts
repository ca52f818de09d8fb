/** One journal entry as unflap keeps it. */
import type {Hostile} from '../base/text.ts';

export type JournalEntry = {
	/** `__CURSOR`, or '' when it fails the grammar of threats.md Q5. */
	readonly cursor: string;
	/** 32 hex, or ''. */
	readonly bootId: string;
	/** Microseconds since 1970 UTC; 0 when absent. */
	readonly realtimeUs: number;
	/** Microseconds since boot; `_SOURCE_MONOTONIC_TIMESTAMP` for kernel lines. */
	readonly monotonicUs: number;
	/** The unit the entry is about: UNIT (from PID 1), OBJECT_SYSTEMD_UNIT, COREDUMP_UNIT, else _SYSTEMD_UNIT; '' for none. */
	readonly unit: Hostile;
	/** 0 to 7; 6 when absent. */
	readonly priority: number;
	readonly identifier: Hostile;
	readonly pid: number;
	/** Decoded text; bytes that are not UTF-8 stand as U+FFFD here and as they were in `bytes`. */
	readonly message: Hostile;
	/** Only when the message is not valid UTF-8. */
	readonly bytes?: Uint8Array;
	/** How much of the message was cut by our cap, in bytes; 0 for none. */
	readonly cutBytes: number;
	readonly transport: string;
	/** Fields for the boot model. Present only where the entry has them. */
	readonly fields: Readonly<Partial<Record<JournalField, Hostile>>>;
	/** True when the entry is PID 1's own (`_PID=1`, and `_UID` 0 or absent): the only ones state may come from. */
	readonly fromManager: boolean;
};

export type JournalField =
	| 'MESSAGE_ID'
	| 'JOB_RESULT'
	| 'JOB_TYPE'
	| 'UNIT_RESULT'
	| 'EXIT_CODE'
	| 'EXIT_STATUS'
	| 'INVOCATION_ID'
	| '_SYSTEMD_INVOCATION_ID'
	| '_STREAM_ID'
	| '_LINE_BREAK'
	| 'N_RESTARTS'
	| 'N_DROPPED'
	| 'COMMAND'
	| '_COMM'
	| '_UID';
