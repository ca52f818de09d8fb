/**
 * What stands behind a group: what its template changed, what was changed before it began to flap and by whom, and how
 * CodeDeploy fared. Read when somebody asks for it, each part apart: who may not read one sees the others.
 */
import type {Aws, CallOptions} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {type BoxDeployment, deploymentOfBox, lastFailedDeployment, readDeployments} from './deployments.ts';
import {type Change, changesWithoutTrail, onsetOf, readChanges} from './onset.ts';
import {readTemplateChange, type TemplateChange} from './template-change.ts';
import type {GroupDetail} from './types.ts';

export type Background = {
	readonly template: TemplateChange | null;
	/** When the present run of flaps began; null where the group does not flap. */
	readonly onsetAt: AwsMs | null;
	/** Of the hour before it, in order of time. */
	readonly changes: readonly Change[];
	/** To the box asked about; null where none is known. */
	readonly deployment: BoxDeployment | null;
	/** The newest that failed, on whatever box. */
	readonly lastFailed: BoxDeployment | null;
	/** What could not be read: by which operation, and what was said. */
	readonly missing: readonly {
		readonly operation: string;
		/** Which permission it takes, where that is why; '' otherwise. */
		readonly needs: string;
		readonly message: Hostile;
	}[];
};

export type BoxAskedAbout = {readonly instanceId: string; readonly launchedAt: AwsMs | null};

export const readBackground = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	detail: GroupDetail,
	box: BoxAskedAbout | null,
	options: CallOptions = {},
): Promise<Background> => {
	const {group} = detail.view;
	const missing = new Map<string, Background['missing'][number]>();
	const part = async <T>(
		{operation, needs}: {readonly operation: string; readonly needs: string},
		read: Promise<T>,
		fallback: T,
	): Promise<T> => {
		try {
			return await read;
		} catch (error) {
			if (!(error instanceof UnflapError) || error.kind === 'bug') throw error;
			missing.set(operation, {
				operation,
				needs: error.kind === 'denied' ? needs : '',
				message: error.message,
			});
			return fallback;
		}
	};
	const [template, deployments] = await Promise.all([
		part(ofTemplate, readTemplateChange(aws, group, options), null),
		part(ofDeployments, readDeployments(aws, group.name, detail.hooks, options), []),
	]);
	const sources = {template, deployments};
	const [changes, deployment, lastFailed] = await Promise.all([
		part(ofTrail, readChanges(aws, detail, sources, options), changesWithoutTrail(detail, sources)),
		part(
			ofTargets,
			box === null ? Promise.resolve(null) : deploymentOfBox(aws, deployments, box, options),
			null,
		),
		part(ofTargets, lastFailedDeployment(aws, deployments, options), null),
	]);
	return {
		template,
		onsetAt: onsetOf(detail.view),
		changes,
		deployment,
		lastFailed,
		missing: [...missing.values()],
	};
};

const ofTemplate = {
	operation: 'DescribeLaunchTemplateVersions',
	needs: 'ec2:DescribeLaunchTemplateVersions',
} as const;
const ofDeployments = {
	operation: 'ListDeployments',
	needs: 'codedeploy:ListDeployments, BatchGetDeployments and BatchGetDeploymentGroups',
} as const;
const ofTargets = {
	operation: 'BatchGetDeploymentTargets',
	needs: 'codedeploy:ListDeploymentTargets and BatchGetDeploymentTargets',
} as const;
const ofTrail = {operation: 'LookupEvents', needs: 'cloudtrail:LookupEvents'} as const;
