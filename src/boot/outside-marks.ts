/** What happens outside the box, put on the boot's own clock. */
import type {OutsideMark} from './waterfall.ts';

/** Milliseconds since 1970 UTC, as AWS says; null for not known. */
export type OutsideFacts = {
	readonly launchedAt: number | null;
	/** The launch activity's end: the group counts the box as in service. */
	readonly inServiceAt: number | null;
	/** Health checks of the load balancer count only after these seconds in service. */
	readonly graceSeconds: number | null;
	readonly diedAt: number | null;
	/** When it is taken out of service if its check goes on failing. */
	readonly predictedDeathAt?: number | null;
};

/** A boot's clock that is further off than this from its launch is not believed. */
const believedMs = 10 * 60_000;
/** Marks beyond this many times the length of the boot would squeeze it into a few cells. */
const furthest = 5;
const leastSpanSeconds = 600;

export const outsideMarks = (
	boot: {readonly startedAtUs: number | null; readonly lastSeconds: number},
	facts: OutsideFacts,
): readonly OutsideMark[] => {
	const zeroMs = zeroOf(boot.startedAtUs, facts.launchedAt);
	if (zeroMs === null) {
		return [];
	}

	const span = Math.max(leastSpanSeconds, furthest * boot.lastSeconds);
	const mark = (at: number | null, label: string): readonly OutsideMark[] => {
		const atSeconds = at === null ? Number.NaN : (at - zeroMs) / 1000;
		return atSeconds >= 0 && atSeconds <= span ? [{atSeconds, label}] : [];
	};
	const graceEnds =
		facts.inServiceAt === null || facts.graceSeconds === null || facts.graceSeconds === 0
			? null
			: facts.inServiceAt + facts.graceSeconds * 1000;
	return [
		...mark(facts.inServiceAt, 'in service'),
		...mark(graceEnds, 'grace'),
		...(facts.diedAt === null ? mark(facts.predictedDeathAt ?? null, 'end?') : mark(facts.diedAt, 'died')),
	];
};

/** A box's clock may be wrong, and a box may have rebooted long after its launch. */
const zeroOf = (startedAtUs: number | null, launchedAt: number | null): number | null => {
	const startedAt = startedAtUs === null ? null : startedAtUs / 1000;
	if (launchedAt === null || startedAt === null) {
		return startedAt ?? launchedAt;
	}

	return startedAt < launchedAt - believedMs ? launchedAt : startedAt;
};
