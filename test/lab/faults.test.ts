/** Faults do to requests what AWS does on a bad day. */
import * as asg from '@aws-sdk/client-auto-scaling';
import {DescribeInstancesCommand} from '@aws-sdk/client-ec2';
import {GetConnectionStatusCommand} from '@aws-sdk/client-ssm';
import {describe, expect, test} from 'vitest';
import {FaultRuleError, parseFaultFile} from '../../src/lab/faults/rules.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const web = {AutoScalingGroupName: 'web-prod'};
const suspend = ({autoscaling}: OpenLab) =>
	autoscaling.send(new asg.SuspendProcessesCommand({...web, ScalingProcesses: ['Launch']}));
const suspended = async ({control}: OpenLab): Promise<readonly string[]> => {
	const {groups} = (await control('GET', 'state')) as {groups: {name: string; suspended: object}[]};
	return Object.keys(groups.find(({name}) => name === 'web-prod')?.suspended ?? {});
};
const list = ({autoscaling}: OpenLab) =>
	autoscaling.send(new asg.DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['web-prod']}));

test('throttle: the service has its own code, for as long as it is said', async () => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {kind: 'throttle', operation: 'Describe*', forSeconds: 30});
	await expect(list(lab)).rejects.toMatchObject({name: 'Throttling', $metadata: {httpStatusCode: 400}});
	await expect(lab.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
		name: 'RequestLimitExceeded',
		$metadata: {httpStatusCode: 503},
	});
	await suspend(lab);
	await lab.control('POST', 'step', {seconds: 31});
	await list(lab);
});

test('error: code, message, status, count and skip', async () => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {
		kind: 'error',
		operation: 'SuspendProcesses',
		code: 'ResourceContention',
		message: 'busy <&>',
		status: 500,
		count: 1,
		skip: 1,
	});
	await suspend(lab);
	await expect(suspend(lab)).rejects.toMatchObject({
		name: 'ResourceContentionFault',
		message: 'busy <&>',
		$metadata: {httpStatusCode: 500},
	});
	await suspend(lab);
});

test.each([
	['before', []],
	['after', ['Launch']],
] as const)('lose %s applying: no answer, and the state says which', async (when, expected) => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {kind: 'lose', when, operation: 'SuspendProcesses', count: 1});
	await expect(suspend(lab)).rejects.toThrow();
	expect(await suspended(lab)).toEqual(expected);
	const {requests} = (await lab.control('GET', 'requests')) as {
		requests: {operation: string; applied: boolean; status: number | null}[];
	};
	expect(requests.find(({operation}) => operation === 'SuspendProcesses')).toMatchObject({
		applied: when === 'after',
		status: null,
	});
});

test('reset cuts the connection before anything happens', async () => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {kind: 'reset', operation: 'SuspendProcesses'});
	await expect(suspend(lab)).rejects.toThrow();
	expect(await suspended(lab)).toEqual([]);
});

test.each([
	['before', []],
	['after', ['Launch']],
] as const)('wait %s applying: held until told to go on', async (when, whileHeld) => {
	const lab = await openLab();
	const {id} = await lab.control('POST', 'faults', {
		kind: 'wait',
		when,
		operation: 'SuspendProcesses',
		count: 1,
	});
	const call = suspend(lab);
	const holding = async (): Promise<number> => {
		const {faults} = (await lab.control('GET', 'faults')) as {faults: {holding: number}[]};
		return faults[0]?.holding ?? 0;
	};
	while ((await holding()) === 0) await new Promise(resolve => setTimeout(resolve, 5));
	expect(await suspended(lab)).toEqual(whileHeld);
	expect(await lab.control('POST', `faults/${String(id)}/go`)).toEqual({released: 1});
	await call;
	expect(await suspended(lab)).toEqual(['Launch']);
});

test('removing a rule lets go what it holds', async () => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {kind: 'wait', when: 'before', operation: 'SuspendProcesses'});
	const call = suspend(lab);
	for (;;) {
		const {faults} = (await lab.control('GET', 'faults')) as {faults: {holding: number}[]};
		if ((faults[0]?.holding ?? 0) > 0) break;
		await new Promise(resolve => setTimeout(resolve, 5));
	}
	await lab.control('DELETE', 'faults');
	await call;
});

test('stale: reads show processes and tags of some seconds ago, changes are applied at once', async () => {
	const lab = await openLab();
	await lab.control('POST', 'faults', {kind: 'stale', seconds: 20, operation: 'DescribeAutoScalingGroups'});
	await suspend(lab);
	expect((await list(lab)).AutoScalingGroups?.[0]?.SuspendedProcesses).toEqual([]);
	expect(await suspended(lab)).toEqual(['Launch']);
	await lab.control('POST', 'step', {seconds: 21});
	expect((await list(lab)).AutoScalingGroups?.[0]?.SuspendedProcesses).toHaveLength(1);
});

