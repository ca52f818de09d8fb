/** `unflap retry` of the built program on boxes of the lab. */
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type OpenLab, openLab} from '../e2e/open-lab.ts';
import {door, startProgram} from '../run-program.ts';

const labs: OpenLab[] = [];
const open = async (scenario: string): Promise<OpenLab> => {
	const lab = await openLab('--scenario', scenario, '--seed', '3', '--speed', '20');
	labs.push(lab);
	return lab;
};
let denied: OpenLab;
let hold: ChildProcess;
/** Held by a command of its own, or the box would be replaced between two tests. */
beforeAll(async () => {
	denied = await open('S05-s3-access-denied');
	hold = startProgram(['hold', 'web-prod', '--for', '4h'], {home: denied.home, environment: denied.env});
	await new Promise<void>(resolve =>
		hold.stdout?.on('data', (text: Buffer) => {
			if (text.toString().includes('HELD')) resolve();
		}),
	);
}, 60_000);
afterAll(async () => {
	const ended = once(hold, 'exit');
	hold.kill('SIGINT');
	await ended;
	for (const lab of labs) await lab.close();
}, 60_000);

type Result = {
	readonly event: string;
	readonly ok: boolean;
	readonly units: readonly {
		readonly unit: string;
		readonly state: string;
		readonly runs: number;
		readonly before: {readonly result: string; readonly exitCode: number | null} | null;
		readonly after: {readonly result: string; readonly exitCode: number | null} | null;
	}[];
};

const eventsOf = (stdout: string) =>
	stdout
		.trim()
		.split('\n')
		.map(line => JSON.parse(line) as Result);

test('a unit that nobody mended fails again: its run stands beside the one before, and its orphan is named', async () => {
	const {code, stdout} = await denied.run(['retry', 'web-prod/1', 's3-config-sync', '-o', 'jsonl']);
	expect(code).toBe(1);
	const events = eventsOf(stdout);
	expect(events.map(({event}) => event)).toEqual(
		expect.arrayContaining(['preview', 'started', 'line', 'result']),
	);
	expect(events[0]).toMatchObject({event: 'preview', kept: true});
	const result = events.at(-1);
	expect(result).toMatchObject({event: 'result', ok: false});
	expect(result?.units.map(({unit, runs}) => [unit, runs])).toEqual([
		['s3-config-sync.service', 1],
		['foo-app.service', 0],
	]);
	expect(result?.units[0]).toMatchObject({
		state: 'failed',
		before: {result: 'exit-code', exitCode: 1},
		after: {result: 'exit-code', exitCode: 1},
	});
}, 60_000);

test('the new run is a try of its own in the waterfall', async () => {
	const {stdout} = await denied.run(['boot', 'web-prod/1', '-o', 'json']);
	const {units} = JSON.parse(stdout) as {
		readonly units: readonly {readonly name: string; readonly attempts: readonly unknown[]}[];
	};
	expect(units.find(({name}) => name === 's3-config-sync.service')?.attempts).toHaveLength(2);
}, 60_000);

test('as text it says whom it touches, what is done, and how both runs ended', async () => {
	const {code, stdout, stderr} = await denied.run(['retry', 'web-prod/1', 's3-config-sync.service']);
	expect(code).toBe(1);
	expect(stderr).toMatch(/^touches i-[0-9a-f]{17} alone, of web-prod /);
	expect(stderr).toContain('reset-failed and restart s3-config-sync.service, then start foo-app.service');
	expect(stdout).toMatch(/✖ s3-config-sync\.service {2}failed \(exit-code, exit 1\) in \S+; before: failed/);
	expect(stdout).toMatch(/✖ foo-app\.service +was not started: what it requires has failed/);
}, 60_000);

test('a unit the box does not have, a glob and a missing word are refused before anything is done', async () => {
	const unknown = await denied.run(['retry', 'web-prod/1', 'nothing.service']);
	expect(unknown.code).toBe(1);
	expect(unknown.stderr).toMatch(/has no unit nothing\.service/);
	expect(unknown.stderr).toMatch(/unflap retry i-[0-9a-f]{17} s3-config-sync\.service/);
	expect((await denied.run(['retry', 'web-prod/1'])).code).toBe(2);
	expect((await denied.run(['retry', 'web-prod/1', 'a.service', '--boot'])).code).toBe(2);
}, 60_000);

test('O1 --read-only refuses it', async () => {
	const {code, stderr} = await denied.run(['--read-only', 'retry', 'web-prod/1', 's3-config-sync']);
	expect(code).not.toBe(0);
	expect(stderr).toMatch(/--read-only is set/);
}, 60_000);

test('--boot wants a held group, follows the box across, and puts both boots side by side', async () => {
	const lab = await open('S06-crash-loop');
	const refused = await lab.run(['retry', 'web-prod/1', '--boot']);
	expect(refused.code).toBe(3);
	expect(refused.stderr).toContain('Nothing keeps the group from replacing the box meanwhile');
	expect(refused.stderr).toMatch(/nothing keeps the group from replacing the box while it boots/);
	const {code, stdout, stderr} = await lab.run([
		...['hold', 'web-prod', '--for', '45m', '--', 'sh', '-c'],
		`exec '${process.execPath}' '${door}' retry web-prod/1 --boot`,
	]);
	expect(stderr).toMatch(/boots again/);
	expect(stdout).toMatch(/this boot against the boot before/);
	expect(stdout).toMatch(/foo-app\.service +failed/);
	expect(code).toBe(1);
	const {stdout: boots} = await lab.run(['run', 'web-prod/1', '--', 'sudo', 'journalctl', '--list-boots']);
	expect(boots.trim().split('\n').length).toBeGreaterThanOrEqual(3);
}, 180_000);
