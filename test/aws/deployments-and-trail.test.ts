/** CodeDeploy and CloudTrail, spoken by hand: what is sent, what is made of the answers, and of answers nobody expects. */
import {afterEach, expect, test} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import type {Aws} from '../../src/aws/types.ts';
import {
	type Answer,
	type Arrived,
	awsFor,
	canary,
	type FakeEndpoint,
	startEndpoint,
} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const open = async (answers: Readonly<Record<string, (asked: Record<string, unknown>) => unknown>>) => {
	const answer = ({operation, body}: Arrived): Answer => ({
		body: JSON.stringify(answers[operation]?.(JSON.parse(body)) ?? {}),
	});
	endpoint = await startEndpoint(answer);
	aws = await awsFor(endpoint.url, {readOnly: true});
	return {polling: aws.polling, endpoint, aws};
};

const bodies = (from: FakeEndpoint, name: string) =>
	from.arrived.filter(({operation}) => operation === name).map(({body}) => JSON.parse(body));

test('deployments of a group are listed in pages, read whole, and come newest first, under read-only too', async () => {
	const {polling, endpoint} = await open({
		ListDeployments: ({nextToken}) =>
			nextToken === undefined ? {deployments: ['d-1'], nextToken: 'more'} : {deployments: ['d-2']},
		BatchGetDeployments: () => ({
			deploymentsInfo: [
				{
					deploymentId: 'd-1',
					applicationName: 'shop',
					deploymentGroupName: 'blue',
					status: 'Failed',
					creator: 'autoscaling',
					createTime: 1_790_000_000.25,
					completeTime: 1_790_000_060,
					revision: {revisionType: 'S3', s3Location: {bucket: 'b', key: 'k.zip'}},
					errorInformation: {code: 'HEALTH_CONSTRAINTS', message: 'too many failed'},
				},
				{
					deploymentId: 'd-2',
					status: 'Simmering',
					creator: 'somebody-new',
					createTime: 1_790_000_100,
					revision: {revisionType: 'GitHub', gitHubLocation: {repository: 'o/r', commitId: 'abc'}},
				},
			],
		}),
	});
	const found = await polling.deployments({
		of: {application: 'shop', group: 'blue'},
		since: 1_789_999_000_500,
	});
	expect(found).toEqual([
		expect.objectContaining({
			deploymentId: 'd-2',
			status: 'Simmering',
			creator: 'somebody-new',
			revision: 'o/r@abc',
		}),
		expect.objectContaining({
			deploymentId: 'd-1',
			createdAt: 1_790_000_000_250,
			revision: 's3://b/k.zip',
			error: {code: 'HEALTH_CONSTRAINTS', message: 'too many failed'},
		}),
	]);
	expect(bodies(endpoint, 'ListDeployments')).toEqual([
		{applicationName: 'shop', deploymentGroupName: 'blue', createTimeRange: {start: 1_789_999_000}},
		expect.objectContaining({nextToken: 'more'}),
	]);
	expect(bodies(endpoint, 'BatchGetDeployments')).toEqual([{deploymentIds: ['d-1', 'd-2']}]);
	expect(endpoint.arrived[0]?.headers).toMatchObject({
		'x-amz-target': 'CodeDeploy_20141006.ListDeployments',
		authorization: expect.stringContaining('/eu-west-1/codedeploy/aws4_request'),
	});
});

test('of a target each lifecycle event is read with its diagnostics; a log tail of 2 MB keeps its last 4 KB', async () => {
	const logTail = `${'x'.repeat(2_000_000)}\n\u001b[31mthe end`;
	const {polling} = await open({
		ListDeploymentTargets: () => ({targetIds: ['i-1', 7, 'lambda']}),
		BatchGetDeploymentTargets: () => ({
			deploymentTargets: [
				{
					deploymentTargetType: 'InstanceTarget',
					instanceTarget: {
						targetId: 'arn:aws:ec2:eu-west-1:1:instance/i-1',
						status: 'Failed',
						lifecycleEvents: [
							{lifecycleEventName: 'DownloadBundle', status: 'Succeeded', startTime: 1, endTime: 2},
							{
								lifecycleEventName: 'ApplicationStart',
								status: 'Failed',
								startTime: 2,
								endTime: 'never',
								diagnostics: {errorCode: 'ScriptFailed', scriptName: 's.sh', message: 'exit 1', logTail},
							},
							null,
						],
					},
				},
				{deploymentTargetType: 'LambdaTarget', lambdaTarget: {targetId: 'lambda'}},
			],
		}),
	});
	const [target, ...others] = await polling.deploymentTargets('d-1');
	expect(others).toEqual([]);
	expect(target).toMatchObject({
		instanceId: 'i-1',
		status: 'Failed',
		events: [
			{name: 'DownloadBundle', startedAt: 1000, endedAt: 2000, diagnostics: null},
			{name: 'ApplicationStart', endedAt: null, diagnostics: {errorCode: 'ScriptFailed', script: 's.sh'}},
			{name: '', status: '', startedAt: null},
		],
	});
	const tail = target?.events[1]?.diagnostics?.logTail ?? '';
	expect(tail).toHaveLength(4096);
	expect(tail.endsWith('the end')).toBe(true);
});

