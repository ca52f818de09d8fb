/**
 * `unflap release`: finishes what this machine's ledger says, then looks at the tags that are left on the groups named.
 * A hold that is alive, and a claim nobody can prove, are resumed only with `--force`, by name.
 */
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {CoreOutcome, Ownership} from './core-state.ts';
import {type Ledger, liveness} from './ledger.ts';
import type {HoldPlace} from './ledger-entry.ts';
import {finishLeftOver, type LeftOver} from './left-overs.ts';
import type {MachineIdentity} from './process-identity.ts';
import {releaseEntry} from './release-entry.ts';
import {brokenTagKey, holdTagKey, type ReadTag, readHoldTags} from './tag.ts';
import type {ReleasedHold, ReleaseSelection} from './types.ts';

export type ReleaseOptions = {
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly ledger: Ledger;
	readonly machine: MachineIdentity;
	readonly place: HoldPlace;
	/** Who breaks a hold, for its owner to read. */
	readonly owner: string;
};

const patienceMs = 180_000;
const hourMs = 3_600_000;

export const releaseSelected = async (
	selection: ReleaseSelection,
	options: ReleaseOptions,
): Promise<readonly ReleasedHold[]> => {
	const finished = await finishEntries(selection, options);
	const done = new Set(finished.map(({holdId}) => holdId));
	const tagged = await taggedHolds(selection, options.aws);
	const others: ReleasedHold[] = [];
	for (const {group, tag} of tagged)
		if (!done.has(tag.holdId)) others.push(await releaseTagged({group, tag}, selection, options));
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

type Tagged = {readonly group: Group; readonly tag: ReadTag};

const taggedHolds = async (selection: ReleaseSelection, aws: Aws): Promise<readonly Tagged[]> => {
	const names = selection.by === 'group' ? {names: [selection.group]} : {};
	const groups = await aws.release.groups({...names, includeInstances: false});
	const now = aws.clock.now();
	return groups
		.flatMap(group => readHoldTags(group.tags, now).map(tag => ({group, tag})))
		.filter(({group, tag}) => isSelected(selection, tag.holdId, group.name));
};

const releaseTagged = async (
	{group, tag}: Tagged,
	selection: ReleaseSelection,
	options: ReleaseOptions,
): Promise<ReleasedHold> => {
	const about = {group: group.name, holdId: tag.holdId, resumed: [], still: []};
	const file = await options.ledger.read(tag.holdId);
	const alive = file?.entry && (await liveness(file.entry, options.machine)) === 'alive';
	const forced = selection.force && selection.by !== 'all';
	const owner = tag.owner ?? 'somebody';
	const way = `unflap release --hold ${tag.holdId} --force`;
	if (alive && !forced)
		return {
			...about,
			result: 'reported',
			text: `pid ${file.entry?.process.pid} holds it; ${way} breaks that hold`,
		};
	if (tag.phase === 'malformed' || tag.phase === 'newer')
		return {...about, result: 'reported', text: 'its tag cannot be read by this unflap: nothing was done'};
	if (!forced) {
		const state = tag.phase === 'expired' ? 'its time is over, but a tag alone proves nothing' : 'it is live';
		return {
			...about,
			result: 'reported',
			text: `the hold of ${owner}: ${state}; ${way} resumes what it names`,
		};
	}
	return breakHold({group, tag}, options);
};

/** By name and by force: its processes are resumed, and its owner can read who did it for an hour. */
const breakHold = async ({group, tag}: Tagged, options: ReleaseOptions): Promise<ReleasedHold> => {
	const {aws, processClock, owner} = options;
	const until = new Date(aws.clock.now() + hourMs).toISOString().slice(0, 16);
	await aws.release.putTag(group.name, brokenTagKey(tag.holdId), `v1 broken until=${until}Z by=${owner}`);
	const outcome = await releaseEntry({
		aws,
		processClock,
		entry: {
			holdId: tag.holdId,
			group: group.name,
			owner: tag.owner ?? owner,
			reason: '',
			own: claimed(group, tag),
		},
		note: () => Promise.resolve(),
		removeNote: () => Promise.resolve(),
		clearsBroken: false,
		patienceMs,
		why: `broken by ${owner}`,
	});
	return fromOutcome({group, tag}, outcome);
};

const fromOutcome = ({group, tag}: Tagged, outcome: CoreOutcome): ReleasedHold => {
	const about = {group: group.name, holdId: tag.holdId};
	if (outcome.kind === 'incomplete')
		return {...about, result: 'incomplete', text: outcome.message, resumed: [], still: outcome.still};
	const resumed = outcome.kind === 'released' ? outcome.resumed : [];
	const text = `broke the hold of ${tag.owner ?? 'somebody'}: resumed ${resumed.join(', ') || 'nothing'}`;
	return {...about, result: 'finished', text, resumed, still: []};
};

/** What the tag names and the group has suspended, with the reasons of this moment. */
const claimed = (group: Group, tag: ReadTag): Ownership => {
	const reasons = new Map(group.suspended.map(({process, reason}) => [process, reason]));
	const wanted = tag.claims.filter(process => reasons.has(process) && !tag.baseline.includes(process));
	const value = group.tags.find(({key}) => key === holdTagKey(tag.holdId))?.value ?? '';
	return {
		arn: group.arn,
		wanted,
		joined: [],
		baseline: [],
		fingerprint: Object.fromEntries(wanted.map(process => [process, [reasons.get(process) ?? '']])),
		windows: [],
		changed: {},
		tagValues: [value],
		sent: wanted.length > 0,
		unanswered: false,
		since: 0,
		leaseUntil: tag.until ?? 0,
		end: tag.until ?? 0,
	};
};
