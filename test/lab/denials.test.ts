/** What the lab learned for holds: who may not, bursts, late answers, tags that lag, and the calls around them. */
import * as asg from '@aws-sdk/client-auto-scaling';
import {DescribeInstancesCommand, DescribeRegionsCommand, EC2Client} from '@aws-sdk/client-ec2';
import {GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand} from '@aws-sdk/client-iam';
import * as ssm from '@aws-sdk/client-ssm';
import {GetCallerIdentityCommand} from '@aws-sdk/client-sts';
import {describe, expect, test} from 'vitest';
import {FaultRuleError, parseFaultRule} from '../../src/lab/faults/rules.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const web = {AutoScalingGroupName: 'web-prod'};
const suspend = ({autoscaling}: OpenLab, ...ScalingProcesses: string[]) =>
	autoscaling.send(new asg.SuspendProcessesCommand({...web, ScalingProcesses}));
const group = async ({autoscaling}: OpenLab) => {
	const {AutoScalingGroups: [found] = []} = await autoscaling.send(
		new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['web-prod']}),
	);
	return {
		arn: found?.AutoScalingGroupARN ?? '',
		suspended: (found?.SuspendedProcesses ?? []).map(({ProcessName}) => ProcessName ?? '').sort(),
		reasons: (found?.SuspendedProcesses ?? []).map(({SuspensionReason}) => SuspensionReason),
		tags: (found?.Tags ?? []).map(({Key}) => Key),
	};
};
const keyOf = ({lab}: OpenLab): string => lab.env['AWS_ACCESS_KEY_ID'] ?? '';
const iamOf = ({lab}: OpenLab): IAMClient =>
	new IAMClient({
		endpoint: lab.endpoint,
		region: 'eu-west-1',
		maxAttempts: 1,
		credentials: {
			accessKeyId: keyOf({lab} as OpenLab),
			secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
		},
	});
const fault = ({control}: OpenLab, rule: Record<string, unknown>) => control('POST', 'faults', rule);
const step = ({control}: OpenLab, seconds: number) => control('POST', 'step', {seconds});

describe('deny', () => {
	test('each service refuses in its own words', async () => {
		const lab = await openLab();
		await fault(lab, {kind: 'deny', caller: keyOf(lab)});
		await expect(suspend(lab, 'Launch')).rejects.toMatchObject({
			name: 'AccessDenied',
			message: expect.stringMatching(
				/^User: arn:aws:iam::\d+:user\/\S+ is not authorized to perform: autoscaling:SuspendProcesses /,
			),
			$metadata: {httpStatusCode: 403},
		});
		await expect(lab.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
			name: 'UnauthorizedOperation',
		});
		await expect(lab.ssm.send(new ssm.GetDocumentCommand({Name: 'x'}))).rejects.toMatchObject({
			name: 'AccessDeniedException',
		});
	});

	test('the simulator agrees with the rules, by operation, caller and group, and counts nothing', async () => {
		const lab = await openLab({keys: [{id: 'AKIAOTHERCALLER00001', secret: 'x'}]});
		const {Arn: PolicySourceArn = ''} = await lab.sts.send(new GetCallerIdentityCommand({}));
		const {arn} = await group(lab);
		await fault(lab, {
			kind: 'deny',
			operation: 'ResumeProcesses',
			caller: keyOf(lab),
			group: 'web-prod',
			count: 1,
		});
		await fault(lab, {kind: 'deny', operation: 'DeleteTags', caller: 'AKIAOTHERCALLER00001'});
		const ask = async (ResourceArns: string[], source = PolicySourceArn) => {
			const {EvaluationResults: results = []} = await iamOf(lab).send(
				new SimulatePrincipalPolicyCommand({
					PolicySourceArn: source,
					ActionNames: ['autoscaling:ResumeProcesses', 'autoscaling:DeleteTags'],
					ResourceArns,
					ContextEntries: [
						{ContextKeyName: 'aws:TagKeys', ContextKeyType: 'stringList', ContextKeyValues: ['a']},
					],
				}),
			);
			return results.map(({EvalDecision}) => EvalDecision);
		};
		expect(await ask([arn])).toEqual(['implicitDeny', 'allowed']);
		expect(await ask([arn])).toEqual(['implicitDeny', 'allowed']);
		expect(await ask([arn.replace('web-prod', 'batch')])).toEqual(['allowed', 'allowed']);
		const other = PolicySourceArn.replace(/lab-\w+$/, 'lab-0001');
		expect(await ask([arn], other)).toEqual(['allowed', 'implicitDeny']);
		await expect(ask([arn], `${PolicySourceArn}x`)).rejects.toMatchObject({name: 'NoSuchEntityException'});
		await fault(lab, {kind: 'deny', operation: 'SimulatePrincipalPolicy'});
		await expect(ask([arn])).rejects.toMatchObject({name: 'AccessDenied'});
	});
});

test('contention: every change of the group is refused for as long as the burst lasts, reads are not', async () => {
	const lab = await openLab();
	await fault(lab, {kind: 'contention', group: 'web-prod', forSeconds: 20});
	await expect(suspend(lab, 'Launch')).rejects.toMatchObject({
		Code: 'ResourceContention',
		$metadata: {httpStatusCode: 500},
	});
	expect((await group(lab)).suspended).toEqual([]);
	await step(lab, 21);
	await suspend(lab, 'Launch');
});

test('late: the connection is cut, and the change comes later', async () => {
	const lab = await openLab();
	await fault(lab, {kind: 'late', seconds: 30, operation: 'SuspendProcesses', count: 1});
	await expect(suspend(lab, 'Launch')).rejects.toThrow();
	expect((await group(lab)).suspended).toEqual([]);
	await step(lab, 31);
	expect((await group(lab)).suspended).toEqual(['Launch']);
});

