import {afterEach, expect, test} from 'vitest';
import {effectOf} from '../../src/aws/operations.ts';
import type {Aws} from '../../src/aws/types.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {loadSettings} from '../../src/base/load-settings.ts';
import type {Settings} from '../../src/base/settings.ts';
import {checkBasics} from '../../src/cli/doctor-basics.ts';
import {checkDocument, checkFuseRole, checkFuses} from '../../src/cli/doctor-fuse.ts';
import {
	checkBoxes,
	checkDying,
	checkGroup,
	checkHolds,
	checkPatients,
	checkTagRoom,
} from '../../src/cli/doctor-groups.ts';
import {checkPermissions} from '../../src/cli/doctor-permissions.ts';
import type {Check} from '../../src/cli/doctor-report.ts';
import {fuseRoleTrust} from '../../src/cli/policy-statements.ts';
import {fuseDocument} from '../../src/hold/fuse-document.ts';
import type {HeldElsewhere} from '../../src/hold/types.ts';
import {
	type Answer,
	type Arrived,
	awsFor,
	canary,
	type FakeEndpoint,
	failure,
	startEndpoint,
	success,
} from '../aws/fake-endpoint.ts';

const account = '111122223333';
const identity = {accountId: account, callerArn: `arn:aws:iam::${account}:user/ana`, partition: 'aws'};
const settings = loadSettings({region: 'eu-west-1'}, {HOME: '/nonexistent'}, false);

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const open = async (
	answers: Readonly<Record<string, (seen: Arrived) => Answer | undefined>> = {},
	options: Parameters<typeof awsFor>[1] = {},
) => {
	endpoint = await startEndpoint(seen => answers[seen.operation]?.(seen) ?? base[seen.operation]);
	aws = await awsFor(endpoint.url, options);
	return {aws, endpoint};
};

const base: Readonly<Record<string, Answer>> = {
	GetCallerIdentity: {
		body: success(
			'GetCallerIdentity',
			`<Account>${account}</Account><Arn>${identity.callerArn}</Arn><UserId>x</UserId>`,
		),
	},
};

const json = (value: unknown): Answer => ({body: JSON.stringify(value)});
const refused = (code: string): Answer => ({
	status: 400,
	body: JSON.stringify({__type: code, Message: 'no'}),
});
const states = (checks: readonly Check[]) => Object.fromEntries(checks.map(({name, state}) => [name, state]));

test('who, until when, where and what time it is', async () => {
	const expiration = Date.now() + 50 * 60_000;
	const {aws} = await open({}, {credentials: {...canary, expiration}});
	const {checks, identity: who} = await checkBasics(aws, settings);
	expect(who).toMatchObject({accountId: account});
	expect(states(checks)).toEqual({
		who: 'ok',
		expiry: 'ok',
		region: 'ok',
		endpoint: 'ok',
		'local clock': 'ok',
		'AWS time': 'ok',
	});
});

test.each([
	[3, null, 'fail'],
	[20, null, 'warn'],
	[20, `arn:aws:iam::${account}:role/unflap-fuse`, 'ok'],
	[40, null, 'ok'],
])('credentials for %i more minutes with role %s: %s', async (minutes, fuseRoleArn, state) => {
	const {aws} = await open({}, {credentials: {...canary, expiration: Date.now() + minutes * 60_000 + 1000}});
	const {checks} = await checkBasics(aws, {...settings, fuseRoleArn});
	expect(states(checks)['expiry']).toBe(state);
});

test('credentials AWS does not know end the examination with what to do', async () => {
	const {aws} = await open({GetCallerIdentity: () => failure('InvalidClientTokenId', 'no', 403)});
	const {checks, identity: who} = await checkBasics(aws, settings);
	expect(who).toBeNull();
	expect(checks[0]).toMatchObject({name: 'who', state: 'fail'});
	expect(checks[0]?.next.join()).toContain('aws sso login');
});

