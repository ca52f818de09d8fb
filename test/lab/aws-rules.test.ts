/** The rules of AWS that the lab keeps: aws-facts sections 1, 2 and 8, one test a rule. */
import * as asg from '@aws-sdk/client-auto-scaling';
import {StartSessionCommand} from '@aws-sdk/client-ssm';
import {describe, expect, test} from 'vitest';
import type {GroupPlan} from '../../src/lab/scenarios/plan.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const web = {AutoScalingGroupName: 'web-prod'};

const read = async ({autoscaling}: OpenLab, name = 'web-prod'): Promise<asg.AutoScalingGroup> => {
	const {AutoScalingGroups: [group] = []} = await autoscaling.send(
		new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: [name]}),
	);
	if (group === undefined) throw new Error(`no group ${name}`);
	return group;
};
const boxes = async (lab: OpenLab, name = 'web-prod'): Promise<readonly asg.Instance[]> =>
	(await read(lab, name)).Instances ?? [];
const ids = async (lab: OpenLab, name = 'web-prod'): Promise<readonly string[]> =>
	(await boxes(lab, name)).map(({InstanceId}) => InstanceId ?? '');
const suspended = async (lab: OpenLab): Promise<readonly string[]> =>
	((await read(lab)).SuspendedProcesses ?? []).map(({ProcessName}) => ProcessName ?? '').sort();
const suspend = ({autoscaling}: OpenLab, ...ScalingProcesses: string[]) =>
	autoscaling.send(new asg.SuspendProcessesCommand({...web, ScalingProcesses}));
const resume = ({autoscaling}: OpenLab, ...ScalingProcesses: string[]) =>
	autoscaling.send(new asg.ResumeProcessesCommand({...web, ScalingProcesses}));
const step = ({control}: OpenLab, seconds: number) => control('POST', 'step', {seconds});
/** Past grace and checks of every box that is there at the start. */
const pastAllLives = 480;

