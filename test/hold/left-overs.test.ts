import {mkdtemp, rm, utimes} from 'node:fs/promises';
import {tmpdir, uptime} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {writeAtomic} from '../../src/base/safe-files.ts';
import {type Ledger, openLedger} from '../../src/hold/ledger.ts';
import {formatEntry, type LedgerEntry, parseEntry} from '../../src/hold/ledger-entry.ts';
import {finishLeftOver} from '../../src/hold/left-overs.ts';
import {type MachineIdentity, readMachine, readProcess} from '../../src/hold/process-identity.ts';
import {scalingProcesses} from '../../src/hold/processes.ts';
import {fuseParameters, ourDocument} from './fake-automations.ts';
import {createFakeAws, fakeArn} from './fake-aws.ts';

const place = {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null};
const holdId = '7f3a90c1';
const since = Date.UTC(2026, 10, 22, 11, 58);
const reason = 'User suspended at 2026-11-22T11:58:01Z';
const tagValue = 'v1 live until=2026-11-22T12:28Z by=ana@lap7 procs=RH base=Z';
const foreign = {process: 'AZRebalance', reason: 'User suspended at 2026-11-01T00:00:00Z'};
const launch = {process: 'Launch', reason: 'User suspended at 2026-11-03T00:00:00Z'};

const dead = {pid: 999_999_999, startTime: '1'};

const entryOf = (machine: MachineIdentity, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
	version: 3,
	holdId,
	place,
	group: 'web',
	machine,
	owner: 'ana@lap7',
	reason: 'boot fails',
	phase: 'held',
	own: {
		arn: fakeArn,
		wanted: ['ReplaceUnhealthy', 'HealthCheck'],
		adopted: [],
		fuses: [],
		baseline: ['AZRebalance', 'Launch'],
		fingerprint: {ReplaceUnhealthy: [reason], HealthCheck: [reason]},
		windows: [{from: since, to: since + 2000, processes: ['ReplaceUnhealthy', 'HealthCheck']}],
		changed: {},
		tagValues: [tagValue],
		sent: true,
		tagNotedAt: null,
		unanswered: false,
		since,
		leaseUntil: since + 1_800_000,
		end: since + 3_600_000,
	},
	process: dead,
	guardian: null,
	linger: null,
	...more,
});

const heldGroup = {
	suspended: [{process: 'ReplaceUnhealthy', reason}, {process: 'HealthCheck', reason}, foreign, launch],
	tags: [{key: `unflap:hold:${holdId}`, value: tagValue, propagateAtLaunch: false}],
};

const openAll = async () => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-ledger-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const machine = await readMachine();
	const self = await readProcess(process.pid);
	if (self === undefined) throw new Error('no start time');
	const ledger = await openLedger({folder: join(folder, 'ledger'), machine, self});
	return {ledger, machine, self};
};

const finish = async (
	ledger: Ledger,
	machine: MachineIdentity,
	fake = createFakeAws(heldGroup),
	more: {readonly force?: boolean} = {},
) => {
	const processClock = createProcessClock();
	const results = [];
	for (const file of await ledger.list())
		results.push(
			await finishLeftOver(file, {
				aws: fake.aws,
				fuses: fake.fuses,
				ledger,
				machine,
				place,
				processClock,
				...more,
			}),
		);
	return {results, changes: fake.changes(), group: fake.group};
};

const honest = [
	['putTag', 'web', `unflap:hold:${holdId}`, expect.stringMatching(/^v1 releasing /)],
	['resume', 'web', ['ReplaceUnhealthy', 'HealthCheck']],
	['deleteTag', 'web', `unflap:hold:${holdId}`],
];

test('a dead entry whose tag agrees is finished: ours resumed, the baseline left, tag and entry gone', async () => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine));
	const {results, changes, group} = await finish(ledger, machine);
	expect(results[0]).toMatchObject({result: 'finished', group: 'web'});
	expect(changes).toEqual(honest);
	expect(group.suspended).toEqual([foreign, launch]);
	expect(await ledger.list()).toEqual([]);
});

test('an entry that never changed anything is only removed', async () => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine, {phase: 'intent'}));
	const {changes} = await finish(ledger, machine);
	expect(changes).toEqual([]);
	expect(await ledger.list()).toEqual([]);
});

test('a process suspended anew by somebody else is left', async () => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine));
	const anew = {process: 'HealthCheck', reason: 'User suspended at 2026-11-22T11:59:30Z'};
	const fake = createFakeAws({
		...heldGroup,
		suspended: [{process: 'ReplaceUnhealthy', reason}, anew, launch],
	});
	const {changes, group} = await finish(ledger, machine, fake);
	expect(changes.find(([name]) => name === 'resume')).toEqual(['resume', 'web', ['ReplaceUnhealthy']]);
	expect(group.suspended).toEqual([anew, launch]);
});

test.each([
	['another account', {place: {...place, account: '999900001111'}}],
	['another region', {place: {...place, region: 'us-east-1'}}],
	['another endpoint', {place: {...place, endpoint: 'https://evil.example'}}],
])('P4 an entry of %s is left alone', async (_name, more) => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine, more));
	expect((await finish(ledger, machine)).changes).toEqual([]);
	expect(await ledger.list()).toHaveLength(1);
});

