/** The change of a group's launch template beside its detail; who may not read it is told, and sees the rest. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {readTemplateChange, type TemplateChange} from '../groups/template-change.ts';
import type {GroupDetail} from '../groups/types.ts';

export type WithTemplateChange = {readonly detail: GroupDetail; readonly change: TemplateChange | null};

export const withTemplateChange = async (
	aws: Pick<Aws, 'polling'>,
	detail: GroupDetail,
	signal: AbortSignal,
): Promise<WithTemplateChange> => {
	try {
		return {detail, change: await readTemplateChange(aws, detail.view.group, {signal})};
	} catch (error) {
		if (!(error instanceof UnflapError) || error.kind === 'bug') throw error;
		const missing = {operation: 'DescribeLaunchTemplateVersions', message: error.message};
		return {detail: {...detail, missing: [...detail.missing, missing]}, change: null};
	}
};
