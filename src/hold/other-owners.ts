/** Who else holds a group, as their tags say: shown, never believed. */
import type {Group} from '../aws/types.ts';
import {holdTagKey, isHoldId} from './tag.ts';

export const otherTags = (
	group: Group,
	ownId: string,
): readonly {readonly holdId: string; readonly owner: string}[] =>
	group.tags.flatMap(({key, value}) => {
		const holdId = key.slice('unflap:hold:'.length);
		const owner = /(?:^| )by=([A-Za-z0-9@._-]{1,64})(?: |$)/.exec(value)?.[1];
		const isOther = isHoldId(holdId) && key === holdTagKey(holdId) && holdId !== ownId;
		return isOther && owner !== undefined ? [{holdId, owner}] : [];
	});

export const ownersOf = (group: Group, ownId: string): readonly string[] =>
	otherTags(group, ownId).map(({owner}) => owner);
