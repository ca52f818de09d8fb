/** `unflap catch --hold --rescue`: a box that CodeDeploy would abandon is held in service instead. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {answersFor, becomes, stateOf} from './catch-lab.ts';
import {isGivenBack, startCommand, suspendedOf} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-canary';
let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '8');
}, 60_000);
afterAll(() => lab.close());

test('a rescue says what it means and asks; without a terminal only --yes goes on, and nothing was changed before', async () => {
	const {code, stderr} = await lab.run(['catch', group, '--hold', '--rescue']);
	expect(code).toBe(2);
	expect(stderr).toMatch(/joins the load balancer/);
	expect(stderr).toMatch(/not verified on AWS/);
	expect(stderr).toMatch(/--yes/);
	expect((await lab.requests()).filter(({mutating}) => mutating)).toEqual([]);
}, 30_000);

test('the group is held first, then the hook continued once; the box outlives CodeDeploy’s ABANDON', async () => {
	const running = await startCommand(lab, [
		...['catch', group, '--existing', '--hold', '--rescue', '--yes', '-o', 'jsonl', '-q'],
	]);
	const box = String((await running.event('caught'))['instanceId']);
	await running.event('held');
	expect(await running.event('hook-answered')).toMatchObject({instanceId: box, result: 'CONTINUE'});
	await becomes(lab, box, 'InService');
	const made = (await lab.requests()).map(({operation}) => operation);
	expect(made.lastIndexOf('SuspendProcesses')).toBeLessThan(made.indexOf('CompleteLifecycleAction'));
	// The box was three minutes old at the start; CodeDeploy abandons when it is 390 s old, at the latest.
	await lab.control('POST', '/step', {seconds: 230});
	expect(await stateOf(lab, box)).toBe('InService');
	expect(await answersFor(lab, box)).toHaveLength(1);
	running.child.kill('SIGINT');
	expect((await running.exit).code).toBe(130);
	await isGivenBack(lab, group, []);
}, 90_000);

test('a hold that is refused rescues nobody', async () => {
	await lab.fault({kind: 'deny', operation: 'CreateOrUpdateTags'});
	const after = (await lab.requests()).at(-1)?.number ?? 0;
	const running = await startCommand(lab, [
		...['catch', group, '--hold', '--rescue', '--yes', '--for', '2m', '-o', 'jsonl', '-q'],
	]);
	await running.event('refused');
	expect((await running.exit).code).toBe(3);
	const made = (await lab.requests(after)).map(({operation}) => operation);
	expect(made).not.toContain('CompleteLifecycleAction');
	expect(await suspendedOf(lab, group)).toEqual([]);
}, 90_000);
