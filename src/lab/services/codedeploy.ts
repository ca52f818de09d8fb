/** codedeploy: the calls that tell what was deployed to the boxes of a group, and how it went. */
import {LabRefusal} from '../types.ts';
import {awsJson} from '../wire/protocol.ts';
import {type Params, text, texts} from '../wire/query-params.ts';
import {deploymentGroupOf, type LabDeployment, lifecycleEvents} from '../world/deployments.ts';
import type {LabGroup} from '../world/model.ts';
import type {Region} from '../world/region.ts';
import {type Call, type Operation, page, type Service} from './service.ts';

type DeploymentGroup = {
	readonly application: string;
	readonly name: string;
	readonly group: LabGroup;
	readonly hook: string;
};

/** Those whose hook stands in a group. */
const deploymentGroups = ({groups}: Region): readonly DeploymentGroup[] =>
	[...groups.values()].flatMap(group => {
		const name = deploymentGroupOf(group);
		const hook = group.hooks.find(one => one.name.startsWith('CodeDeploy-managed-'))?.name ?? '';
		return name === null ? [] : [{application: `${group.name}-app`, name, group, hook}];
	});

const limits = {name: 'maxResults', fallback: 100, most: 100};
const paged = <T>(items: readonly T[], params: Params) =>
	page(items, {...params, NextToken: text(params, 'nextToken') ?? ''}, limits);

const listApplications: Operation = ({params, region}) => {
	const names = [...new Set(deploymentGroups(region).map(({application}) => application))];
	const {items, nextToken} = paged(names, params);
	return {applications: items, nextToken};
};

const ofApplication = ({params, region}: Pick<Call, 'params' | 'region'>): readonly DeploymentGroup[] => {
	const name = text(params, 'applicationName') ?? '';
	if (name === '')
		throw new LabRefusal('ApplicationNameRequiredException', 'The application name was not specified.');
	const found = deploymentGroups(region).filter(({application}) => application === name);
	if (found.length === 0)
		throw new LabRefusal('ApplicationDoesNotExistException', `No application found for name: ${name}`);
	return found;
};

const listDeploymentGroups: Operation = call => {
	const found = ofApplication(call);
	const {items, nextToken} = paged(
		found.map(({name}) => name),
		call.params,
	);
	return {applicationName: text(call.params, 'applicationName'), deploymentGroups: items, nextToken};
};

const batchGetDeploymentGroups: Operation = call => {
	const names = texts(call.params, 'deploymentGroupNames') ?? [];
	return {
		deploymentGroupsInfo: ofApplication(call)
			.filter(({name}) => names.includes(name))
			.map(found => groupShape(call.region, found)),
	};
};

const getDeploymentGroup: Operation = call => {
	const wanted = text(call.params, 'deploymentGroupName') ?? '';
	const found = ofApplication(call).find(({name}) => name === wanted);
	if (found === undefined)
		throw new LabRefusal(
			'DeploymentGroupDoesNotExistException',
			`No Deployment Group found for name: ${wanted}`,
		);
	return {deploymentGroupInfo: groupShape(call.region, found)};
};

const groupShape = ({accountId}: Region, {application, name, group, hook}: DeploymentGroup) => ({
	applicationName: application,
	deploymentGroupId: group.arn.slice(-36),
	deploymentGroupName: name,
	deploymentConfigName: 'CodeDeployDefault.OneAtATime',
	ec2TagFilters: [],
	autoScalingGroups: [{name: group.name, hook}],
	serviceRoleArn: `arn:aws:iam::${accountId}:role/codedeploy`,
	outdatedInstancesStrategy: 'UPDATE',
	computePlatform: 'Server',
});

const listDeployments: Operation = ({params, region}) => {
	const application = text(params, 'applicationName');
	const group = text(params, 'deploymentGroupName');
	if ((application === undefined) !== (group === undefined))
		throw new LabRefusal(
			'DeploymentGroupNameRequiredException',
			'An application and a deployment group are named together, or neither is.',
		);
	const {start = 0, end = Number.POSITIVE_INFINITY} = (params['createTimeRange'] ?? {}) as {
		readonly start?: number;
		readonly end?: number;
	};
	const statuses = texts(params, 'includeOnlyStatuses') ?? [];
	const found = region.deployments
		.all()
		.filter(
			one =>
				(application === undefined || one.application === application) &&
				(group === undefined || one.deploymentGroup === group) &&
				one.createdAt >= start * 1000 &&
				one.createdAt <= end * 1000 &&
				(statuses.length === 0 || statuses.includes(statusOf(one))),
		);
	const {items, nextToken} = paged(
		found.map(({id}) => id),
		params,
	);
	return {deployments: items, nextToken};
};

