/** A guardian in this process, on duty for a hold of one process, with an AWS and a clock a test can move. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished} from 'vitest';
import type {ProcessClock} from '../../src/base/clock.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {createGuardian} from '../../src/hold/guardian.ts';
import type {LedgerEntry} from '../../src/hold/ledger-entry.ts';
import {type ProcessIdentity, readMachine} from '../../src/hold/process-identity.ts';
import {createFakeAws, fakeArn} from './fake-aws.ts';

const reason = 'User suspended at 2026-11-22T11:58:01Z';
const tagValue = 'v1 live until=2026-11-22T12:28Z by=ana@lap7 procs=R';
const holdId = '7f3a90c1';

/** Real waits, but a clock that can be put forward. */
const steppedClock = (): ProcessClock & {readonly forward: (ms: number) => void} => {
	const real = createProcessClock();
	let ahead = 0;
	return {
		now: () => real.now() + ahead,
		sleep: real.sleep,
		forward: ms => {
			ahead += ms;
		},
	};
};

export const openGuardian = async ({
	process: held = {pid: process.ppid, startTime: '1'},
	terminal = null,
}: {
	readonly process?: ProcessIdentity;
	readonly terminal?: string | null;
} = {}) => {
	const stateFolder = await mkdtemp(join(tmpdir(), 'unflap-guardian-'));
	onTestFinished(() => rm(stateFolder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const fake = createFakeAws({
		suspended: [{process: 'ReplaceUnhealthy', reason}],
		tags: [{key: `unflap:hold:${holdId}`, value: tagValue, propagateAtLaunch: false}],
	});
	const clock = steppedClock();
	const guardian = createGuardian(clock, () => Promise.resolve(fake.aws));
	const since = Date.UTC(2026, 10, 22, 11, 58);
	const entry: LedgerEntry = {
		version: 3,
		holdId,
		place: {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null},
		group: 'web',
		machine: await readMachine(),
		owner: 'ana@lap7',
		reason: '',
		phase: 'held',
		own: {
			arn: fakeArn,
			wanted: ['ReplaceUnhealthy'],
			adopted: [],
			fuses: [],
			baseline: [],
			fingerprint: {ReplaceUnhealthy: [reason]},
			windows: [{from: since, to: since + 2000, processes: ['ReplaceUnhealthy']}],
			changed: {},
			tagValues: [tagValue],
			sent: true,
			tagNotedAt: null,
			unanswered: false,
			since,
			leaseUntil: since + 1_800_000,
			end: since + 3_600_000,
		},
		process: {pid: 1, startTime: '1'},
		guardian: null,
		linger: null,
	};
	const aws = {region: 'eu-west-1', readOnly: false, timeRate: 1};
	const identity = await guardian.hear({
		type: 'init',
		aws,
		stateFolder,
		ledgerFolder: join(stateFolder, 'ledger'),
		process: held,
		fuseRoleArn: null,
		terminal,
	});
	expect(identity?.pid).toBe(process.pid);
	await guardian.hear({type: 'entry', entry, leaseMs: 1_800_000});
	return {guardian, clock, fake, stateFolder, entry, holdId};
};
