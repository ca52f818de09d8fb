/** The follow line over recorded binary journals, read by the journalctl of this machine. */
import {execFile, spawn} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, delimiter, join} from 'node:path';
import {promisify} from 'node:util';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createAnswerReader} from '../../src/remote/answers.ts';
import {type FollowLine, followScript} from '../../src/remote/follow-line.ts';
import {sharedFolder} from '../shared-folder.ts';

const journalctl = process.env['UNFLAP_PEER_JOURNALCTL'] ?? '/usr/bin/journalctl';
const versions = [229, 237, 245, 247, 249, 252, 255, 257, 262].map(version => `systemd-${version}`);
const nonce = '0123456789abcdef0123456789abcdef';
const run = promisify(execFile);

let scratch: string;
beforeAll(async () => {
	scratch = await mkdtemp(join(tmpdir(), 'unflap-follow-'));
});
afterAll(() => rm(scratch, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

/** A folder with the journal unpacked, and a journalctl that reads it. */
const boxOf = async (scenario: string) => {
	const from = join(sharedFolder, 'fixtures/boots', scenario, 'journal');
	const [machine = ''] = await readdir(from);
	const names = await readdir(join(from, machine));
	return readerOf(
		scenario,
		machine,
		names.map(name => join(from, machine, name)),
	);
};

/** Written by another systemd than the one that reads it. */
const versionOf = (version: string) =>
	readerOf(version, '0123456789abcdef0123456789abcdef', [
		join(sharedFolder, 'fixtures/versions', version, 'system.journal.gz'),
	]);

const readerOf = async (scenario: string, machine: string, files: readonly string[]) => {
	const journal = join(scratch, scenario, 'journal', machine);
	const bin = join(scratch, scenario, 'bin');
	await mkdir(journal, {recursive: true});
	await mkdir(bin, {recursive: true});
	for (const file of files)
		await writeFile(join(journal, basename(file).replace(/\.gz$/, '')), gunzipSync(await readFile(file)));
	const tool = join(bin, 'journalctl');
	await writeFile(tool, `#!/bin/sh\nexec '${journalctl}' -D '${join(scratch, scenario, 'journal')}' "$@"\n`);
	await chmod(tool, 0o755);
	return {env: {PATH: `${bin}${delimiter}${process.env['PATH']}`}};
};

const open = (parts: Record<'backlog' | 'live', JournalEntry[]>, onLive: (cursor: string) => void) => {
	const reader = createJournalReader();
	return createAnswerReader(nonce, {
		probe: () => undefined,
		journal: (bytes, part) => {
			for (const line of reader.push(bytes)) if (line.kind === 'entry') parts[part].push(line.entry);
		},
		live: onLive,
		end: () => undefined,
		stray: line => {
			throw new Error(`a stray line: ${line}`);
		},
		damaged: why => {
			throw new Error(why);
		},
	});
};

const key = ({realtimeUs, monotonicUs, unit, priority, pid, message}: JournalEntry) =>
	`${realtimeUs} ${monotonicUs} ${unit} ${priority} ${pid} ${message}`;

/** Runs the follow line: backlog and live part are the journal, with one entry twice, where they meet. */
const isMeeting = async ({env}: {readonly env: NodeJS.ProcessEnv}, atLeast: number) => {
	const {stdout} = await run('journalctl', ['-b', '-a', '-q', '-o', 'json', '--no-pager'], {
		env,
		maxBuffer: 256 * 1024 * 1024,
	});
	const truth = createJournalReader()
		.push(Buffer.from(stdout))
		.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
	expect(truth.length).toBeGreaterThan(atLeast);
	const line: FollowLine = {nonce, boot: 'running', cursor: null, follow: true, unitStates: false};
	const parts: Record<'backlog' | 'live', JournalEntry[]> = {backlog: [], live: []};
	let liveFrom = '';
	const answers = open(parts, cursor => {
		liveFrom = cursor;
	});
	const child = spawn('sh', ['-c', followScript(line)], {env, stdio: ['ignore', 'pipe', 'inherit']});
	child.stdout.on('data', answers.push);
	await expect.poll(() => parts.live.length, {timeout: 30_000}).toBeGreaterThan(0);
	child.kill('SIGKILL');
	expect(parts.backlog.map(key)).toEqual(truth.map(key));
	expect(parts.live.map(key)).toEqual(truth.slice(-1).map(key));
	expect(parts.backlog.at(-1)?.cursor).toBe(liveFrom);
	expect(truth.at(-1)?.cursor).toBe(liveFrom);
	expect(parts.backlog.slice(0, -1).every(({cursor}) => cursor === '')).toBe(true);
	return truth;
};

test.each(['S01-healthy', 'S03-tags-missing-pending-wait', 'S06-crash-loop', 'S11b-hard-kill-mid-boot'])(
	'%s: backlog and live part are the journal, with one entry twice, where they meet',
	async scenario => {
		await isMeeting(await boxOf(scenario), 100);
	},
);

test.each(versions)(
	'a journal that %s wrote gives the entries that its own journalctl gave',
	async version => {
		const read = await isMeeting(await versionOf(version), 20);
		const own = createJournalReader()
			.push(await readFile(join(sharedFolder, 'fixtures/versions', version, 'journalctl-b-o-json.jsonl')))
			.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
		expect(own.length).toBeGreaterThan(20);
		expect(read.slice(0, own.length).map(key)).toEqual(own.map(key));
	},
);