test('P4 of 1,000 mutated entries each makes no call, or exactly the honest ones', async () => {
	const {ledger, machine} = await openAll();
	const name = `hold-${holdId}.json`;
	let acted = 0;
	await fc.assert(
		fc.asyncProperty(fc.nat(), fc.integer({min: 0, max: 5}), fc.nat(), async (where, how, value) => {
			const text = mutate(formatEntry(entryOf(machine)), {where, how, value});
			await writeAtomic(ledger.folder, name, text);
			const {changes} = await finish(ledger, machine);
			if (changes.length > 0) {
				acted++;
				expect(changes).toEqual(honest);
			}
			await ledger.remove(holdId);
		}),
		{numRuns: 1000, seed: 4},
	);
	expect(acted).toBeGreaterThan(0);
}, 120_000);

type Mutation = {readonly where: number; readonly how: number; readonly value: number};

/** Another group, endpoint, list, number or field, a cut file, or a flipped character. */
const mutate = (text: string, {where, how, value}: Mutation): string => {
	const entry = JSON.parse(text) as Record<string, unknown>;
	const own = entry['own'] as Record<string, unknown>;
	const process = scalingProcesses[value % 9];
	switch (how) {
		case 0: {
			const fields = ['wanted', 'adopted', 'baseline'];
			const lists = [[], [process], ['ReplaceUnhealthy', process], [...scalingProcesses], ['Everything']];
			own[fields[where % 3] ?? ''] = lists[value % 5];
			return JSON.stringify(entry);
		}
		case 1:
			entry[['group', 'holdId', 'owner', 'extra', 'phase'][where % 5] ?? ''] = [
				'other',
				'',
				null,
				[],
				'held',
			][value % 5];
			return JSON.stringify(entry);
		case 2:
			own[['arn', 'tagValues', 'fingerprint', 'sent', 'since'][where % 5] ?? ''] = [
				fakeArn.replace('1111', '9999'),
				[],
				{},
				false,
				-1,
			][value % 5];
			return JSON.stringify(entry);
		case 3:
			return text.slice(0, where % text.length);
		case 4: {
			const at = where % text.length;
			return text.slice(0, at) + String.fromCharCode(32 + (value % 95)) + text.slice(at + 1);
		}
		default:
			return text.replace('ReplaceUnhealthy', String(process));
	}
};

test('P5 an entry of another machine, boot or container is reported and never acted on', async () => {
	const {ledger, machine} = await openAll();
	for (const other of [
		{...machine, host: 'other'},
		{...machine, bootId: 'other'},
		{...machine, pidNamespace: 'pid:[1]'},
	]) {
		await ledger.write(entryOf(other));
		const {results, changes} = await finish(ledger, machine);
		expect(changes).toEqual([]);
		expect(results[0]).toMatchObject({result: 'reported'});
	}
});

test('P5 what this machine wrote before it was booted anew is finished; what was written since is not ours', async () => {
	const {ledger, machine} = await openAll();
	const whole = {...machine, pidNamespace: 'pid:[4026531836]'};
	const path = join(ledger.folder, `hold-${holdId}.json`);
	const booted = Date.now() / 1000 - uptime();
	await ledger.write(entryOf({...whole, bootId: 'before'}));
	await utimes(path, booted + 60, booted + 60);
	expect((await finish(ledger, whole)).results[0]).toMatchObject({result: 'reported'});
	await utimes(path, booted - 60, booted - 60);
	expect((await finish(ledger, {...whole, pidNamespace: 'pid:[1]'})).results[0]).toMatchObject({
		result: 'reported',
	});
	expect((await finish(ledger, {...whole, host: 'other'})).results[0]).toMatchObject({result: 'reported'});
	const {results, changes} = await finish(ledger, whole);
	expect(results[0]).toMatchObject({result: 'finished'});
	expect(changes).toEqual(honest);
});

test('P6 a recycled pid counts as dead, a living process as alive, and neither gets a signal', async () => {
	const {ledger, machine, self} = await openAll();
	await ledger.write(entryOf(machine, {process: self}));
	expect((await finish(ledger, machine)).changes).toEqual([]);
	await ledger.write(entryOf(machine, {process: {pid: self.pid, startTime: '1'}}));
	expect((await finish(ledger, machine)).changes).toEqual(honest);
});

test('two finishers at once: one gets the lock', async () => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine));
	const fake = createFakeAws(heldGroup);
	await Promise.all([
		finish(ledger, machine, fake),
		finish(ledger, machine, fake),
		finish(ledger, machine, fake),
	]);
	expect(fake.changes().filter(([name]) => name === 'resume')).toHaveLength(1);
});

test('the lock of a dead finisher is taken away, that of a living one is not', async () => {
	const {ledger, machine, self} = await openAll();
	const lock = (owner: object) =>
		writeAtomic(ledger.folder, `hold-${holdId}.lock`, `${JSON.stringify({machine, process: owner})}\n`);
	await lock(self);
	expect(await ledger.lock(holdId)).toBeNull();
	await lock(dead);
	const unlock = await ledger.lock(holdId);
	expect(unlock).not.toBeNull();
	expect(await ledger.lock(holdId)).toBeNull();
	await unlock?.();
	expect(await ledger.lock(holdId)).not.toBeNull();
});

