/**
 * `unflap release`: finishes what this machine's ledger says, then looks at the tags that are left on the groups named.
 * A hold that is alive, and a claim nobody can prove, are resumed only with `--force`, by name.
 */
import {randomUUID} from 'node:crypto';
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {CoreOutcome, Ownership} from './core-state.ts';
import type {Fuses, GroupFuse} from './fuse.ts';
import {type Ledger, liveness} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {finishLeftOver, type LeftOver} from './left-overs.ts';
import type {MachineIdentity} from './process-identity.ts';
import {inOrder} from './processes.ts';
import {releaseEntry} from './release-entry.ts';
import {brokenTagKey, holdTagKey, type ReadTag, readHoldTags} from './tag.ts';
import type {ReleasedHold, ReleaseSelection} from './types.ts';

export type ReleaseOptions = {
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly processClock: ProcessClock;
	readonly ledger: Ledger;
	readonly machine: MachineIdentity;
	readonly place: HoldPlace;
	/** Who breaks a hold, for its owner to read. */
	readonly owner: string;
	/** Ends a hold that a guardian keeps for a lost terminal; false when none listens. */
	readonly endLingering: (entry: LedgerEntry) => Promise<boolean>;
};

const patienceMs = 180_000;
const hourMs = 3_600_000;

export const releaseSelected = async (
	selection: ReleaseSelection,
	options: ReleaseOptions,
): Promise<readonly ReleasedHold[]> => {
	const finished = await finishEntries(selection, options);
	const done = new Set(finished.map(({holdId}) => holdId));
	const others: ReleasedHold[] = [];
	for (const known of await knownHolds(selection, options))
		if (!done.has(known.holdId)) others.push(await releaseKnown(known, selection, options));
	return [...finished, ...others];
};

const finishEntries = async (selection: ReleaseSelection, options: ReleaseOptions) => {
	const results: ReleasedHold[] = [];
	for (const file of await options.ledger.list()) {
		if (!isSelected(selection, file.holdId, file.entry?.group ?? null)) continue;
		const result = await finishLeftOver(file, {...options, force: selection.force && selection.by !== 'all'});
		if (result !== null) results.push(fromLeftOver(result));
	}
	return results;
};

const isSelected = (selection: ReleaseSelection, holdId: string, group: string | null): boolean => {
	if (selection.by === 'all') return true;
	return selection.by === 'group' ? group === selection.group : holdId === selection.holdId;
};

const fromLeftOver = ({group, holdId, result, text, outcome}: LeftOver): ReleasedHold => ({
	group,
	holdId,
	result: outcome?.kind === 'incomplete' ? 'incomplete' : result,
	text,
	resumed: outcome?.kind === 'released' ? outcome.resumed : [],
	still: outcome?.kind === 'incomplete' ? outcome.still : [],
});

/** A hold AWS tells of: by its tag, by live fuses of our document for this group and its key, or by both. */
type Known = {
	readonly group: Group;
	readonly holdId: string;
	readonly tag: ReadTag | null;
	readonly fuses: readonly GroupFuse[];
};

const knownHolds = async (
	selection: ReleaseSelection,
	{aws, fuses}: ReleaseOptions,
): Promise<readonly Known[]> => {
	const names = selection.by === 'group' ? {names: [selection.group]} : {};
	const [groups, runs] = await Promise.all([
		aws.release.groups({...names, includeInstances: false}),
		liveFuses(fuses),
	]);
	const now = aws.clock.now();
	return groups.flatMap(group => {
		const own = runs.filter(run => run.group === group.name);
		const tags = new Map(readHoldTags(group.tags, now).map(tag => [tag.holdId, tag]));
		const ids = new Set([...tags.keys(), ...own.map(({holdId}) => holdId)]);
		return [...ids]
			.filter(holdId => isSelected(selection, holdId, group.name))
			.map(holdId => ({
				group,
				holdId,
				tag: tags.get(holdId) ?? null,
				fuses: own.filter(run => run.holdId === holdId),
			}));
	});
};

/** Who may not list them releases by tag alone; the fuses then fire and find nothing to resume. */
const liveFuses = async (fuses: Fuses): Promise<readonly GroupFuse[]> => {
	const [settled] = await Promise.allSettled([fuses.listLive()]);
	if (settled.status === 'rejected') return [];
	return settled.value.filter(({genuine, final}) => genuine && final === null);
};

