/** `unflap catch` of the built program: a box that waits for its hook is kept, and let go; a hold begins when it helps. */
import type {AutoScalingClient} from '@aws-sdk/client-auto-scaling';
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest';
import {
	becomes,
	clientOf,
	continueLaunch,
	calm as group,
	launchOne,
	putLaunchHook,
	stateOf,
	statusOf,
} from './catch-lab.ts';
import {isGivenBack, startCommand, suspendedOf, thirdParty} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
let client: AutoScalingClient;
beforeAll(async () => {
	lab = await openLab('--seed', '5', '--speed', '20');
	client = clientOf(lab);
	await putLaunchHook(client, 60);
}, 60_000);
afterAll(() => lab.close());

const caught = async (running: Awaited<ReturnType<typeof startCommand>>): Promise<string> =>
	String((await running.event('caught'))['instanceId']);

test('S03: heartbeats keep a pinned box beyond its hook’s timeout, and it dies as configured when it is let go', async () => {
	const s03 = await openLab('--seed', '5', '--speed', '20', '--scenario', 'S03-tags-missing-pending-wait');
	onTestFinished(() => s03.close());
	const client = clientOf(s03);
	await putLaunchHook(client, 60, 'web-prod');
	const running = await startCommand(s03, ['catch', 'web-prod', '-o', 'jsonl', '--quiet']);
	await running.event('waiting');
	await launchOne(client, 'web-prod');
	const box = await caught(running);
	await becomes(s03, box, 'Pending:Wait');
	await vi.waitFor(
		async () => {
			const beats = (await s03.requests()).filter(({operation}) => operation.endsWith('Heartbeat'));
			// A third of the timeout between two: nine are three timeouts.
			expect(beats.length).toBeGreaterThanOrEqual(9);
		},
		{timeout: 60_000, interval: 200},
	);
	expect(await stateOf(s03, box)).toBe('Pending:Wait');
	running.child.kill('SIGTERM');
	expect((await running.exit).code).toBe(143);
	await becomes(s03, box, /Terminating|gone/);
	expect(await statusOf(client, box, 'web-prod')).toMatchObject({
		StatusCode: 'Cancelled',
		StatusMessage: expect.stringMatching(/Heartbeat Timeout/),
	});
	expect(running.stdout()).toContain('"rule":"tags-not-visible"');
}, 120_000);

test('with --hold the group is held when the box comes into service, not before, and is given back by ctrl-c', async () => {
	await thirdParty(lab, 'suspend', group, ['AZRebalance']);
	const before = await suspendedOf(lab, group);
	const running = await startCommand(lab, ['catch', group, '--hold', '-o', 'jsonl', '--quiet']);
	await running.event('waiting');
	await launchOne(client);
	const box = await caught(running);
	await becomes(lab, box, 'Pending:Wait');
	expect(await suspendedOf(lab, group)).toEqual(before);
	expect(running.stdout()).not.toContain('hold-begins');
	await continueLaunch(client, box);
	const {suspended, baseline} = await running.event('held');
	expect(suspended).toHaveLength(6);
	expect(baseline).toEqual(['AZRebalance']);
	running.child.kill('SIGINT');
	expect((await running.exit).code).toBe(130);
	expect(await running.event('released')).toMatchObject({verified: true});
	await isGivenBack(lab, group, before);
	await thirdParty(lab, 'resume', group, ['AZRebalance']);
	await lab.control('DELETE', '/faults');
}, 120_000);

test('killed with its hold, the guardian gives the group back', async () => {
	const running = await startCommand(lab, ['catch', `${group}/1`, '--hold', '-o', 'jsonl', '-q']);
	await running.event('held');
	running.child.kill('SIGKILL');
	await running.exit;
	await isGivenBack(lab, group, []);
}, 90_000);

