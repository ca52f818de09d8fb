/** A hold that lost its terminal: kept by its guardian, taken up again, or released. */
import {spawnSync} from 'node:child_process';
import {readFile, stat} from 'node:fs/promises';
import {createConnection} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {parseEntry} from '../../src/hold/ledger-entry.ts';
import {endLingering, takeUpFrom} from '../../src/hold/linger-socket.ts';
import {openGuardian} from './open-guardian.ts';

const lost = {type: 'linger', ms: 60_000, message: 'the terminal was lost'} as const;

const linger = async (ms: number = lost.ms) => {
	const opened = await openGuardian();
	const {guardian, stateFolder, holdId} = opened;
	await guardian.hear({...lost, ms});
	let ended = false;
	const over = guardian.pipeEnded().then(() => {
		ended = true;
	});
	const path = join(stateFolder, `l-${holdId}.sock`);
	const read = async () =>
		parseEntry(await readFile(join(stateFolder, 'ledger', `hold-${holdId}.json`), 'utf8'));
	await vi.waitFor(async () => {
		await stat(path);
		expect((await read())?.linger).not.toBeNull();
	});
	const entry = await read();
	if (entry === null) throw new Error('no entry');
	onTestFinished(async () => {
		await endLingering(stateFolder, entry);
	});
	return {...opened, path, entry, over, isOver: () => ended};
};

/** What a stranger sends, and what comes back until the guardian hangs up. */
const say = (path: string, line: string): Promise<string> =>
	new Promise((resolve, reject) => {
		const socket = createConnection(path);
		let heard = '';
		socket.setEncoding('utf8');
		socket.on('data', (chunk: string) => {
			heard += chunk;
		});
		socket.on('close', () => resolve(heard));
		socket.on('error', reject);
		socket.write(`${line}\n`);
	});

test('a lost terminal is no release: nothing is sent to AWS, and the ledger says who keeps it', async () => {
	const {fake, entry, isOver} = await linger();
	expect(fake.changes()).toEqual([]);
	expect(entry.linger?.nonce).toMatch(/^[0-9a-f]{64}$/);
	expect(isOver()).toBe(false);
});

test('G3 the socket is for its owner alone, in a folder for its owner alone', async () => {
	const {path, stateFolder} = await linger();
	expect((await stat(path)).mode & 0o777).toBe(0o600);
	expect((await stat(stateFolder)).mode & 0o777).toBe(0o700);
	// Only root can try to be somebody else.
	if (process.getuid?.() !== 0) return;
	const {status, stderr} = spawnSync('/bin/ls', [path], {uid: 65_534, gid: 65_534, encoding: 'utf8'});
	expect(status).not.toBe(0);
	expect(stderr).toMatch(/permission denied/i);
});

test.each([
	['without a proof', '{"type":"take-up"}'],
	['with a wrong proof', JSON.stringify({type: 'release', proof: '0'.repeat(64)})],
	['of an unknown kind', '{"type":"credentials","proof":"0"}'],
	['that is no JSON', 'take-up'],
	['longer than any of ours', 'x'.repeat(10_000)],
])('G3 a message %s closes the line and changes nothing', async (_name, line) => {
	const {path, fake, isOver} = await linger();
	expect(await say(path, line).catch(() => '')).toBe('');
	expect(fake.changes()).toEqual([]);
	expect(isOver()).toBe(false);
});

test('G3 whoever has another nonce gets nothing, and no answer ever holds a credential', async () => {
	const {stateFolder, entry, fake} = await linger();
	const nonce = 'f'.repeat(64);
	expect(await takeUpFrom(stateFolder, {...entry, linger: {nonce, until: 0}})).toBeNull();
	expect(await endLingering(stateFolder, {...entry, linger: null})).toBe(false);
	const taken = await takeUpFrom(stateFolder, entry);
	expect(JSON.stringify(taken?.entry)).not.toMatch(/secret|AKIA|sessionToken/i);
	await taken?.letGo();
	expect(fake.changes()).toEqual([]);
});

test('it is taken up once, whole, and its guardian leaves without a call when it is let go', async () => {
	const {stateFolder, entry, fake, over, path} = await linger();
	const taken = await takeUpFrom(stateFolder, entry);
	expect(taken?.entry).toEqual({...entry, linger: null});
	await taken?.letGo();
	await over;
	expect(fake.changes()).toEqual([]);
	await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('two who come at once: one gets it', async () => {
	const {stateFolder, entry} = await linger();
	const both = await Promise.all([takeUpFrom(stateFolder, entry), takeUpFrom(stateFolder, entry)]);
	expect(both.filter(taken => taken !== null)).toHaveLength(1);
	await both.find(taken => taken !== null)?.letGo();
});

test('whoever takes it up and dies leaves it with the guardian', async () => {
	const {stateFolder, entry, fake, over, path} = await linger();
	const taken = await takeUpFrom(stateFolder, entry);
	taken?.abandon();
	await vi.waitFor(async () => {
		const again = await takeUpFrom(stateFolder, entry);
		expect(again).not.toBeNull();
		await again?.letGo();
	});
	await over;
	expect(fake.changes()).toEqual([]);
	await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('unflap release ends it at once', async () => {
	const {stateFolder, entry, fake, over} = await linger();
	expect(await endLingering(stateFolder, entry)).toBe(true);
	await over;
	expect(fake.group.suspended).toEqual([]);
	expect(fake.group.tags).toEqual([]);
});

test('when its time is over it is released, and the next start is told', async () => {
	const {fake, over, stateFolder} = await linger(1500);
	await over;
	expect(fake.group.suspended).toEqual([]);
	expect(await readFile(join(stateFolder, 'guardian.log'), 'utf8')).toContain('"event":"released"');
});

test('a hold that is being changed, or given back, is not kept but released', async () => {
	const {guardian, fake, entry} = await openGuardian();
	await guardian.hear({type: 'entry', entry: {...entry, phase: 'changing'}, leaseMs: 60_000});
	await guardian.hear(lost);
	await guardian.pipeEnded();
	expect(fake.group.suspended).toEqual([]);
});
