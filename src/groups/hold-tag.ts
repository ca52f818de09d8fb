/**
 * Reads the hold tags of a group, for display. Anybody with tag rights can write one, so nothing but the exact
 * grammar is read, and what is read decides nothing (threats.md H3). hold/tag.ts writes them.
 */
import type {GroupTag} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {HoldTag} from './types.ts';

const maxBytes = 256;

/** Letters of the processes in a tag. */
const processOf: Readonly<Record<string, string>> = {
	R: 'ReplaceUnhealthy',
	H: 'HealthCheck',
	T: 'Terminate',
	A: 'AlarmNotification',
	Z: 'AZRebalance',
	S: 'ScheduledActions',
	I: 'InstanceRefresh',
	L: 'Launch',
	B: 'AddToLoadBalancer',
};

const grammar =
	/^v1 (live|releasing) until=(\d{4}-\d\d-\d\dT\d\d:\d\dZ) by=([A-Za-z0-9._-]{1,32})@([A-Za-z0-9._-]{1,32}) procs=([RHTAZSILB]{1,9})(?: base=([RHTAZSILB]{1,9}))?(?: fuse=[0-9a-f-]{1,36})?(?: why=([\x20-\x7e]*))?$/;

/** Total: null for a tag that is none of ours, `unreadable` for one that is but breaks the grammar. */
export const parseHoldTag = ({key, value}: Pick<GroupTag, 'key' | 'value'>): HoldTag | null => {
	const named = /^unflap:(hold|broken):([0-9a-f]{8})$/.exec(key);
	if (!named) return null;
	const holdId = named[2] ?? '';
	const match = Buffer.byteLength(value) <= maxBytes ? grammar.exec(value) : null;
	const until = Date.parse(match?.[2] ?? '');
	const processes = processesOf(match?.[5] ?? '');
	const baseline = processesOf(match?.[6] ?? '');
	if (!match || Number.isNaN(until) || processes === null || baseline === null)
		return {...unreadable, holdId, phase: named[1] === 'broken' ? 'broken' : 'unreadable', raw: value};
	return {
		holdId,
		phase: named[1] === 'broken' ? 'broken' : match[1] === 'live' ? 'live' : 'releasing',
		owner: match[3] ?? '',
		host: match[4] ?? '',
		until,
		processes,
		baseline,
		why: match[7] ?? '',
		raw: value,
	};
};

/** Live by its own words: a claim, as everything in a tag. */
export const isLive = ({phase, until}: HoldTag, now: AwsMs): boolean =>
	phase === 'live' && until !== null && until > now;

const unreadable = {owner: '', host: '', until: null, processes: [], baseline: [], why: ''};

/** null where a letter comes twice. */
const processesOf = (letters: string): readonly string[] | null =>
	new Set(letters).size === letters.length ? [...letters].map(letter => processOf[letter] ?? letter) : null;
