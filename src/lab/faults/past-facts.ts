/** Keeps what groups' processes and tags were, so that a read can be as old as a fault wants it. */
import type {GroupFacts} from '../services/service.ts';
import type {LabMs} from '../types.ts';
import type {LabGroup} from '../world/model.ts';
import type {Region} from '../world/region.ts';

/** A group's processes and tags, each as of so many seconds ago. */
export type PastFacts = (
	group: LabGroup,
	secondsAgo: {readonly processes: number; readonly tags: number},
) => GroupFacts;

/** Ten minutes are kept: no fault asks for more. */
const keptMs = 600_000;

export const recordPastFacts = (region: Region): PastFacts => {
	const past = new WeakMap<LabGroup, {readonly until: LabMs; readonly facts: GroupFacts}[]>();
	region.beforeChange.push(group => {
		const list = past.get(group) ?? [];
		const now = region.clock.now();
		list.push({until: now, facts: {suspended: new Map(group.suspended), tags: new Map(group.tags)}});
		past.set(
			group,
			list.filter(({until}) => until > now - keptMs),
		);
	});
	const asOf = (group: LabGroup, secondsAgo: number): GroupFacts => {
		if (secondsAgo === 0) return group;
		const wanted = region.clock.now() - secondsAgo * 1000;
		return past.get(group)?.find(({until}) => until > wanted)?.facts ?? group;
	};
	return (group, {processes, tags}) => ({
		suspended: asOf(group, processes).suspended,
		tags: asOf(group, tags).tags,
	});
};
