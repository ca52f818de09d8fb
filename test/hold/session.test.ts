/** A whole hold against an AWS in memory: core, calls, ledger and guardian, each step as it reaches the outside. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import type {Guardian, WarmGuardian} from '../../src/hold/guardian-process.ts';
import {openLedger} from '../../src/hold/ledger.ts';
import {readMachine, readProcess} from '../../src/hold/process-identity.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {createSession, type TakenUp} from '../../src/hold/session.ts';
import type {HoldEvent, HoldRequest} from '../../src/hold/types.ts';
import {failure, ourDocument} from './fake-automations.ts';
import {createFakeAws} from './fake-aws.ts';

const place = {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null};
const freeze = presetProcesses('freeze');

const request: HoldRequest = {
	group: 'web',
	processes: freeze,
	preset: 'freeze',
	forSeconds: 3600,
	reason: 'boot fails',
	net: 'fuse',
};

/** A guardian that writes down what it hears. */
const fakeGuardian = (identity: Guardian['identity']) => {
	const heard: string[] = [];
	const hear = (what: string) => {
		heard.push(what);
		return Promise.resolve();
	};
	const guardian: Guardian = {
		identity,
		tell: entry => hear(`entry ${entry.phase}`),
		renewCredentials: () => hear('credentials'),
		accompany: () => hear('companion'),
		onLost: () => undefined,
		dismiss: () => hear('done'),
		letRelease: () => void hear('release'),
		letLinger: () => hear('linger'),
	};
	return {heard, guardian};
};

const open = async (fake = createFakeAws()) => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-session-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('no start time');
	const ledger = await openLedger({folder, machine, self});
	const guard = fakeGuardian(self);
	const order: string[] = [];
	Object.assign(fake.aws, {credentials: () => Promise.resolve({accessKeyId: 'a', secretAccessKey: 'b'})});
	const hold = (more: Partial<HoldRequest> = {}, takenUp?: TakenUp) => {
		const session = createSession({
			request: {...request, ...more},
			aws: fake.aws,
			fuses: fake.fuses,
			fuseHasRole: false,
			processClock: createProcessClock(),
			owner: 'ana@lap7',
			leaseMs: 1_800_000,
			refuse: () => undefined,
			prepare: async () => {
				order.push('preflight');
				return {ledger, place, machine, self};
			},
			warmGuardian: (): WarmGuardian => {
				order.push('guardian');
				return {ready: Promise.resolve(guard.guardian), cancel: () => order.push('cancelled')};
			},
			onChange: () => undefined,
			...(takenUp === undefined ? {} : {takenUp}),
		});
		const events: HoldEvent[] = [];
		session.onEvent(event => events.push(event));
		onTestFinished(() => void session.handOver());
		return {session, events};
	};
	return {fake, ledger, guard, order, hold};
};

const namesOf = (changes: readonly (readonly [string, ...unknown[]])[]) => changes.map(([name]) => name);

test('a hold arms its fuse, tags, suspends, and gives all of it back in the other order', async () => {
	const {fake, hold, ledger, guard} = await open();
	const {session, events} = hold();
	const view = await session.settled;
	expect(view).toMatchObject({phase: 'held', wanted: freeze, net: {kind: 'fuse', status: 'InProgress'}});
	expect(namesOf(fake.changes())).toEqual(['createDocument', 'startAutomation', 'putTag', 'suspend']);
	const [{entry} = {entry: null}] = await ledger.list();
	expect(entry).toMatchObject({phase: 'held', own: {fuses: [{final: null}]}});
	fake.forget();
	await session.release();
	expect(namesOf(fake.changes())).toEqual(['putTag', 'resume', 'stopAutomation', 'deleteTag']);
	expect(fake.group.suspended).toEqual([]);
	expect(await ledger.list()).toEqual([]);
	expect(guard.heard.at(-1)).toBe('done');
	await vi.waitFor(() => expect(events.map(({event}) => event)).toEqual(['fuse-armed', 'held', 'released']));
});

test('the token of a fuse stands in the ledger before AWS hears of it', async () => {
	const {fake, hold, ledger} = await open();
	const start = fake.aws.release.startAutomation;
	const noted: unknown[] = [];
	Object.assign(fake.aws.release, {
		startAutomation: async (...args: Parameters<typeof start>) => {
			const [file] = await ledger.list();
			noted.push(file?.entry?.own.fuses.map(({clientToken}) => clientToken === args[0].clientToken));
			return start(...args);
		},
	});
	await hold().session.settled;
	expect(noted).toEqual([[true]]);
});

test('the guardian is started before the preflight, and sent away when nothing comes of it', async () => {
	const {fake, hold, order} = await open();
	Object.assign(fake.group, {status: 'Delete in progress'});
	const view = await hold().session.settled;
	expect(view.outcome).toMatchObject({kind: 'refused', clean: true});
	expect(order).toEqual(['guardian', 'preflight', 'cancelled']);
	expect(fake.changes()).toEqual([]);
});

test('a guardian that dies while it starts is started again before anything is changed', async () => {
	const {fake, hold, order, guard} = await open();
	let changesAtLoss = -1;
	const onLost = (listener: () => void) => {
		if (changesAtLoss >= 0) return;
		changesAtLoss = fake.changes().length;
		listener();
	};
	Object.assign(guard.guardian, {onLost});
	const view = await hold().session.settled;
	expect(view.phase).toBe('held');
	expect(order.filter(what => what === 'guardian')).toHaveLength(2);
	expect(changesAtLoss).toBe(0);
});

