/** Every hold the region's tags tell of, the ledger's own beside them, and suspensions nobody owns. */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {reasonTime} from './core-rules.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import {type ReadTag, readHoldTags} from './tag.ts';
import type {HeldElsewhere} from './types.ts';

export const listHolds = async (
	aws: Aws,
	entries: readonly LedgerEntry[],
): Promise<readonly HeldElsewhere[]> => {
	const groups = await aws.polling.groups({includeInstances: false});
	const now = aws.clock.now();
	const tagged = groups.flatMap(group => holdsOf({group, entries, now, region: aws.facts.region}));
	const known = new Set(tagged.map(({holdId}) => holdId));
	const untagged = entries.filter(({holdId}) => !known.has(holdId)).map(entry => ofEntry(entry, now));
	return [...tagged, ...untagged];
};

type GroupInputs = {
	readonly group: Group;
	readonly entries: readonly LedgerEntry[];
	readonly now: AwsMs;
	readonly region: string;
};

const holdsOf = (inputs: GroupInputs): readonly HeldElsewhere[] => {
	const {group, now} = inputs;
	const tags = readHoldTags(group.tags, now);
	const explained = new Set<string>(
		tags.filter(({phase}) => phase !== 'malformed').flatMap(({claims, baseline}) => [...claims, ...baseline]),
	);
	const strays = group.suspended.filter(({process}) => !explained.has(process));
	return [...tags.map(tag => ofTag(tag, inputs)), ...(strays.length > 0 ? [ofStrays(strays, inputs)] : [])];
};

const ofTag = (tag: ReadTag, {group, entries, region}: GroupInputs): HeldElsewhere => {
	const entry = entries.find(({holdId}) => holdId === tag.holdId);
	const suspended = new Set(group.suspended.map(({process}) => process));
	return {
		holdId: tag.holdId,
		group: group.name,
		region,
		owner: tag.owner ?? '?',
		host: tag.owner?.split('@')[1] ?? '?',
		since: entry?.own.since ?? oldest(group, tag.claims),
		until: tag.until,
		state: tag.phase === 'live' || tag.phase === 'releasing' ? 'live' : 'expired',
		suspended: tag.claims.filter(process => suspended.has(process)),
		mine: entry !== undefined,
	};
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
});

const oldest = (group: Group, processes: readonly string[]): AwsMs | null => {
	const times = group.suspended
		.filter(({process}) => processes.includes(process))
		.map(({reason}) => reasonTime(reason))
		.filter(time => time !== null);
	return times.length === 0 ? null : Math.min(...times);
};
