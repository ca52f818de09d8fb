/** Every call of the lab through the unmodified SDK clients. */
import * as asg from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as ssm from '@aws-sdk/client-ssm';
import {GetCallerIdentityCommand} from '@aws-sdk/client-sts';
import {describe, expect, test} from 'vitest';
import {clientsOf, type OpenLab, openLab} from './open-lab.ts';

const groupNamed = async ({autoscaling}: OpenLab, name: string): Promise<asg.AutoScalingGroup> => {
	const {AutoScalingGroups: [group] = []} = await autoscaling.send(
		new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: [name]}),
	);
	if (group === undefined) throw new Error(`no group ${name}`);
	return group;
};

const oldestBox = async (lab: OpenLab, name: string): Promise<string> =>
	(await groupNamed(lab, name)).Instances?.[0]?.InstanceId ?? '';

describe('autoscaling', () => {
	test('DescribeAutoScalingGroups gives the six groups of the default scenario with every field unflap reads', async () => {
		const lab = await openLab();
		const {AutoScalingGroups: groups = [], $metadata} = await lab.autoscaling.send(
			new asg.DescribeAutoScalingGroupsCommand({}),
		);
		expect(groups.map(({AutoScalingGroupName}) => AutoScalingGroupName)).toEqual([
			'web-prod',
			'web-canary',
			'api-staging',
			'worker',
			'batch',
			'legacy',
		]);
		expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
		const [web] = groups;
		expect(web).toMatchObject({MinSize: 1, MaxSize: 4, DesiredCapacity: 3, HealthCheckType: 'ELB'});
		expect(web?.AutoScalingGroupARN).toMatch(
			/^arn:aws:autoscaling:eu-west-1:\d{12}:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/web-prod$/,
		);
		expect(web?.CreatedTime).toBeInstanceOf(Date);
		expect(web?.Instances).toHaveLength(3);
		expect(web?.Instances?.[0]).toMatchObject({
			InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
			LifecycleState: 'InService',
			HealthStatus: 'Healthy',
		});
		expect(web?.SuspendedProcesses).toEqual([]);
	});

	test('filters by tag, leaves instances out on request, and pages', async () => {
		const {autoscaling} = await openLab({groups: 7, instances: 1});
		const pages: number[] = [];
		let token: string | undefined;
		do {
			const page = await autoscaling.send(
				new asg.DescribeAutoScalingGroupsCommand({MaxRecords: 3, NextToken: token, IncludeInstances: false}),
			);
			pages.push(page.AutoScalingGroups?.length ?? 0);
			expect(page.AutoScalingGroups?.[0]?.Instances).toEqual([]);
			token = page.NextToken;
		} while (token !== undefined);
		expect(pages).toEqual([3, 3, 1]);
		const tagged = await autoscaling.send(
			new asg.DescribeAutoScalingGroupsCommand({Filters: [{Name: 'tag:Name', Values: ['web-prod']}]}),
		);
		expect(tagged.AutoScalingGroups).toHaveLength(1);
	});

	test('DescribeAutoScalingInstances writes health in capitals', async () => {
		const {autoscaling} = await openLab();
		const {AutoScalingInstances = []} = await autoscaling.send(
			new asg.DescribeAutoScalingInstancesCommand({}),
		);
		expect(AutoScalingInstances).toHaveLength(15);
		expect(new Set(AutoScalingInstances.map(({HealthStatus}) => HealthStatus))).toEqual(new Set(['HEALTHY']));
	});

	test('DescribeScalingActivities: unfinished first, bounded by time, paged', async () => {
		const {autoscaling} = await openLab();
		const since = new Date(Date.now() - 3_600_000).toISOString();
		const {Activities = [], NextToken} = await autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({Filters: [{Name: 'StartTimeLowerBound', Values: [since]}]}),
		);
		expect(NextToken).toBeUndefined();
		expect(Activities.every(({StartTime}) => (StartTime?.toISOString() ?? '') >= since)).toBe(true);
		const finished = Activities.map(({EndTime}) => EndTime !== undefined);
		expect(finished).toEqual([...finished].sort());
		const first = await autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({AutoScalingGroupName: 'web-prod', MaxRecords: 5}),
		);
		const second = await autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({
				AutoScalingGroupName: 'web-prod',
				MaxRecords: 5,
				NextToken: first.NextToken,
			}),
		);
		const ids = [...(first.Activities ?? []), ...(second.Activities ?? [])].map(({ActivityId}) => ActivityId);
		expect(new Set(ids).size).toBe(10);
	});

	test('the smaller Describe calls', async () => {
		const {autoscaling} = await openLab();
		const hooks = await autoscaling.send(
			new asg.DescribeLifecycleHooksCommand({AutoScalingGroupName: 'web-canary'}),
		);
		expect(hooks.LifecycleHooks?.[0]).toMatchObject({
			LifecycleHookName: expect.stringContaining('CodeDeploy-managed-automatic-launch-deployment-hook-'),
			DefaultResult: 'ABANDON',
			GlobalTimeout: 60_000,
		});
		const policies = await autoscaling.send(new asg.DescribePoliciesCommand({AutoScalingGroupName: 'batch'}));
		expect(policies.ScalingPolicies?.[0]).toMatchObject({PolicyType: 'TargetTrackingScaling', Enabled: true});
		const tags = await autoscaling.send(
			new asg.DescribeTagsCommand({Filters: [{Name: 'auto-scaling-group', Values: ['batch']}]}),
		);
		expect(tags.Tags?.map(({Key}) => Key)).toEqual(['Name', 'environment']);
		const actions = await autoscaling.send(
			new asg.DescribeScheduledActionsCommand({AutoScalingGroupName: 'batch'}),
		);
		expect(actions.ScheduledUpdateGroupActions?.[0]?.ScheduledActionName).toBe('nightly-up');
		const refreshes = await autoscaling.send(
			new asg.DescribeInstanceRefreshesCommand({AutoScalingGroupName: 'batch'}),
		);
		expect(refreshes.InstanceRefreshes).toEqual([]);
		const sources = await autoscaling.send(
			new asg.DescribeTrafficSourcesCommand({AutoScalingGroupName: 'batch'}),
		);
		expect(sources.TrafficSources?.[0]?.Type).toBe('elbv2');
		const types = await autoscaling.send(new asg.DescribeScalingProcessTypesCommand({}));
		expect(types.Processes).toHaveLength(9);
	});

	test('SuspendProcesses, ResumeProcesses, CreateOrUpdateTags and DeleteTags change what Describe says', async () => {
		const lab = await openLab();
		const {autoscaling} = lab;
		const group = {AutoScalingGroupName: 'web-prod'};
		await autoscaling.send(
			new asg.SuspendProcessesCommand({...group, ScalingProcesses: ['HealthCheck', 'Terminate']}),
		);
		const tag = {
			ResourceId: 'web-prod',
			ResourceType: 'auto-scaling-group',
			Key: 'unflap:hold:0a1b2c3d',
			Value: 'v1 live until=2026-11-22T14:17Z <&> "\'',
			PropagateAtLaunch: false,
		};
		await autoscaling.send(new asg.CreateOrUpdateTagsCommand({Tags: [tag]}));
		const held = await groupNamed(lab, 'web-prod');
		expect(held.SuspendedProcesses?.map(({ProcessName}) => ProcessName).sort()).toEqual([
			'HealthCheck',
			'Terminate',
		]);
		expect(held.SuspendedProcesses?.[0]?.SuspensionReason).toMatch(
			/^User suspended at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
		);
		expect(held.Tags).toContainEqual(tag);
		expect(lab.lab.hasHold()).toBe(true);
		await autoscaling.send(
			new asg.ResumeProcessesCommand({...group, ScalingProcesses: ['HealthCheck', 'Terminate']}),
		);
		await autoscaling.send(new asg.DeleteTagsCommand({Tags: [{...tag, Value: ''}]}));
		const given = await groupNamed(lab, 'web-prod');
		expect(given.SuspendedProcesses).toEqual([]);
		expect(given.Tags?.map(({Key}) => Key)).toEqual(['Name', 'environment']);
	});

	test('standby, detach, capacity, hooks and health', async () => {
		const lab = await openLab();
		const {autoscaling, control} = lab;
		const group = {AutoScalingGroupName: 'batch'};
		const [id, other] =
			(await groupNamed(lab, 'batch')).Instances?.map(({InstanceId}) => InstanceId ?? '') ?? [];
		if (id === undefined || other === undefined) throw new Error('no boxes');
		const moved = await autoscaling.send(
			new asg.EnterStandbyCommand({...group, InstanceIds: [id], ShouldDecrementDesiredCapacity: true}),
		);
		expect(moved.Activities?.[0]?.Cause).toContain(
			`instance ${id} was moved to standby in response to a user request, shrinking the capacity from 6 to 5.`,
		);
		await autoscaling.send(new asg.ExitStandbyCommand({...group, InstanceIds: [id]}));
		expect((await groupNamed(lab, 'batch')).DesiredCapacity).toBe(6);
		await autoscaling.send(
			new asg.DetachInstancesCommand({
				...group,
				InstanceIds: [other],
				ShouldDecrementDesiredCapacity: true,
			}),
		);
		expect((await groupNamed(lab, 'batch')).Instances).toHaveLength(5);
		await autoscaling.send(new asg.SetDesiredCapacityCommand({...group, DesiredCapacity: 7}));
		const grown = await groupNamed(lab, 'batch');
		expect(grown.Instances).toHaveLength(7);
		await autoscaling.send(new asg.UpdateAutoScalingGroupCommand({...group, MinSize: 3, MaxSize: 9}));
		expect(await groupNamed(lab, 'batch')).toMatchObject({MinSize: 3, MaxSize: 9});
		await autoscaling.send(new asg.SetInstanceHealthCommand({InstanceId: id, HealthStatus: 'Healthy'}));
		const waiting = await oldestBox(lab, 'web-canary');
		const hook = {
			AutoScalingGroupName: 'web-canary',
			LifecycleHookName:
				(await autoscaling.send(new asg.DescribeLifecycleHooksCommand({AutoScalingGroupName: 'web-canary'})))
					.LifecycleHooks?.[0]?.LifecycleHookName ?? '',
			InstanceId: waiting,
		};
		await autoscaling.send(new asg.RecordLifecycleActionHeartbeatCommand(hook));
		await autoscaling.send(
			new asg.CompleteLifecycleActionCommand({...hook, LifecycleActionResult: 'CONTINUE'}),
		);
		expect((await groupNamed(lab, 'web-canary')).Instances?.[0]?.LifecycleState).toBe('InService');
		await autoscaling.send(
			new asg.TerminateInstanceInAutoScalingGroupCommand({
				InstanceId: waiting,
				ShouldDecrementDesiredCapacity: false,
			}),
		);
		await control('POST', 'step', {seconds: 120});
		expect(await oldestBox(lab, 'web-canary')).not.toBe(waiting);
	});
});

