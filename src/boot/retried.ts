/** What came of a unit that was run again: its runs before, its runs since, and whether it is done with by now. */
import type {Hostile} from '../base/text.ts';
import type {Attempt, Boot, BootUnit} from './types.ts';

export type Retried = {
	readonly unit: Hostile;
	readonly state: BootUnit['state'];
	/** The last run before; null: it had never run in this boot. */
	readonly before: Attempt | null;
	/** The last of the new ones; null: none was seen yet. */
	readonly after: Attempt | null;
	readonly newRuns: number;
};

/** `runsBefore`: how many runs of it the boot had when it was asked for. */
export const retried = (boot: Boot, name: Hostile, runsBefore: number): Retried => {
	const unit = boot.units.find(one => one.name === name);
	const attempts = unit?.attempts ?? [];
	return {
		unit: name,
		state: unit?.state ?? 'waiting',
		before: attempts[runsBefore - 1] ?? null,
		after: attempts.length > runsBefore ? (attempts.at(-1) ?? null) : null,
		newRuns: Math.max(0, attempts.length - runsBefore),
	};
};

export const runsOf = (boot: Boot | null, name: Hostile): number =>
	boot?.units.find(one => one.name === name)?.attempts.length ?? 0;

/** Up or finished: what a person calls well. */
export const isWell = ({state, after}: Retried): boolean =>
	after !== null && (state === 'running' ? after.upSeconds !== null : state === 'finished');

/** Seconds of the last new run until it was up, or until it ended. */
export const tookSeconds = (attempt: Attempt): number | null => {
	const end = attempt.upSeconds ?? attempt.endSeconds;
	return end === null ? null : Math.max(0, end - attempt.startSeconds);
};