test('the guardian hears what a release notes, and one that is gone does not stop the release', async () => {
	const {fake, hold, guard} = await open();
	const {session} = hold();
	await session.settled;
	Object.assign(guard.guardian, {
		tell: ({phase}: {phase: string}) => {
			guard.heard.push(`entry ${phase}`);
			return Promise.reject(new Error('the guardian is gone'));
		},
	});
	await session.release();
	expect(guard.heard).toContain('entry releasing');
	expect(fake.group.suspended).toEqual([]);
	expect(fake.group.tags).toEqual([]);
});

test('F1 a document that is not ours refuses the hold: nothing is suspended, tagged or armed', async () => {
	const {fake, hold, ledger} = await open();
	fake.automations.setDocument(ourDocument({content: '{"schemaVersion":"0.3","mainSteps":[]}'}));
	const view = await hold().session.settled;
	expect(view.outcome).toMatchObject({kind: 'refused', clean: true});
	expect(fake.changes()).toEqual([]);
	expect(await ledger.list()).toEqual([]);
});

test('F2 a document swapped between check and start: the run is stopped, and nothing is ever suspended', async () => {
	const {fake, hold} = await open();
	const start = fake.aws.release.startAutomation;
	Object.assign(fake.aws.release, {
		startAutomation: (...args: Parameters<typeof start>) => {
			fake.automations.setDocument(ourDocument({content: '{"schemaVersion":"0.3","mainSteps":[]}'}));
			return start(...args);
		},
	});
	const view = await hold().session.settled;
	expect(view.outcome).toMatchObject({kind: 'refused', clean: true});
	expect(namesOf(fake.changes())).not.toContain('suspend');
	expect(fake.automations.runs.map(({status}) => status)).toEqual(['Cancelled']);
	expect(fake.group.tags).toEqual([]);
});

test('without the right to arm a fuse the hold is refused, and the permission is named', async () => {
	const {fake, hold} = await open();
	Object.assign(fake.aws.release, {
		startAutomation: () =>
			Promise.reject(failure('StartAutomationExecution', 'AccessDeniedException', {denied: true})),
	});
	const view = await hold().session.settled;
	expect(view.outcome).toMatchObject({
		kind: 'refused',
		clean: true,
		message: expect.stringContaining('ssm:StartAutomationExecution'),
	});
	expect(fake.group.suspended).toEqual([]);
	expect(fake.group.tags).toEqual([]);
});

test('a fuse acts as the user no longer than the user may', async () => {
	const fake = createFakeAws();
	const {hold} = await open(fake);
	const expiration = fake.aws.clock.now() + 20 * 60_000;
	Object.assign(fake.aws, {
		credentials: () => Promise.resolve({accessKeyId: 'a', secretAccessKey: 'b', expiration}),
	});
	const {net} = await hold().session.settled;
	expect(net).toMatchObject({kind: 'fuse', asYouUntil: expiration});
	if (net.kind === 'fuse') expect(net.deadline).toBeLessThanOrEqual(expiration - 5 * 60_000);
});

test('every refreshed set of credentials goes to the guardian, in memory, and tells the fuse how long they last', async () => {
	const {fake, hold, guard} = await open(createFakeAws({}, {rate: 60}));
	let secretAccessKey = 'b';
	const expiration = fake.aws.clock.now() + 4 * 3_600_000;
	Object.assign(fake.aws, {
		credentials: () => Promise.resolve({accessKeyId: 'a', secretAccessKey, expiration}),
	});
	const {session} = hold();
	await session.settled;
	expect(guard.heard).not.toContain('credentials');
	secretAccessKey = 'c';
	await vi.waitFor(() => expect(guard.heard).toContain('credentials'), {timeout: 10_000});
	expect(session.view().net).toMatchObject({asYouUntil: expiration});
});

test('a lost terminal leaves the hold with its guardian, and nothing is resumed', async () => {
	const {fake, hold, guard, ledger} = await open();
	const {session} = hold();
	await session.settled;
	fake.forget();
	expect(await session.linger(60_000)).toMatchObject({kind: 'incomplete'});
	expect(guard.heard).toContain('linger');
	expect(fake.changes()).toEqual([]);
	expect(await ledger.list()).toHaveLength(1);
});

test('a hold that is taken up goes on with its fuse, its tag and its suspension, and can be released', async () => {
	const {fake, hold, ledger} = await open();
	const first = hold().session;
	await first.settled;
	await first.linger(60_000);
	const [file] = await ledger.list();
	if (!file?.entry) throw new Error('no entry');
	fake.forget();
	let gone = false;
	const letGo = async () => {
		gone = true;
	};
	const {session} = hold({}, {entry: file.entry, letGo});
	const view = await session.settled;
	expect(view).toMatchObject({phase: 'held', holdId: file.entry.holdId, wanted: freeze});
	await vi.waitFor(() => expect(gone).toBe(true));
	expect(namesOf(fake.changes()).filter(name => name !== 'putTag')).toEqual([]);
	await session.release();
	expect(fake.group.suspended).toEqual([]);
	expect(fake.automations.runs.every(({status}) => status === 'Cancelled')).toBe(true);
});