test('a local clock that is wrong is said', async () => {
	const {aws} = await open({
		GetCallerIdentity: () => ({
			...base['GetCallerIdentity'],
			headers: {date: new Date(Date.now() + 40 * 60_000).toUTCString()},
		}),
	});
	const {checks} = await checkBasics(aws, settings);
	expect(checks.find(({name}) => name === 'local clock')).toMatchObject({
		state: 'warn',
		text: expect.stringMatching(/^2\d\d\d s behind AWS/),
	});
});

const simulator =
	(decide: (action: string, asked: URLSearchParams) => string) =>
	({body}: Arrived): Answer => {
		const asked = new URLSearchParams(body);
		const actions = [...asked].filter(([key]) => key.startsWith('ActionNames')).map(([, value]) => value);
		return {
			body: success(
				'SimulatePrincipalPolicy',
				`<EvaluationResults>${actions
					.map(
						action =>
							`<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decide(action, asked)}</EvalDecision></member>`,
					)
					.join('')}</EvaluationResults>`,
			),
		};
	};

const web = {
	arn: `arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:u:autoScalingGroupName/web`,
	name: 'web',
	tags: [],
};

test('permissions come call by call from the simulator, and nothing is tried that it answered', async () => {
	const {aws, endpoint} = await open({
		SimulatePrincipalPolicy: simulator(action =>
			action === 'autoscaling:DetachInstances' || action === 'ssm:StopAutomationExecution'
				? 'implicitDeny'
				: 'allowed',
		),
	});
	const {checks} = await checkPermissions({aws, identity, group: web, documentIsThere: false});
	const found = states(checks);
	expect(found['autoscaling:SuspendProcesses']).toBe('ok');
	expect(found['autoscaling:DetachInstances']).toBe('warn');
	expect(found['ssm:StopAutomationExecution']).toBe('fail');
	expect(checks.find(({name}) => name === 'ssm:StopAutomationExecution')?.next).toEqual([
		'ask for it: unflap policy fuse',
	]);
	expect(new Set(endpoint.operations())).toEqual(new Set(['GetCallerIdentity', 'SimulatePrincipalPolicy']));
});

test('who may suspend and may not resume is told so first', async () => {
	const {aws} = await open({
		SimulatePrincipalPolicy: simulator(action =>
			action === 'autoscaling:ResumeProcesses' ? 'explicitDeny' : 'allowed',
		),
	});
	const {checks} = await checkPermissions({aws, identity, group: web, documentIsThere: true});
	expect(checks[0]).toMatchObject({name: 'suspend without resume', state: 'fail'});
});

