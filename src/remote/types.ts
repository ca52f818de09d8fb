/** Answers of a box to the command lines of this room. */
import type {Hostile} from '../base/text.ts';

/** What `systemctl show` said of one unit; only what the model uses. */
export type UnitFacts = {
	readonly id: Hostile;
	readonly loadState: string;
	readonly activeState: string;
	readonly subState: string;
	readonly result: string;
	readonly type: string;
	readonly execMainCode: number;
	readonly execMainStatus: number;
	readonly restarts: number;
	readonly conditionResult: boolean | null;
	readonly conditionAtUs: number;
	readonly inactiveExitUs: number;
	readonly activeEnterUs: number;
	readonly activeExitUs: number;
	readonly inactiveEnterUs: number;
	readonly requires: readonly Hostile[];
	readonly wants: readonly Hostile[];
	readonly bindsTo: readonly Hostile[];
	readonly after: readonly Hostile[];
	readonly fragmentPath: Hostile;
	readonly unitFileState: string;
	readonly execStart: Hostile;
	readonly restart: string;
};
