/** What stands behind a group, as `show`, `why` and `report` tell it of a lab's region: changes, who made them, deployments. */
import {expect, test} from 'vitest';
import {json, openRegion, operationsOf} from './groups-in-lab.ts';

type Background = {
	readonly onsetAt: string | null;
	readonly changes: readonly {
		readonly kind: string;
		readonly at: string;
		readonly who: string | null;
		readonly what: string;
	}[];
	readonly notRead: readonly string[];
};

test('show says what was changed before the flapping began, by whom and how long before', async () => {
	const {run} = await openRegion();
	const {stdout} = await run(['show', 'worker']);
	expect(stdout).toMatch(/^Changed before the flapping began at \d\d:\d\d:\d\d$/m);
	expect(stdout).toMatch(
		/^ +\d\d:\d\d:\d\d +ana: UpdateAutoScalingGroup healthCheckType=EC2,ELB, 9m0[01]s before$/m,
	);
	expect(stdout).toMatch(
		/^ +\d\d:\d\d:\d\d +ci-deploy: template worker v\d+ → v\d+ \(ImageId\), 2m00s before$/m,
	);
	const canary = await json<Background>(run(['show', 'web-canary', '-o', 'json']));
	expect(canary.changes.map(({kind}) => kind)).toEqual(['template', 'deployment']);
	expect(canary.changes[1]).toMatchObject({
		who: expect.stringMatching(/:user\/ci-deploy$/),
		what: expect.stringMatching(
			/^deployment d-[0-9A-F]{9} to web-canary-app\/web-canary, Succeeded: s3:\/\//,
		),
	});
	expect(Date.parse(canary.onsetAt ?? '')).toBeGreaterThan(Date.parse(canary.changes[1]?.at ?? ''));
	const staging = await json<Background>(run(['show', 'api-staging', '-o', 'json']));
	expect(staging.changes[0]).toMatchObject({kind: 'target group', who: expect.stringMatching(/\/ben$/)});
});

test('a calm group costs no look-up of deployments and trails', async () => {
	const {run, control} = await openRegion();
	const calm = await json<Background>(run(['show', 'batch', '-o', 'json']));
	expect(calm).toMatchObject({onsetAt: null, changes: [], notRead: []});
	expect((await operationsOf(control)).filter(name => /Deployment|LookupEvents/.test(name))).toEqual([]);
});

const deny = (operation: string, action: string) => ({
	kind: 'error',
	operation,
	code: 'AccessDeniedException',
	message: `User is not authorized to perform: ${action}`,
	status: 400,
});

test('who may ask neither CloudTrail nor CodeDeploy is told which permissions it takes, and sees the rest', async () => {
	const {run, control} = await openRegion();
	await control('POST', 'faults', deny('LookupEvents', 'cloudtrail:LookupEvents'));
	await control('POST', 'faults', deny('ListDeployments', 'codedeploy:ListDeployments'));
	const {stdout, code} = await run(['show', 'web-canary']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/ci-deploy: template web-canary/);
	expect(stdout).toMatch(/^ +\? what CodeDeploy did: needs codedeploy:ListDeployments, /m);
	expect(stdout).toMatch(/^ +\? who changed what before the flapping began: needs cloudtrail:LookupEvents$/m);
});

test('why of a group without a box judges the last that died: event, script, exit code, log tail, and the hook', async () => {
	const region = await openRegion();
	await untilEmpty(region.control);
	const {stdout, stderr, code} = await region.run(['why', 'web-canary']);
	expect(code).toBe(0);
	expect(stderr).toMatch(/web-canary: it has no box now; judging i-[0-9a-f]{17}, the last that died/);
	expect(stdout).toMatch(
		/^CodeDeploy gave up on the box in ValidateService: script scripts\/validate_service\.sh failed with exit code 1\.$/m,
	);
	expect(stdout).toMatch(/certain · rule deploy-failed$/m);
	expect(stdout).toMatch(/CodeDeploy +\[stderr\].* is inactive, giving up$/m);
	expect(stdout).toMatch(/change +\d\d:\d\d ci-deploy: template web-canary/);
	expect(stdout).toMatch(
		/^ +fault +The launch hook of CodeDeploy \(web-canary\) was abandoned \dm\d\ds after the launch, after ValidateService had failed\.$/m,
	);
	expect(stdout).toMatch(
		/aws deploy get-deployment-target --deployment-id d-[0-9A-F]{9} --target-id i-[0-9a-f]{17}/,
	);
	const verdict = await json<Background & {readonly rule: string}>(
		region.run(['why', 'web-canary', '-o', 'json']),
	);
	expect(verdict).toMatchObject({rule: 'deploy-failed', notRead: []});
	expect(verdict.changes.length).toBeGreaterThan(1);
});

