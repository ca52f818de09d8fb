/** A group as AWS keeps it: a set of suspensions with reasons, tags, and reads that may be old. Who did what is known. */
import type {ScalingProcess} from '../../../src/aws/types.ts';
import type {SeenGroup} from '../../../src/hold/core-state.ts';

export const groupArn =
	'arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:5a1c-uuid:autoScalingGroupName/web';

/** `either`: two calls so close together that nobody can tell whose suspension it is. */
export type Owner = 'third' | 'either' | {readonly hold: string};

export type Suspension = {readonly reason: string; readonly owner: Owner; readonly since: number};
type Snapshot = {readonly at: number; readonly group: SeenGroup};

export type AwsModel = {
	readonly read: (at: number) => SeenGroup;
	readonly suspended: () => ReadonlyMap<string, Suspension>;
	readonly tags: () => ReadonlyMap<string, string>;
	readonly suspend: (process: string, at: number, owner: Owner) => void;
	readonly mark: (process: string, owner: Owner) => void;
	readonly resume: (process: string, at: number) => Owner | null;
	/** False at the limit of 50 tags. */
	readonly putTag: (key: string, value: string, at: number) => boolean;
	readonly deleteTag: (key: string, at: number) => void;
};

export const reasonAt = (at: number): string =>
	`User suspended at ${new Date(at).toISOString().slice(0, 19)}Z`;

export const createAwsModel = (
	initial: readonly ScalingProcess[],
	{
		startAt,
		refreshes,
	}: {readonly startAt: number /** A second suspend renews the reason. */; readonly refreshes: boolean},
): AwsModel => {
	const suspensions = new Map<string, Suspension>();
	const tags = new Map<string, string>();
	const dayAgo = startAt - 86_400_000;
	for (const process of initial)
		suspensions.set(process, {reason: reasonAt(dayAgo), owner: 'third', since: dayAgo});
	const snapshots: Snapshot[] = [];
	const keep = (at: number) => {
		snapshots.push({
			at,
			group: {
				arn: groupArn,
				status: null,
				operator: null,
				suspended: [...suspensions].map(([process, {reason}]) => ({process, reason})),
				tags: [...tags].map(([key, value]) => ({key, value})),
			},
		});
	};
	keep(startAt - 3_600_000);
	return {
		read: at => {
			for (let index = snapshots.length - 1; index >= 0; index--) {
				const snapshot = snapshots[index] as Snapshot;
				if (snapshot.at <= at) return snapshot.group;
			}
			return (snapshots[0] as Snapshot).group;
		},
		suspended: () => suspensions,
		tags: () => tags,
		suspend: (process, at, owner) => {
			const known = suspensions.get(process);
			if (known === undefined) suspensions.set(process, {reason: reasonAt(at), owner, since: at});
			else if (refreshes)
				suspensions.set(process, {
					reason: reasonAt(at),
					owner: refreshedOwner(known.owner, owner),
					since: at,
				});
			keep(at);
		},
		mark: (process, owner) => {
			const known = suspensions.get(process);
			if (known !== undefined) suspensions.set(process, {...known, owner});
		},
		resume: (process, at) => {
			const owner = suspensions.get(process)?.owner ?? null;
			if (!suspensions.delete(process)) return owner;
			keep(at);
			return owner;
		},
		putTag: (key, value, at) => {
			if (!tags.has(key) && tags.size >= 50) return false;
			tags.set(key, value);
			keep(at);
			return true;
		},
		deleteTag: (key, at) => {
			if (tags.delete(key)) keep(at);
		},
	};
};

/** A hold that re-suspends what somebody else had suspended cannot know it any more: the reason is new. */
const refreshedOwner = (before: Owner, by: Owner): Owner => {
	if (by === 'third') return 'third';
	return before === 'third' || before === 'either' ? 'either' : by;
};
