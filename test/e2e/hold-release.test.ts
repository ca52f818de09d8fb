/** Releases that cannot finish, the release command, and holds of others. */
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {guardianOf, holdTagsOf, isGivenBack, startHold, suspendedOf, thirdParty} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '5', '--speed', '1');
}, 60_000);
afterAll(() => lab.close());

test('with credentials expired at the end it exits 4 and prints the line that resumes', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await hold.event('held');
	const lift = await lab.fault({kind: 'expired-token'});
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(4);
	const {still, command} = await hold.event('release-incomplete');
	expect(still).toHaveLength(7);
	expect(command).toMatch(
		/^aws autoscaling resume-processes --auto-scaling-group-name web-prod --scaling-processes /,
	);
	expect(command).toContain('--region eu-west-1');
	expect(command).toContain(`--endpoint-url ${lab.endpoint}`);
	expect(hold.stderr()).toContain(String(command));
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	await lift();
	// The guardian goes on where the process gave up.
	await isGivenBack(lab, group, []);
}, 90_000);

test('a third ctrl-c while releasing hands over to the guardian: exit 4 at once', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await hold.event('held');
	const lift = await lab.fault({kind: 'wait', when: 'before', operation: 'ResumeProcesses'});
	for (let times = 0; times < 3; times++) {
		hold.child.kill('SIGINT');
		await vi.waitFor(async () => expect((await lab.requests()).at(-1)?.operation).toBe('ResumeProcesses'), {
			timeout: 10_000,
		});
	}
	expect((await hold.exit).code).toBe(4);
	expect(hold.stderr()).toMatch(/aws autoscaling resume-processes/);
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	await lift();
	await isGivenBack(lab, group, []);
}, 90_000);

test('the hold of another is shown and left; only by name and --force is it broken, and its owner is told', async () => {
	const theirs = await startHold(lab, [group, '-o', 'jsonl']);
	const {holdId} = await theirs.event('held');
	const left = await lab.run(['release', group]);
	expect(left.code).toBe(1);
	expect(left.stdout).toMatch(/--force/);
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	const broken = await lab.run(['release', '--hold', String(holdId), '--force']);
	expect(broken.stderr).toBe('');
	expect(broken.code).toBe(0);
	expect((await theirs.exit).code).toBe(1);
	await isGivenBack(lab, group, []);
}, 90_000);

test('a second engineer joins: each gives back what is theirs, the last one out leaves nothing', async () => {
	const first = await startHold(lab, [group, '-o', 'jsonl']);
	await first.event('held');
	const second = await startHold(lab, [group, '-o', 'jsonl', '--preset', 'quiet', '--yes']);
	// What the first suspended is one suspension with the second's: it joins, and adds its own.
	const joined = (await second.event('held'))['suspended'];
	expect(joined).toHaveLength(8);
	expect(joined).toContain('Launch');
	expect(await holdTagsOf(lab, group)).toHaveLength(2);
	expect(await suspendedOf(lab, group)).toHaveLength(8);
	first.child.kill('SIGTERM');
	expect((await first.exit).code).toBe(143);
	// The first leaves to the second what the second's fuse covers.
	expect(await suspendedOf(lab, group)).toHaveLength(8);
	second.child.kill('SIGTERM');
	expect((await second.exit).code).toBe(143);
	await isGivenBack(lab, group, []);
}, 90_000);

test('a hold that somebody keeps resuming gives up after two repairs, with exit 1', async () => {
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--preset', 'no-replace']);
	await hold.event('held');
	for (let round = 0; round < 3; round++) {
		await thirdParty(lab, 'resume', group, ['HealthCheck']);
		if (round < 2)
			await vi.waitFor(async () => expect(await suspendedOf(lab, group)).toContain('HealthCheck'), {
				timeout: 15_000,
			});
	}
	expect((await hold.exit).code).toBe(1);
	await isGivenBack(lab, group, []);
}, 120_000);

test('a lost answer to SuspendProcesses keeps tag and ledger until three clean reads, and ends clean', async () => {
	const lift = await lab.fault({kind: 'lose', when: 'after', operation: 'SuspendProcesses', count: 1});
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await hold.event('held');
	await lift();
	expect(await guardianOf(hold)).toBeGreaterThan(0);
	hold.child.kill('SIGKILL');
	await hold.exit;
	await vi.waitFor(async () => expect(await suspendedOf(lab, group)).toEqual([]), {timeout: 15_000});
	await vi.waitFor(async () => expect(await holdTagsOf(lab, group)).toEqual([]), {timeout: 90_000});
}, 150_000);
