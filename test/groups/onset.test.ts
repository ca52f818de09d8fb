import {expect, test} from 'vitest';
import {AwsCallError} from '../../src/aws/call-error.ts';
import type {Aws, Deployment, DeploymentTarget, LifecycleHook, TrailEvent} from '../../src/aws/types.ts';
import {readBackground} from '../../src/groups/background.ts';
import {deploymentGroupOf} from '../../src/groups/deployments.ts';
import {makeGroupView} from '../../src/groups/group-view.ts';
import {onsetOf} from '../../src/groups/onset.ts';
import type {GroupDetail} from '../../src/groups/types.ts';
import {aGroup, ago, aLife, fakeAws, now} from './make.ts';

const hookName = (group: string) =>
	`CodeDeploy-managed-automatic-launch-deployment-hook-${group}-a4928469-1252-4d34-b4dc-505577da8755`;

const aHook = (name: string): LifecycleHook => ({
	name,
	transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
	heartbeatTimeoutSeconds: 600,
	globalTimeoutSeconds: 60_000,
	defaultResult: 'ABANDON',
});

/** Five boxes died, one each ten minutes; the first was launched an hour and ten seconds ago. */
const flaps = [10, 20, 30, 40, 50].flatMap(minutes => aLife(minutes, 610));

const detailWith = (part: Partial<GroupDetail> = {}, activities = flaps): GroupDetail => ({
	view: makeGroupView(aGroup({targetGroupArns: ['arn:tg/web']}), {activities, coveredFrom: ago(500)}, now),
	boxes: [],
	hooks: [],
	policies: [],
	targetGroups: [],
	refreshes: [],
	statuses: [],
	missing: [],
	...part,
});

const onset = ago(50) - 610_000;

const anEvent = (part: Partial<TrailEvent>): TrailEvent => ({
	eventId: 'e',
	name: 'UpdateAutoScalingGroup',
	source: 'autoscaling.amazonaws.com',
	at: onset - 120_000,
	who: 'arn:aws:iam::1:user/ana',
	errorCode: null,
	readOnly: false,
	request: {},
	response: {},
	...part,
});

const aDeployment = (part: Partial<Deployment> = {}): Deployment => ({
	deploymentId: 'd-1',
	application: 'shop',
	group: 'blue',
	status: 'Succeeded',
	creator: 'user',
	createdAt: onset - 60_000,
	endedAt: null,
	revision: 's3://b/k',
	description: null,
	error: null,
	...part,
});

type World = {
	readonly trail?: (by: string, value: string) => readonly TrailEvent[];
	readonly deployments?: readonly Deployment[];
	readonly scalingGroup?: string;
	readonly targets?: (deploymentId: string) => readonly DeploymentTarget[];
	readonly refuse?: (call: string) => Error | undefined;
};

const awsWith = ({trail, deployments = [], scalingGroup = 'web-prod', targets, refuse}: World) => {
	const calls: string[] = [];
	const called = async <T>(call: string, answer: () => T): Promise<T> => {
		calls.push(call);
		const refusal = refuse?.(call.split(' ')[0] ?? '');
		if (refusal !== undefined) throw refusal;
		return answer();
	};
	const base = fakeAws({});
	const polling: Aws['polling'] = {
		...base.polling,
		trailEvents: ({by, value}) => called(`trail ${by} ${value}`, () => trail?.(by, value) ?? []),
		deployments: ({of}) => called(`deployments ${of?.application ?? '*'}`, () => deployments),
		deploymentGroups: (application, names) =>
			called('groups', () =>
				names.map(name => ({application, name, scalingGroups: [{name: scalingGroup, hook: null}]})),
			),
		deploymentTargets: id => called(`targets ${id}`, () => targets?.(id) ?? []),
	};
	return {aws: {...base, polling}, calls};
};

test('the onset is the launch of the first box of the present run of flaps; a calm group has none', () => {
	expect(onsetOf(detailWith().view)).toBe(onset);
	const older = aLife(300, 610);
	expect(onsetOf(detailWith({}, [...flaps, ...older]).view)).toBe(onset);
	expect(onsetOf(detailWith({}, []).view)).toBeNull();
});

test('changes of the hour before the onset come in order of time, with who made them', async () => {
	const {aws, calls} = awsWith({
		trail: (by, value) => {
			if (by === 'ResourceName' && value === 'web-prod')
				return [
					anEvent({request: {autoScalingGroupName: 'web-prod', healthCheckGracePeriod: 60}}),
					anEvent({at: onset - 180_000, name: 'PutSomethingNew', request: {a: {b: ['c']}}, who: null}),
				];
			if (value === 'ModifyTargetGroup')
				return [
					anEvent({
						name: value,
						at: onset - 5000,
						request: {targetGroupArn: 'arn:tg/web', healthCheckPath: '/x'},
					}),
					anEvent({name: value, request: {targetGroupArn: 'arn:tg/of-somebody-else'}}),
				];
			return [];
		},
	});
	const {changes, onsetAt, missing} = await readBackground(aws, detailWith(), null);
	expect(onsetAt).toBe(onset);
	expect(missing).toEqual([]);
	expect(changes).toEqual([
		{kind: 'group', at: onset - 180_000, who: null, what: 'PutSomethingNew a.b.0=c'},
		{
			kind: 'group',
			at: onset - 120_000,
			who: 'arn:aws:iam::1:user/ana',
			what: 'UpdateAutoScalingGroup healthCheckGracePeriod=60',
		},
		{
			kind: 'target group',
			at: onset - 5000,
			who: 'arn:aws:iam::1:user/ana',
			what: 'ModifyTargetGroup healthCheckPath=/x',
		},
	]);
	expect(calls).toEqual(['trail ResourceName web-prod', 'trail EventName ModifyTargetGroup']);
});

