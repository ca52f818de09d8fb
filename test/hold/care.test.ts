import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Aws, Group, GroupInstance} from '../../src/aws/types.ts';
import {UnflapError} from '../../src/base/errors.ts';
import {createCare} from '../../src/hold/care.ts';
import type {Deed} from '../../src/hold/care-types.ts';
import {consequenceOf, returnConsequence} from '../../src/hold/consequence.ts';
import {parsePatient} from '../../src/hold/patients.ts';
import {createFakeAws} from './fake-aws.ts';

const id = 'i-0123456789abcdef0';

const box = (part: Partial<GroupInstance> = {}): GroupInstance => ({
	instanceId: id,
	availabilityZone: 'eu-west-1a',
	lifecycleState: 'InService',
	healthStatus: 'Healthy',
	protectedFromScaleIn: false,
	templateVersion: null,
	instanceType: null,
	...part,
});

/** AWS with one group of one box; `change` is what a call does to the box. Sleeps take no time. */
const open = async (
	start: Partial<GroupInstance>,
	change: (call: string, box: GroupInstance) => GroupInstance | null = (_, same) => same,
	group: Partial<Group> = {},
) => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-care-'));
	onTestFinished(() => rm(folder, {recursive: true}));
	const fake = createFakeAws({instances: [box(start)], ...group});
	const calls: string[] = [];
	const call = (name: string) => async () => {
		calls.push(name);
		const [current] = fake.group.instances;
		const next = current === undefined ? null : change(name, current);
		fake.group.instances = next === null ? [] : [next];
	};
	const release = {
		...fake.aws.release,
		setHealthy: call('setHealthy'),
		enterStandby: call('enterStandby'),
		exitStandby: call('exitStandby'),
		detach: call('detach'),
		instances: async () => [],
	};
	let now = Date.UTC(2026, 10, 22, 12);
	const aws = {...fake.aws, release, clock: {...fake.aws.clock, now: () => now}} as Aws;
	const care = createCare({
		aws,
		processClock: {now: () => now, sleep: async ms => void (now += ms)},
		stateFolder: join(folder, 'unflap'),
		place: async () => ({
			account: '441200009012',
			partition: 'aws',
			region: 'eu-west-1',
			endpoint: null,
		}),
		owner: 'ana@lap7',
	});
	const act = (deed: Deed) => care.act({group: 'web', instanceId: id, deed});
	return {
		care,
		act,
		calls,
		fake,
		later: (ms: number) => {
			now += ms;
		},
		records: () => readdir(join(folder, 'unflap', 'patients')).catch(() => []),
	};
};

describe('healing', () => {
	test('a mark is cleared, and believed only when it is read back', async () => {
		const {act, calls} = await open({healthStatus: 'Unhealthy'}, (_, one) => ({
			...one,
			healthStatus: 'Healthy',
		}));
		expect(await act('healthy')).toEqual({done: true, says: 'marked Healthy, and AWS says so', next: []});
		expect(calls).toEqual(['setHealthy']);
	});

	test('a sticky mark is said, with what keeps the box instead', async () => {
		const {act} = await open({healthStatus: 'Unhealthy'});
		const {done, says, next} = await act('healthy');
		expect(done).toBe(false);
		expect(says).toContain('the mark did not clear');
		expect(next[0]).toContain('Detach');
	});

	test('nothing is asked of AWS for a box that is going, is gone, or is so already', async () => {
		for (const [start, says] of [
			[{lifecycleState: 'Terminating'}, 'going already'],
			[{instanceId: 'i-0fffffffffffffff0'}, 'not in this group'],
			[{}, 'already'],
		] as const) {
			const {act, calls} = await open(start);
			expect((await act('healthy')).says).toContain(says);
			expect(calls).toEqual([]);
		}
	});

	test('a box that waits for its hook goes neither to Standby nor out of the group', async () => {
		const {act, calls, records} = await open({lifecycleState: 'Pending:Wait'});
		expect((await act('standby')).says).toContain('only an InService box');
		expect((await act('detach')).says).toContain('Pending:Wait');
		expect(calls).toEqual([]);
		expect(await records()).toEqual([]);
	});

	test('what AWS refuses is the result, in its words', async () => {
		const {care} = await open({healthStatus: 'Unhealthy'});
		const refused = await open({healthStatus: 'Unhealthy'}, () => {
			throw new UnflapError('denied', 'You may not call SetInstanceHealth', {next: ['ask']});
		});
		expect(await refused.act('healthy')).toEqual({
			done: false,
			says: 'You may not call SetInstanceHealth',
			next: ['ask'],
		});
		care.stop();
	});
});