test('without the simulator calls that change nothing are tried, and what changes is left unknown', async () => {
	const denied = new Set(['ResumeProcesses', 'DescribeDocument', 'GetDocument', 'DescribeInstances']);
	const {aws, endpoint} = await open(
		Object.fromEntries(
			[
				...['SimulatePrincipalPolicy', 'ResumeProcesses', 'DescribeInstances'],
				...['SetInstanceHealth', 'EnterStandby', 'ExitStandby', 'DetachInstances'],
				...['RecordLifecycleActionHeartbeat', 'CompleteLifecycleAction', 'DeleteLifecycleHook'],
				...['GetConsoleOutput'],
			]
				.map((name): [string, (seen: Arrived) => Answer] => [
					name,
					() =>
						name === 'SimulatePrincipalPolicy' || denied.has(name)
							? failure('AccessDenied', 'no', 403)
							: failure('ValidationError', 'no such thing'),
				])
				.concat(
					['GetDocument', 'DescribeDocument', 'StopAutomationExecution', 'GetAutomationExecution'].map(
						name => [
							name,
							() =>
								refused(denied.has(name) ? 'AccessDeniedException' : 'AutomationExecutionNotFoundException'),
						],
					),
				),
		),
	);
	const {permissionOf} = await checkPermissions({aws, identity, group: web, documentIsThere: false});
	const answers = Object.fromEntries(
		[
			'autoscaling:DescribeAutoScalingGroups',
			'ec2:DescribeInstances',
			'autoscaling:ResumeProcesses',
			'autoscaling:SuspendProcesses',
			'autoscaling:CreateOrUpdateTags',
			'autoscaling:DeleteTags',
			'autoscaling:EnterStandby',
			'ssm:GetDocument',
			'ssm:CreateDocument',
			'ssm:StartAutomationExecution',
			'ssm:StopAutomationExecution',
			'ssm:GetAutomationExecution',
			'ssm:StartSession',
		].map(action => [action, permissionOf(action)]),
	);
	expect(answers).toEqual({
		'autoscaling:DescribeAutoScalingGroups': 'permitted',
		'ec2:DescribeInstances': 'denied',
		'autoscaling:ResumeProcesses': 'denied',
		'autoscaling:SuspendProcesses': 'unknown',
		'autoscaling:CreateOrUpdateTags': 'unknown',
		'autoscaling:DeleteTags': 'permitted',
		'autoscaling:EnterStandby': 'permitted',
		'ssm:GetDocument': 'denied',
		'ssm:CreateDocument': 'unknown',
		'ssm:StartAutomationExecution': 'unknown',
		'ssm:StopAutomationExecution': 'permitted',
		'ssm:GetAutomationExecution': 'permitted',
		'ssm:StartSession': 'unknown',
	});
	const changing = endpoint.arrived.filter(({operation}) => effectOf(operation) === 'change');
	for (const {body, operation} of changing)
		expect(body, operation).toMatch(
			/UnflapPreflight|i-00000000000000000|00000000-0000-4000-8000-000000000000|unflap%3Ahold%3A00000000|unflap-postmortem-00000000/,
		);
	expect(endpoint.operations()).not.toContain('SuspendProcesses');
	expect(endpoint.operations()).not.toContain('StartSession');
	expect(endpoint.operations()).not.toContain('CreateDocument');
});

test('O1 read-only tries no change, and fails on no right to change', async () => {
	const {aws, endpoint} = await open(
		{SimulatePrincipalPolicy: () => failure('AccessDenied', 'no', 403)},
		{readOnly: true},
	);
	const {checks} = await checkPermissions({aws, identity, group: web, documentIsThere: false});
	expect(states(checks)['autoscaling:ResumeProcesses']).toBe('warn');
	expect(endpoint.operations().filter(name => effectOf(name) === 'change')).toEqual([]);
});

const documentAnswers = (content: string, more: Readonly<Record<string, unknown>> = {}) => ({
	GetDocument: () =>
		json({
			Name: fuseDocument.name,
			DocumentVersion: '1',
			DocumentType: 'Automation',
			Status: 'Active',
			Content: content,
		}),
	DescribeDocument: () => json({Document: {Owner: account, DefaultVersion: '1', ...more}}),
});

test('F1 the document of the fuse is absent, or foreign', async () => {
	const absent = await open({
		GetDocument: () => refused('InvalidDocument'),
		DescribeDocument: () => refused('InvalidDocument'),
	});
	expect(await checkDocument(absent.aws, identity)).toMatchObject({
		isThere: false,
		check: {state: 'warn', text: expect.stringContaining('first hold creates it')},
	});
	absent.aws.close();
	await absent.endpoint.close();
	const foreign = await open(documentAnswers('{"schemaVersion":"0.3","mainSteps":[]}'));
	expect(await checkDocument(foreign.aws, identity)).toMatchObject({
		isThere: true,
		check: {state: 'fail', text: expect.stringContaining('not the one unflap makes')},
	});
});

