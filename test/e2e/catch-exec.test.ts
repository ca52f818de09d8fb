/** `unflap catch --exec`: the hook is completed, abandoned, or left to time out; never two answers. */
import {existsSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import type {AutoScalingClient} from '@aws-sdk/client-auto-scaling';
import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest';
import {makeHome} from '../run-program.ts';
import {
	answersFor,
	becomes,
	calmDown,
	clientOf,
	calm as group,
	launchOne,
	putLaunchHook,
	stateOf,
	statusOf,
} from './catch-lab.ts';
import {type StartedHold, startCommand} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
let client: AutoScalingClient;
let box = '';
/** Of `batch`, with room for two more. */
const desired = 6;
beforeAll(async () => {
	lab = await openLab('--seed', '6', '--speed', '20');
	client = clientOf(lab);
	await putLaunchHook(client, 120);
}, 60_000);
afterAll(() => lab.close());
beforeEach(() => async () => {
	await lab.control('DELETE', '/faults');
	await calmDown(lab, client, desired);
});

type More = {readonly home?: string; readonly environment?: NodeJS.ProcessEnv};

/** A catch that has its box, launched for it; `box` is its id. */
const startExec = async (
	command: string,
	args: readonly string[] = [],
	more: More = {},
): Promise<StartedHold> => {
	const words = ['catch', group, '--exec', command, '--once', '-o', 'jsonl', '-q', ...args];
	const running = await startCommand(lab, words, more);
	await running.event('waiting');
	await launchOne(client);
	box = String((await running.event('caught'))['instanceId']);
	return running;
};

const pidIn = (file: string): number => Number(readFileSync(file, 'utf8').trim());
const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('M1 exit 0 continues the hook: facts stand in its environment, and the box comes into service', async () => {
	const {home} = lab;
	const facts = join(home, 'facts');
	const running = await startExec(`env | grep ^UNFLAP_ | sort > ${facts}`, ['--reason', 'it\'s $(id) "why"']);
	expect((await running.exit).code).toBe(0);
	await becomes(lab, box, 'InService');
	expect(await answersFor(lab, box)).toEqual(['provision CONTINUE']);
	const lines = readFileSync(facts, 'utf8');
	expect(lines).toContain(`UNFLAP_GROUP=${group}\n`);
	expect(lines).toContain(`UNFLAP_INSTANCE_ID=${box}\n`);
	expect(lines).toMatch(/^UNFLAP_PRIVATE_IP=\d+\.\d+\.\d+\.\d+$/m);
	expect(lines).toContain('UNFLAP_REGION=eu-west-1\n');
	expect(lines).toMatch(/^UNFLAP_AVAILABILITY_ZONE=eu-west-1[abc]$/m);
	expect(lines).toContain('UNFLAP_LIFECYCLE_STATE=Pending:Wait\n');
	expect(lines).toContain('UNFLAP_HOOK=provision\n');
	expect(lines).toContain('UNFLAP_REASON=it.s .(id) .why.\n');
}, 90_000);

test('G1 COMMAND gets an empty stdin, stdout and stderr, and no other descriptor', async () => {
	const file = join(lab.home, 'descriptors');
	const running = await startExec(`ls -l /proc/self/fd > ${file}; cat >> ${file}`);
	expect((await running.exit).code).toBe(0);
	const numbers = [...readFileSync(file, 'utf8').matchAll(/ (\d+) -> (\S+)/g)]
		.map(([, fd, to]) => ({fd, to}))
		.filter(({fd, to}) => !to?.endsWith('/fd') && !isInherited(Number(fd), to));
	expect(numbers.map(({fd}) => fd)).toEqual(['0', '1', '2']);
	expect(numbers[0]?.to).toBe('/dev/null');
}, 90_000);

/** What runs the tests may leave descriptors open to all it starts; they are not ours. */
const isInherited = (fd: number, to: string | undefined): boolean => {
	const own = `/proc/self/fd/${fd}`;
	return fd > 2 && existsSync(own) && readlinkSync(own) === to;
};

test('exit 1 abandons the hook, once, and the box dies', async () => {
	const running = await startExec('exit 1');
	expect((await running.exit).code).toBe(1);
	await becomes(lab, box, /Terminating|gone/);
	expect(await answersFor(lab, box)).toEqual(['provision ABANDON']);
}, 90_000);

test('while COMMAND runs its hook is kept by heartbeats, longer than its timeout', async () => {
	const go = join(lab.home, 'go');
	const running = await startExec(`while ! test -e ${go}; do sleep 0.1; done`);
	await running.event('command-started');
	await vi.waitFor(
		async () => {
			const beats = (await lab.requests()).filter(
				({operation, params}) => operation.endsWith('Heartbeat') && JSON.stringify(params).includes(box),
			);
			expect(beats.length).toBeGreaterThanOrEqual(6);
		},
		{timeout: 40_000, interval: 200},
	);
	expect(await stateOf(lab, box)).toBe('Pending:Wait');
	await import('node:fs/promises').then(({writeFile}) => writeFile(go, ''));
	expect((await running.exit).code).toBe(0);
	expect(await answersFor(lab, box)).toEqual(['provision CONTINUE']);
}, 120_000);

test('a COMMAND that hangs is ended with all it started when its time is over, and the hook is abandoned', async () => {
	const file = join(lab.home, 'hung');
	const running = await startExec(`sleep 1000 & echo $! > ${file}; wait`, ['--exec-timeout', '1m']);
	expect(await running.event('command-ended')).toMatchObject({how: 'timeout'});
	expect((await running.exit).code).toBe(1);
	expect(await answersFor(lab, box)).toEqual(['provision ABANDON']);
	await vi.waitFor(() => expect(isRunning(pidIn(file))).toBe(false), {timeout: 10_000});
}, 90_000);

test('ctrl-c ends COMMAND and gives no answer: the hook runs out as it is configured', async () => {
	const file = join(lab.home, 'interrupted');
	const running = await startExec(`echo $$ > ${file}; sleep 1000`);
	await vi.waitFor(() => expect(existsSync(file)).toBe(true), {timeout: 20_000});
	running.child.kill('SIGINT');
	expect((await running.exit).code).toBe(130);
	expect(isRunning(pidIn(file))).toBe(false);
	await becomes(lab, box, /Terminating|gone/);
	expect(await answersFor(lab, box)).toEqual([]);
	expect((await statusOf(client, box)).StatusMessage).toMatch(/Heartbeat Timeout/);
}, 90_000);

test('a killed unflap answers nothing: the hook runs out as it is configured', async () => {
	const running = await startExec('sleep 20');
	await running.event('command-started');
	running.child.kill('SIGKILL');
	await running.exit;
	await becomes(lab, box, /Terminating|gone/);
	expect(await answersFor(lab, box)).toEqual([]);
	expect((await statusOf(client, box)).StatusMessage).toMatch(/Heartbeat Timeout/);
}, 90_000);

test('killed between its decision and the answer, the next catch repeats the decision, and does not run COMMAND', async () => {
	const {home, forget} = await makeHome();
	await lab.fault({kind: 'wait', when: 'before', operation: 'CompleteLifecycleAction', count: 1});
	await lab.fault({kind: 'reset', operation: 'CompleteLifecycleAction', count: 1});
	const first = await startExec('exit 0', [], {home});
	await vi.waitFor(async () => expect(await answersFor(lab, box)).toHaveLength(1), {timeout: 30_000});
	first.child.kill('SIGKILL');
	await first.exit;
	await lab.control('DELETE', '/faults');
	const canary = join(home, 'ran-again');
	const words = ['catch', box, '--exec', `touch ${canary}; exit 1`, '--once', '-o', 'jsonl', '-q'];
	const second = await startCommand(lab, words, {home});
	expect(await second.event('hook-answered')).toMatchObject({result: 'CONTINUE', kind: 'answered'});
	expect((await second.exit).code).toBe(0);
	expect(existsSync(canary)).toBe(false);
	await becomes(lab, box, 'InService');
	expect(new Set(await answersFor(lab, box))).toEqual(new Set(['provision CONTINUE']));
	await forget();
}, 120_000);

test('a lost answer is repeated with the same answer, and told as one', async () => {
	await lab.fault({kind: 'lose', when: 'after', operation: 'CompleteLifecycleAction', count: 1});
	const running = await startExec('exit 0');
	expect(await running.event('hook-answered')).toMatchObject({kind: 'answered', result: 'CONTINUE'});
	expect((await running.exit).code).toBe(0);
	expect(await answersFor(lab, box)).toEqual(['provision CONTINUE', 'provision CONTINUE']);
	await becomes(lab, box, 'InService');
}, 90_000);

test('two that catch one box and disagree send one answer: that of the first to decide', async () => {
	const {home, forget} = await makeHome();
	const words = ['catch', group, '--once', '-o', 'jsonl', '-q', '--exec'];
	const other = await startCommand(lab, [...words, 'sleep 2; exit 1'], {home});
	await other.event('waiting');
	const one = await startExec('exit 0', [], {home});
	await Promise.all([one.exit, other.exit]);
	expect(new Set(await answersFor(lab, box))).toEqual(new Set(['provision CONTINUE']));
	await becomes(lab, box, 'InService');
	await forget();
}, 90_000);

test('an answer that AWS refuses for good is not sent again: the hook is left to run out', async () => {
	await lab.fault({kind: 'deny', operation: 'CompleteLifecycleAction'});
	const running = await startExec('exit 0');
	expect(await running.event('hook-answered')).toMatchObject({kind: 'failed'});
	expect((await running.exit).code).toBe(1);
	expect(await answersFor(lab, box)).toEqual(['provision CONTINUE']);
}, 90_000);

test('CodeDeploy’s hook is not answered by COMMAND unless it is named', async () => {
	const {code, stderr} = await lab.run(['catch', 'web-canary', '--exec', 'exit 0']);
	expect(code).toBe(3);
	expect(stderr).toMatch(/CodeDeploy's: answered by COMMAND, its deployment would be skipped/);
	expect(stderr).toMatch(/--hook CodeDeploy-managed-/);
});