test('ec2: instances, status, user data, console, templates, images', async () => {
	const lab = await openLab();
	const id = await oldestBox(lab, 'web-prod');
	const instances = await lab.ec2.send(new ec2.DescribeInstancesCommand({InstanceIds: [id]}));
	const [instance] = instances.Reservations?.[0]?.Instances ?? [];
	expect(instance).toMatchObject({
		InstanceId: id,
		State: {Name: 'running', Code: 16},
		PrivateIpAddress: expect.stringMatching(/^10\.\d+\.\d+\.\d+$/),
		MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 2},
	});
	expect(instance?.LaunchTime).toBeInstanceOf(Date);
	expect(instance?.Tags).toContainEqual({Key: 'aws:autoscaling:groupName', Value: 'web-prod'});
	const filtered = await lab.ec2.send(
		new ec2.DescribeInstancesCommand({
			Filters: [
				{Name: 'tag:aws:autoscaling:groupName', Values: ['web-p*']},
				{Name: 'instance-state-name', Values: ['pending', 'running']},
			],
			MaxResults: 5,
		}),
	);
	expect(filtered.Reservations).toHaveLength(3);
	const status = await lab.ec2.send(new ec2.DescribeInstanceStatusCommand({InstanceIds: [id]}));
	expect(status.InstanceStatuses?.[0]?.InstanceStatus?.Status).toMatch(/^(ok|initializing)$/);
	const attribute = await lab.ec2.send(
		new ec2.DescribeInstanceAttributeCommand({InstanceId: id, Attribute: 'userData'}),
	);
	const userData = Buffer.from(attribute.UserData?.Value ?? '', 'base64').toString();
	expect(JSON.parse(userData)).toMatchObject({bucket: 'releases'});
	const console_ = await lab.ec2.send(new ec2.GetConsoleOutputCommand({InstanceId: id, Latest: true}));
	expect(Buffer.from(console_.Output ?? '', 'base64').toString()).toBe(`console of ${id}: löscht\n`);
	const templates = await lab.ec2.send(
		new ec2.DescribeLaunchTemplateVersionsCommand({LaunchTemplateName: 'web-prod', Versions: ['$Latest']}),
	);
	const imageId = templates.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId ?? '';
	const images = await lab.ec2.send(new ec2.DescribeImagesCommand({ImageIds: [imageId]}));
	expect(images.Images?.[0]?.State).toBe('available');
});

