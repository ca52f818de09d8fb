/** What CodeDeploy says of deployments to the boxes of a group. Source: aws-facts.md 2.5. */
import type {AwsMs} from '../base/clock.ts';
import {createJsonCall, listOf, recordOf, textOf, textsOf, timeOf} from './json-calls.ts';
import type {Lane} from './lane.ts';
import {allPages, chunks} from './paging.ts';
import type {CallOptions, Deployment, DeploymentEvent, DeploymentTarget, ReadCalls} from './types.ts';

export type CodeDeployCalls = Pick<ReadCalls, 'deployments' | 'deploymentGroups' | 'deploymentTargets'>;

const idsPerCall = 25;
/** AWS gives 4 KB; whoever answers in its place may give more. */
const longestText = 4096;

export const createCodeDeploy = (lane: Lane): CodeDeployCalls => {
	const call = createJsonCall(lane.jsonService('codedeploy', 'codedeploy', 'CodeDeploy_20141006'));
	const ids = (
		{of, since, max = idsPerCall}: Parameters<CodeDeployCalls['deployments']>[0],
		options: CallOptions,
	) =>
		allPages(
			options,
			async nextToken => {
				const page = await call('ListDeployments', listInput(of, since, nextToken), options);
				return {items: textsOf(page['deployments']), next: textOf(page['nextToken']) ?? undefined};
			},
			max,
		);
	return {
		deployments: async (filter, options = {}) => {
			const found = await ids(filter, options);
			const lists = await Promise.all(
				chunks(found, idsPerCall).map(deploymentIds => call('BatchGetDeployments', {deploymentIds}, options)),
			);
			return lists
				.flatMap(({deploymentsInfo}) => listOf(deploymentsInfo).map(toDeployment))
				.filter(({deploymentId}) => deploymentId !== '')
				.toSorted((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0));
		},
		deploymentGroups: async (applicationName, names, options = {}) => {
			const answer = await call(
				'BatchGetDeploymentGroups',
				{applicationName, deploymentGroupNames: [...names]},
				options,
			);
			return listOf(answer['deploymentGroupsInfo'])
				.map(recordOf)
				.map(group => ({
					application: textOf(group['applicationName']) ?? applicationName,
					name: textOf(group['deploymentGroupName']) ?? '',
					scalingGroups: listOf(group['autoScalingGroups'])
						.map(recordOf)
						.map(({name, hook}) => ({name: textOf(name) ?? '', hook: textOf(hook)})),
				}));
		},
		deploymentTargets: async (deploymentId, options = {}) => {
			const page = await call('ListDeploymentTargets', {deploymentId}, options);
			const targetIds = textsOf(page['targetIds']).slice(0, idsPerCall);
			if (targetIds.length === 0) return [];
			const answer = await call('BatchGetDeploymentTargets', {deploymentId, targetIds}, options);
			return listOf(answer['deploymentTargets']).flatMap(toTargets);
		},
	};
};

const listInput = (
	of: {readonly application: string; readonly group: string} | undefined,
	since: AwsMs,
	nextToken: string | undefined,
) => ({
	...(of === undefined ? {} : {applicationName: of.application, deploymentGroupName: of.group}),
	createTimeRange: {start: Math.floor(since / 1000)},
	...(nextToken === undefined ? {} : {nextToken}),
});

const toDeployment = (value: unknown): Deployment => {
	const info = recordOf(value);
	const error = recordOf(info['errorInformation']);
	return {
		deploymentId: textOf(info['deploymentId']) ?? '',
		application: textOf(info['applicationName']) ?? '',
		group: textOf(info['deploymentGroupName']) ?? '',
		status: textOf(info['status']) ?? '',
		creator: textOf(info['creator']) ?? '',
		createdAt: timeOf(info['createTime']),
		endedAt: timeOf(info['completeTime']),
		revision: revisionOf(info['revision']),
		description: textOf(info['description']),
		error:
			textOf(error['code']) === null
				? null
				: {code: textOf(error['code']) ?? '', message: bounded(error['message'])},
	};
};

/** `s3://bucket/key`, or `repository@commit`, or what kind it is. */
const revisionOf = (value: unknown): string | null => {
	const {revisionType, s3Location, gitHubLocation} = recordOf(value);
	const {bucket, key} = recordOf(s3Location);
	if (textOf(bucket) !== null) return `s3://${textOf(bucket)}/${textOf(key) ?? ''}`;
	const {repository, commitId} = recordOf(gitHubLocation);
	if (textOf(repository) !== null) return `${textOf(repository)}@${textOf(commitId) ?? ''}`;
	return textOf(revisionType);
};

/** Boxes alone: what is deployed to functions and containers is no business of a group. */
const toTargets = (value: unknown): readonly DeploymentTarget[] => {
	const target = recordOf(recordOf(value)['instanceTarget']);
	const id = textOf(target['targetId']);
	if (id === null) return [];
	return [
		{
			// Some answers have the ARN of the instance in its place.
			instanceId: id.split('/').at(-1) ?? id,
			status: textOf(target['status']) ?? '',
			events: listOf(target['lifecycleEvents']).map(toEvent),
		},
	];
};

const toEvent = (value: unknown): DeploymentEvent => {
	const event = recordOf(value);
	const diagnostics = recordOf(event['diagnostics']);
	return {
		name: textOf(event['lifecycleEventName']) ?? '',
		status: textOf(event['status']) ?? '',
		startedAt: timeOf(event['startTime']),
		endedAt: timeOf(event['endTime']),
		diagnostics:
			Object.keys(diagnostics).length === 0
				? null
				: {
						errorCode: textOf(diagnostics['errorCode']),
						script: textOf(diagnostics['scriptName']),
						message: bounded(diagnostics['message']),
						logTail: bounded(diagnostics['logTail']),
					},
	};
};

/** The end is what counts. */
const bounded = (value: unknown): string => (textOf(value) ?? '').slice(-longestText);
