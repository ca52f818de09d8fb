/** The AWS CLI (Debian's, 2.9) against what the lab has for holds: documents, automations, the simulator, standby. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {openRegion} from '../cli/groups-in-lab.ts';

const awsCli = process.env['UNFLAP_PEER_AWS'] ?? '/usr/bin/aws';
const run = promisify(execFile);

type Region = Awaited<ReturnType<typeof openRegion>>;
type Json = Readonly<Record<string, unknown>>;

/** Debian's 2.9 does not know AWS_ENDPOINT_URL. */
const cliOf =
	({lab, home}: Region) =>
	async (...args: readonly string[]): Promise<Json> => {
		const env = {PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', AWS_PAGER: '', ...lab.env};
		const {stdout} = await run(awsCli, [...args, '--endpoint-url', lab.endpoint, '--output', 'json'], {env});
		return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Json;
	};

const content = JSON.stringify({
	schemaVersion: '0.3',
	parameters: {Group: {type: 'String'}, Processes: {type: 'StringList', minItems: 1}},
	mainSteps: [
		{name: 'sleep', action: 'aws:sleep', inputs: {Duration: 'PT1H'}},
		{
			name: 'resume',
			action: 'aws:executeAwsApi',
			inputs: {
				Service: 'autoscaling',
				Api: 'ResumeProcesses',
				AutoScalingGroupName: '{{ Group }}',
				ScalingProcesses: '{{ Processes }}',
			},
		},
	],
});

test('documents and automations: made, started, listed, read, stopped', async () => {
	const cli = cliOf(await openRegion({}));
	const name = ['--name', 'cli-fuse'];
	await cli('ssm', 'create-document', ...name, '--document-type', 'Automation', '--content', content);
	expect(await cli('ssm', 'describe-document', ...name)).toMatchObject({
		Document: {Name: 'cli-fuse', HashType: 'Sha256', DocumentVersion: '1', Status: 'Active'},
	});
	expect((await cli('ssm', 'get-document', ...name))['Content']).toBe(content);
	const {AutomationExecutionId: id} = await cli(
		...['ssm', 'start-automation-execution', '--document-name', 'cli-fuse', '--document-version', '1'],
		...['--parameters', 'Group=web-prod,Processes=Launch,Terminate'],
	);
	const get = async () =>
		(await cli('ssm', 'get-automation-execution', '--automation-execution-id', String(id)))[
			'AutomationExecution'
		];
	// A CLI takes longer to start than either moment lasts.
	expect(await get()).toMatchObject({
		AutomationExecutionStatus: 'InProgress',
		CurrentStepName: 'sleep',
		Parameters: {Group: ['web-prod'], Processes: ['Launch', 'Terminate']},
	});
	expect(
		await cli(
			...['ssm', 'describe-automation-executions'],
			...['--filters', 'Key=DocumentNamePrefix,Values=cli-', 'Key=ExecutionStatus,Values=InProgress'],
		),
	).toMatchObject({AutomationExecutionMetadataList: [{AutomationExecutionId: id}]});
	await cli('ssm', 'stop-automation-execution', '--automation-execution-id', String(id));
	expect(await get()).toMatchObject({AutomationExecutionStatus: 'Cancelled'});
});

test('the simulator, and a box that goes to standby and comes back', async () => {
	const cli = cliOf(await openRegion({}));
	const {Arn: arn} = await cli('sts', 'get-caller-identity');
	expect(
		await cli(
			...['iam', 'simulate-principal-policy', '--policy-source-arn', String(arn)],
			...['--action-names', 'autoscaling:ResumeProcesses', '--region', 'eu-west-1'],
		),
	).toMatchObject({
		EvaluationResults: [{EvalActionName: 'autoscaling:ResumeProcesses', EvalDecision: 'allowed'}],
	});
	const group = ['--auto-scaling-group-name', 'batch'];
	const seen = await cli('autoscaling', 'describe-auto-scaling-instances');
	const boxes = seen['AutoScalingInstances'] as {InstanceId: string; AutoScalingGroupName: string}[];
	const box = boxes.find(({AutoScalingGroupName}) => AutoScalingGroupName === 'batch')?.InstanceId ?? '';
	const stateOf = async () =>
		(await cli('autoscaling', 'describe-auto-scaling-instances', '--instance-ids', box))[
			'AutoScalingInstances'
		];
	await cli(
		...['autoscaling', 'enter-standby', ...group, '--instance-ids', box],
		'--should-decrement-desired-capacity',
	);
	expect(await stateOf()).toMatchObject([{LifecycleState: 'Standby'}]);
	await cli('autoscaling', 'exit-standby', ...group, '--instance-ids', box);
	expect(await stateOf()).toMatchObject([{LifecycleState: 'InService'}]);
});