test('stale tags: the processes are of now, the tags of then', async () => {
	const lab = await openLab();
	await step(lab, 60);
	await fault(lab, {kind: 'stale', seconds: 20, only: 'tags'});
	await suspend(lab, 'Launch');
	await lab.control('POST', 'user-tag', {group: 'web-prod', key: 'k1', value: 'v'});
	const seen = await group(lab);
	expect([seen.suspended, seen.tags.includes('k1')]).toEqual([['Launch'], false]);
	await step(lab, 25);
	expect((await group(lab)).tags).toContain('k1');
});

test('a third party suspends with a reason of its own', async () => {
	const lab = await openLab();
	await fault(lab, {
		kind: 'suspend',
		group: 'web-prod',
		processes: ['Launch'],
		reason: 'Because.',
		afterSeconds: 5,
	});
	await step(lab, 6);
	expect((await group(lab)).reasons).toEqual(['Because.']);
});

test('credentials end at their time', async () => {
	const lab = await openLab();
	await fault(lab, {kind: 'expired-token', caller: keyOf(lab), afterSeconds: 60});
	await suspend(lab, 'Launch');
	await step(lab, 61);
	await expect(suspend(lab, 'Terminate')).rejects.toMatchObject({name: 'ExpiredToken'});
});

test.each([
	[{kind: 'late'}],
	[{kind: 'stale', seconds: 1, only: 'everything'}],
	[{kind: 'deny', via: 'magic'}],
	[{kind: 'deny', code: 'x'}],
])('%j is no rule', rule => {
	expect(() => parseFaultRule(rule)).toThrow(FaultRuleError);
});

describe('the calls around a hold', () => {
	test('DescribeRegions names the lab’s own region, GetRole knows the roles that were made', async () => {
		const lab = await openLab();
		const {Regions = []} = await lab.ec2.send(new DescribeRegionsCommand({}));
		expect(Regions.map(({RegionName}) => RegionName)).toEqual(['eu-west-1']);
		const role = new GetRoleCommand({RoleName: 'fuse'});
		await expect(iamOf(lab).send(role)).rejects.toMatchObject({name: 'NoSuchEntityException'});
		const arn = 'arn:aws:iam::123456789012:role/fuse';
		await lab.control('POST', 'role', {arn, trust: '{"Version":"2012-10-17"}'});
		const {Role} = await iamOf(lab).send(role);
		expect(Role).toMatchObject({
			Arn: arn,
			AssumeRolePolicyDocument: '%7B%22Version%22%3A%222012-10-17%22%7D',
		});
	});

	test('other regions keep what is made in them', async () => {
		const lab = await openLab();
		const elsewhere = new EC2Client({
			endpoint: lab.lab.endpoint,
			region: 'us-east-1',
			credentials: {accessKeyId: keyOf(lab), secretAccessKey: lab.lab.env['AWS_SECRET_ACCESS_KEY'] ?? ''},
		});
		const {Reservations} = await elsewhere.send(new DescribeInstancesCommand({}));
		expect(Reservations).toEqual([]);
	});

	test('Run Command is refused for boxes that are none, for other documents and short timeouts', async () => {
		const lab = await openLab();
		const send = (more: Partial<ssm.SendCommandCommandInput>) =>
			lab.ssm.send(
				new ssm.SendCommandCommand({
					DocumentName: 'AWS-RunShellScript',
					InstanceIds: ['i-00000000000000000'],
					Parameters: {commands: ['id']},
					...more,
				}),
			);
		await expect(send({})).rejects.toMatchObject({name: 'InvalidInstanceId'});
		await expect(send({DocumentName: 'AWS-Other'})).rejects.toMatchObject({name: 'InvalidDocument'});
		await expect(send({TimeoutSeconds: 5})).rejects.toMatchObject({name: 'ValidationException'});
		await expect(
			lab.ssm.send(
				new ssm.GetCommandInvocationCommand({
					CommandId: '00000000-0000-4000-8000-000000000000',
					InstanceId: 'i-00000000000000000',
				}),
			),
		).rejects.toMatchObject({name: 'InvocationDoesNotExist'});
	});

	test('standby and detach: the cause names a capacity only where it changes, and detach says itself below the minimum', async () => {
		const lab = await openLab();
		const {autoscaling} = lab;
		const {AutoScalingGroups: [batch] = []} = await autoscaling.send(
			new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['legacy']}),
		);
		const [id = '', other = ''] = (batch?.Instances ?? []).map(({InstanceId}) => InstanceId ?? '');
		const move = {AutoScalingGroupName: 'legacy', InstanceIds: [id]};
		await expect(
			autoscaling.send(new asg.DetachInstancesCommand({...move, ShouldDecrementDesiredCapacity: true})),
		).rejects.toMatchObject({message: expect.stringContaining('To detach 1 more instance(s)')});
		const {Activities: [entered] = []} = await autoscaling.send(
			new asg.EnterStandbyCommand({...move, ShouldDecrementDesiredCapacity: false}),
		);
		expect(entered?.Cause).toMatch(/was moved to standby in response to a user request\.$/);
		await autoscaling.send(new asg.ExitStandbyCommand(move));
		const {AutoScalingGroups: [after] = []} = await autoscaling.send(
			new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['legacy']}),
		);
		// At its maximum the group gives one box up by its termination policy.
		expect(after?.DesiredCapacity).toBe(3);
		expect(after?.Instances?.filter(({LifecycleState}) => LifecycleState === 'Terminating')).toHaveLength(1);
		expect(other).not.toBe('');
	});
});
