/** Which group and which box a request is about, for the log and for faults. */
import type {Region} from '../world/region.ts';
import {type Params, text, texts, trees} from './query-params.ts';

export const subjectOf = (
	params: Params,
	region: Region,
): {readonly group: string | null; readonly box: string | null; readonly document: string | undefined} => {
	const box =
		text(params, 'InstanceId') ??
		text(params, 'Target') ??
		onlyOne(texts(params, 'InstanceIds')) ??
		onlyOne(texts(params, 'InstanceId')) ??
		null;
	const group =
		text(params, 'AutoScalingGroupName') ??
		groupOfRun(params) ??
		onlyOne(texts(params, 'AutoScalingGroupNames')) ??
		(trees(params, 'Tags') ?? []).map(tag => text(tag, 'ResourceId'))[0] ??
		(box === null ? undefined : region.boxes.get(box)?.groupName) ??
		null;
	return {group, box, document: text(params, 'DocumentName')};
};

/** A run of a runbook is about the group among its parameters. */
const groupOfRun = (params: Params): string | undefined => {
	const given = params['Parameters'];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
	return onlyOne(texts(given as Params, 'AutoScalingGroupName'));
};

const onlyOne = (list: readonly string[] | undefined): string | undefined =>
	list?.length === 1 ? list[0] : undefined;
