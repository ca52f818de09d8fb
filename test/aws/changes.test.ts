import {afterEach, expect, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {awsFor, type FakeEndpoint, failure, startEndpoint} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const open = async (answer?: Parameters<typeof startEndpoint>[0], options?: Parameters<typeof awsFor>[1]) => {
	endpoint = await startEndpoint(answer);
	aws = await awsFor(endpoint.url, options);
	return {aws, endpoint};
};

const box = 'i-0123456789abcdef0';
const dyingHook = 'unflap-postmortem-00c0ffee';
const token = '6f1b1c3e-8a52-4a39-9d3e-6a8c1f0d2b11';
const fuse = {
	document: 'unflap-ResumeFuse-v1',
	version: '1',
	parameters: {AutoScalingGroupName: ['web'], Processes: ['Launch', 'Terminate']},
	clientToken: token,
};

const changes = (release: Aws['release']): readonly (readonly [string, () => Promise<unknown>])[] => [
	['SuspendProcesses', () => release.suspend('web', ['Launch'])],
	['ResumeProcesses', () => release.resume('web', ['Launch'])],
	['ResumeProcesses', () => release.probeResume('web')],
	['CreateOrUpdateTags', () => release.putTag('web', 'unflap:hold:00c0ffee', 'v1')],
	['DeleteTags', () => release.deleteTag('web', 'unflap:hold:00c0ffee')],
	['SetInstanceHealth', () => release.setHealthy(box)],
	['EnterStandby', () => release.enterStandby('web', box)],
	['ExitStandby', () => release.exitStandby('web', box)],
	['DetachInstances', () => release.detach('web', box)],
	['RecordLifecycleActionHeartbeat', () => release.heartbeat('web', 'boot', box)],
	['CompleteLifecycleAction', () => release.completeHook('web', 'boot', box, 'CONTINUE')],
	['PutLifecycleHook', () => release.putDyingHook('web', dyingHook, 300)],
	['DeleteLifecycleHook', () => release.deleteDyingHook('web', dyingHook)],
	['CreateDocument', () => release.createDocument('unflap-ResumeFuse-v1', '{\n  "a": 1\n}')],
	['StartAutomationExecution', () => release.startAutomation(fuse)],
	['StopAutomationExecution', () => release.stopAutomation(token)],
];

const started = ({operation}: {readonly operation: string}) =>
	operation === 'StartAutomationExecution'
		? {body: JSON.stringify({AutomationExecutionId: '4a9c0000-0000-4000-8000-000000000001'})}
		: undefined;

test('O1 read-only refuses every change there is before anything is sent', async () => {
	const {aws, endpoint} = await open(undefined, {readOnly: true});
	const functions = Object.keys(aws.release).filter(name => !Object.hasOwn(aws.polling, name));
	expect(changes(aws.release)).toHaveLength(functions.length);
	for (const [operation, change] of changes(aws.release))
		await expect(change(), operation).rejects.toMatchObject({kind: 'read-only'});
	expect(endpoint.arrived).toEqual([]);
	expect(aws.commandLog.entries()).toEqual([]);
});

test('each change is in the command log with a line and what takes it back', async () => {
	const {aws, endpoint} = await open(started);
	for (const [, change] of changes(aws.release)) await change();
	const where = ` --region eu-west-1 --endpoint-url ${endpoint.url}`;
	const rows = aws.commandLog
		.entries()
		.map(({operation, cliLine, undo}) => [
			operation,
			cliLine?.replace(where, '').replace(/^aws /, '') ?? null,
			undo?.replace(where, '').replace(/^aws /, '') ?? null,
		]);
	const standby = `--instance-ids ${box} --auto-scaling-group-name web`;
	const hook = `--lifecycle-hook-name boot --auto-scaling-group-name web --instance-id ${box}`;
	expect(rows.slice(5)).toEqual([
		[
			'SetInstanceHealth',
			`autoscaling set-instance-health --instance-id ${box} --health-status Healthy`,
			'none: marked Unhealthy again, the box would be replaced',
		],
		[
			'EnterStandby',
			`autoscaling enter-standby ${standby} --no-should-decrement-desired-capacity`,
			`autoscaling exit-standby ${standby}`,
		],
		[
			'ExitStandby',
			`autoscaling exit-standby ${standby}`,
			`autoscaling enter-standby ${standby} --no-should-decrement-desired-capacity`,
		],
		[
			'DetachInstances',
			`autoscaling detach-instances ${standby} --no-should-decrement-desired-capacity`,
			`autoscaling attach-instances ${standby}`,
		],
		[
			'RecordLifecycleActionHeartbeat',
			`autoscaling record-lifecycle-action-heartbeat ${hook}`,
			'none needed: without another heartbeat the hook runs out by itself',
		],
		[
			'CompleteLifecycleAction',
			`autoscaling complete-lifecycle-action ${hook} --lifecycle-action-result CONTINUE`,
			'none: a hook that has been answered stays answered',
		],
		[
			'PutLifecycleHook',
			`autoscaling put-lifecycle-hook --lifecycle-hook-name ${dyingHook} --auto-scaling-group-name web --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 300 --default-result CONTINUE`,
			`autoscaling delete-lifecycle-hook --lifecycle-hook-name ${dyingHook} --auto-scaling-group-name web`,
		],
		[
			'DeleteLifecycleHook',
			`autoscaling delete-lifecycle-hook --lifecycle-hook-name ${dyingHook} --auto-scaling-group-name web`,
			'none needed: it was a hook of ours, for a post-mortem',
		],
		[
			'CreateDocument',
			`ssm create-document --name unflap-ResumeFuse-v1 --document-type Automation --document-format JSON --content '{"a":1}'`,
			'ssm delete-document --name unflap-ResumeFuse-v1',
		],
		[
			'StartAutomationExecution',
			`ssm start-automation-execution --document-name unflap-ResumeFuse-v1 --document-version 1 --parameters '{"AutoScalingGroupName":["web"],"Processes":["Launch","Terminate"]}'`,
			'ssm stop-automation-execution --automation-execution-id 4a9c0000-0000-4000-8000-000000000001',
		],
		[
			'StopAutomationExecution',
			`ssm stop-automation-execution --automation-execution-id ${token}`,
			'none: a stopped run stays stopped; a hold arms a new one',
		],
	]);
	for (const row of rows) expect(row).not.toContain(null);
});

test('Standby and Detach never lower the desired capacity', async () => {
	const {aws, endpoint} = await open();
	await aws.release.enterStandby('web', box);
	await aws.release.detach('web', box);
	for (const {body} of endpoint.arrived)
		expect(new URLSearchParams(body).get('ShouldDecrementDesiredCapacity')).toBe('false');
	await expect(aws.release.enterStandby('web', 'i-1 --all')).rejects.toMatchObject({kind: 'bad-input'});
	expect(endpoint.arrived).toHaveLength(2);
});

test('no hook but ours is put or deleted, and none that delays a death by more than 15 minutes', async () => {
	const {aws, endpoint} = await open();
	for (const hook of ['web-prod-warmup', 'unflap-postmortem-', 'unflap-postmortem-00c0ffee ', ''])
		for (const change of [
			() => aws.release.putDyingHook('web', hook, 300),
			() => aws.release.deleteDyingHook('web', hook),
		])
			await expect(change()).rejects.toMatchObject({kind: 'bug'});
	for (const seconds of [29, 901, 1.5, Number.NaN])
		await expect(aws.release.putDyingHook('web', dyingHook, seconds)).rejects.toMatchObject({kind: 'bug'});
	expect(endpoint.arrived).toEqual([]);
});

test('a lifecycle action is completed once where the caller asks for one attempt', async () => {
	const {aws, endpoint} = await open(() => failure('InternalFailure', 'boom', 500));
	const once = {attempts: 1} as const;
	await expect(aws.release.completeHook('web', 'boot', box, 'CONTINUE', once)).rejects.toThrow();
	expect(endpoint.operations()).toEqual(['CompleteLifecycleAction']);
});

test.each([
	['a 500', failure('InternalFailure', 'boom', 500)],
	['contention', failure('ResourceContention', 'busy', 500)],
	['throttling', failure('Throttling', 'Rate exceeded')],
	['a 503 of a proxy', {status: 503, body: ''}],
])('a suspend is sent once, whatever comes back: %s', async (_, answer) => {
	const {aws, endpoint} = await open(() => answer);
	await expect(aws.release.suspend('web', ['Launch'])).rejects.toThrow();
	expect(endpoint.operations()).toEqual(['SuspendProcesses']);
});

test('a start says its token, and the same token again is the same call', async () => {
	const {aws, endpoint} = await open((seen, count) =>
		count === 1 ? {status: 500, body: '{"__type":"InternalServerError"}'} : started(seen),
	);
	expect(await aws.release.startAutomation(fuse)).toBe('4a9c0000-0000-4000-8000-000000000001');
	const bodies = endpoint.arrived.map(({body}) => JSON.parse(body));
	expect(bodies).toHaveLength(2);
	expect(bodies[0]).toEqual({
		DocumentName: 'unflap-ResumeFuse-v1',
		DocumentVersion: '1',
		Parameters: {AutoScalingGroupName: ['web'], Processes: ['Launch', 'Terminate']},
		ClientToken: token,
	});
	expect(bodies[1]).toEqual(bodies[0]);
});

test('Q4 F3 no start carries {{, and a document speaks of its own parameters alone', async () => {
	const {aws, endpoint} = await open(started);
	const bad = {...fuse, parameters: {AutoScalingGroupName: ['{{ ssm:secret }}']}};
	await expect(aws.release.startAutomation(bad)).rejects.toMatchObject({kind: 'bad-input'});
	for (const content of ['{"a":"{{ssm:secret}}"}', '{"a":"{{ ssm-secure:x }}"}', '{"a":"{{ {{ x }} }}"}'])
		await expect(aws.release.createDocument('unflap-ResumeFuse-v1', content)).rejects.toMatchObject({
			kind: 'bad-input',
		});
	expect(endpoint.arrived).toEqual([]);
	await aws.release.createDocument('unflap-ResumeFuse-v1', '{"a":"{{ ResumeAt }}"}');
	expect(endpoint.operations()).toEqual(['CreateDocument']);
});

test('F1 a document is named by its plain name, never by an ARN', async () => {
	const {aws, endpoint} = await open();
	const arn = 'arn:aws:ssm:eu-west-1:999999999999:document/unflap-ResumeFuse-v1';
	await expect(aws.polling.document(arn, '1')).rejects.toMatchObject({kind: 'bug'});
	await expect(aws.release.startAutomation({...fuse, document: arn})).rejects.toMatchObject({kind: 'bug'});
	expect(endpoint.arrived).toEqual([]);
});

test.each([
	['EnterStandby', 'ValidationError', 400, 'The instance i-… is not in InService or Standby.', /InService/],
	['CompleteLifecycleAction', 'ValidationError', 400, 'No active Lifecycle Action found', /hook/],
	['RecordLifecycleActionHeartbeat', 'ValidationError', 400, 'No active Lifecycle Action found', /hook/],
])(
	'%s answered by %s is explained in the words of AWS and ours',
	async (operation, code, status, words, meaning) => {
		const {aws} = await open(() => failure(code, words, status));
		const change = changes(aws.release).find(([name]) => name === operation)?.[1];
		await expect(change?.()).rejects.toMatchObject({
			message: expect.stringContaining(words),
			meaning: expect.stringMatching(meaning.source === 'hook' ? /answered/ : meaning),
			kind: words.startsWith('No active') ? 'gone' : 'aws',
		});
	},
);

test.each([
	['StartAutomationExecution', 'AutomationExecutionLimitExceededException', /100 at a time/],
	['StartAutomationExecution', 'AutomationDefinitionNotFoundException', /deleted it, or nobody made it/],
	['StopAutomationExecution', 'InvalidAutomationStatusUpdateException', /fired, failed or was stopped/],
	['CreateDocument', 'DocumentAlreadyExists', /made it first/],
	['StartAutomationExecution', 'AccessDeniedException', /IAM policy/],
])('%s answered by %s says what it means', async (operation, code, meaning) => {
	const {aws} = await open(() => ({status: 400, body: JSON.stringify({__type: code, Message: 'no'})}));
	const change = changes(aws.release).find(([name]) => name === operation)?.[1];
	await expect(change?.()).rejects.toMatchObject({code, meaning: expect.stringMatching(meaning)});
});

test('a refused permission is named as IAM names it', async () => {
	const {aws} = await open(() => ({
		status: 400,
		body: JSON.stringify({__type: 'AccessDeniedException', Message: 'no'}),
	}));
	await expect(aws.release.startAutomation(fuse)).rejects.toMatchObject({
		next: [expect.stringContaining('ssm:StartAutomationExecution')],
	});
	await expect(aws.polling.document('unflap-ResumeFuse-v1', '1')).rejects.toMatchObject({
		next: [expect.stringContaining('Document')],
	});
});