describe('1.1 and 1.4: what a suspended process stops', () => {
	test('ReplaceUnhealthy: the marking goes on, nobody is replaced, and the resume kills the marked at once', async () => {
		const lab = await openLab();
		const before = await ids(lab);
		await suspend(lab, 'ReplaceUnhealthy');
		await step(lab, pastAllLives);
		const marked = await boxes(lab);
		expect(marked.map(({InstanceId}) => InstanceId)).toEqual(before);
		expect(new Set(marked.map(({HealthStatus}) => HealthStatus))).toEqual(new Set(['Unhealthy']));
		await resume(lab, 'ReplaceUnhealthy');
		expect(new Set((await boxes(lab)).map(({LifecycleState}) => LifecycleState))).toEqual(
			new Set(['Terminating']),
		);
	});

	test('HealthCheck: no box is marked, so none is replaced; marking restarts after the resume', async () => {
		const lab = await openLab();
		const before = await ids(lab);
		await suspend(lab, 'HealthCheck');
		await step(lab, pastAllLives);
		expect(new Set((await boxes(lab)).map(({HealthStatus}) => HealthStatus))).toEqual(new Set(['Healthy']));
		await resume(lab, 'HealthCheck');
		await step(lab, 180);
		expect((await ids(lab)).filter(id => before.includes(id))).toEqual([]);
	});

	test('HealthCheck does not stop a mark by SetInstanceHealth', async () => {
		const lab = await openLab();
		await suspend(lab, 'HealthCheck');
		const [id = ''] = await ids(lab, 'batch');
		await lab.autoscaling.send(
			new asg.SetInstanceHealthCommand({
				InstanceId: id,
				HealthStatus: 'Unhealthy',
				ShouldRespectGracePeriod: false,
			}),
		);
		const [marked] = await boxes(lab, 'batch');
		expect(marked).toMatchObject({HealthStatus: 'Unhealthy', LifecycleState: 'Terminating'});
	});

	test('Terminate keeps InService boxes, and its resume replaces the marked at once', async () => {
		const lab = await openLab();
		const before = await ids(lab);
		await suspend(lab, 'Terminate');
		await step(lab, pastAllLives);
		expect(await ids(lab)).toEqual(before);
		await resume(lab, 'Terminate');
		expect(new Set((await boxes(lab)).map(({LifecycleState}) => LifecycleState))).toEqual(
			new Set(['Terminating']),
		);
	});

	test('Terminate does not keep a box that is not InService', async () => {
		const lab = await openLab();
		await suspend(lab, 'Terminate');
		const waiting = (await boxes(lab)).find(
			({LifecycleState}) => LifecycleState === 'Pending:Wait',
		)?.InstanceId;
		await lab.control('POST', 'unhealthy', {instance: waiting});
		const box = (await boxes(lab)).find(({InstanceId}) => InstanceId === waiting);
		expect(box?.LifecycleState).toBe('Terminating');
	});

	test('Launch: boxes still die, and the resume refills at once', async () => {
		const lab = await openLab();
		await suspend(lab, 'Launch');
		await step(lab, pastAllLives + 120);
		expect(await ids(lab)).toEqual([]);
		await resume(lab, 'Launch');
		expect(await boxes(lab)).toHaveLength(3);
	});

	test('Launch blocks ExitStandby', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab);
		const move = {...web, InstanceIds: [id]};
		await lab.autoscaling.send(new asg.EnterStandbyCommand({...move, ShouldDecrementDesiredCapacity: true}));
		await suspend(lab, 'Launch');
		await expect(lab.autoscaling.send(new asg.ExitStandbyCommand(move))).rejects.toMatchObject({
			name: 'ValidationError',
		});
	});

	test('an abandoned launch hook ends the box whatever is suspended', async () => {
		const lab = await openLab();
		await lab.autoscaling.send(new asg.SuspendProcessesCommand({AutoScalingGroupName: 'web-canary'}));
		expect(await ids(lab, 'web-canary')).toHaveLength(1);
		await step(lab, 420);
		expect(await ids(lab, 'web-canary')).toEqual([]);
		const {Activities: [newest] = []} = await lab.autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({AutoScalingGroupName: 'web-canary'}),
		);
		expect(newest).toMatchObject({
			StatusCode: 'Cancelled',
			StatusMessage: expect.stringMatching(
				/^Instance failed to complete user's Lifecycle Action: Lifecycle Action with token [0-9a-f-]{36} was abandoned: Lifecycle Action Completed with ABANDON Result$/,
			),
		});
	});

	test('a machine that is gone is replaced even inside its grace period', async () => {
		const lab = await openLab();
		const [, young = ''] = await ids(lab);
		await lab.control('POST', 'terminate', {instance: young});
		await step(lab, 15);
		const {Activities = []} = await lab.autoscaling.send(new asg.DescribeScalingActivitiesCommand(web));
		expect(
			Activities.find(({Description}) => Description?.startsWith(`Terminating EC2 instance: ${young}`))
				?.Cause,
		).toContain('in response to an EC2 health check indicating it has been terminated or stopped.');
	});

	test('a box that flaps is killed for its load balancer check after grace and the checks that count', async () => {
		const lab = await openLab();
		const group = await read(lab);
		const [oldest = ''] = await ids(lab);
		await step(lab, 600);
		const {Activities = []} = await lab.autoscaling.send(new asg.DescribeScalingActivitiesCommand(web));
		const of = (verb: string) =>
			Activities.find(({Description}) => Description?.startsWith(`${verb} EC2 instance: ${oldest}`));
		const inService = of('Launching a new')?.EndTime?.getTime() ?? 0;
		const death = of('Terminating');
		expect(death?.Cause).toMatch(
			/^At \S+Z an instance was taken out of service in response to an ELB system health check failure\.$/,
		);
		const served = ((death?.StartTime?.getTime() ?? 0) - inService) / 1000;
		expect(served).toBeGreaterThanOrEqual((group.HealthCheckGracePeriod ?? 0) + 20);
		expect(served).toBeLessThanOrEqual((group.HealthCheckGracePeriod ?? 0) + 31);
	});
});

