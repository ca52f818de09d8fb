/** Recordings whose machine was switched off in mid-boot: what EC2 shows as a terminated instance. */
import {lifeOf} from '../box/life.ts';
import type {Recording} from '../types.ts';

/** Seconds from power on to the end of the machine, or null where the recording ends while it runs. */
export const endOfMachineSeconds = (recording: Recording): number | null =>
	lifeOf(recording).boots.at(-1)?.endSeconds ?? null;
