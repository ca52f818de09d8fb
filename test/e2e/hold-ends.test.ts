/** Every way a hold ends: the group is as it was before, read from the lab. */
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test, vi} from 'vitest';
import {guardianOf, isGivenBack, startHold, suspendedOf, thirdParty} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
let lab: OpenLab;
let before: readonly string[];
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	await thirdParty(lab, 'suspend', group, ['AZRebalance']);
	before = await suspendedOf(lab, group);
	expect(before).toEqual(['AZRebalance']);
}, 60_000);
afterAll(() => lab.close());

describe.each([
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
	['SIGKILL', null],
] as const)('ended by %s', (signal, code) => {
	test('a hold gives the group back, and leaves off what was off before', async () => {
		const hold = await startHold(lab, [group, '-o', 'jsonl']);
		const held = await hold.event('held');
		expect(held['baseline']).toEqual(['AZRebalance']);
		expect(await suspendedOf(lab, group)).toHaveLength(7);
		hold.child.kill(signal);
		expect((await hold.exit).code).toBe(code);
		await isGivenBack(lab, group, before);
	}, 60_000);
});

describe.each([
	['SIGTERM', 143],
	['SIGHUP', 129],
	['SIGKILL', null],
] as const)('with a command, ended by %s', (signal, code) => {
	test('a hold ends the command and gives the group back', async () => {
		const hold = await startHold(lab, [
			group,
			'-o',
			'jsonl',
			'--',
			'sh',
			'-c',
			'echo "pid $$"; exec sleep 30',
		]);
		await hold.event('held');
		await vi.waitFor(() => expect(hold.stdout()).toMatch(/^pid \d+$/m), {timeout: 10_000});
		const pid = Number(/^pid (\d+)$/m.exec(hold.stdout())?.[1]);
		// The guardian hears of the command a moment after it was started.
		await new Promise(resolve => setTimeout(resolve, 1000));
		hold.child.kill(signal);
		expect((await hold.exit).code).toBe(code);
		await isGivenBack(lab, group, before);
		await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), {timeout: 10_000});
	}, 60_000);
});

test('a hold ends with its command and passes the exit code on', async () => {
	const hold = await startHold(lab, [
		group,
		'-o',
		'jsonl',
		'--',
		'sh',
		'-c',
		'echo "in $UNFLAP_GROUP"; exit 3',
	]);
	expect((await hold.exit).code).toBe(3);
	expect(hold.stdout()).toContain('in web-prod');
	expect(await hold.event('released')).toMatchObject({verified: true, left: ['AZRebalance']});
	await isGivenBack(lab, group, before);
}, 60_000);

test('ctrl-c belongs to the command and does not end the hold', async () => {
	const script =
		'trap "echo caught" INT; echo ready; sleep 60 & while kill -0 $! 2>/dev/null; do wait $!; done';
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--', 'sh', '-c', script]);
	await hold.event('held');
	await vi.waitFor(() => expect(hold.stdout()).toContain('ready'), {timeout: 10_000});
	// As the terminal does it: to the whole foreground group.
	process.kill(-(hold.child.pid ?? 0), 'SIGINT');
	await vi.waitFor(() => expect(hold.stdout()).toContain('caught'), {timeout: 10_000});
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	expect(hold.child.exitCode).toBeNull();
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	await isGivenBack(lab, group, before);
}, 60_000);

test('a command that cannot be started ends the hold with 127', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--', '/no/such/program']);
	expect((await hold.exit).code).toBe(127);
	await isGivenBack(lab, group, before);
}, 60_000);

test('a reader that goes away ends the hold', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--for', '60m']);
	await hold.event('held');
	hold.child.stdout?.destroy();
	// The next line is written when somebody resumes a process and it is repaired.
	await thirdParty(lab, 'resume', group, ['HealthCheck']);
	expect((await hold.exit).code).toBe(1);
	await isGivenBack(lab, group, before);
}, 60_000);

test('after the death of process and guardian two starts at once finish the hold once', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await hold.event('held');
	const guardian = await guardianOf(hold);
	process.kill(guardian, 'SIGKILL');
	hold.child.kill('SIGKILL');
	await hold.exit;
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	const starts = await Promise.all(
		[1, 2].map(() => lab.run(['release', group, '-o', 'json'], {home: hold.home})),
	);
	await isGivenBack(lab, group, before);
	const resumes = (await lab.requests()).filter(
		({number, operation, applied}) => number > seen && operation === 'ResumeProcesses' && applied,
	);
	expect(resumes).toHaveLength(1);
	expect(starts.filter(({stdout}) => stdout.includes('"finished"'))).toHaveLength(1);
}, 60_000);

test('while a hold lives twenty readers leave it untouched', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	const {holdId} = await hold.event('held');
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	const lines = [['ls'], ['holds'], ['info'], ['holds', '-o', 'json']];
	const readers = await Promise.all(
		Array.from({length: 20}, (_, index) => lab.run(lines[index % 4] ?? ['ls'], {home: hold.home})),
	);
	expect(readers.map(({code, stderr}) => (code === 0 ? '' : stderr)).filter(text => text !== '')).toEqual([]);
	const again = await lab.run(['hold', group], {home: hold.home});
	expect(again.code).toBe(3);
	expect(again.stdout + again.stderr).toContain(String(holdId));
	const changes = (await lab.requests()).filter(
		({number, mutating, applied}) => number > seen && mutating && applied,
	);
	expect(changes).toEqual([]);
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	await isGivenBack(lab, group, before);
}, 120_000);

test('a hold and its release make exactly the documented changes beside a foreign suspension', async () => {
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--', 'true']);
	expect((await hold.exit).code).toBe(0);
	const changes = (await lab.requests()).filter(({number, mutating}) => number > seen && mutating);
	const six = [
		'ReplaceUnhealthy',
		'HealthCheck',
		'Terminate',
		'AlarmNotification',
		'ScheduledActions',
		'InstanceRefresh',
	];
	// The document is created once in an account: here, or by a test before this one.
	const made = changes.filter(({applied, operation}) => applied && operation !== 'CreateDocument');
	expect(made.map(({operation}) => operation)).toEqual([
		'StartAutomationExecution',
		'CreateOrUpdateTags',
		'SuspendProcesses',
		'CreateOrUpdateTags',
		'ResumeProcesses',
		'StopAutomationExecution',
		'DeleteTags',
	]);
	const lists = changes.filter(({operation}) => /Processes$/.test(operation)).map(({params}) => params);
	expect(lists.filter(params => JSON.stringify(params).includes('AZRebalance'))).toEqual([]);
	expect(JSON.stringify(lists.at(-1))).toContain(six[0]);
	await isGivenBack(lab, group, before);
}, 60_000);

test('G4 with the package removed during a hold every signal still gives the group back', async () => {
	const {repositoryRoot} = await import('../shared-folder.ts');
	for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
		const copy = await mkdtemp(join(tmpdir(), 'unflap-copy-'));
		onTestFinished(() => rm(copy, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
		await cp(join(repositoryRoot, 'dist'), join(copy, 'dist'), {recursive: true});
		await cp(join(repositoryRoot, 'bin'), join(copy, 'bin'), {recursive: true});
		await cp(join(repositoryRoot, 'package.json'), join(copy, 'package.json'));
		const hold = await startHold(lab, [group, '-o', 'jsonl'], {door: join(copy, 'bin/unflap.js')});
		await hold.event('held');
		await rm(copy, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
		hold.child.kill(signal);
		await hold.exit;
		await isGivenBack(lab, group, before);
	}
}, 90_000);
