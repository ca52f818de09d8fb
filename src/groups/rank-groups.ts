/** Worst first: what flaps or is held by its rate, then strays, then what cannot be judged, then the calm. */
import type {GroupState, GroupView, RankGroups} from './types.ts';

export const rankGroups: RankGroups = groups => groups.toSorted(byRank);

const ranks: Readonly<Record<GroupState, number>> = {
	flapping: 0,
	// A group keeps its place when it is held.
	held: 0,
	stray: 1,
	unknown: 2,
	deleting: 3,
	calm: 4,
};

const byRank = (one: GroupView, other: GroupView): number =>
	ranks[one.state] - ranks[other.state] ||
	(other.flaps.flapsPerHour ?? 0) - (one.flaps.flapsPerHour ?? 0) ||
	compareText(one.group.name, other.group.name);

/** By code units: the same order on every machine, and never 0 for names that differ. */
const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
