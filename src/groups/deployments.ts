/** CodeDeploy's part in a group: its launch hook, the deployments it stands for, and how they went on a box. */
import type {Aws, CallOptions, Deployment, DeploymentTarget, LifecycleHook} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';

/** How the newest deployment went on one box. */
export type BoxDeployment = {readonly deployment: Deployment; readonly target: DeploymentTarget};

const hookName = /^CodeDeploy-managed-automatic-launch-deployment-hook-(.{1,200})-[0-9a-f-]{36}$/;

/** CodeDeploy names its hook by its own deployment group; null for a hook of somebody else (aws-facts.md 2.5). */
export const deploymentGroupOf = (hook: Hostile): Hostile | null => hookName.exec(hook)?.[1] ?? null;

/** Looking back this far costs one page even where a group deploys all day. */
const lookBackMs = 2 * 86_400_000;
const ofAccount = 50;

/**
 * The group's deployments of the last two days, newest first. Nothing is asked where no hook of CodeDeploy stands in
 * the group; otherwise three or four calls, since its application is found among the deployments of the account.
 */
export const readDeployments = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	group: Hostile,
	hooks: readonly LifecycleHook[],
	options: CallOptions = {},
): Promise<readonly Deployment[]> => {
	const names = hooks.map(({name}) => deploymentGroupOf(name)).filter(name => name !== null);
	if (names.length === 0) return [];
	const since = aws.clock.now() - lookBackMs;
	const recent = await aws.polling.deployments({since, max: ofAccount}, options);
	const candidates = recent.filter(deployment => names.includes(deployment.group));
	for (const application of new Set(candidates.map(deployment => deployment.application))) {
		const found = await aws.polling.deploymentGroups(application, names, options);
		// Two applications may have deployment groups of one name: the hook says whose it is.
		const own = found.find(({scalingGroups}) => scalingGroups.some(({name}) => name === group));
		if (own !== undefined)
			return aws.polling.deployments({of: {application, group: own.name}, since}, options);
	}
	return [];
};

const mostAsked = 3;
const startsWithinMs = 3_600_000;

/** The deployment that was made for this box when it was launched; null where none of those it may be is. */
export const deploymentOfBox = async (
	aws: Pick<Aws, 'polling'>,
	deployments: readonly Deployment[],
	{instanceId, launchedAt}: {readonly instanceId: string; readonly launchedAt: AwsMs | null},
	options: CallOptions = {},
): Promise<BoxDeployment | null> => {
	const near = deployments
		.filter(
			({createdAt}) =>
				launchedAt === null ||
				(createdAt !== null && createdAt >= launchedAt && createdAt - launchedAt < startsWithinMs),
		)
		.toSorted((one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0));
	for (const deployment of launchedAt === null ? near.slice(-mostAsked) : near.slice(0, mostAsked)) {
		const targets = await aws.polling.deploymentTargets(deployment.deploymentId, options);
		const target = targets.find(one => one.instanceId === instanceId);
		if (target !== undefined) return {deployment, target};
	}
	return null;
};

/** The newest that failed, on the box it failed on. */
export const lastFailedDeployment = async (
	aws: Pick<Aws, 'polling'>,
	deployments: readonly Deployment[],
	options: CallOptions = {},
): Promise<BoxDeployment | null> => {
	const deployment = deployments.find(({status}) => status === 'Failed');
	if (deployment === undefined) return null;
	const targets = await aws.polling.deploymentTargets(deployment.deploymentId, options);
	const target = targets.find(({status}) => status === 'Failed');
	return target === undefined ? null : {deployment, target};
};