const fuse = {
	clientToken: '11111111-2222-4333-8444-555555555555',
	executionId: null,
	deadline: since + 1_800_000,
	processes: ['ReplaceUnhealthy', 'HealthCheck'] as const,
	final: null,
};

test('an entry whose fuse fired to its end is closed without a resume', async () => {
	const {ledger, machine} = await openAll();
	const fake = createFakeAws({...heldGroup, suspended: [launch], tags: []});
	fake.automations.setDocument(ourDocument());
	const run = fake.automations.add({parameters: fuseParameters(), status: 'Success', endedAt: since});
	const entry = entryOf(machine);
	await ledger.write({...entry, own: {...entry.own, fuses: [{...fuse, executionId: run.executionId}]}});
	const {results, changes} = await finish(ledger, machine, fake);
	expect(results[0]).toMatchObject({result: 'finished'});
	expect(changes.map(([name]) => name)).not.toContain('resume');
	expect(await ledger.list()).toEqual([]);
});

test('a fuse whose start was never answered is found by its token and stopped, though nothing was suspended', async () => {
	const {ledger, machine} = await openAll();
	const fake = createFakeAws({suspended: [launch], tags: []});
	fake.automations.setDocument(ourDocument());
	const started = await fake.fuses.arm({...fuse, group: 'web', holdId});
	fake.forget();
	const entry = entryOf(machine, {phase: 'intent'});
	await ledger.write({...entry, own: {...entry.own, sent: false, tagValues: [], fuses: [fuse]}});
	const {changes} = await finish(ledger, machine, fake);
	expect(changes.map(([name]) => name)).not.toContain('resume');
	expect(fake.automations.runs).toMatchObject([{executionId: started, status: 'Cancelled'}]);
	expect(await ledger.list()).toEqual([]);
});

test('--read-only reports what was left behind and sends nothing', async () => {
	const {ledger, machine} = await openAll();
	await ledger.write(entryOf(machine));
	const fake = createFakeAws(heldGroup);
	Object.assign(fake.aws, {facts: {...fake.aws.facts, readOnly: true}});
	const {results, changes} = await finish(ledger, machine, fake);
	expect(results[0]).toMatchObject({result: 'reported'});
	expect(changes).toEqual([]);
});

test('an entry of the version before fuses is read whole: what another hold kept is wanted too', async () => {
	const {machine} = await openAll();
	const {linger, own, ...rest} = entryOf(machine);
	const {adopted, fuses, tagNotedAt, ...old} = own;
	const text = JSON.stringify({
		...rest,
		version: 1,
		own: {...old, wanted: ['ReplaceUnhealthy'], joined: ['HealthCheck']},
	});
	expect(parseEntry(text)).toEqual({...rest, linger, own: {...own, adopted, fuses, tagNotedAt}});
	expect(parseEntry(text.replace('"joined"', '"others"'))).toBeNull();
});

test('an entry survives its own file', async () => {
	const {machine} = await openAll();
	const entry = entryOf(machine);
	expect(parseEntry(formatEntry(entry))).toEqual(entry);
	expect(parseEntry('{}')).toBeNull();
	expect(parseEntry('not json')).toBeNull();
	expect(parseEntry(formatEntry(entry).replace('{', '{"more":1,'))).toBeNull();
});

test('what another hold left to a fuse that somebody stopped is named with its line and not resumed, until it is forgotten by name', async () => {
	const {ledger, machine} = await openAll();
	const fake = createFakeAws({...heldGroup, tags: []});
	fake.automations.setDocument(ourDocument());
	const {add} = fake.automations;
	const times = {startedAt: since - 60_000, endedAt: since + 60_000, status: 'Cancelled'};
	const stopped = add({...times, parameters: fuseParameters()});
	const entry = entryOf(machine);
	const own = {...entry.own, wanted: [], fuses: [{...fuse, executionId: stopped.executionId}]};
	await ledger.write({...entry, phase: 'releasing', own});
	// Nobody else was there: whatever is suspended is somebody's, and the entry is over.
	const {results: alone} = await finish(ledger, machine, fake);
	expect(alone[0]).toMatchObject({result: 'finished'});

	add({...times, parameters: fuseParameters({HoldTagKey: ['unflap:hold:0badcafe']})});
	await ledger.write({...entry, phase: 'releasing', own});
	const {results, changes} = await finish(ledger, machine, fake);
	expect(changes.map(([name]) => name)).not.toContain('resume');
	expect(results[0]).toMatchObject({result: 'reported'});
	expect(results[0]?.text).toContain(
		'ReplaceUnhealthy, HealthCheck: still suspended. aws autoscaling resume-processes',
	);
	expect(await ledger.list()).toHaveLength(1);

	await finish(ledger, machine, fake, {force: true});
	expect(await ledger.list()).toEqual([]);
});