test('elbv2: target groups and the health of their targets', async () => {
	const {elbv2, control} = await openLab();
	const {TargetGroups: [web] = []} = await elbv2.send(
		new elb.DescribeTargetGroupsCommand({Names: ['tg-web-prod']}),
	);
	expect(web).toMatchObject({Port: 8080, HealthCheckPath: '/healthz', HealthCheckIntervalSeconds: 10});
	const {TargetHealthDescriptions: targets = []} = await elbv2.send(
		new elb.DescribeTargetHealthCommand({TargetGroupArn: web?.TargetGroupArn}),
	);
	expect(targets.map(({TargetHealth}) => TargetHealth?.State)).toContain('unhealthy');
	const {TargetGroups: [calm] = []} = await elbv2.send(
		new elb.DescribeTargetGroupsCommand({Names: ['tg-batch']}),
	);
	const healthy = await elbv2.send(
		new elb.DescribeTargetHealthCommand({TargetGroupArn: calm?.TargetGroupArn}),
	);
	expect(healthy.TargetHealthDescriptions).toHaveLength(6);
	expect(healthy.TargetHealthDescriptions?.[0]?.TargetHealth).toEqual({State: 'healthy'});
	await control('POST', 'step', {seconds: 400});
	const unknown = await elbv2.send(
		new elb.DescribeTargetHealthCommand({
			TargetGroupArn: web?.TargetGroupArn,
			Targets: [{Id: 'i-00000000000000000'}],
		}),
	);
	expect(unknown.TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).toBe('Target.NotRegistered');
});

