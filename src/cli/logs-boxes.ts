/** From the words of `unflap logs` to boxes, and the new boxes of a group while it is followed. */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';

export type LogsBox = {
	readonly instanceId: string;
	/** Null for an instance that stands in no group. */
	readonly group: {readonly name: Hostile; readonly arn: string} | null;
};

export type LogsTargets = {
	readonly boxes: readonly LogsBox[];
	/** Names of the groups whose new boxes join. */
	readonly groups: readonly Hostile[];
};

/** A word is a box when it reads like one, otherwise a group, and a part of an id when no group has it. */
export const resolveTargets = async (
	aws: Aws,
	words: readonly string[],
	signal: AbortSignal,
): Promise<LogsTargets> => {
	const boxes = new Map<string, LogsBox>();
	const groups = new Set<Hostile>();
	for (const word of words) {
		const found = await resolveWord(aws, word, signal);
		if (found.kind === 'group') groups.add(found.group.name);
		for (const box of found.kind === 'box' ? [found.box] : boxesOf(found.group))
			boxes.set(box.instanceId, box);
	}
	return {boxes: [...boxes.values()], groups: [...groups]};
};

/** Boxes of the groups as they are now. */
export const boxesOfGroups = async (
	aws: Aws,
	names: readonly Hostile[],
	signal: AbortSignal,
): Promise<readonly LogsBox[]> => {
	const groups = await aws.polling.groups({names, signal});
	return groups.flatMap(boxesOf);
};

const boxesOf = (group: Group): readonly LogsBox[] =>
	group.instances.map(({instanceId}) => ({instanceId, group: {name: group.name, arn: group.arn}}));

type Found = {readonly kind: 'box'; readonly box: LogsBox} | {readonly kind: 'group'; readonly group: Group};

const resolveWord = async (aws: Aws, word: string, signal: AbortSignal): Promise<Found> => {
	if (/^i-[0-9a-f]+$/i.test(word) || /\/\d{1,4}$/.test(word)) return oneBox(aws, word, signal);
	try {
		return {kind: 'group', group: await resolveGroup(aws, word, {signal})};
	} catch (error) {
		const mayBeBox =
			error instanceof UnflapError && error.kind === 'not-found' && /^[0-9a-f]{2,17}$/i.test(word);
		if (!mayBeBox) throw error;
		return oneBox(aws, word, signal);
	}
};

const oneBox = async (aws: Aws, word: string, signal: AbortSignal): Promise<Found> => {
	const {instanceId, group: name} = await resolveBox(aws, word, {signal});
	const [group] = name === '' ? [] : await aws.polling.groups({names: [name], signal});
	return {kind: 'box', box: {instanceId, group: group === undefined ? null : {name, arn: group.arn}}};
};
