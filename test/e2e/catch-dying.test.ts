/**
 * `unflap catch --dying`: a dying box waits while it is watched, and our hook never outlives its use: killed at any call,
 * before AWS applied it, after, or while it was on its way, the hook is gone after the next start.
 */
import type {AutoScalingClient} from '@aws-sdk/client-auto-scaling';
import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest';
import {makeHome} from '../run-program.ts';
import {
	becomes,
	clientOf,
	deleteHook,
	calm as group,
	hookNames,
	launchOne,
	stateOf,
	terminate,
} from './catch-lab.ts';
import {type StartedHold, startCommand} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
let client: AutoScalingClient;
let home = '';
beforeAll(async () => {
	lab = await openLab('--seed', '8', '--speed', '20');
	client = clientOf(lab);
}, 60_000);
afterAll(() => lab.close());
beforeEach(async () => {
	const made = await makeHome();
	home = made.home;
	return async () => {
		await lab.control('DELETE', '/faults');
		// What a failed test left does not make the next one fail.
		for (const name of await ours()) await deleteHook(client, name);
		await made.forget();
	};
});

const ours = async () =>
	(await hookNames(client, group)).filter(name => name.startsWith('unflap-postmortem-'));
const someBox = async (): Promise<string> => {
	const boxes = (await lab.groups()).find(({name}) => name === group)?.instances ?? [];
	return boxes.find(({lifecycle}) => lifecycle === 'InService')?.instanceId ?? '';
};
const watch = (...args: readonly string[]): Promise<StartedHold> =>
	startCommand(lab, ['catch', group, '--dying', '-o', 'jsonl', '-q', ...args], {home});
/** What takes leftovers away; `release` is one of the commands that do. */
const nextStart = () => lab.run(['release', group], {home});

test('a box that dies waits beyond the window while it is watched; ended, the hook is gone and the box goes on dying', async () => {
	const box = await someBox();
	const running = await watch();
	await running.event('dying-hook');
	await running.event('waiting');
	await terminate(client, box);
	expect((await running.event('caught'))['instanceId']).toBe(box);
	await becomes(lab, box, 'Terminating:Wait');
	await vi.waitFor(
		async () => {
			const beats = (await lab.requests()).filter(({operation}) => operation.endsWith('Heartbeat'));
			// A third of the window between two: four are longer than the window.
			expect(beats.length).toBeGreaterThanOrEqual(4);
		},
		{timeout: 40_000, interval: 200},
	);
	expect(await stateOf(lab, box)).toBe('Terminating:Wait');
	running.child.kill('SIGINT');
	expect((await running.exit).code).toBe(130);
	expect(await running.event('dying-hook-gone')).toMatchObject({gone: true});
	expect(await ours()).toEqual([]);
	await becomes(lab, box, 'gone');
	await launchOne(client);
}, 120_000);

test('one group is watched by one: a second is refused and changes nothing', async () => {
	const first = await watch();
	await first.event('waiting');
	const {code, stderr} = await lab.run(['catch', group, '--dying']);
	expect(code).toBe(3);
	expect(stderr).toMatch(/has a post-mortem hook already: unflap-postmortem-[0-9a-f]{8}/);
	expect(stderr).toMatch(/aws autoscaling delete-lifecycle-hook/);
	expect(await ours()).toHaveLength(1);
	const holds = await lab.run(['holds'], {home});
	expect(holds.stderr).toMatch(
		/unflap-postmortem-[0-9a-f]{8} of batch makes each death wait 300 s: .*, who watches/,
	);
	first.child.kill('SIGTERM');
	expect((await first.exit).code).toBe(143);
	expect(await ours()).toEqual([]);
}, 60_000);

test('denied, nothing of ours is left and no record either', async () => {
	await lab.fault({kind: 'deny', operation: 'PutLifecycleHook'});
	const {code, stderr} = await lab.run(['catch', group, '--dying'], {home});
	expect(code).toBe(1);
	expect(stderr).toContain('autoscaling:PutLifecycleHook');
	expect(await ours()).toEqual([]);
	expect((await lab.run(['holds'], {home})).stderr).not.toContain('unflap-postmortem');
}, 60_000);