describe('1.2: how the calls mean their list', () => {
	const nine = [
		'AZRebalance',
		'AddToLoadBalancer',
		'AlarmNotification',
		'HealthCheck',
		'InstanceRefresh',
		'Launch',
		'ReplaceUnhealthy',
		'ScheduledActions',
		'Terminate',
	];
	test.each([
		['no list', undefined],
		['an empty list', []],
		['a list of one empty name', ['']],
	])('%s means all nine', async (_what, ScalingProcesses) => {
		const lab = await openLab();
		await lab.autoscaling.send(
			new asg.SuspendProcessesCommand({
				...web,
				...(ScalingProcesses === undefined ? {} : {ScalingProcesses}),
			}),
		);
		expect(await suspended(lab)).toEqual(nine);
	});

	test('suspends add up, and a second suspend of a process keeps its reason', async () => {
		const lab = await openLab();
		await suspend(lab, 'AZRebalance');
		const reason = (await read(lab)).SuspendedProcesses?.[0]?.SuspensionReason;
		await step(lab, 60);
		await suspend(lab, 'AZRebalance', 'HealthCheck');
		const now = (await read(lab)).SuspendedProcesses ?? [];
		expect(now.find(({ProcessName}) => ProcessName === 'AZRebalance')?.SuspensionReason).toBe(reason);
		expect(now.find(({ProcessName}) => ProcessName === 'HealthCheck')?.SuspensionReason).not.toBe(reason);
	});

	test('two suspends are one suspension: the first resume ends both; resuming what runs is no error', async () => {
		const lab = await openLab();
		await suspend(lab, 'Launch');
		await suspend(lab, 'Launch');
		await resume(lab, 'Launch');
		await resume(lab, 'Launch');
		expect(await suspended(lab)).toEqual([]);
	});

	test.each(['Nonsense', 'launch'])('the process %s is unknown, and nothing changes', async name => {
		const lab = await openLab();
		await expect(suspend(lab, 'HealthCheck', name)).rejects.toMatchObject({name: 'ValidationError'});
		await expect(resume(lab, name)).rejects.toMatchObject({name: 'ValidationError'});
		expect(await suspended(lab)).toEqual([]);
	});
});