const deploymentOf = (region: Region, id: string): LabDeployment => {
	const found = region.deployments.all().find(one => one.id === id);
	if (found === undefined)
		throw new LabRefusal('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
	return found;
};

const batchGetDeployments: Operation = ({params, region}) => {
	const ids = texts(params, 'deploymentIds') ?? [];
	if (ids.length > 25)
		throw new LabRefusal('BatchLimitExceededException', 'The maximum number of deployment IDs is 25');
	return {deploymentsInfo: ids.map(id => deploymentShape(deploymentOf(region, id)))};
};

const getDeployment: Operation = ({params, region}) => ({
	deploymentInfo: deploymentShape(deploymentOf(region, text(params, 'deploymentId') ?? '')),
});

const statusOf = ({end}: LabDeployment): string => end?.result ?? 'InProgress';

const deploymentShape = (deployment: LabDeployment) => ({
	applicationName: deployment.application,
	deploymentGroupName: deployment.deploymentGroup,
	deploymentConfigName: 'CodeDeployDefault.OneAtATime',
	deploymentId: deployment.id,
	revision: {
		revisionType: 'S3',
		s3Location: {bucket: `${deployment.application}-releases`, key: deployment.key, bundleType: 'zip'},
	},
	status: statusOf(deployment),
	...(deployment.end?.result === 'Failed'
		? {
				errorInformation: {
					code: 'HEALTH_CONSTRAINTS',
					message:
						'The overall deployment failed because too many individual instances failed deployment, too few healthy instances are available for deployment, or some instances in your deployment group are experiencing problems.',
				},
			}
		: {}),
	createTime: deployment.createdAt / 1000,
	...(deployment.end === null ? {} : {completeTime: deployment.end.at / 1000}),
	creator: deployment.creator,
	computePlatform: 'Server',
});

const listDeploymentTargets: Operation = ({params, region}) => {
	const {target} = deploymentOf(region, text(params, 'deploymentId') ?? '');
	return {targetIds: target === null ? [] : [target.instanceId]};
};

const batchGetDeploymentTargets: Operation = ({params, region}) => {
	const deployment = deploymentOf(region, text(params, 'deploymentId') ?? '');
	const ids = texts(params, 'targetIds') ?? [];
	return {deploymentTargets: ids.map(id => targetShape(deployment, id, region))};
};

const getDeploymentTarget: Operation = ({params, region}) => {
	const deployment = deploymentOf(region, text(params, 'deploymentId') ?? '');
	return {deploymentTarget: targetShape(deployment, text(params, 'targetId') ?? '', region)};
};

const targetShape = (deployment: LabDeployment, id: string, {clock, accountId, name}: Region) => {
	if (deployment.target?.instanceId !== id)
		throw new LabRefusal(
			'DeploymentTargetDoesNotExistException',
			`The deployment target ${id} does not exist`,
		);
	return {
		deploymentTargetType: 'InstanceTarget',
		instanceTarget: {
			deploymentId: deployment.id,
			targetId: id,
			targetArn: `arn:aws:ec2:${name}:${accountId}:instance/${id}`,
			status: statusOf(deployment),
			lastUpdatedAt: (deployment.end?.at ?? clock.now()) / 1000,
			lifecycleEvents: lifecycleEvents(deployment, clock.now()).map(event => ({
				lifecycleEventName: event.name,
				status: event.status,
				...(event.startedAt === null ? {} : {startTime: event.startedAt / 1000}),
				...(event.endedAt === null ? {} : {endTime: event.endedAt / 1000}),
				...(event.diagnostics === null ? {} : {diagnostics: event.diagnostics}),
			})),
		},
	};
};

export const codedeploy: Service = {
	protocol: awsJson('CodeDeploy_20141006'),
	operations: {
		ListApplications: listApplications,
		ListDeploymentGroups: listDeploymentGroups,
		BatchGetDeploymentGroups: batchGetDeploymentGroups,
		GetDeploymentGroup: getDeploymentGroup,
		ListDeployments: listDeployments,
		BatchGetDeployments: batchGetDeployments,
		GetDeployment: getDeployment,
		ListDeploymentTargets: listDeploymentTargets,
		BatchGetDeploymentTargets: batchGetDeploymentTargets,
		GetDeploymentTarget: getDeploymentTarget,
	},
	throttle: {code: 'ThrottlingException', status: 400, message: 'Rate exceeded'},
	unknownAction: () => new LabRefusal('UnknownOperationException', ''),
};
