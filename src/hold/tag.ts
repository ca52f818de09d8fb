/**
 * The hold's tag `unflap:hold:<8 hex>`: what we write, and what the core reads in the tags of others.
 * A tag is a claim anybody with tag rights can make, so nothing here ever makes a process ours (threats.md H1 to H4).
 */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {parseHoldTag} from '../groups/hold-tag.ts';
import type {HoldTag} from '../groups/types.ts';
import {inOrder, lettersOf} from './processes.ts';

const keyPrefix = 'unflap:hold:';
const brokenPrefix = 'unflap:broken:';
const maxValueLength = 256;
/** The longest lease is 60 minutes; a tag that promises more is malformed. */
const longestLeaseMs = 65 * 60_000;

export const holdTagKey = (holdId: string): string => `${keyPrefix}${holdId}`;
export const brokenTagKey = (holdId: string): string => `${brokenPrefix}${holdId}`;

export const isHoldId = (text: string): boolean => /^[0-9a-f]{8}$/.test(text);

export type HoldTagFields = {
	readonly phase: 'live' | 'releasing';
	readonly until: AwsMs;
	readonly owner: string;
	/** What the hold keeps suspended, whoever suspended it. */
	readonly processes: readonly string[];
	readonly baseline: readonly string[];
	/** The beginning of the fuse's execution id, or null. */
	readonly fuse: string | null;
	readonly why: string;
};

/** The tag's value, at most 256 characters: a long reason is cut, nothing else. */
export const formatHoldTag = ({
	phase,
	until,
	owner,
	processes,
	baseline,
	fuse,
	why,
}: HoldTagFields): string => {
	const base = lettersOf(baseline);
	const head = [
		`v1 ${phase}`,
		`until=${formatUntil(until)}`,
		`by=${owner}`,
		`procs=${lettersOf(processes)}`,
		...(base === '' ? [] : [`base=${base}`]),
		...(fuse !== null && /^[0-9a-f-]{1,36}$/.test(fuse) ? [`fuse=${fuse}`] : []),
	].join(' ');
	const reason = why.replaceAll(/[^A-Za-z0-9 ,.:/=+@_-]/g, '').trim();
	return reason === '' ? head : `${head} why=${reason}`.slice(0, maxValueLength).trimEnd();
};

/** Whole minutes as in the AWS console, rounded up: a tag never promises less than the lease. */
const formatUntil = (until: AwsMs): string =>
	`${new Date(Math.ceil(until / 60_000) * 60_000).toISOString().slice(0, 16)}Z`;

/** Letters, digits and `@ . _ -` only, as a tag's fields may be shown in our frames (T12). */
export const ownerText = (user: string, host: string): string => {
	const clean = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]/g, '').slice(0, 24) || 'unknown';
	return `${clean(user)}@${clean(host.split('.')[0] ?? '')}`;
};

/** A hold tag as it was read. Malformed and far-future ones name no process. */
export type ReadTag = {
	readonly holdId: string;
	readonly phase: 'live' | 'releasing' | 'expired' | 'malformed' | 'newer';
	/** What it says of itself, also when its time is over; null where it cannot be read. */
	readonly said: 'live' | 'releasing' | null;
	readonly claims: readonly ScalingProcess[];
	readonly baseline: readonly ScalingProcess[];
	readonly owner: string | null;
	readonly until: AwsMs | null;
};

type Tags = readonly {readonly key: string; readonly value: string}[];

/** Every hold tag on the group but ours. */
export const otherHolds = (tags: Tags, ownId: string, now: AwsMs): readonly ReadTag[] =>
	readHoldTags(
		tags.filter(({key}) => key !== holdTagKey(ownId)),
		now,
	);

export const readHoldTags = (tags: Tags, now: AwsMs): readonly ReadTag[] =>
	tags
		.filter(({key}) => key.startsWith(keyPrefix) && isHoldId(key.slice(keyPrefix.length)))
		.map(tag => readTag(tag, parsedOnce(tag), now));

/** A read of the group is judged several times; each of its tags is parsed once. */
const parsedOnce = (tag: Tags[number]): HoldTag | null => {
	const known = parsedTags.get(tag);
	if (known !== undefined) return known;
	const parsed = parseHoldTag(tag);
	parsedTags.set(tag, parsed);
	return parsed;
};

const parsedTags = new WeakMap<Tags[number], HoldTag | null>();

const readTag = ({key, value}: Tags[number], tag: HoldTag | null, now: AwsMs): ReadTag => {
	const holdId = key.slice(keyPrefix.length);
	const nothing = {holdId, said: null, claims: [], baseline: [], owner: null, until: null};
	if (/^v[2-9]\d* /.test(value)) return {...nothing, phase: 'newer'};
	const until = tag?.until ?? null;
	const readable = tag !== null && (tag.phase === 'live' || tag.phase === 'releasing') && until !== null;
	if (!readable || until > now + longestLeaseMs) return {...nothing, phase: 'malformed'};
	return {
		holdId,
		phase: until < now ? 'expired' : tag.phase === 'live' ? 'live' : 'releasing',
		said: tag.phase === 'live' ? 'live' : 'releasing',
		claims: inOrder(tag.processes),
		baseline: inOrder(tag.baseline),
		owner: `${tag.owner}@${tag.host}`,
		until,
	};
};