test('expired-token hits the caller it names alone', async () => {
	const lab = await openLab({keys: [{id: 'AKIAOTHER', secret: 'other'}]});
	await lab.control('POST', 'faults', {kind: 'expired-token', caller: lab.lab.env['AWS_ACCESS_KEY_ID']});
	await expect(list(lab)).rejects.toMatchObject({name: 'ExpiredToken', $metadata: {httpStatusCode: 403}});
	const other = new asg.AutoScalingClient({
		endpoint: lab.lab.endpoint,
		region: 'eu-west-1',
		credentials: {accessKeyId: 'AKIAOTHER', secretAccessKey: 'other'},
	});
	await other.send(new asg.DescribeScalingProcessTypesCommand({}));
});

test('suspend, resume and terminate come from a third party at their time', async () => {
	const lab = await openLab();
	const [box] = (await list(lab)).AutoScalingGroups?.[0]?.Instances ?? [];
	await lab.control('POST', 'faults', {
		kind: 'suspend',
		group: 'web-prod',
		processes: ['AZRebalance'],
		afterSeconds: 10,
	});
	await lab.control('POST', 'faults', {
		kind: 'resume',
		group: 'web-prod',
		processes: ['AZRebalance'],
		afterSeconds: 20,
	});
	await lab.control('POST', 'faults', {kind: 'terminate', box: box?.InstanceId, afterSeconds: 10});
	expect(await suspended(lab)).toEqual([]);
	await lab.control('POST', 'step', {seconds: 11});
	expect(await suspended(lab)).toEqual(['AZRebalance']);
	const gone = await lab.ec2.send(new DescribeInstancesCommand({InstanceIds: [box?.InstanceId ?? '']}));
	expect(gone.Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('terminated');
	await lab.control('POST', 'step', {seconds: 10});
	expect(await suspended(lab)).toEqual([]);
});

test('agent-away: the box is not connected while the fault lasts', async () => {
	const lab = await openLab();
	const [box] = (await list(lab)).AutoScalingGroups?.[0]?.Instances ?? [];
	const Target = box?.InstanceId ?? '';
	await lab.control('POST', 'faults', {kind: 'agent-away', box: Target, forSeconds: 60});
	const status = async () => (await lab.ssm.send(new GetConnectionStatusCommand({Target}))).Status;
	expect(await status()).toBe('notconnected');
	await lab.control('POST', 'step', {seconds: 61});
	expect(await status()).toBe('connected');
});

test('a third party by the control endpoint: user-tag and remove-tag', async () => {
	const lab = await openLab();
	await lab.control('POST', 'user-tag', {group: 'web-prod', key: 'unflap:hold:00000000', value: 'v1 live'});
	expect(lab.lab.hasHold()).toBe(true);
	await lab.control('POST', 'remove-tag', {group: 'web-prod', key: 'unflap:hold:00000000'});
	expect(lab.lab.hasHold()).toBe(false);
});

test('the log has every request with its words, and which of them change something', async () => {
	const lab = await openLab();
	await suspend(lab);
	await list(lab);
	const {requests} = await lab.control('GET', 'requests');
	expect(requests).toMatchObject([
		{
			operation: 'SuspendProcesses',
			mutating: true,
			applied: true,
			status: 200,
			group: 'web-prod',
			params: {AutoScalingGroupName: 'web-prod', ScalingProcesses: ['Launch']},
			caller: lab.lab.env['AWS_ACCESS_KEY_ID'],
		},
		{operation: 'DescribeAutoScalingGroups', mutating: false, params: {AutoScalingGroupNames: ['web-prod']}},
	]);
	expect(await lab.control('GET', 'requests?after=2')).toEqual({requests: []});
});

describe('L4 a hostile faults file is an error with a place, or inert', () => {
	test.each([
		['no JSON', '{'],
		['no list', '{"kind": "throttle"}'],
		['a rule that is no object', '[1]'],
		['an unknown kind', '[{"kind": "rm -rf"}]'],
		['an unknown field', '[{"kind": "throttle", "opeartion": "x"}]'],
		['a prototype key', '[{"kind": "throttle", "__proto__": {"x": 1}, "constructor": 1}]'],
		['a wrong type', '[{"kind": "delay", "ms": "1"}]'],
		['a negative number', '[{"kind": "delay", "ms": -1}]'],
		['an endless number', '[{"kind": "delay", "ms": 1e999}]'],
		['a long text', `[{"kind": "throttle", "group": "${'x'.repeat(301)}"}]`],
		['too many rules', JSON.stringify(Array.from({length: 1001}, () => ({kind: 'throttle'})))],
	])('L4 faults: %s', (_what, text) => {
		expect(() => parseFaultFile(text)).toThrow(FaultRuleError);
	});

	test('L4 a rule for a group of a hostile name matches nothing', async () => {
		const lab = await openLab({
			faults: parseFaultFile(
				'[{"kind": "suspend", "group": "../../etc", "processes": ["Launch"]}, {"kind": "throttle", "operation": ".*"}]',
			),
		});
		await lab.control('POST', 'step', {seconds: 1});
		await list(lab);
		expect(await suspended(lab)).toEqual([]);
	});
});
