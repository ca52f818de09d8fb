/** What is done for single boxes, beside a hold: healing, Standby, Detach, pins. Commands and screens see this. */
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

/** `healthy`, `standby` and `detach` keep a box; `abandon` ends its launch hook, and so the box. */
export type Deed = 'healthy' | 'standby' | 'detach' | 'abandon';

/** How one box was taken out of service while the others serve. */
export type PatientWay = 'standby' | 'detach';

export type DeedRequest = {readonly group: string; readonly instanceId: string; readonly deed: Deed};

/** How a deed ended. It never throws for what AWS refuses. */
export type DeedResult = {
	/** AWS was asked and was seen to have done it. */
	readonly done: boolean;
	/** One sentence. */
	readonly says: Hostile;
	/** What to do next, cheapest first. */
	readonly next: readonly Hostile[];
};

/** A box whose wait is kept alive by heartbeats of its hook. A stable reference until something changes. */
export type PinView = {
	readonly group: string;
	readonly instanceId: string;
	/** Null until a heartbeat told which of the group's hooks the box waits for. */
	readonly hook: Hostile | null;
	/** `watching`: the box does not wait for a hook now, and needs no heartbeat. */
	readonly state: 'watching' | 'beating' | 'failing' | 'ended';
	readonly waitingSince: AwsMs | null;
	/** No heartbeat keeps it longer (GlobalTimeout); null while it is not in a wait state. */
	readonly until: AwsMs | null;
	readonly lastBeatAt: AwsMs | null;
	/** One sentence on how it stands, or why it ended. */
	readonly says: Hostile;
};

/** A box in Standby or detached by us: on record until it is back, or was given up. */
export type PatientView = {
	readonly patientId: string;
	readonly group: string;
	readonly region: string;
	readonly instanceId: string;
	readonly way: PatientWay;
	readonly since: AwsMs;
	readonly owner: string;
	/** The AWS CLI line that undoes it, or null where a name in it cannot be pasted safely. */
	readonly undo: string | null;
};

export type StrayRequest = {
	readonly group: string;
	/** As they were shown: one whose reason is another by now is left alone. */
	readonly strays: readonly {readonly process: string; readonly reason: Hostile}[];
};

export type Care = {
	readonly subscribe: (listener: () => void) => () => void;
	/** Does it and reads it back. Standby and Detach leave a record first. */
	readonly act: (request: DeedRequest) => Promise<DeedResult>;
	/** Pinned boxes of this process, in the order they were pinned. */
	readonly pins: () => readonly PinView[];
	readonly pin: (group: string, instanceId: string) => void;
	readonly unpin: (group: string, instanceId: string) => void;
	/** As last read; `readPatients` reads the records of every run of this user here. */
	readonly patients: () => readonly PatientView[];
	readonly readPatients: () => Promise<readonly PatientView[]>;
	/** ExitStandby, read back. A detached box is not brought back: its record is closed and the box is named. */
	readonly bringBack: (patient: PatientView) => Promise<DeedResult>;
	readonly resumeStrays: (request: StrayRequest) => Promise<DeedResult>;
	/** Heartbeats end; the hooks then run out by themselves. */
	readonly stop: () => void;
};
