import {expect, test} from 'vitest';
import type {GroupInstance} from '../../src/aws/types.ts';
import {coverageOf} from '../../src/hold/coverage.ts';
import {readPreview} from '../../src/hold/hold-preview.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {predictRelease} from '../../src/hold/release-preview.ts';
import {createFakeAws, fakeArn} from './fake-aws.ts';

const box = (instanceId: string, more: Partial<GroupInstance> = {}): GroupInstance => ({
	instanceId,
	availabilityZone: 'eu-west-1a',
	lifecycleState: 'InService',
	healthStatus: 'Healthy',
	protectedFromScaleIn: false,
	templateVersion: '43',
	instanceType: null,
	...more,
});

test('only boxes in service are covered, and each other says why', () => {
	const boxes = [
		box('i-a'),
		box('i-b', {lifecycleState: 'Pending:Wait'}),
		box('i-c', {lifecycleState: 'Terminating'}),
		box('i-d', {lifecycleState: 'Standby'}),
	];
	const {covered, notCovered} = coverageOf(boxes, presetProcesses('freeze'));
	expect(covered).toEqual(['i-a']);
	expect(notCovered.map(({instanceId}) => instanceId)).toEqual(['i-b', 'i-c', 'i-d']);
	expect(notCovered[0]?.why).toContain('launch hook');
});

test('T10 a name that differs from another only in what cannot be seen is told apart by its ARN', async () => {
	const {aws, fuses, group} = createFakeAws();
	const twin = {...group, name: 'web\u200b', arn: fakeArn.replace('1111aaaa', '9999ffff')};
	const polling = {...aws.polling, groups: () => Promise.resolve([{...group}, twin])};
	const preview = await readPreview({
		aws: {...aws, polling},
		fuses,
		group: 'web',
		preset: 'freeze',
		forSeconds: 3600,
	});
	expect(preview.costs[0]).toContain('1111aaaa-2222-bbbb-3333-cccc4444dddd');
	expect(preview.costs[0]).toContain('9999ffff');
	await expect(
		readPreview({
			aws: {...aws, polling},
			fuses,
			group: 'web\u200b\u200b',
			preset: 'freeze',
			forSeconds: 3600,
		}),
	).rejects.toThrow(/no Auto Scaling group/);
});

test('a release names who is terminated, who is judged, and what is launched', () => {
	const {group} = createFakeAws();
	const inputs = {
		group: 'web',
		holdId: '7f3a90c1',
		wanted: presetProcesses('freeze'),
		changedByOther: {},
		leftToOthers: () => [],
		baseline: ['Launch'],
	};
	const held = {
		...group,
		desired: 3,
		instances: [box('i-a', {healthStatus: 'Unhealthy'}), box('i-b'), box('i-c', {lifecycleState: 'Pending'})],
		suspended: presetProcesses('freeze').map(process => ({
			process,
			reason: 'User suspended at 2026-11-22T12:00:00Z',
		})),
	};
	const failing = new Map([
		['i-b', {instanceId: 'i-b', port: 80, state: 'unhealthy', reason: 'Target.Timeout', description: null}],
	]);
	const preview = predictRelease(inputs, {group: held, targets: failing, gone: new Map()});
	expect(preview.terminate).toEqual([{instanceId: 'i-a', why: 'marked Unhealthy'}]);
	expect(preview.judge[0]?.why).toContain('Target.Timeout');
	expect(preview.dies).toBe(2);
	expect(preview.launches).toContain('2');
	expect(preview.leavesOff).toEqual([{process: 'Launch', why: 'was off before us'}]);
});

test('a box whose machine is gone is judged, whichever checks the group has', () => {
	const {group} = createFakeAws();
	const inputs = {
		group: 'web',
		holdId: '7f3a90c1',
		wanted: presetProcesses('freeze'),
		baseline: [],
		changedByOther: {},
		leftToOthers: () => [],
	};
	const held = {...group, healthCheckTypes: ['EC2'], instances: [box('i-a'), box('i-b')]};
	const gone = new Map([['i-a', 'terminated']]);
	const preview = predictRelease(inputs, {group: held, targets: new Map(), gone});
	expect(preview.judge).toEqual([{instanceId: 'i-a', why: 'its machine is terminated'}]);
	expect(preview.dies).toBe(1);
});

test('what another live hold wants too is not given back, and kills nobody', () => {
	const {group} = createFakeAws();
	const inputs = {
		group: 'web',
		holdId: '7f3a90c1',
		wanted: ['ReplaceUnhealthy', 'HealthCheck'] as const,
		baseline: [],
		changedByOther: {HealthCheck: 'User suspended at 2026-11-22T12:09:00Z'},
		leftToOthers: () => ['ReplaceUnhealthy'],
	};
	const held = {
		...group,
		instances: [box('i-a', {healthStatus: 'Unhealthy'})],
		suspended: [
			{process: 'ReplaceUnhealthy', reason: ''},
			{process: 'HealthCheck', reason: ''},
		],
	};
	const preview = predictRelease(inputs, {group: held, targets: new Map(), gone: new Map()});
	expect(preview).toMatchObject({givesBack: [], dies: 0});
	expect(preview.leavesOff).toHaveLength(2);
	expect(preview.changedByOther).toEqual([
		{process: 'HealthCheck', reason: 'User suspended at 2026-11-22T12:09:00Z'},
	]);
});

test('where replacing stays off nobody dies of a release', () => {
	const {group} = createFakeAws();
	const inputs = {
		group: 'web',
		holdId: '7f3a90c1',
		wanted: ['HealthCheck'] as const,
		changedByOther: {},
		leftToOthers: () => [],
		baseline: ['ReplaceUnhealthy'],
	};
	const held = {
		...group,
		instances: [box('i-a', {healthStatus: 'Unhealthy'})],
		suspended: [
			{process: 'HealthCheck', reason: ''},
			{process: 'ReplaceUnhealthy', reason: ''},
		],
	};
	expect(predictRelease(inputs, {group: held, targets: new Map(), gone: new Map()}).dies).toBe(0);
});
