/** hold.md: a box in Pending:Wait is kept by heartbeats of its hook when pinned, never against an explicit ABANDON. */
import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {seesFleet} from './steps.ts';

const heartbeats = async (lab: Awaited<ReturnType<typeof openLab>>) =>
	(await lab.requests()).filter(({operation}) => operation === 'RecordLifecycleActionHeartbeat');

test('a pinned box gets heartbeats of its hook every third of its timeout, until somebody abandons the hook', async () => {
	// Twelve lab seconds a second: a hook of ten minutes is beaten every seventeen seconds, and abandoned before thirty.
	const lab = await openLab('--seed', '7', '--speed', '12');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('/', ...'canary', key.enter, key.enter);
	await screen.sees(/i-[0-9a-f]{4}…[0-9a-f]{4} .*Pending:Wait/, 30);
	await screen.press('p');
	await screen.sees(/is pinned for \S+ at most \(GlobalTimeout\): heartbeats keep its hook/, 20);
	const [first] = await heartbeats(lab);
	expect(JSON.stringify(first?.params)).toContain('web-canary');
	await screen.sees(/no heartbeat stops an ABANDON|left the group/, 40);
	const count = (await heartbeats(lab)).length;
	expect(count).toBeGreaterThanOrEqual(1);
	await screen.press('@');
	await screen.sees(/RecordLifecycleActionHeartbeat .*✔/);
	await screen.press(key.escape);
	await new Promise(resolve => {
		setTimeout(resolve, 8000);
	});
	expect((await heartbeats(lab)).length).toBe(count);
}, 120_000);

test('a box whose hook somebody completed is pinned no more, and says so', async () => {
	const lab = await openLab('--seed', '7', '--speed', '4');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press(key.enter);
	await screen.sees(/Instances \d+ of/);
	await screen.sees(/i-[0-9a-f]{4}…[0-9a-f]{4} .*Pending:Wait/, 30);
	await screen.press('G', 'p');
	await screen.sees(/is pinned for .*: heartbeats keep/, 20);
	await screen.sees(/its hook is finished/, 40);
}, 120_000);
