/** `unflap release` and `unflap holds`: what is only reported, what --force breaks, and what is never touched. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {openLedger} from '../../src/hold/ledger.ts';
import type {LedgerEntry} from '../../src/hold/ledger-entry.ts';
import {listHolds} from '../../src/hold/list-holds.ts';
import {readMachine, readProcess} from '../../src/hold/process-identity.ts';
import {type ReleaseOptions, releaseSelected} from '../../src/hold/release-holds.ts';
import {failure, fuseParameters, ourDocument} from './fake-automations.ts';
import {createFakeAws, fakeArn} from './fake-aws.ts';

const place = {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null};
const holdId = '7f3a90c1';
const key = `unflap:hold:${holdId}`;
const reason = 'User suspended at 2026-11-22T12:00:01Z';
const foreign = {process: 'Launch', reason: 'User suspended at 2026-11-01T00:00:00Z'};
const tag = (value = 'v1 live until=2026-11-22T12:30Z by=bob@bastion procs=RH base=L') => ({
	key,
	value,
	propagateAtLaunch: false,
});

const open = async (group = {}) => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-release-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const fake = createFakeAws({
		suspended: [{process: 'ReplaceUnhealthy', reason}, {process: 'HealthCheck', reason}, foreign],
		tags: [tag()],
		...group,
	});
	fake.automations.setDocument(ourDocument());
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('no start time');
	const options: ReleaseOptions = {
		aws: fake.aws,
		fuses: fake.fuses,
		processClock: createProcessClock(),
		ledger: await openLedger({folder, machine, self}),
		machine,
		place,
		owner: 'ana@lap7',
		endLingering: () => Promise.resolve(false),
	};
	return {...fake, options};
};

const byId = (force: boolean) => ({by: 'hold', holdId, force}) as const;

test("a colleague's hold is only reported, with whose it is and the way to break it", async () => {
	const {options, changes} = await open();
	const [held] = await releaseSelected({by: 'group', group: 'web', force: false}, options);
	expect(held).toMatchObject({result: 'reported', text: expect.stringContaining('bob@bastion')});
	expect(held?.text).toContain(`unflap release --hold ${holdId} --force`);
	expect(changes()).toEqual([]);
});

test('--force names whose hold it breaks, resumes what it names, stops its fuse and leaves a mark', async () => {
	const {options, automations, group} = await open();
	const fuse = automations.add({parameters: fuseParameters()});
	const [broken] = await releaseSelected(byId(true), options);
	expect(broken).toMatchObject({result: 'finished', text: expect.stringContaining('bob@bastion')});
	expect(group.suspended).toEqual([foreign]);
	expect(fuse.status).toBe('Cancelled');
	expect(group.tags.map(one => one.key)).toEqual([`unflap:broken:${holdId}`]);
	expect(group.tags[0]?.value).toContain('by=ana@lap7');
});

test.each([
	['of another group', {AutoScalingGroupName: ['other']}, {}],
	['of another hold', {HoldTagKey: ['unflap:hold:00000000']}, {}],
	['of another document', {}, {documentName: 'corp-Backup'}],
	[
		'with steps that are not ours',
		{},
		{steps: [{name: 'x', action: 'aws:executeScript', status: 'InProgress'}]},
	],
])('H6 --force never stops a run %s, whatever the tag says', async (_name, parameters, more) => {
	const {options, automations, group, changes} = await open();
	const stranger = automations.add({parameters: fuseParameters(parameters), ...more});
	group.tags = [
		tag(`v1 live until=2026-11-22T12:30Z by=bob@bastion procs=RH fuse=${stranger.executionId.slice(0, 8)}`),
	];
	await releaseSelected(byId(true), options);
	expect(changes().filter(([name]) => name === 'stopAutomation')).toEqual([]);
	expect(stranger.status).toBe('InProgress');
});

test('a hold whose tag is gone but whose fuse sleeps is live, and can be broken by name', async () => {
	const {options, automations, group} = await open({tags: []});
	automations.add({parameters: fuseParameters()});
	const [reported] = await releaseSelected(byId(false), options);
	expect(reported).toMatchObject({result: 'reported', text: expect.stringContaining('it is live')});
	await releaseSelected(byId(true), options);
	expect(group.suspended).toEqual([foreign]);
});

test('a hold that its guardian keeps for a lost terminal is ended by name, without force', async () => {
	const {options, changes} = await open();
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('no start time');
	await options.ledger.write(lingering({machine, guardian: self}));
	const asked: string[] = [];
	const endLingering: ReleaseOptions['endLingering'] = async entry => {
		asked.push(entry.holdId);
		await options.ledger.remove(entry.holdId);
		return true;
	};
	const [ended] = await releaseSelected(
		{by: 'group', group: 'web', force: false},
		{...options, endLingering},
	);
	expect(ended).toMatchObject({result: 'finished', text: expect.stringContaining('gave it back')});
	expect(asked).toEqual([holdId]);
	expect(changes()).toEqual([]);
});

const lingering = (who: Pick<LedgerEntry, 'machine' | 'guardian'>): LedgerEntry => ({
	...who,
	version: 3,
	holdId,
	place,
	group: 'web',
	owner: 'ana@lap7',
	reason: '',
	phase: 'held',
	own: {
		arn: fakeArn,
		wanted: ['ReplaceUnhealthy', 'HealthCheck'],
		adopted: [],
		baseline: ['Launch'],
		fingerprint: {},
		windows: [],
		changed: {},
		fuses: [],
		tagValues: [],
		sent: true,
		tagNotedAt: null,
		unanswered: false,
		since: 0,
		leaseUntil: 1,
		end: 2,
	},
	process: {pid: 999_999_999, startTime: '1'},
	linger: {nonce: 'a'.repeat(64), until: 1},
});

test('--all breaks nobody, even with --force', async () => {
	const {options, changes} = await open();
	const [held] = await releaseSelected({by: 'all', force: true}, options);
	expect(held?.result).toBe('reported');
	expect(changes()).toEqual([]);
});

test('holds shows the fuse of each hold, a hold without a tag, and strays', async () => {
	const {aws, fuses, automations, group} = await open();
	automations.add({parameters: fuseParameters()});
	automations.add({
		parameters: fuseParameters({HoldTagKey: ['unflap:hold:0a0b0c0d'], Processes: ['Terminate']}),
	});
	group.suspended = [...group.suspended, {process: 'AZRebalance', reason}];
	const holds = await listHolds(aws, fuses, []);
	expect(holds.map(one => [one.holdId, one.state, one.fuse?.state ?? null])).toEqual([
		[holdId, 'live', 'InProgress'],
		['0a0b0c0d', 'live', 'InProgress'],
		['', 'stray', null],
	]);
	expect(holds[0]?.fuse?.deadline).toBe(Date.UTC(2026, 10, 22, 12, 30));
	expect(holds[2]?.suspended).toEqual(['AZRebalance']);
});

test('an expired tag with a sleeping fuse is a live hold', async () => {
	const {aws, fuses, automations, group} = await open();
	group.tags = [tag('v1 live until=2026-11-22T11:00Z by=bob@bastion procs=RH')];
	expect((await listHolds(aws, fuses, []))[0]).toMatchObject({state: 'expired', fuse: null});
	automations.add({parameters: fuseParameters()});
	expect((await listHolds(aws, fuses, []))[0]).toMatchObject({state: 'live'});
});

test('who may not list automations still sees the holds', async () => {
	const {aws, fuses} = await open();
	Object.assign(aws.release, {
		automations: () =>
			Promise.reject(failure('DescribeAutomationExecutions', 'AccessDeniedException', {denied: true})),
	});
	expect((await listHolds(aws, fuses, []))[0]).toMatchObject({holdId, fuse: null});
});