test('which Auto Scaling groups a deployment group has hooks in', async () => {
	const {polling} = await open({
		BatchGetDeploymentGroups: ({applicationName}) => ({
			deploymentGroupsInfo: [
				{applicationName, deploymentGroupName: 'blue', autoScalingGroups: [{name: 'web', hook: 'h-1'}, {}]},
			],
		}),
	});
	expect(await polling.deploymentGroups('shop', ['blue'])).toEqual([
		{
			application: 'shop',
			name: 'blue',
			scalingGroups: [
				{name: 'web', hook: 'h-1'},
				{name: '', hook: null},
			],
		},
	]);
});

const anEvent = (part: object, beside: object = {}) => ({
	EventId: 'e',
	EventName: 'UpdateAutoScalingGroup',
	EventSource: 'autoscaling.amazonaws.com',
	EventTime: 1_790_000_000,
	Username: 'beside',
	CloudTrailEvent: JSON.stringify(part),
	...beside,
});

test('a call is read with who made it, what was asked and how it ended; one that cannot be read keeps its frame', async () => {
	const {polling, endpoint} = await open({
		LookupEvents: () => ({
			Events: [
				anEvent({
					userIdentity: {type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/ci/run-7'},
					requestParameters: {autoScalingGroupName: 'web', healthCheckGracePeriod: 60},
				}),
				anEvent({userIdentity: {invokedBy: 'codedeploy.amazonaws.com'}, errorCode: 'AccessDenied'}),
				anEvent({}, {CloudTrailEvent: '{not json'}),
				anEvent({requestParameters: {big: 'x'.repeat(300_000)}}),
				{EventName: 'WithoutTime'},
				'garbage',
			],
		}),
	});
	const events = await polling.trailEvents({by: 'ResourceName', value: 'web', since: 1_500, until: 9_400});
	expect(events).toHaveLength(4);
	expect(events[0]).toMatchObject({
		at: 1_790_000_000_000,
		who: 'arn:aws:sts::1:assumed-role/ci/run-7',
		errorCode: null,
		request: {healthCheckGracePeriod: 60},
	});
	expect(events[1]).toMatchObject({who: 'codedeploy.amazonaws.com', errorCode: 'AccessDenied'});
	expect(events.slice(2)).toMatchObject([
		{who: 'beside', request: {}},
		{who: 'beside', request: {}},
	]);
	expect(bodies(endpoint, 'LookupEvents')).toEqual([
		{
			LookupAttributes: [{AttributeKey: 'ResourceName', AttributeValue: 'web'}],
			StartTime: 1,
			EndTime: 10,
			MaxResults: 50,
		},
	]);
	expect(endpoint.arrived[0]?.headers['authorization']).toContain('/eu-west-1/cloudtrail/aws4_request');
});

test('a page with a token is not followed beyond what was wanted', async () => {
	const {polling, endpoint} = await open({
		LookupEvents: () => ({Events: Array.from({length: 50}, () => anEvent({})), NextToken: 'again'}),
	});
	const events = await polling.trailEvents({by: 'EventName', value: 'b', since: 0, until: 1000});
	expect(events).toHaveLength(50);
	expect(endpoint.arrived).toHaveLength(1);
});

test('no third look-up goes out within a second of the first', async () => {
	endpoint = await startEndpoint(() => ({body: '{}'}));
	let time = 0;
	const slept: number[] = [];
	const processClock = {
		now: () => time,
		sleep: async (ms: number) => {
			slept.push(ms);
			time += ms;
		},
	};
	const options = {region: 'eu-west-1', endpointUrl: endpoint.url, readOnly: false, timeRate: 1};
	aws = await createAws({...options, credentials: canary}, {environment: {}, processClock});
	const {trailEvents} = aws.polling;
	const look = (value: string) => trailEvents({by: 'EventName', value, since: 0, until: 1});
	await Promise.all(['a', 'b', 'c'].map(look));
	expect(slept).toEqual([1100]);
	time += 5000;
	await Promise.all(['d', 'e'].map(look));
	expect(slept).toEqual([1100]);
	expect(endpoint.arrived).toHaveLength(5);
});

test('who may not is told which permission is missing, and the call is not tried again', async () => {
	endpoint = await startEndpoint(() => ({
		status: 400,
		body: JSON.stringify({__type: 'AccessDeniedException', message: 'no'}),
	}));
	aws = await awsFor(endpoint.url);
	await expect(aws.polling.deployments({since: 0})).rejects.toMatchObject({
		kind: 'denied',
		next: ['ask for the permission codedeploy:ListDeployments'],
	});
	await expect(
		aws.polling.trailEvents({by: 'EventName', value: 'x', since: 0, until: 1}),
	).rejects.toMatchObject({kind: 'denied', next: ['ask for the permission cloudtrail:LookupEvents']});
	expect(endpoint.operations()).toEqual(['ListDeployments', 'LookupEvents']);
});
