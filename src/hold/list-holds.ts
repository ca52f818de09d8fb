/** Every hold the region's tags and fuses tell of, the ledger's own beside them, and suspensions nobody owns. */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {reasonTime} from './core-rules.ts';
import type {Fuses, GroupFuse} from './fuse.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {type ReadTag, readHoldTags} from './tag.ts';
import type {HeldElsewhere} from './types.ts';

export const listHolds = async (
	aws: Aws,
	fuses: Fuses,
	entries: readonly LedgerEntry[],
): Promise<readonly HeldElsewhere[]> => {
	const [groups, runs] = await Promise.all([aws.polling.groups({includeInstances: false}), readFuses(fuses)]);
	const now = aws.clock.now();
	const region = aws.facts.region;
	const told = groups.flatMap(group => {
		const own = runs.filter(run => run.group === group.name);
		return holdsOf({group, fuses: own, entries, now, region});
	});
	const known = new Set(told.map(({holdId}) => holdId));
	const untold = entries.filter(({holdId}) => !known.has(holdId)).map(entry => ofEntry(entry, now));
	return [...told, ...untold];
};

/** Who may not list automations sees the holds without their fuses. */
const readFuses = async (fuses: Fuses): Promise<readonly GroupFuse[]> => {
	const [settled] = await Promise.allSettled([fuses.listLive()]);
	return settled.status === 'fulfilled' ? settled.value.filter(({genuine}) => genuine) : [];
};

type GroupInputs = {
	readonly group: Group;
	readonly fuses: readonly GroupFuse[];
	readonly entries: readonly LedgerEntry[];
	readonly now: AwsMs;
	readonly region: string;
};

const holdsOf = (inputs: GroupInputs): readonly HeldElsewhere[] => {
	const {group, fuses, now} = inputs;
	const tags = readHoldTags(group.tags, now);
	const tagged = new Set(tags.map(({holdId}) => holdId));
	const untagged = new Set(fuses.map(({holdId}) => holdId).filter(holdId => !tagged.has(holdId)));
	const explained = new Set<string>([
		...tags
			.filter(({phase}) => phase !== 'malformed')
			.flatMap(({claims, baseline}) => [...claims, ...baseline]),
		...fuses.flatMap(({processes}) => processes),
	]);
	const strays = group.suspended.filter(({process}) => !explained.has(process));
	return [
		...tags.map(tag => ofTag(tag, inputs)),
		...[...untagged].map(holdId => ofFuse(holdId, inputs)),
		...(strays.length > 0 ? [ofStrays(strays, inputs)] : []),
	];
};

/** A hold whose fuse is armed is live, whatever its tag says. */
const ofTag = (tag: ReadTag, inputs: GroupInputs): HeldElsewhere => {
	const {group, entries, region} = inputs;
	const entry = entries.find(({holdId}) => holdId === tag.holdId);
	const fuse = newestFuse(tag.holdId, inputs);
	const isLive = tag.phase === 'live' || tag.phase === 'releasing' || fuse !== null;
	return {
		holdId: tag.holdId,
		group: group.name,
		region,
		owner: tag.owner ?? '?',
		host: tag.owner?.split('@')[1] ?? '?',
		since: entry?.own.since ?? oldest(group, tag.claims),
		until: tag.until,
		state: isLive ? 'live' : 'expired',
		suspended: stillSuspended(group, tag.claims),
		mine: entry !== undefined,
		fuse,
	};
};

/** Its tag is gone; AWS resumes at the deadline. */
const ofFuse = (holdId: string, inputs: GroupInputs): HeldElsewhere => {
	const {group, fuses, entries, region} = inputs;
	const entry = entries.find(one => one.holdId === holdId);
	const fuse = newestFuse(holdId, inputs);
	const processes = fuses.find(({executionId}) => executionId === fuse?.executionId)?.processes ?? [];
	return {
		holdId,
		group: group.name,
		region,
		owner: entry?.owner ?? '?',
		host: entry?.machine.host ?? '?',
		since: entry?.own.since ?? oldest(group, processes),
		until: fuse?.deadline ?? null,
		state: 'live',
		suspended: stillSuspended(group, processes),
		mine: entry !== undefined,
		fuse,
	};
};

const newestFuse = (holdId: string, {fuses}: GroupInputs): HeldElsewhere['fuse'] => {
	const [newest] = fuses
		.filter(fuse => fuse.holdId === holdId)
		.toSorted((one, other) => other.deadline - one.deadline);
	if (newest === undefined) return null;
	return {executionId: newest.executionId, deadline: newest.deadline, state: newest.status};
};

const stillSuspended = (group: Group, processes: readonly string[]): readonly string[] => {
	const suspended = new Set(group.suspended.map(({process}) => process));
	return processes.filter(process => suspended.has(process));
};

const ofStrays = (strays: Group['suspended'], {group, region}: GroupInputs): HeldElsewhere => ({
	holdId: '',
	group: group.name,
	region,
	owner: '?',
	host: '?',
	since: oldest(
		group,
		strays.map(({process}) => process),
	),
	until: null,
	state: 'stray',
	suspended: strays.map(({process}) => process),
	mine: false,
	fuse: null,
});

/** In the ledger, but its tag is gone or was never written. */
const ofEntry = (entry: LedgerEntry, now: AwsMs): HeldElsewhere => ({
	holdId: entry.holdId,
	group: entry.group,
	region: entry.place.region,
	owner: entry.owner,
	host: entry.machine.host,
	since: entry.own.since,
	until: entry.own.leaseUntil,
	state: entry.own.leaseUntil > now ? 'live' : 'expired',
	suspended: entry.own.wanted,
	mine: true,
	fuse: null,
});

const oldest = (group: Group, processes: readonly string[]): AwsMs | null => {
	const times = group.suspended
		.filter(({process}) => processes.includes(process))
		.map(({reason}) => reasonTime(reason))
		.filter(time => time !== null);
	return times.length === 0 ? null : Math.min(...times);
};