describe('one patient', () => {
	const standby = (call: string, one: GroupInstance): GroupInstance => ({
		...one,
		lifecycleState: call === 'enterStandby' ? 'Standby' : 'InService',
	});

	test('a box in Standby is on record until it is back', async () => {
		const {act, care, calls, records} = await open({}, standby);
		expect((await act('standby')).done).toBe(true);
		expect((await records()).length).toBe(1);
		const [patient] = care.patients();
		expect(patient).toMatchObject({group: 'web', instanceId: id, way: 'standby', owner: 'ana@lap7'});
		expect(patient?.undo).toBe(
			`aws autoscaling exit-standby --instance-ids ${id} --auto-scaling-group-name web --region eu-west-1`,
		);
		if (patient === undefined) throw new Error('no patient');
		expect((await care.bringBack(patient)).says).toContain('out of Standby: InService');
		expect(calls).toEqual(['enterStandby', 'exitStandby']);
		expect(await records()).toEqual([]);
		expect(care.patients()).toEqual([]);
	});

	test('nothing comes back while Launch is suspended, and the record stays', async () => {
		const {act, care, fake, calls, records} = await open({}, standby);
		await act('standby');
		fake.group.suspended = [{process: 'Launch', reason: 'User suspended at 2026-11-22T12:00:00Z'}];
		const [patient] = care.patients();
		if (patient === undefined) throw new Error('no patient');
		const {done, says} = await care.bringBack(patient);
		expect(done).toBe(false);
		expect(says).toContain('Launch is suspended');
		expect(calls).toEqual(['enterStandby']);
		expect((await records()).length).toBe(1);
	});

	test('a box somebody else brought back leaves the list; a group made again is not touched', async () => {
		const {act, care, fake, later, calls} = await open({}, standby);
		await act('standby');
		const [patient] = care.patients();
		fake.group.arn = fake.group.arn.replace('1111aaaa', '9999ffff');
		if (patient === undefined) throw new Error('no patient');
		expect((await care.bringBack(patient)).says).toContain('not in this group');
		expect(calls).toEqual(['enterStandby']);
		await open({}, standby).then(async again => {
			await again.act('standby');
			again.fake.group.instances = [box()];
			expect((await again.care.readPatients()).length).toBe(1);
			again.later(61_000);
			expect(await again.care.readPatients()).toEqual([]);
		});
		later(1);
	});

	test('a refused Standby leaves no record', async () => {
		const {act, records} = await open({}, () => {
			throw new UnflapError('denied', 'You may not call EnterStandby');
		});
		expect((await act('standby')).says).toContain('EnterStandby');
		expect(await records()).toEqual([]);
	});

	test('a detached box is named when its record is closed', async () => {
		const {act, care, records} = await open({}, () => null);
		expect((await act('detach')).done).toBe(true);
		const [patient] = care.patients();
		if (patient === undefined) throw new Error('no patient');
		const {says, next} = await care.bringBack(patient);
		expect(says).toContain(`${id} lives on outside the group`);
		expect(next[0]).toContain('aws ec2 terminate-instances');
		expect(await records()).toEqual([]);
	});

	test('a record with an unknown field, or another version, is none', () => {
		const record = {
			version: 1,
			patientId: '0123abcd',
			place: {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null},
			group: 'web',
			arn: 'arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:1111:autoScalingGroupName/web',
			instanceId: id,
			way: 'standby',
			since: 1,
			owner: 'ana@lap7',
		};
		expect(parsePatient(JSON.stringify(record))).toEqual(record);
		for (const bad of [
			{...record, version: 2},
			{...record, x: 1},
			{...record, instanceId: 'i-$(x)'},
			[],
			null,
		])
			expect(parsePatient(JSON.stringify(bad))).toBeNull();
		expect(parsePatient('{')).toBeNull();
	});
});

test('a stray is resumed only while it is the suspension that was shown', async () => {
	const reason = 'User suspended at 2026-11-03T14:00:00Z';
	const {care, fake} = await open({}, undefined, {
		suspended: [
			{process: 'ReplaceUnhealthy', reason},
			{process: 'AZRebalance', reason: 'User suspended at 2026-11-22T11:00:00Z'},
		],
	});
	const other = await care.resumeStrays({group: 'web', strays: [{process: 'AZRebalance', reason}]});
	expect(other.done).toBe(false);
	expect(fake.changes()).toEqual([]);
	expect(
		(await care.resumeStrays({group: 'web', strays: [{process: 'ReplaceUnhealthy', reason}]})).done,
	).toBe(true);
	expect(fake.changes()).toEqual([['resume', 'web', ['ReplaceUnhealthy']]]);
});

test('every deed says what it leads to in one sentence, and otherwise while Launch is suspended', () => {
	const off = [{process: 'Launch', reason: ''}];
	for (const deed of ['healthy', 'standby', 'detach', 'abandon'] as const) {
		const says = consequenceOf(deed, {suspended: []});
		expect(says).toMatch(/^[A-Z].*[^.]\.$/);
		expect(says.match(/\. /)).toBeNull();
		if (deed !== 'healthy') expect(consequenceOf(deed, {suspended: off})).toContain('nothing is launched');
	}
	expect(returnConsequence({suspended: off, desired: 1, instances: []})).toContain(
		'while Launch is suspended',
	);
	expect(returnConsequence({suspended: [], desired: 1, instances: [box()]})).toContain('terminates one');
	expect(returnConsequence({suspended: [], desired: 2, instances: [box()]})).toContain('grace period');
});

test('O1 under --read-only nothing is asked of AWS and nothing is written, whatever is asked for', async () => {
	const {act, calls, care, fake, records} = await open({healthStatus: 'Unhealthy'}, undefined, {
		suspended: [{process: 'Terminate', reason: 'x'}],
	});
	Object.assign(fake.aws.facts, {readOnly: true});
	for (const deed of ['healthy', 'standby', 'detach', 'abandon'] as const)
		expect((await act(deed)).says).toContain('--read-only');
	care.pin('web', id);
	expect(care.pins()).toEqual([]);
	expect((await care.resumeStrays({group: 'web', strays: [{process: 'Terminate', reason: 'x'}]})).done).toBe(
		false,
	);
	expect(calls).toEqual([]);
	expect(fake.changes()).toEqual([]);
	expect(await records()).toEqual([]);
});
