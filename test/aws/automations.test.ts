import {afterEach, expect, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {awsFor, type FakeEndpoint, startEndpoint} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const answering = async (answers: Readonly<Record<string, unknown>>) => {
	endpoint = await startEndpoint(({operation}) => {
		const answer = answers[operation];
		return typeof answer === 'string'
			? {status: 400, body: JSON.stringify({__type: answer, Message: 'no'})}
			: {body: JSON.stringify(answer ?? {})};
	});
	aws = await awsFor(endpoint.url);
	return {aws, endpoint};
};

test('a document comes with its content, its owner and its hash', async () => {
	const {aws, endpoint} = await answering({
		GetDocument: {
			Name: 'unflap-ResumeFuse-v1',
			DocumentVersion: '1',
			DocumentType: 'Automation',
			Status: 'Active',
			Content: '{"schemaVersion":"0.3"}',
		},
		DescribeDocument: {
			Document: {Owner: '111122223333', DefaultVersion: '2', HashType: 'Sha256', Hash: 'ABCDEF'},
		},
	});
	expect(await aws.polling.document('unflap-ResumeFuse-v1', '1')).toEqual({
		name: 'unflap-ResumeFuse-v1',
		version: '1',
		documentType: 'Automation',
		status: 'Active',
		owner: '111122223333',
		defaultVersion: '2',
		content: '{"schemaVersion":"0.3"}',
		hash: 'abcdef',
	});
	for (const {body} of endpoint.arrived)
		expect(JSON.parse(body)).toMatchObject({Name: 'unflap-ResumeFuse-v1', DocumentVersion: '1'});
});

test.each(['InvalidDocument', 'InvalidDocumentVersion'])('%s means there is none', async code => {
	const {aws} = await answering({GetDocument: code, DescribeDocument: code});
	expect(await aws.polling.document('unflap-ResumeFuse-v1', '1')).toBeNull();
});

test('a run comes whole, with what is unknown as AWS sent it', async () => {
	const {aws} = await answering({
		GetAutomationExecution: {
			AutomationExecution: {
				AutomationExecutionId: '4a9c',
				DocumentName: 'unflap-ResumeFuse-v1',
				DocumentVersion: '1',
				AutomationExecutionStatus: 'SomethingNew',
				ExecutionStartTime: 1_795_348_800.5,
				ExecutedBy: 'arn:aws:sts::111122223333:assumed-role/dev/ana',
				CurrentStepName: 'wait',
				CurrentAction: 'aws:sleep',
				Parameters: {AutoScalingGroupName: ['web'], Processes: ['Launch']},
				StepExecutions: [{StepName: 'wait', Action: 'aws:sleep', StepStatus: 'InProgress'}],
			},
		},
	});
	expect(await aws.polling.automation('4a9c')).toEqual({
		executionId: '4a9c',
		documentName: 'unflap-ResumeFuse-v1',
		documentVersion: '1',
		status: 'SomethingNew',
		parameters: {AutoScalingGroupName: ['web'], Processes: ['Launch']},
		startedAt: 1_795_348_800_500,
		endedAt: null,
		executedBy: 'arn:aws:sts::111122223333:assumed-role/dev/ana',
		currentStep: 'wait',
		currentAction: 'aws:sleep',
		steps: [{name: 'wait', action: 'aws:sleep', status: 'InProgress'}],
		failure: null,
	});
});

test('a run nobody knows is null', async () => {
	const {aws} = await answering({GetAutomationExecution: 'AutomationExecutionNotFoundException'});
	expect(await aws.polling.automation('4a9c')).toBeNull();
});

test('a list of runs has all pages, newest first', async () => {
	const run = (id: string, at: number) => ({AutomationExecutionId: id, ExecutionStartTime: at});
	endpoint = await startEndpoint(({body}) => {
		const {NextToken} = JSON.parse(body) as {NextToken?: string};
		return {
			body: JSON.stringify(
				NextToken === undefined
					? {AutomationExecutionMetadataList: [run('a', 100), run('b', 300)], NextToken: 'more'}
					: {AutomationExecutionMetadataList: [run('c', 200)]},
			),
		};
	});
	aws = await awsFor(endpoint.url);
	const runs = await aws.polling.automations({
		documentPrefix: 'unflap-ResumeFuse-',
		statuses: ['Pending', 'InProgress'],
		startedAfter: Date.UTC(2026, 10, 22, 12, 0, 0, 999),
	});
	expect(runs.map(({executionId}) => executionId)).toEqual(['b', 'c', 'a']);
	expect(JSON.parse(endpoint.arrived[0]?.body ?? '')).toEqual({
		Filters: [
			{Key: 'DocumentNamePrefix', Values: ['unflap-ResumeFuse-']},
			{Key: 'ExecutionStatus', Values: ['Pending', 'InProgress']},
			{Key: 'StartTimeAfter', Values: ['2026-11-22T12:00:00Z']},
		],
		MaxResults: 50,
	});
});