test('ssm: inventory, connection, sessions', async () => {
	const lab = await openLab();
	const id = await oldestBox(lab, 'web-prod');
	const inventory = await lab.ssm.send(
		new ssm.DescribeInstanceInformationCommand({Filters: [{Key: 'InstanceIds', Values: [id]}]}),
	);
	expect(inventory.InstanceInformationList?.[0]).toMatchObject({InstanceId: id, PingStatus: 'Online'});
	expect(inventory.InstanceInformationList?.[0]?.LastPingDateTime).toBeInstanceOf(Date);
	const {Status} = await lab.ssm.send(new ssm.GetConnectionStatusCommand({Target: id}));
	expect(Status).toBe('connected');
	const started = await lab.ssm.send(
		new ssm.StartSessionCommand({
			Target: id,
			DocumentName: 'AWS-StartNonInteractiveCommand',
			Parameters: {command: ['true'], separateOutputStream: ['true']},
			Reason: 'a test',
		}),
	);
	expect(started.StreamUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/v1\/data-channel\//);
	const active = await lab.ssm.send(new ssm.DescribeSessionsCommand({State: 'Active'}));
	expect(active.Sessions?.[0]).toMatchObject({SessionId: started.SessionId, Target: id, Reason: 'a test'});
	const resumed = await lab.ssm.send(new ssm.ResumeSessionCommand({SessionId: started.SessionId}));
	expect(resumed.TokenValue).not.toBe(started.TokenValue);
	await lab.ssm.send(new ssm.TerminateSessionCommand({SessionId: started.SessionId}));
	const past = await lab.ssm.send(new ssm.DescribeSessionsCommand({State: 'History'}));
	expect(past.Sessions?.[0]?.Status).toBe('Terminated');
	await expect(
		lab.ssm.send(new ssm.ResumeSessionCommand({SessionId: started.SessionId})),
	).rejects.toMatchObject({
		name: 'DoesNotExistException',
	});
});

test('sts: each key is a caller of its own', async () => {
	const {sts, lab} = await openLab();
	const identity = await sts.send(new GetCallerIdentityCommand({}));
	expect(identity.Account).toMatch(/^\d{12}$/);
	expect(identity.Arn).toBe(
		`arn:aws:iam::${identity.Account}:user/lab-${lab.env['AWS_ACCESS_KEY_ID']?.slice(-4).toLowerCase()}`,
	);
});

test('another region is there and empty', async () => {
	const {lab} = await openLab();
	const {autoscaling} = clientsOf(lab, {region: 'us-east-1'});
	const {AutoScalingGroups} = await autoscaling.send(new asg.DescribeAutoScalingGroupsCommand({}));
	expect(AutoScalingGroups).toEqual([]);
});
