/** Which group and which box a request is about, for the log and for faults. */
import type {Region} from '../world/region.ts';
import {type Params, text, texts, trees} from './query-params.ts';

export const subjectOf = (
	params: Params,
	region: Region,
): {readonly group: string | null; readonly box: string | null} => {
	const box =
		text(params, 'InstanceId') ??
		text(params, 'Target') ??
		onlyOne(texts(params, 'InstanceIds')) ??
		onlyOne(texts(params, 'InstanceId')) ??
		null;
	const group =
		text(params, 'AutoScalingGroupName') ??
		onlyOne(texts(params, 'AutoScalingGroupNames')) ??
		(trees(params, 'Tags') ?? []).map(tag => text(tag, 'ResourceId'))[0] ??
		(box === null ? undefined : region.boxes.get(box)?.groupName) ??
		null;
	return {group, box};
};

const onlyOne = (list: readonly string[] | undefined): string | undefined =>
	list?.length === 1 ? list[0] : undefined;
