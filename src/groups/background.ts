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

type BackgroundOptions = CallOptions & {
	/** A recent answer of the same story, about another box: template and changes are not asked for again. */
	readonly known?: Background | null;
};

export const readBackground = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	detail: GroupDetail,
	box: BoxAskedAbout | null,
	{known = null, ...options}: BackgroundOptions = {},
): Promise<Background> => {
	const {group} = detail.view;
	const {part, missing} = createParts(known);
	const [template, deployments] = await Promise.all([
		known === null ? part(ofTemplate, readTemplateChange(aws, group, options), null) : known.template,
		part(ofDeployments, readDeployments(aws, group.name, detail.hooks, options), []),
	]);
	const sources = {template, deployments};
	const [changes, deployment, lastFailed] = await Promise.all([
		known === null
			? part(ofTrail, readChanges(aws, detail, sources, options), changesWithoutTrail(detail, sources))
			: known.changes,
		box === null ? null : part(ofTargets, deploymentOfBox(aws, deployments, box, options), null),
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

type Part = {readonly operation: string; readonly needs: string};

/** What is refused is noted, and something else stands in its place. */
const createParts = (known: Background | null) => {
	const stillMissing = (known?.missing ?? []).filter(({operation}) =>
		[ofTemplate.operation, ofTrail.operation].some(one => one === operation),
	);
	const missing = new Map(stillMissing.map(entry => [entry.operation, entry]));
	return {
		missing,
		part: async <T>({operation, needs}: Part, read: Promise<T>, fallback: T): Promise<T> => {
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
		},
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
