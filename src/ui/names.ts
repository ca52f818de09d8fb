/** Names on a screen. Two that differ only in what nobody sees are told apart by a mark, and by their UUIDs. */
import {differsInvisibly, hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {GroupView} from '../groups/types.ts';
import type {Model} from './model.ts';

const doubles = new WeakMap<readonly GroupView[], ReadonlySet<string>>();

/** Groups that have a double: another name that looks the same. Worked out once a listing. */
const doublesIn = (groups: readonly GroupView[]): ReadonlySet<string> => {
	const known = doubles.get(groups);
	if (known !== undefined) return known;
	const found = new Set<string>();
	const seen = new Map<string, string[]>();
	for (const {group} of groups) {
		const key = looksLike(group.name);
		const others = seen.get(key) ?? [];
		for (const other of others)
			if (differsInvisibly(hostile(other), group.name)) {
				found.add(other);
				found.add(group.name);
			}
		seen.set(key, [...others, group.name]);
	}
	doubles.set(groups, found);
	return found;
};

/** Coarse, so that only names that could be doubles are compared. */
const looksLike = (name: string) =>
	name
		.normalize('NFKC')
		.replaceAll(/[^\p{L}\p{N}]/gu, '')
		.toLowerCase();

/** '≈ ' before a name that has a double. */
export const markOfDouble = ({groups}: Pick<Model, 'groups'>, name: string): Shown =>
	groups !== null && doublesIn(groups).has(name) ? ours`≈ ` : ours``;

/** The group's UUID where its name has a double, for previews; else nothing. */
export const uuidOfDouble = ({groups}: Pick<Model, 'groups'>, name: string): Shown | null => {
	if (groups === null || !doublesIn(groups).has(name)) return null;
	const arn = groups.find(({group}) => group.name === name)?.group.arn ?? '';
	return shown(hostile(/autoScalingGroup:([0-9a-f-]+):/.exec(arn)?.[1] ?? arn));
};