test('F1 a document of ours whose default is another version is told of', async () => {
	const {createHash} = await import('node:crypto');
	const hash = createHash('sha256').update(fuseDocument.content).digest('hex');
	const ours = await open(documentAnswers(fuseDocument.content, {HashType: 'Sha256', Hash: hash}));
	expect((await checkDocument(ours.aws, identity)).check.state).toBe('ok');
	ours.aws.close();
	await ours.endpoint.close();
	const changed = await open(
		documentAnswers(fuseDocument.content, {HashType: 'Sha256', Hash: hash, DefaultVersion: '2'}),
	);
	expect((await checkDocument(changed.aws, identity)).check).toMatchObject({state: 'warn'});
});

const roleArn = `arn:aws:iam::${account}:role/unflap-fuse`;
const withRole: Settings = {...settings, fuseRoleArn: roleArn};
const roleAnswer = (trust: unknown) =>
	success(
		'GetRole',
		`<Role><Arn>${roleArn}</Arn><RoleName>x</RoleName><RoleId>x</RoleId><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${encodeURIComponent(JSON.stringify(trust))}</AssumeRolePolicyDocument></Role>`,
	);

const fuseRoleOnly = (action: string, asked: URLSearchParams) => {
	const keys = [...asked].filter(([key]) => key.includes('ContextKeyValues')).map(([, value]) => value);
	const allowed =
		action === 'autoscaling:ResumeProcesses' ||
		(action === 'autoscaling:DeleteTags' &&
			keys.length > 0 &&
			keys.every(key => key.startsWith('unflap:hold:')));
	return allowed ? 'allowed' : 'implicitDeny';
};

test('F4 the role of the fuse is examined: its trust, and what it may do', async () => {
	const {aws} = await open({
		GetRole: () => ({body: roleAnswer(fuseRoleTrust({partition: 'aws', account}))}),
		SimulatePrincipalPolicy: simulator(fuseRoleOnly),
	});
	const checks = await checkFuseRole({aws, identity, settings: withRole});
	expect(states(checks)).toEqual({
		'role trust': 'ok',
		'role may resume': 'ok',
		'role may untag': 'ok',
		'role may nothing else': 'ok',
	});
});

test('F4 a role that may do more, or that others may use, fails', async () => {
	const {aws} = await open({
		GetRole: () => ({body: roleAnswer({Statement: {Effect: 'Allow', Principal: {AWS: '*'}}})}),
		SimulatePrincipalPolicy: simulator(() => 'allowed'),
	});
	const checks = await checkFuseRole({aws, identity, settings: withRole});
	expect(states(checks)).toMatchObject({'role trust': 'fail', 'role may nothing else': 'fail'});
});

test('F4 a role of another account fails, and nothing is asked', async () => {
	const {aws, endpoint} = await open();
	const elsewhere = {...settings, fuseRoleArn: 'arn:aws:iam::999999999999:role/unflap-fuse'};
	expect(await checkFuseRole({aws, identity, settings: elsewhere})).toMatchObject([{state: 'fail'}]);
	expect(endpoint.arrived).toEqual([]);
});

test('no fuse in the region, and fuses nobody may list', async () => {
	const {aws} = await open({DescribeAutomationExecutions: () => json({})});
	const processClock = createProcessClock();
	expect(await checkFuses({aws, processClock, holds: []})).toMatchObject([{state: 'ok'}]);
	aws.close();
	const denied = await open({DescribeAutomationExecutions: () => refused('AccessDeniedException')});
	expect(await checkFuses({aws: denied.aws, processClock, holds: []})).toMatchObject([{state: 'warn'}]);
});

const held: HeldElsewhere = {
	holdId: '7f3a90c1',
	group: 'web',
	region: 'eu-west-1',
	owner: 'ana@lap7',
	host: 'lap7',
	since: 0,
	until: 0,
	state: 'live',
	suspended: ['Terminate'],
	mine: true,
	fuse: null,
};

