/** Documents and automations of the lab, through the SDK: aws-facts section 3.1, one test a rule. */
import * as asg from '@aws-sdk/client-auto-scaling';
import * as ssm from '@aws-sdk/client-ssm';
import {describe, expect, test} from 'vitest';
import {type OpenLab, openLab} from './open-lab.ts';

const Name = 'lab-fuse';
const steps = [
	{name: 'sleep', action: 'aws:sleep', nextStep: 'resume1', inputs: {Timestamp: '{{ ResumeAt }}'}},
	{
		name: 'resume1',
		action: 'aws:executeAwsApi',
		maxAttempts: 2,
		onFailure: 'step:pause1',
		isCritical: false,
		nextStep: 'untag',
		inputs: {
			Service: 'autoscaling',
			Api: 'ResumeProcesses',
			AutoScalingGroupName: '{{ Group }}',
			ScalingProcesses: '{{ Processes }}',
		},
	},
	{name: 'pause1', action: 'aws:sleep', nextStep: 'resume2', inputs: {Duration: 'PT2M'}},
	{
		name: 'resume2',
		action: 'aws:executeAwsApi',
		onFailure: 'Abort',
		nextStep: 'untag',
		inputs: {
			Service: 'autoscaling',
			Api: 'ResumeProcesses',
			AutoScalingGroupName: '{{ Group }}',
			ScalingProcesses: '{{ Processes }}',
		},
	},
	{
		name: 'untag',
		action: 'aws:executeAwsApi',
		onFailure: 'Continue',
		isEnd: true,
		inputs: {
			Service: 'autoscaling',
			Api: 'DeleteTags',
			Tags: [{ResourceId: '{{ Group }}', ResourceType: 'auto-scaling-group', Key: '{{ Key }}'}],
		},
	},
];
const runbook = {
	schemaVersion: '0.3',
	assumeRole: '{{ Role }}',
	parameters: {
		Group: {type: 'String'},
		Processes: {type: 'StringList', minItems: 1, maxItems: 9, allowedValues: ['Launch', 'Terminate']},
		ResumeAt: {type: 'String', allowedPattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`},
		Key: {type: 'String', default: 'owner'},
		Role: {type: 'String', default: ''},
	},
	mainSteps: steps,
};
const Content = JSON.stringify(runbook);
const token = (digit: number) => `0000000${digit}-0000-4000-8000-000000000000`;

const create = ({ssm: client}: OpenLab, content = Content, name = Name) =>
	client.send(new ssm.CreateDocumentCommand({Name: name, Content: content, DocumentType: 'Automation'}));

const labNow = async ({control}: OpenLab): Promise<number> =>
	Date.parse(String((await control('GET', 'state'))['now']));
const inSeconds = async (lab: OpenLab, seconds: number): Promise<string> =>
	`${new Date((await labNow(lab)) + seconds * 1000).toISOString().slice(0, 19)}Z`;

const start = async (
	lab: OpenLab,
	seconds: number,
	more: Partial<ssm.StartAutomationExecutionCommandInput> = {},
) => {
	const {AutomationExecutionId: id = ''} = await lab.ssm.send(
		new ssm.StartAutomationExecutionCommand({
			DocumentName: Name,
			DocumentVersion: '1',
			ClientToken: token(1),
			...more,
			Parameters: {
				Group: ['web-prod'],
				Processes: ['Launch', 'Terminate'],
				ResumeAt: [await inSeconds(lab, seconds)],
				...more.Parameters,
			},
		}),
	);
	return id;
};
const get = async ({ssm: client}: OpenLab, AutomationExecutionId: string) => {
	const {AutomationExecution: run} = await client.send(
		new ssm.GetAutomationExecutionCommand({AutomationExecutionId}),
	);
	if (run === undefined) throw new Error('no execution');
	return run;
};
const step = ({control}: OpenLab, seconds: number) => control('POST', 'step', {seconds});
const suspend = ({autoscaling}: OpenLab, ...ScalingProcesses: string[]) =>
	autoscaling.send(new asg.SuspendProcessesCommand({AutoScalingGroupName: 'web-prod', ScalingProcesses}));
const group = async ({autoscaling}: OpenLab) => {
	const {AutoScalingGroups: [found] = []} = await autoscaling.send(
		new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['web-prod']}),
	);
	return {
		suspended: found?.SuspendedProcesses?.map(({ProcessName}) => ProcessName ?? '').sort(),
		tags: found?.Tags?.map(({Key}) => Key),
	};
};
const keyOf = ({lab}: OpenLab): string => lab.env['AWS_ACCESS_KEY_ID'] ?? '';

describe('documents', () => {
	test('are made once, read back whole with their hash, and versioned', async () => {
		const lab = await openLab();
		const {DocumentDescription: made} = await create(lab);
		expect(made).toMatchObject({Name, DocumentVersion: '1', Status: 'Creating', HashType: 'Sha256'});
		await expect(create(lab)).rejects.toMatchObject({name: 'DocumentAlreadyExists'});
		const {Document: seen} = await lab.ssm.send(new ssm.DescribeDocumentCommand({Name}));
		expect(seen).toMatchObject({Status: 'Active', DefaultVersion: '1', LatestVersion: '1', Hash: made?.Hash});
		expect(seen?.Owner).toMatch(/^\d{12}$/);
		const other = JSON.stringify({...runbook, description: 'other'});
		await lab.ssm.send(new ssm.UpdateDocumentCommand({Name, Content: other, DocumentVersion: '$LATEST'}));
		const content = async (DocumentVersion?: string) =>
			(await lab.ssm.send(new ssm.GetDocumentCommand({Name, DocumentVersion}))).Content;
		expect([await content(), await content('$LATEST'), await content('1')]).toEqual([
			Content,
			other,
			Content,
		]);
		await lab.ssm.send(new ssm.UpdateDocumentDefaultVersionCommand({Name, DocumentVersion: '2'}));
		expect(await content()).toBe(other);
		await expect(content('3')).rejects.toMatchObject({name: 'InvalidDocumentVersion'});
		await lab.ssm.send(new ssm.DeleteDocumentCommand({Name}));
		await expect(content()).rejects.toMatchObject({name: 'InvalidDocument'});
	});

	test.each([
		['no JSON', 'schemaVersion: 0.3', 'InvalidDocumentContent'],
		['another schema', JSON.stringify({...runbook, schemaVersion: '2.2'}), 'InvalidDocumentSchemaVersion'],
		['no steps', JSON.stringify({...runbook, mainSteps: []}), 'InvalidDocumentContent'],
		[
			'a loop',
			JSON.stringify({...runbook, mainSteps: [{...steps[0], nextStep: 'sleep'}]}),
			'InvalidDocumentContent',
		],
		[
			'a parameter that is none',
			JSON.stringify({...runbook, mainSteps: [{...steps[0], inputs: {Duration: '{{ What }}'}}]}),
			'InvalidDocumentContent',
		],
		['65 KB', JSON.stringify({...runbook, description: 'x'.repeat(66_000)}), 'MaxDocumentSizeExceeded'],
	])('%s is refused', async (_, content, name) => {
		await expect(create(await openLab(), content)).rejects.toMatchObject({name});
	});

	test('names that begin like those of AWS are refused', async () => {
		const lab = await openLab();
		await expect(create(lab, Content, 'AWS-Mine')).rejects.toMatchObject({name: 'ValidationException'});
	});
});

describe('starting', () => {
	test('the document and the version must be there', async () => {
		const lab = await openLab();
		await expect(start(lab, 60)).rejects.toMatchObject({name: 'AutomationDefinitionNotFoundException'});
		await create(lab);
		await expect(start(lab, 60, {DocumentVersion: '2'})).rejects.toMatchObject({
			name: 'AutomationDefinitionVersionNotFoundException',
		});
	});

	test.each<readonly [string, Record<string, string[]>]>([
		['an empty list', {Processes: []}],
		['a value that is not allowed', {Processes: ['HealthCheck']}],
		['a value beside the pattern', {ResumeAt: ['tomorrow']}],
		['a parameter that is none', {What: ['x']}],
		['two values for one', {Group: ['a', 'b']}],
	])('%s is refused', async (_, Parameters) => {
		const lab = await openLab();
		await create(lab);
		await expect(start(lab, 60, {Parameters})).rejects.toMatchObject({
			name: 'InvalidAutomationExecutionParametersException',
		});
	});

	test('a token gives the same run again, whatever its case, and refuses other parameters', async () => {
		const lab = await openLab();
		await create(lab);
		const ResumeAt = [await inSeconds(lab, 600)];
		const asked = (more = {}, ClientToken = 'abcdef00-0000-4000-8000-000000000000') =>
			start(lab, 0, {Parameters: {ResumeAt, ...more}, ClientToken});
		const id = await asked();
		expect(await asked({}, 'ABCDEF00-0000-4000-8000-000000000000')).toBe(id);
		await expect(asked({Processes: ['Launch']})).rejects.toMatchObject({name: 'IdempotentParameterMismatch'});
	});
});

describe('running', () => {
	test('it is Pending for a moment, sleeps until its time, resumes its processes and takes the tag away', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch', 'Terminate', 'AZRebalance');
		await lab.control('POST', 'user-tag', {group: 'web-prod', key: 'k1', value: 'v'});
		const id = await start(lab, 600, {Parameters: {Key: ['k1']}});
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Pending');
		await step(lab, 1);
		expect(await get(lab, id)).toMatchObject({
			AutomationExecutionStatus: 'InProgress',
			CurrentStepName: 'sleep',
			CurrentAction: 'aws:sleep',
			Parameters: {Processes: ['Launch', 'Terminate']},
			DocumentName: Name,
			DocumentVersion: '1',
		});
		await step(lab, 590);
		expect((await group(lab)).suspended).toEqual(['AZRebalance', 'Launch', 'Terminate']);
		await step(lab, 20);
		const after = await group(lab);
		expect(after.suspended).toEqual(['AZRebalance']);
		expect(after.tags).not.toContain('k1');
		const run = await get(lab, id);
		expect(run.AutomationExecutionStatus).toBe('Success');
		expect(run.CurrentStepName).toBeUndefined();
		expect(run.StepExecutions?.map(({StepName, StepStatus}) => [StepName, StepStatus])).toEqual([
			['sleep', 'Success'],
			['resume1', 'Success'],
			['pause1', 'Pending'],
			['resume2', 'Pending'],
			['untag', 'Success'],
		]);
	});

	test('a stepped clock fires it at its own moment, not at the end of the step', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch');
		const id = await start(lab, 600);
		await step(lab, 7200);
		const run = await get(lab, id);
		const at = Date.parse(run.Parameters?.['ResumeAt']?.[0] ?? '');
		expect(Number(run.ExecutionEndTime)).toBe(at);
		const {requests} = (await lab.control('GET', 'requests')) as {
			requests: {operation: string; caller: string; at: string}[];
		};
		const [resume] = requests.filter(({operation}) => operation === 'ResumeProcesses');
		expect(resume).toMatchObject({caller: `automation:${id}`, at: new Date(at).toISOString()});
	});

	test('a time that has passed does not wait', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch');
		const id = await start(lab, -60);
		await step(lab, 1);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Success');
		expect((await group(lab)).suspended).toEqual([]);
	});

	test('its calls have the rights of whoever started it: denied, it pauses and tries again', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch');
		await lab.control('POST', 'faults', {
			kind: 'deny',
			operation: 'ResumeProcesses',
			caller: keyOf(lab),
			via: 'automation',
			forSeconds: 660,
		});
		const id = await start(lab, 600);
		await step(lab, 620);
		const paused = await get(lab, id);
		expect(paused).toMatchObject({AutomationExecutionStatus: 'InProgress', CurrentStepName: 'pause1'});
		expect(paused.StepExecutions?.[1]?.FailureMessage).toMatch(
			/An error occurred \(AccessDenied\) when calling the ResumeProcesses operation: User: arn:/,
		);
		await step(lab, 120);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Success');
		expect((await group(lab)).suspended).toEqual([]);
	});

	test('credentials that ended fail it, and its role would not have', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch', 'Terminate');
		const role = `arn:aws:iam::123456789012:role/fuse`;
		const own = await start(lab, 600);
		const asRole = await start(lab, 600, {
			ClientToken: token(2),
			Parameters: {Role: [role], Processes: ['Terminate']},
		});
		await lab.control('POST', 'faults', {kind: 'expired-token', caller: keyOf(lab), afterSeconds: 300});
		await step(lab, 900);
		const {executions} = (await lab.control('GET', 'state')) as {
			executions: {id: string; status: string; failure: string | null}[];
		};
		expect(executions.find(({id}) => id === own)).toMatchObject({status: 'Failed'});
		expect(executions.find(({id}) => id === own)?.failure).toMatch(/ExpiredToken/);
		expect(executions.find(({id}) => id === asRole)).toMatchObject({status: 'Success', failure: null});
		await lab.control('DELETE', 'faults');
		expect((await group(lab)).suspended).toEqual(['Launch']);
	});

	test('a tag that cannot be taken away leaves the run a success', async () => {
		const lab = await openLab();
		await create(lab);
		await lab.control('POST', 'faults', {kind: 'deny', operation: 'DeleteTags'});
		const id = await start(lab, 10);
		await step(lab, 20);
		const run = await get(lab, id);
		expect(run.AutomationExecutionStatus).toBe('Success');
		expect(run.StepExecutions?.at(-1)?.StepStatus).toBe('Failed');
	});
});

describe('the queue, the list and the stop', () => {
	test('beside 100 running ones it waits as Pending, and begins when a place is free', async () => {
		const lab = await openLab();
		await create(lab);
		await lab.control('POST', 'fill-automations', {count: 100});
		await step(lab, 1);
		const id = await start(lab, 600);
		await step(lab, 30);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Pending');
		await lab.control('POST', 'fill-automations', {count: 99});
		await step(lab, 1);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('InProgress');
	});

	test('a full queue refuses', async () => {
		const lab = await openLab();
		await create(lab);
		await lab.control('POST', 'fill-automations', {count: 100});
		await step(lab, 1);
		await lab.control('POST', 'fill-automations', {count: 5100});
		await expect(start(lab, 600)).rejects.toMatchObject({
			name: 'AutomationExecutionLimitExceededException',
		});
	});

	test('the list has filters and pages of 50, and no parameters', async () => {
		const lab = await openLab();
		await create(lab);
		await lab.control('POST', 'fill-automations', {count: 60});
		const id = await start(lab, 600);
		await step(lab, 1);
		const list = (more: ssm.DescribeAutomationExecutionsCommandInput) =>
			lab.ssm.send(new ssm.DescribeAutomationExecutionsCommand(more));
		const first = await list({});
		expect(first.AutomationExecutionMetadataList).toHaveLength(50);
		const second = await list({NextToken: first.NextToken});
		expect(second.AutomationExecutionMetadataList).toHaveLength(11);
		const {AutomationExecutionMetadataList: ours = []} = await list({
			Filters: [
				{Key: 'DocumentNamePrefix', Values: ['lab-']},
				{Key: 'ExecutionStatus', Values: ['InProgress', 'Pending']},
			],
		});
		expect(ours).toMatchObject([{AutomationExecutionId: id, CurrentStepName: 'sleep'}]);
		expect(ours[0]).not.toHaveProperty('Parameters');
		const wrong = {Filters: [{Key: 'Nonsense' as 'ExecutionId', Values: ['x']}]};
		await expect(list(wrong)).rejects.toMatchObject({name: 'InvalidFilterKey'});
	});

	test('a stop is Cancelling for a moment, and then Cancelled; an ended run refuses it', async () => {
		const lab = await openLab();
		await create(lab);
		await suspend(lab, 'Launch');
		const id = await start(lab, 600);
		await step(lab, 1);
		const stop = (AutomationExecutionId: string) =>
			lab.ssm.send(new ssm.StopAutomationExecutionCommand({AutomationExecutionId}));
		await stop(id);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Cancelling');
		await step(lab, 1);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Cancelled');
		await expect(stop(id)).rejects.toMatchObject({name: 'InvalidAutomationStatusUpdateException'});
		await expect(stop(token(9))).rejects.toMatchObject({name: 'AutomationExecutionNotFoundException'});
		await step(lab, 900);
		expect((await group(lab)).suspended).toEqual(['Launch']);
	});

	test('the same seed gives the same ids', async () => {
		const ids = await Promise.all(
			[1, 2].map(async () => {
				const lab = await openLab();
				await create(lab);
				return start(lab, 600);
			}),
		);
		expect(ids[0]).toBe(ids[1]);
	});
});

describe('third parties', () => {
	test('stop a run, replace the document, and hold the same group', async () => {
		const lab = await openLab();
		await create(lab);
		const id = await start(lab, 600);
		await lab.control('POST', 'stop-automation', {id});
		await step(lab, 1);
		expect((await get(lab, id)).AutomationExecutionStatus).toBe('Cancelled');
		await lab.control('POST', 'document', {name: Name, content: Content, owner: '999999999999'});
		const {Document} = await lab.ssm.send(new ssm.DescribeDocumentCommand({Name}));
		expect(Document).toMatchObject({Owner: '999999999999', DocumentVersion: '1'});
		const theirs = await lab.control('POST', 'other-hold', {group: 'web-prod', processes: ['Terminate']});
		expect(theirs).toMatchObject({fuse: null});
		const seen = await group(lab);
		expect(seen.suspended).toEqual(['Terminate']);
		expect(seen.tags).toContain(theirs['key']);
	});
});