describe('2: standby, detach, hooks', () => {
	test('EnterStandby with decrement needs room above MinSize', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab, 'legacy');
		await expect(
			lab.autoscaling.send(
				new asg.EnterStandbyCommand({
					AutoScalingGroupName: 'legacy',
					InstanceIds: [id],
					ShouldDecrementDesiredCapacity: true,
				}),
			),
		).rejects.toMatchObject({name: 'ValidationError', message: expect.stringContaining('min-size=3')});
	});

	test('EnterStandby without decrement launches a replacement, and the box is out of the checks', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab);
		await lab.autoscaling.send(
			new asg.EnterStandbyCommand({...web, InstanceIds: [id], ShouldDecrementDesiredCapacity: false}),
		);
		expect(await boxes(lab)).toHaveLength(4);
		await step(lab, pastAllLives);
		expect((await boxes(lab)).find(({InstanceId}) => InstanceId === id)).toMatchObject({
			LifecycleState: 'Standby',
			HealthStatus: 'Healthy',
		});
	});

	test('a box in Pending:Wait cannot go to standby or be detached', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab, 'web-canary');
		const move = {
			AutoScalingGroupName: 'web-canary',
			InstanceIds: [id],
			ShouldDecrementDesiredCapacity: true,
		};
		await expect(lab.autoscaling.send(new asg.EnterStandbyCommand(move))).rejects.toMatchObject({
			name: 'ValidationError',
		});
		await expect(lab.autoscaling.send(new asg.DetachInstancesCommand(move))).rejects.toMatchObject({
			message: expect.stringContaining('is not in InService or Standby'),
		});
	});

	test('a detached box lives on outside the group', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab);
		await lab.autoscaling.send(
			new asg.DetachInstancesCommand({...web, InstanceIds: [id], ShouldDecrementDesiredCapacity: false}),
		);
		await step(lab, pastAllLives);
		const state = await lab.control('GET', 'state');
		expect(JSON.stringify(state)).not.toContain(id);
		expect(await ids(lab)).not.toContain(id);
	});

	const hookedPlan = (defaultResult: 'CONTINUE' | 'ABANDON'): GroupPlan => ({
		name: 'web-prod',
		min: 0,
		max: 2,
		healthCheckTypes: ['EC2'],
		graceSeconds: 300,
		behaviour: {
			recording: 'S01-healthy',
			powerOn: [3, 4],
			pending: [10, 11],
			drain: [40, 60],
			relaunch: [100, 101],
		},
		hooks: [
			{
				name: 'nobody-answers',
				transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
				heartbeatSeconds: 100,
				defaultResult,
				answer: null,
			},
		],
		target: null,
		ages: [[50, 51]],
		flapsSinceSeconds: null,
		createdDaysAgo: [10, 20],
	});
	const settleAsWaiting = async (lab: OpenLab): Promise<string> => {
		const [first = ''] = await ids(lab);
		await lab.control('POST', 'terminate', {instance: first});
		for (let tries = 0; tries < 40; tries += 1) {
			await step(lab, 10);
			const [box] = await boxes(lab);
			if (box?.LifecycleState === 'Pending:Wait') return box.InstanceId ?? '';
		}
		throw new Error('no box came into Pending:Wait');
	};

	test.each([
		['CONTINUE', 'InService'],
		['ABANDON', undefined],
	] as const)('a hook that nobody answers ends with its default result %s', async (defaultResult, state) => {
		const lab = await openLab({plans: () => [hookedPlan(defaultResult)]});
		const id = await settleAsWaiting(lab);
		await step(lab, 115);
		expect((await boxes(lab)).find(({InstanceId}) => InstanceId === id)?.LifecycleState).toBe(state);
		if (defaultResult === 'CONTINUE') return;
		const {Activities = []} = await lab.autoscaling.send(new asg.DescribeScalingActivitiesCommand(web));
		expect(Activities.find(({Description}) => Description?.includes(id))?.StatusMessage).toMatch(
			/was abandoned: Heartbeat Timeout$/,
		);
	});

	test('heartbeats keep a waiting box past its timeout, up to the global timeout', async () => {
		const lab = await openLab({plans: () => [hookedPlan('ABANDON')]});
		const id = await settleAsWaiting(lab);
		const beat = () =>
			lab.autoscaling.send(
				new asg.RecordLifecycleActionHeartbeatCommand({
					...web,
					LifecycleHookName: 'nobody-answers',
					InstanceId: id,
				}),
			);
		for (let count = 0; count < 5; count += 1) {
			await beat();
			await step(lab, 80);
		}
		expect((await boxes(lab))[0]).toMatchObject({InstanceId: id, LifecycleState: 'Pending:Wait'});
		await beat();
		await step(lab, 9800);
		await expect(beat()).rejects.toMatchObject({name: 'ValidationError'});
	});

	describe('a hook on terminations', () => {
		const hook = {...web, LifecycleHookName: 'post'};
		const put = ({autoscaling}: OpenLab, more: Partial<asg.PutLifecycleHookCommandInput> = {}) =>
			autoscaling.send(
				new asg.PutLifecycleHookCommand({
					...hook,
					LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
					HeartbeatTimeout: 300,
					DefaultResult: 'CONTINUE',
					...more,
				}),
			);
		const stateOf = async (lab: OpenLab, id: string) =>
			(await boxes(lab)).find(({InstanceId}) => InstanceId === id)?.LifecycleState ?? 'gone';
		const kill = ({autoscaling}: OpenLab, InstanceId: string) =>
			autoscaling.send(
				new asg.TerminateInstanceInAutoScalingGroupCommand({
					InstanceId,
					ShouldDecrementDesiredCapacity: false,
				}),
			);

		test('keeps a dying box in Terminating:Wait, out of the load balancer and running, until it runs out', async () => {
			const lab = await openLab();
			const [id = ''] = await ids(lab);
			await put(lab);
			await kill(lab, id);
			expect(await stateOf(lab, id)).toBe('Terminating');
			await step(lab, 90);
			expect(await stateOf(lab, id)).toBe('Terminating:Wait');
			await step(lab, 180);
			await lab.autoscaling.send(new asg.RecordLifecycleActionHeartbeatCommand({...hook, InstanceId: id}));
			await step(lab, 290);
			expect(await stateOf(lab, id)).toBe('Terminating:Wait');
			await step(lab, 60);
			expect(await stateOf(lab, id)).toBe('gone');
		});

		test('deleted while a box waits, it lets the box go on dying; a second delete finds none', async () => {
			const lab = await openLab();
			const [id = ''] = await ids(lab);
			await put(lab);
			await kill(lab, id);
			await step(lab, 90);
			await lab.autoscaling.send(new asg.DeleteLifecycleHookCommand(hook));
			await step(lab, 10);
			expect(await stateOf(lab, id)).toBe('gone');
			await expect(lab.autoscaling.send(new asg.DeleteLifecycleHookCommand(hook))).rejects.toMatchObject({
				name: 'ValidationError',
			});
		});

		test('a second put changes the hook, and what it leaves out stays', async () => {
			const lab = await openLab();
			await put(lab);
			await lab.autoscaling.send(new asg.PutLifecycleHookCommand({...hook, HeartbeatTimeout: 60}));
			const {LifecycleHooks = []} = await lab.autoscaling.send(
				new asg.DescribeLifecycleHooksCommand({...web, LifecycleHookNames: ['post']}),
			);
			expect(LifecycleHooks).toMatchObject([
				{HeartbeatTimeout: 60, GlobalTimeout: 6000, DefaultResult: 'CONTINUE'},
			]);
		});

		test.each([
			['a name with a blank', {LifecycleHookName: 'a b'}],
			['a timeout below 30 s', {HeartbeatTimeout: 29}],
			['a timeout above two hours', {HeartbeatTimeout: 7201}],
			['no transition', {LifecycleTransition: undefined}],
			['another result', {DefaultResult: 'MAYBE'}],
		])('%s is refused', async (_what, more) => {
			const lab = await openLab();
			await expect(put(lab, more)).rejects.toMatchObject({name: 'ValidationError'});
		});
	});

	test('a completed hook has no active action any more', async () => {
		const lab = await openLab();
		const [id = ''] = await ids(lab, 'web-canary');
		const {LifecycleHooks: [hook] = []} = await lab.autoscaling.send(
			new asg.DescribeLifecycleHooksCommand({AutoScalingGroupName: 'web-canary'}),
		);
		const action = {
			AutoScalingGroupName: 'web-canary',
			LifecycleHookName: hook?.LifecycleHookName ?? '',
			InstanceId: id,
		};
		await lab.autoscaling.send(
			new asg.CompleteLifecycleActionCommand({...action, LifecycleActionResult: 'ABANDON'}),
		);
		await expect(
			lab.autoscaling.send(new asg.RecordLifecycleActionHeartbeatCommand(action)),
		).rejects.toMatchObject({
			name: 'ValidationError',
			message: `No active Lifecycle Action found with instance ID ${id}`,
		});
	});

	test('SetInstanceHealth Healthy clears a mark while the box is kept', async () => {
		const lab = await openLab();
		await suspend(lab, 'ReplaceUnhealthy');
		await step(lab, pastAllLives);
		const [id = ''] = await ids(lab);
		await suspend(lab, 'HealthCheck');
		await lab.autoscaling.send(new asg.SetInstanceHealthCommand({InstanceId: id, HealthStatus: 'Healthy'}));
		await resume(lab, 'ReplaceUnhealthy');
		const kept = (await boxes(lab)).filter(({LifecycleState}) => LifecycleState === 'InService');
		expect(kept.map(({InstanceId}) => InstanceId)).toEqual([id]);
	});

	test('a smaller desired capacity takes boxes out and says which was selected', async () => {
		const lab = await openLab();
		await lab.autoscaling.send(
			new asg.SetDesiredCapacityCommand({AutoScalingGroupName: 'batch', DesiredCapacity: 5}),
		);
		const {Activities: [newest] = []} = await lab.autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({AutoScalingGroupName: 'batch'}),
		);
		expect(newest?.Cause).toMatch(
			/^At \S+ a user request update of AutoScalingGroup constraints to min: 2, max: 8, desired: 5 changing the desired capacity from 6 to 5\. {2}At \S+ an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 6 to 5\. {2}At \S+ instance i-[0-9a-f]{17} was selected for termination\.$/,
		);
	});
});