test('holds are fine while they live; what they leave, and strays, are told of with what to do', () => {
	const checks = checkHolds(
		[held, {...held, state: 'expired', mine: false}, {...held, state: 'stray', holdId: ''}],
		null,
	);
	expect(checks.map(({state}) => state)).toEqual(['ok', 'warn', 'warn']);
	expect(checks[1]?.next).toEqual(['unflap release --hold 7f3a90c1']);
	expect(checkHolds([held], 'api')).toMatchObject([{state: 'ok', name: 'api'}]);
});

test('a box that was taken out is named with the line that brings it back', () => {
	const patient = {
		patientId: 'x',
		group: 'web',
		region: 'eu-west-1',
		instanceId: 'i-0a',
		way: 'standby',
		since: 0,
		owner: 'ana@lap7',
		undo: 'aws autoscaling exit-standby …',
	} as const;
	expect(checkPatients([patient])).toMatchObject([{state: 'warn', next: [patient.undo]}]);
});

test('a post-mortem hook is fine while its process watches, and named with the line that deletes it when it is left over', () => {
	const hook = (life: 'alive' | 'dead', hookId: string) => ({
		...{hookId, hook: `unflap-postmortem-${hookId}`, group: 'web', owner: 'ana@lap7', since: 0, seconds: 300},
		...{life, command: `aws autoscaling delete-lifecycle-hook ${hookId}`},
	});
	const [watched, left] = [hook('alive', '00000001'), hook('dead', '00000002')];
	const found = [watched.hook, left.hook, 'unflap-postmortem-00000003', 'warmup'].map(name => ({
		group: 'web',
		hook: name,
	}));
	expect(checkDying([watched, left], found)).toMatchObject([
		{state: 'ok'},
		{state: 'warn', next: ['unflap release web takes it away where it was made', left.command]},
		{state: 'warn', text: expect.stringContaining('unflap-postmortem-00000003 was made by unflap elsewhere')},
	]);
});

const groupWith = (count: number, more: object = {}) => ({
	...{name: 'web', arn: web.arn, min: 1, max: 4, desired: 2, createdAt: null, status: null, operator: null},
	...{healthCheckTypes: [], healthCheckGraceSeconds: 0, template: null, targetGroupArns: [], instances: []},
	...{suspended: [], maxInstanceLifetimeSeconds: null, warmPool: null},
	tags: Array.from({length: count}, (_, index) => ({
		key: `k${index}`,
		value: '',
		propagateAtLaunch: false,
	})),
	...more,
});

test.each([
	[3, 'ok'],
	[49, 'warn'],
	[50, 'fail'],
])('a group with %i tags: %s', (count, state) => {
	expect(checkTagRoom([groupWith(count)], true)).toMatchObject([{state}]);
});

test('a group that is being deleted, or that only a service may change, fails', () => {
	expect(
		checkGroup(groupWith(1, {status: 'Delete in progress', operator: 'eks.amazonaws.com'})),
	).toMatchObject([{state: 'fail'}, {state: 'fail'}]);
});

test('each box says whether Systems Manager reaches it', async () => {
	const [up, lost, unknown] = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb', 'i-0cccccccccccccccc'];
	const {aws} = await open({
		DescribeInstanceInformation: () =>
			json({
				InstanceInformationList: [
					{InstanceId: up, PingStatus: 'Online', AgentVersion: '3.3'},
					{InstanceId: lost, PingStatus: 'ConnectionLost'},
				],
			}),
		GetConnectionStatus: () => json({Status: 'connected'}),
	});
	const instances = [up, lost, unknown].map(instanceId => ({
		instanceId: instanceId ?? '',
		availabilityZone: 'eu-west-1a',
		lifecycleState: 'InService',
		healthStatus: 'Healthy',
		protectedFromScaleIn: false,
		templateVersion: null,
		instanceType: null,
	}));
	const checks = await checkBoxes(aws, groupWith(1, {instances}));
	expect(checks.map(({state}) => state)).toEqual(['ok', 'warn', 'warn']);
	for (const {next} of checks.slice(1)) expect(next.length).toBeGreaterThan(0);
});