test('what failed, what only reads, what moves boxes, and our own marks are no changes', async () => {
	const {aws} = awsWith({
		trail: by =>
			by === 'ResourceName'
				? [
						anEvent({errorCode: 'AccessDenied'}),
						anEvent({readOnly: true}),
						anEvent({name: 'CompleteLifecycleAction'}),
						anEvent({name: 'SetInstanceHealth'}),
						anEvent({name: 'CreateOrUpdateTags', request: {tags: [{key: 'unflap:hold:0a1b2c3d'}]}}),
						anEvent({name: 'DeleteTags', request: {tags: [{key: 'role'}]}}),
					]
				: [],
	});
	const {changes} = await readBackground(aws, detailWith(), null);
	expect(changes.map(({what}) => what)).toEqual(['DeleteTags tags.0.key=role']);
});

test('a calm group costs no look-up, and without a hook of CodeDeploy its deployments are not asked for', async () => {
	const {aws, calls} = awsWith({});
	await readBackground(aws, detailWith({hooks: [aHook('warmup')]}, []), null);
	expect(calls).toEqual([]);
	expect(deploymentGroupOf('warmup')).toBeNull();
	expect(deploymentGroupOf(hookName('my-group-2'))).toBe('my-group-2');
});

test('deployments are those of the deployment group whose hook stands in the group, with who began them', async () => {
	const {aws, calls} = awsWith({
		deployments: [aDeployment(), aDeployment({deploymentId: 'd-2', creator: 'autoscaling'})],
		trail: (_by, value) =>
			value === 'CreateDeployment'
				? [anEvent({name: value, who: 'arn:aws:iam::1:user/ben', response: {deploymentId: 'd-1'}})]
				: [],
	});
	const {changes} = await readBackground(aws, detailWith({hooks: [aHook(hookName('blue'))]}), null);
	expect(changes).toEqual([
		{
			kind: 'deployment',
			at: onset - 60_000,
			who: 'arn:aws:iam::1:user/ben',
			what: 'deployment d-1 to shop/blue, Succeeded: s3://b/k',
		},
	]);
	expect(calls.slice(0, 3)).toEqual(['deployments *', 'groups', 'deployments shop']);
});

test('a deployment group of the same name that belongs to another group is not ours', async () => {
	const {aws, calls} = awsWith({deployments: [aDeployment()], scalingGroup: 'web-prod-2'});
	const {changes} = await readBackground(aws, detailWith({hooks: [aHook(hookName('blue'))]}), null);
	expect(changes).toEqual([]);
	expect(calls).not.toContain('deployments shop');
});

const target = (instanceId: string, status: string): DeploymentTarget => ({instanceId, status, events: []});

test('the deployment of a box is found by its launch, and the last that failed beside it', async () => {
	const launchedAt = ago(3);
	const {aws, calls} = awsWith({
		deployments: [
			aDeployment({deploymentId: 'd-now', creator: 'autoscaling', createdAt: ago(2), status: 'InProgress'}),
			aDeployment({deploymentId: 'd-old', creator: 'autoscaling', createdAt: ago(12), status: 'Failed'}),
		],
		targets: id => (id === 'd-now' ? [target('i-1', 'InProgress')] : [target('i-0', 'Failed')]),
	});
	const background = await readBackground(aws, detailWith({hooks: [aHook(hookName('blue'))]}), {
		instanceId: 'i-1',
		launchedAt,
	});
	expect(background.deployment?.deployment.deploymentId).toBe('d-now');
	expect(background.lastFailed?.target.instanceId).toBe('i-0');
	expect(calls.filter(call => call.startsWith('targets')).toSorted()).toEqual([
		'targets d-now',
		'targets d-old',
	]);
});

const denied = (operation: string) =>
	new AwsCallError(
		operation,
		{
			kind: 'denied',
			code: 'AccessDeniedException',
			status: 400,
			message: 'no',
			requestId: 'r',
			answered: true,
		},
		{region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
	);

test('who may not look sees the rest, and is told which permission it takes', async () => {
	const {aws} = awsWith({
		deployments: [aDeployment()],
		refuse: call => (call === 'trail' ? denied('LookupEvents') : undefined),
	});
	const seen = await readBackground(aws, detailWith({hooks: [aHook(hookName('blue'))]}), null);
	expect(seen.changes).toMatchObject([{kind: 'deployment', who: null}]);
	expect(seen.missing).toMatchObject([{operation: 'LookupEvents', needs: 'cloudtrail:LookupEvents'}]);
	const without = awsWith({refuse: call => (call === 'deployments' ? denied('ListDeployments') : undefined)});
	expect(
		(await readBackground(without.aws, detailWith({hooks: [aHook(hookName('blue'))]}), null)).missing,
	).toMatchObject([
		{operation: 'ListDeployments', needs: expect.stringContaining('codedeploy:ListDeployments')},
	]);
});

test('hostile parameters of a call stay short', async () => {
	const deep = Array.from({length: 200}).reduce<unknown>(inner => ({deeper: inner}), 'x');
	const {aws} = awsWith({
		trail: by => (by === 'ResourceName' ? [anEvent({request: {a: 'y'.repeat(100_000), deep}})] : []),
	});
	const {changes} = await readBackground(aws, detailWith(), null);
	expect(changes[0]?.what.length).toBeLessThan(600);
});