test('a hook that cannot be deleted is told with the line that does, exit 4', async () => {
	const running = await watch();
	await running.event('waiting');
	await lab.fault({kind: 'deny', operation: 'DeleteLifecycleHook'});
	running.child.kill('SIGINT');
	expect((await running.exit).code).toBe(4);
	expect(running.stderr()).toMatch(
		/aws autoscaling delete-lifecycle-hook --lifecycle-hook-name unflap-postmortem-/,
	);
	await lab.control('DELETE', '/faults');
	await nextStart();
	expect(await ours()).toEqual([]);
}, 60_000);

const calls = ['PutLifecycleHook', 'DeleteLifecycleHook'] as const;
const times = ['before', 'after', 'late'] as const;
const cells = calls.flatMap(call => times.map(when => ({call, when})));

describe.each(cells)('killed at $call, $when AWS applied it', ({call, when}) => {
	test('the hook is gone after the next start, and nobody else’s is', async () => {
		const {reached, running} = await reach(call, when);
		await reached();
		running.child.kill('SIGKILL');
		await running.exit;
		// What was held is dropped, except what is on its way: that is applied now.
		await lab.control('DELETE', '/faults');
		const isLeft = call === 'PutLifecycleHook' ? when !== 'before' : when === 'before';
		await vi.waitFor(async () => expect(await ours()).toHaveLength(isLeft ? 1 : 0), {timeout: 5000});
		const before = await lastRequest();
		const named = await lab.run(['holds'], {home});
		if ((await ours()).length > 0) expect(named.stderr).toMatch(/whose process is gone/);
		const started = await nextStart();
		expect(started.code).toBe(0);
		expect(await ours()).toEqual([]);
		const deleted = (await lab.requests(before)).filter(({operation}) => operation === 'DeleteLifecycleHook');
		for (const {params} of deleted)
			expect((params as Record<string, string>)['LifecycleHookName']).toMatch(/^unflap-postmortem-/);
	}, 60_000);
});

test('killed with the hook on its way, and started again before it comes: the start after that takes it away', async () => {
	await lab.fault({kind: 'late', seconds: 60, operation: 'PutLifecycleHook', count: 1});
	const from = await lastRequest();
	const running = await watch();
	await vi.waitFor(
		async () => {
			const made = (await lab.requests(from)).map(({operation}) => operation);
			expect(made).toContain('PutLifecycleHook');
		},
		{timeout: 20_000, interval: 20},
	);
	running.child.kill('SIGKILL');
	await running.exit;
	await nextStart();
	await vi.waitFor(async () => expect(await ours()).toHaveLength(1), {timeout: 10_000});
	await nextStart();
	expect(await ours()).toEqual([]);
}, 60_000);

const lastRequest = async (): Promise<number> => (await lab.requests()).at(-1)?.number ?? 0;

/** A watch that has got as far as the call; of a delete it is told to end. */
const reach = async (call: (typeof calls)[number], when: (typeof times)[number]) => {
	const scope = {operation: call, count: 1};
	const arm = async () => {
		if (when === 'late') return lab.fault({kind: 'late', seconds: 5, ...scope});
		await lab.fault({kind: 'wait', when, ...scope});
		return when === 'before' ? lab.fault({kind: 'reset', ...scope}) : undefined;
	};
	let from = await lastRequest();
	if (call === 'PutLifecycleHook') await arm();
	const running = await watch();
	if (call === 'DeleteLifecycleHook') {
		await running.event('waiting');
		await arm();
		from = await lastRequest();
		running.child.kill('SIGTERM');
	}
	const reached = () =>
		vi.waitFor(
			async () => {
				const seen = (await lab.requests(from)).filter(({operation}) => operation === call);
				expect(seen.length).toBeGreaterThan(0);
			},
			{timeout: 20_000, interval: 20},
		);
	return {running, reached};
};