test('a third ctrl-c while it releases leaves the rest to the guardian: exit 4 at once', async () => {
	const running = await startCommand(lab, ['catch', `${group}/1`, '--hold', '-o', 'jsonl', '-q']);
	await running.event('held');
	const lift = await lab.fault({kind: 'wait', when: 'before', operation: 'ResumeProcesses'});
	const resumes = async () =>
		(await lab.requests()).filter(({operation}) => operation === 'ResumeProcesses').length;
	const before = await resumes();
	for (let times = 0; times < 3; times++) {
		running.child.kill('SIGINT');
		await vi.waitFor(async () => expect(await resumes()).toBeGreaterThan(before), {timeout: 10_000});
	}
	expect((await running.exit).code).toBe(4);
	expect(running.stderr()).toMatch(/aws autoscaling resume-processes/);
	await lift();
	await isGivenBack(lab, group, []);
}, 90_000);

test('--existing takes the youngest box that waits; the line of whom it touches comes before the first change', async () => {
	await launchOne(client);
	await vi.waitFor(
		async () => {
			const boxes = (await lab.groups()).find(({name}) => name === group)?.instances ?? [];
			expect(boxes.map(({lifecycle}) => lifecycle)).toContain('Pending:Wait');
		},
		{timeout: 20_000},
	);
	const after = (await lab.requests()).at(-1)?.number ?? 0;
	const running = await startCommand(lab, [
		'catch',
		group,
		'--existing',
		'--for',
		'20s',
		'-o',
		'jsonl',
		'-q',
	]);
	expect(await running.event('caught')).toMatchObject({lifecycleState: 'Pending:Wait'});
	expect(await running.event('touches')).toMatchObject({group, boxes: expect.any(Number)});
	expect((await running.exit).code).toBe(0);
	const [first] = (await lab.requests(after)).filter(({mutating}) => mutating);
	expect(first?.operation).toBe('RecordLifecycleActionHeartbeat');
	expect(running.stdout().indexOf('"touches"')).toBeLessThan(running.stdout().indexOf('"caught"'));
}, 90_000);

/** Of the other one the runs before may have left something that the next one finishes. */
const openQuietLab = async (): Promise<OpenLab> => {
	const quiet = await openLab('--seed', '5', '--speed', '20');
	onTestFinished(() => quiet.close());
	return quiet;
};

test('nobody comes in the time given: exit 1, and nothing was changed', async () => {
	const quiet = await openQuietLab();
	const {code, stderr} = await quiet.run(['catch', group, '--wait', '20s']);
	expect(code).toBe(1);
	expect(stderr).toContain('nobody came');
	expect((await quiet.requests()).filter(({mutating}) => mutating)).toEqual([]);
}, 60_000);

test.each([
	[[], /exact name/],
	[[group, '--rescue', '--yes'], /goes with --hold/],
	[[group, '--dying', '--hold'], /does not go with --dying/],
	[[group, '--hold', '--rescue', '--exec', 'true', '--yes'], /both answer/],
	[[group, '--hook', 'x'], /goes with --exec/],
	[[group, '--once', '--every'], /opposite/],
	[[group, '--preset', 'quiet'], /goes with --hold/],
])('catch %j is wrong usage: exit 2', async (args, message) => {
	const {code, stderr} = await lab.run(['catch', ...args]);
	expect(code).toBe(2);
	expect(stderr).toMatch(message);
});

test('O1 read-only: what would change the group is refused, and a plain catch sends no heartbeat', async () => {
	const quiet = await openQuietLab();
	for (const flag of ['--hold', '--dying', '--exec=true']) {
		const {code, stderr} = await quiet.run(['catch', group, flag, '--read-only']);
		expect(code).toBe(3);
		expect(stderr).toContain('--read-only');
	}
	const running = await startCommand(quiet, ['catch', `${group}/1`, '--read-only', '--for', '40s', '-q']);
	expect((await running.exit).code).toBe(0);
	expect(running.stderr()).toContain('no heartbeat');
	expect((await quiet.requests()).filter(({mutating}) => mutating)).toEqual([]);
}, 60_000);