describe('6.1 and 8: limits and errors', () => {
	test('more than 100 groups a page is refused', async () => {
		const {autoscaling} = await openLab();
		await expect(
			autoscaling.send(new asg.DescribeAutoScalingGroupsCommand({MaxRecords: 101})),
		).rejects.toMatchObject({name: 'ValidationError', message: expect.stringContaining("'maxRecords'")});
	});

	test('a made-up NextToken is refused', async () => {
		const {autoscaling} = await openLab();
		await expect(
			autoscaling.send(new asg.DescribeAutoScalingGroupsCommand({NextToken: 'abc'})),
		).rejects.toMatchObject({Code: 'InvalidNextToken'});
	});

	test('an unknown group is a ValidationError', async () => {
		const {autoscaling} = await openLab();
		await expect(
			autoscaling.send(new asg.SuspendProcessesCommand({AutoScalingGroupName: 'nope'})),
		).rejects.toMatchObject({
			name: 'ValidationError',
			message: 'AutoScalingGroup name not found - nope',
			$metadata: {httpStatusCode: 400},
		});
	});

	test('a group has 50 tags at most, and the refused call adds none', async () => {
		const lab = await openLab();
		const tags = (from: number, count: number) =>
			Array.from({length: count}, (_, index) => ({
				ResourceId: 'web-prod',
				ResourceType: 'auto-scaling-group',
				Key: `k${from + index}`,
				Value: '',
				PropagateAtLaunch: false,
			}));
		await lab.autoscaling.send(new asg.CreateOrUpdateTagsCommand({Tags: tags(0, 25)}));
		await lab.autoscaling.send(new asg.CreateOrUpdateTagsCommand({Tags: tags(25, 23)}));
		await expect(
			lab.autoscaling.send(new asg.CreateOrUpdateTagsCommand({Tags: tags(48, 2)})),
		).rejects.toMatchObject({name: 'LimitExceededFault', Code: 'LimitExceeded'});
		expect((await read(lab)).Tags).toHaveLength(50);
	});

	test('CreateOrUpdateTags overwrites silently', async () => {
		const lab = await openLab();
		const tag = {
			ResourceId: 'web-prod',
			ResourceType: 'auto-scaling-group',
			Key: 'Name',
			PropagateAtLaunch: true,
		};
		await lab.autoscaling.send(new asg.CreateOrUpdateTagsCommand({Tags: [{...tag, Value: 'other'}]}));
		expect((await read(lab)).Tags?.find(({Key}) => Key === 'Name')?.Value).toBe('other');
	});

	test.each([
		['a key of 129 characters', 'k'.repeat(129), ''],
		['a value of 257 characters', 'k', 'v'.repeat(257)],
		['a reserved key', 'aws:mine', ''],
	])('%s is refused', async (_what, Key, Value) => {
		const {autoscaling} = await openLab();
		await expect(
			autoscaling.send(
				new asg.CreateOrUpdateTagsCommand({
					Tags: [{ResourceId: 'web-prod', ResourceType: 'auto-scaling-group', Key, Value}],
				}),
			),
		).rejects.toMatchObject({name: 'ValidationError'});
	});

	test('a session with a box whose agent is not up is refused as TargetNotConnected', async () => {
		const lab = await openLab();
		const [id = ''] = (await boxes(lab))
			.filter(({LifecycleState}) => LifecycleState === 'Pending:Wait')
			.map(({InstanceId}) => InstanceId);
		await expect(lab.ssm.send(new StartSessionCommand({Target: id}))).rejects.toMatchObject({
			name: 'TargetNotConnected',
			$metadata: {httpStatusCode: 400},
		});
	});

	test('all autoscaling calls share one bucket, whose error is Throttling', async () => {
		const {autoscaling} = await openLab({bucket: {capacity: 3, perSecond: 0}});
		const call = () => autoscaling.send(new asg.DescribeScalingProcessTypesCommand({}));
		await call();
		await autoscaling.send(new asg.DescribeTagsCommand({}));
		await call();
		await expect(call()).rejects.toMatchObject({name: 'Throttling', message: 'Rate exceeded'});
	});

	test('an action that does not exist is InvalidAction', async () => {
		const {autoscaling} = await openLab();
		await expect(autoscaling.send(new asg.DescribeAccountLimitsCommand({}))).rejects.toMatchObject({
			name: 'InvalidAction',
		});
	});
});