const releaseKnown = async (
	known: Known,
	selection: ReleaseSelection,
	options: ReleaseOptions,
): Promise<ReleasedHold> => {
	const {group, holdId, tag, fuses} = known;
	const about = {group: group.name, holdId, resumed: [], still: []};
	const file = await options.ledger.read(holdId);
	const entry = file?.entry ?? null;
	const alive =
		entry !== null && file !== null && (await liveness(entry, options.machine, file.writtenAt)) === 'alive';
	const forced = selection.force && selection.by !== 'all';
	const way = `unflap release --hold ${holdId} --force`;
	if (alive && entry.linger !== null && (await options.endLingering(entry)))
		return endOfLinger(known, options);
	if (alive && !forced)
		return {
			...about,
			result: 'reported',
			text: `pid ${entry.process.pid} holds it; ${way} breaks that hold`,
		};
	const unreadable = tag?.phase === 'malformed' || tag?.phase === 'newer';
	if (unreadable && fuses.length === 0)
		return {...about, result: 'reported', text: 'its tag cannot be read by this unflap: nothing was done'};
	if (!forced)
		return {
			...about,
			result: 'reported',
			text: `the hold of ${ownerOf(known)}: ${stateOf(known)}; ${way} resumes what it names`,
		};
	return breakHold(known, options);
};

/** Its guardian releases and removes the entry when AWS says that all is given back. */
const endOfLinger = async (known: Known, options: ReleaseOptions): Promise<ReleasedHold> => {
	const about = {group: known.group.name, holdId: known.holdId, resumed: []};
	for (let second = 0; second < 30; second++) {
		if ((await options.ledger.read(known.holdId)) === null)
			return {
				...about,
				result: 'finished',
				text: 'its guardian, which kept it for a lost terminal, gave it back',
				still: [],
			};
		await options.processClock.sleep(1000);
	}
	const text = 'its guardian, which kept it for a lost terminal, is still releasing it';
	return {...about, result: 'incomplete', text, still: claimed(known).wanted};
};

const ownerOf = ({tag}: Known): string => tag?.owner ?? 'somebody';

const stateOf = ({tag, fuses}: Known): string => {
	const deadline = Math.max(0, ...fuses.map(fuse => fuse.deadline));
	if (deadline > 0)
		return `it is live, AWS resumes by itself at ${new Date(deadline).toISOString().slice(11, 19)} UTC`;
	return tag?.phase === 'expired' ? 'its time is over, but a tag alone proves nothing' : 'it is live';
};

/** By name and by force: its processes are resumed, and its owner can read who did it for an hour. */
const breakHold = async (known: Known, options: ReleaseOptions): Promise<ReleasedHold> => {
	const {aws, fuses, processClock, owner} = options;
	const {group, holdId} = known;
	const until = new Date(aws.clock.now() + hourMs).toISOString().slice(0, 16);
	await aws.release.putTag(group.name, brokenTagKey(holdId), `v1 broken until=${until}Z by=${owner}`);
	const outcome = await releaseEntry({
		aws,
		fuses,
		processClock,
		entry: {holdId, group: group.name, owner: known.tag?.owner ?? owner, reason: '', own: claimed(known)},
		note: () => Promise.resolve(),
		removeNote: () => Promise.resolve(),
		clearsBroken: false,
		patienceMs,
		why: `broken by ${owner}`,
	});
	return fromOutcome(known, outcome);
};

const fromOutcome = (known: Known, outcome: CoreOutcome): ReleasedHold => {
	const about = {group: known.group.name, holdId: known.holdId};
	if (outcome.kind === 'incomplete')
		return {...about, result: 'incomplete', text: outcome.message, resumed: [], still: outcome.still};
	const resumed = outcome.kind === 'released' ? outcome.resumed : [];
	const text = `broke the hold of ${ownerOf(known)}: resumed ${resumed.join(', ') || 'nothing'}`;
	return {...about, result: 'finished', text, resumed, still: []};
};

/**
 * What its tag and its fuses name and the group has suspended, with the reasons of this moment. Only runs that say
 * themselves that they are of this hold are stopped (threats.md H6).
 */
const claimed = ({group, holdId, tag, fuses}: Known): Ownership => {
	const reasons = new Map(group.suspended.map(({process, reason}) => [process, reason]));
	const named = inOrder([...(tag?.claims ?? []), ...fuses.flatMap(({processes}) => processes)]);
	const baseline = new Set<string>(tag?.baseline ?? []);
	const wanted = named.filter(process => reasons.has(process) && !baseline.has(process));
	const value = group.tags.find(({key}) => key === holdTagKey(holdId))?.value;
	return {
		arn: group.arn,
		wanted,
		adopted: [],
		baseline: [],
		fingerprint: Object.fromEntries(wanted.map(process => [process, [reasons.get(process) ?? '']])),
		windows: [],
		changed: {},
		fuses: fuses.map(({executionId, deadline, processes}) => ({
			// Never sent: a run whose id is known is stopped by it.
			clientToken: randomUUID(),
			executionId,
			deadline,
			processes,
			final: null,
		})),
		tagValues: value === undefined ? [] : [value],
		tagNotedAt: null,
		sent: wanted.length > 0,
		unanswered: false,
		since: 0,
		leaseUntil: tag?.until ?? 0,
		end: tag?.until ?? 0,
	};
};
