/** SIGKILL at each change of acquire and release, before and after the lab has applied it. */
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {holdTagsOf, startHold, suspendedOf, thirdParty} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '9', '--speed', '1');
	await thirdParty(lab, 'suspend', group, ['AZRebalance']);
}, 60_000);
afterAll(() => lab.close());

type Cell = readonly [phase: 'acquire' | 'release', operation: string, when: 'before' | 'after'];

/** Those that leave something behind; the model (test/hold/model) kills at every other call. */
const cells: readonly Cell[] = [
	['acquire', 'CreateOrUpdateTags', 'after'],
	['acquire', 'SuspendProcesses', 'after'],
	['release', 'ResumeProcesses', 'before'],
	['release', 'DeleteTags', 'before'],
];

/** Held at this call: the lab has the request and has not answered. */
const stopAt = async ([phase, operation, when]: Cell) => {
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	const arm = () => lab.fault({kind: 'wait', when, operation, group});
	const early = phase === 'acquire' ? await arm() : null;
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	if (early === null) await hold.event('held');
	const lift = early ?? (await arm());
	if (early === null) hold.child.kill('SIGTERM');
	const isHeld = (request: Awaited<ReturnType<OpenLab['requests']>>[number]) =>
		request.number > seen &&
		request.operation === operation &&
		'status' in request &&
		request.status === null;
	await vi.waitFor(async () => expect((await lab.requests()).some(isHeld)).toBe(true), {timeout: 15_000});
	return {hold, lift};
};

/** Ninety seconds: while a Suspend may be on its way, tag and ledger stay for three clean reads. */
const isClean = () =>
	vi.waitFor(
		async () => {
			expect(await suspendedOf(lab, group)).toEqual(['AZRebalance']);
			expect(await holdTagsOf(lab, group)).toEqual([]);
		},
		{timeout: 90_000, interval: 200},
	);

test.each(cells)(
	'killed in %s at %s, %s it was applied: the guardian gives the group back',
	async (...cell) => {
		const {hold, lift} = await stopAt(cell);
		hold.child.kill('SIGKILL');
		await hold.exit;
		await lift();
		await isClean();
	},
	150_000,
);