test('why of a box that is gone says how its life ended, and names its group by itself', async () => {
	const {run} = await openRegion();
	const {lives} = await json<{lives: readonly {instanceId: string; diedAt: string | null; cause: string}[]}>(
		run(['show', 'web-canary', '-o', 'json']),
	);
	const dead = lives.filter(({diedAt}) => diedAt !== null).at(2)?.instanceId ?? '';
	const {stdout, stderr, code} = await run(['why', dead]);
	expect(code).toBe(0);
	expect(stderr).toContain(`${dead} is gone`);
	expect(stdout).toMatch(/certain · rule deploy-failed$/m);
	expect(stdout).toContain(`--target-id ${dead}`);
	const elb = await json<{lives: readonly {instanceId: string; diedAt: string | null}[]}>(
		run(['show', 'worker', '-o', 'json']),
	);
	const other = elb.lives.find(({diedAt}) => diedAt !== null)?.instanceId ?? '';
	const told = await run(['why', other]);
	expect(told.stdout).toMatch(/^Nothing is known of this boot/);
	expect(told.stdout).toMatch(/The load balancer found the box unhealthy, and Auto Scaling replaced it\./);
	expect(told.stdout).toMatch(/change +\d\d:\d\d ana: UpdateAutoScalingGroup/);
	expect((await run(['why', 'i-00000000000000000'])).code).toBe(1);
});

test('why of a group whose hook nobody answers says for how long it waited, and how to give it more time', async () => {
	const {run, control} = await openRegion({
		plans: () => [
			{
				name: 'slow',
				min: 1,
				max: 1,
				healthCheckTypes: ['EC2'],
				graceSeconds: 300,
				behaviour: {
					recording: 'S01-healthy',
					powerOn: [3, 6],
					pending: [5, 9],
					drain: [5, 9],
					relaunch: [90_000, 90_001],
				},
				hooks: [
					{
						name: 'warm-up',
						transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
						heartbeatSeconds: 120,
						defaultResult: 'ABANDON',
						answer: null,
					},
				],
				target: null,
				ages: [[3, 4]],
				flapsSinceSeconds: null,
				createdDaysAgo: [40, 90],
			},
		],
	});
	await control('POST', 'step', {seconds: 200});
	const {stdout, code} = await run(['why', 'slow']);
	expect(code).toBe(0);
	expect(stdout).toMatch(
		/^Nobody answered the launch hook warm-up, though it waits 2m00s: it ran out of time 2m\d\ds after the launch\.$/m,
	);
	expect(stdout).toMatch(/Auto Scaling +Instance failed to complete .*Heartbeat Timeout$/m);
	expect(stdout).toMatch(
		/aws autoscaling put-lifecycle-hook --auto-scaling-group-name slow --lifecycle-hook-name warm-up --heartbeat-timeout 240$/m,
	);
});

/** Between one box and the next. */
const untilEmpty = async (control: Awaited<ReturnType<typeof openRegion>>['control']) => {
	for (let turn = 0; turn < 200; turn += 1) {
		const {groups} = (await control('GET', 'state')) as {
			readonly groups: readonly {readonly name: string; readonly instances: readonly unknown[]}[];
		};
		if (groups.find(({name}) => name === 'web-canary')?.instances.length === 0) return;
		await control('POST', 'step', {seconds: 5});
	}
	throw new Error('web-canary always had a box');
};

test("EC2's plans for a box, an instance refresh and a warm pool are shown, as text and as JSON", async () => {
	const {run} = await openRegion();
	const {stdout} = await run(['show', 'legacy']);
	expect(stdout).toMatch(/^Around it$/m);
	expect(stdout).toMatch(
		/i-[0-9a-f]{17} +instance-retirement in [45]d: The instance is running on degraded hardware/,
	);
	const moving = await openRegion({
		plans: () => [
			{
				name: 'moving',
				min: 1,
				max: 3,
				healthCheckTypes: ['EC2'],
				graceSeconds: 300,
				behaviour: {
					recording: 'S01-healthy',
					powerOn: [3, 6],
					pending: [5, 9],
					drain: [5, 9],
					relaunch: [2, 9],
				},
				target: null,
				ages: [[9000, 9999]],
				flapsSinceSeconds: null,
				createdDaysAgo: [40, 90],
				refresh: {percentage: 40, secondsAgo: 600},
				warmPool: {poolState: 'Stopped', minSize: 2},
			},
		],
	});
	const text = await moving.run(['show', 'moving']);
	expect(text.stdout).toMatch(/^ +instance refresh InProgress 40%, begun \d\d:\d\d:\d\d$/m);
	expect(text.stdout).toMatch(/^ +warm pool of 0, at least 2, kept Stopped$/m);
	expect(await json<object>(moving.run(['show', 'moving', '-o', 'json']))).toMatchObject({
		refreshes: [{status: 'InProgress', percentage: 40, endedAt: null}],
		warmPool: {poolState: 'Stopped', minSize: 2},
		instanceStatus: [{system: 'ok', instance: 'ok', scheduled: []}],
	});
});
