/** CodeDeploy and CloudTrail of the lab, asked through the gateway that users ask AWS with. */
import {expect, onTestFinished, test} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import type {Lab} from '../../src/lab/create-lab.ts';
import {openLab} from './open-lab.ts';

const awsOf = async ({endpoint, env}: Lab) => {
	const aws = await createAws(
		{
			region: 'eu-west-1',
			endpointUrl: endpoint,
			readOnly: false,
			timeRate: 1,
			credentials: {
				accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
		},
		{environment: {}},
	);
	onTestFinished(() => aws.close());
	return aws;
};

const dayAgo = () => Date.now() - 86_400_000;

test('each box that waits in the hook of CodeDeploy has a deployment, which fails as the hook is abandoned', async () => {
	const {lab, control} = await openLab();
	const {polling} = await awsOf(lab);
	const [group] = await polling.groups({names: ['web-canary']});
	const waiting = group?.instances[0]?.instanceId ?? '';
	const account = await polling.deployments({since: dayAgo()});
	const [newest] = account;
	expect(newest).toMatchObject({
		group: 'web-canary',
		creator: 'autoscaling',
		status: 'InProgress',
		endedAt: null,
	});
	expect(account.filter(({status}) => status === 'Failed').length).toBeGreaterThan(5);
	expect(account.filter(({creator}) => creator === 'user')).toMatchObject([{status: 'Succeeded'}]);
	const of = {application: newest?.application ?? '', group: newest?.group ?? ''};
	expect(
		(await polling.deployments({of, since: dayAgo(), max: 3})).map(({deploymentId}) => deploymentId),
	).toEqual(account.slice(0, 3).map(({deploymentId}) => deploymentId));
	const [owner] = await polling.deploymentGroups(of.application, [of.group]);
	expect(owner?.scalingGroups).toMatchObject([
		{name: 'web-canary', hook: expect.stringContaining('CodeDeploy-')},
	]);
	const statusesOf = async () => {
		const [target] = await polling.deploymentTargets(newest?.deploymentId ?? '');
		expect(target?.instanceId).toBe(waiting);
		return target?.events.map(({status}) => status).join(' ');
	};
	expect(await statusesOf()).toMatch(/^(Succeeded ){6}InProgress$/);
	await control('POST', 'step', {seconds: 400});
	expect(await statusesOf()).toMatch(/^(Succeeded ){6}Failed$/);
	const [target] = await polling.deploymentTargets(newest?.deploymentId ?? '');
	expect(target?.events.at(-1)?.diagnostics).toMatchObject({
		errorCode: 'ScriptFailed',
		script: expect.stringMatching(/\.sh$/),
		logTail: expect.stringMatching(/^LifecycleEvent - ValidateService\nScript - /),
	});
});

test('a launch template version, a group and a target group that were changed before the onset: by whom, and when', async () => {
	const {lab} = await openLab();
	const {polling} = await awsOf(lab);
	const span = {since: dayAgo(), until: Date.now()};
	const [version] = await polling.templateVersions('worker', ['$Latest']);
	const changes = await polling.trailEvents({by: 'ResourceName', value: 'worker', ...span});
	expect(changes).toMatchObject([
		{name: 'UpdateAutoScalingGroup', who: expect.stringMatching(/user\/ci-deploy$/)},
		{
			name: 'UpdateAutoScalingGroup',
			who: expect.stringMatching(/user\/ana$/),
			request: {healthCheckType: 'EC2,ELB'},
		},
	]);
	expect(version?.createdBy).toMatch(/user\/ci-deploy$/);
	expect((changes[0]?.at ?? 0) - (version?.createdAt ?? 0)).toBeLessThan(10_000);
	const [modified] = await polling.trailEvents({by: 'EventName', value: 'ModifyTargetGroup', ...span});
	expect(modified).toMatchObject({
		who: expect.stringMatching(/user\/ben$/),
		source: 'elasticloadbalancing.amazonaws.com',
	});
	expect(await polling.trailEvents({by: 'ResourceName', value: 'batch', ...span})).toEqual([]);
});

test('every call that changes something is in the trail five minutes later, refused ones with their error', async () => {
	const {lab, control} = await openLab();
	const {polling, release} = await awsOf(lab);
	await release.suspend('batch', ['Terminate']);
	await expect(release.heartbeat('batch', 'no-hook', 'i-00000000000000000')).rejects.toThrow();
	const look = () =>
		polling.trailEvents({
			by: 'EventSource' as 'EventName',
			value: 'autoscaling.amazonaws.com',
			since: Date.now() - 60_000,
			until: Date.now() + 600_000,
		});
	expect(await look()).toEqual([]);
	await control('POST', 'step', {seconds: 301});
	expect((await look()).toReversed()).toMatchObject([
		{
			name: 'SuspendProcesses',
			errorCode: null,
			request: {autoScalingGroupName: 'batch', scalingProcesses: ['Terminate']},
			who: expect.stringContaining(':user/lab-'),
		},
		{name: 'RecordLifecycleActionHeartbeat', errorCode: 'ValidationError'},
	]);
});
