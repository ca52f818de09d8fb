/** From the words of `unflap logs` to boxes, and the new boxes of a group while it is followed. */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';

export type LogsTargets = {
	readonly instanceIds: readonly string[];
	/** Names of the groups whose new boxes join. */
	readonly groups: readonly Hostile[];
};

/** A word is a box when it reads like one, otherwise a group, and a part of an id when no group has it. */
export const resolveTargets = async (
	aws: Aws,
	words: readonly string[],
	signal: AbortSignal,
): Promise<LogsTargets> => {
	const instanceIds = new Set<string>();
	const groups = new Set<Hostile>();
	for (const word of words) {
		const found = await resolveWord(aws, word, signal);
		if (found.kind === 'box') instanceIds.add(found.instanceId);
		else {
			groups.add(found.group.name);
			for (const {instanceId} of found.group.instances) instanceIds.add(instanceId);
		}
	}
	return {instanceIds: [...instanceIds], groups: [...groups]};
};

/** Boxes of the groups as they are now. */
export const boxesOfGroups = async (
	aws: Aws,
	names: readonly Hostile[],
	signal: AbortSignal,
): Promise<readonly string[]> => {
	const groups = await aws.polling.groups({names, signal});
	return groups.flatMap(({instances}) => instances.map(({instanceId}) => instanceId));
};

type Found =
	| {readonly kind: 'box'; readonly instanceId: string}
	| {readonly kind: 'group'; readonly group: Group};

const resolveWord = async (aws: Aws, word: string, signal: AbortSignal): Promise<Found> => {
	if (/^i-[0-9a-f]+$/i.test(word) || /\/\d{1,4}$/.test(word)) return box(aws, word, signal);
	try {
		return {kind: 'group', group: await resolveGroup(aws, word, {signal})};
	} catch (error) {
		const mayBeBox =
			error instanceof UnflapError && error.kind === 'not-found' && /^[0-9a-f]{2,17}$/i.test(word);
		if (!mayBeBox) throw error;
		return box(aws, word, signal);
	}
};

const box = async (aws: Aws, word: string, signal: AbortSignal): Promise<Found> => ({
	kind: 'box',
	instanceId: (await resolveBox(aws, word, {signal})).instanceId,
});
