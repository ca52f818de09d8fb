/** What a lab shows from its first second, and what a seed decides. */
import * as asg from '@aws-sdk/client-auto-scaling';
import {DescribeInstancesCommand} from '@aws-sdk/client-ec2';
import {GetCallerIdentityCommand} from '@aws-sdk/client-sts';
import {describe, expect, test} from 'vitest';
import {type OpenLab, openLab} from './open-lab.ts';

const groupsOf = async ({autoscaling}: OpenLab): Promise<readonly asg.AutoScalingGroup[]> =>
	(await autoscaling.send(new asg.DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups ?? [];

const activitiesOf = async ({autoscaling}: OpenLab, name: string): Promise<readonly asg.Activity[]> => {
	const all: asg.Activity[] = [];
	let token: string | undefined;
	do {
		const page = await autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({AutoScalingGroupName: name, NextToken: token}),
		);
		all.push(...(page.Activities ?? []));
		token = page.NextToken;
	} while (token !== undefined);
	return all;
};

const deathsIn = (activities: readonly asg.Activity[], since: number): readonly asg.Activity[] =>
	activities.filter(
		({Description, StatusCode, StartTime, EndTime}) =>
			(StatusCode === 'Cancelled' && (EndTime?.getTime() ?? 0) > since) ||
			(Description?.startsWith('Terminating') === true && (StartTime?.getTime() ?? 0) > since),
	);

describe.each([1, 7, 12_345])('scenario default, seed %i', seed => {
	test('four groups flap with three deaths or more in the last hour, batch and legacy are calm', async () => {
		const lab = await openLab({seed});
		const since = Date.now() - 3_600_000;
		for (const {AutoScalingGroupName: name = ''} of await groupsOf(lab)) {
			const deaths = deathsIn(await activitiesOf(lab, name), since).length;
			const flaps = ['web-prod', 'web-canary', 'api-staging', 'worker'].includes(name);
			expect([name, deaths >= 3, deaths === 0]).toEqual([name, flaps, !flaps]);
		}
	});

	test('one account-wide page covers the last hour', async () => {
		const {autoscaling} = await openLab({seed});
		const page = await autoscaling.send(
			new asg.DescribeScalingActivitiesCommand({
				Filters: [{Name: 'StartTimeLowerBound', Values: [new Date(Date.now() - 3_600_000).toISOString()]}],
			}),
		);
		expect(page.NextToken).toBeUndefined();
	});

	test('of web-prod one box is past its first fault, one in mid-boot with its agent up, one in its hook', async () => {
		const lab = await openLab({seed});
		const {groups} = (await lab.control('GET', 'state')) as {
			groups: {name: string; instances: {lifecycle: string; bootSeconds: number}[]}[];
		};
		const boxes = groups.find(({name}) => name === 'web-prod')?.instances ?? [];
		expect(boxes.map(({lifecycle}) => lifecycle)).toEqual(['InService', 'InService', 'Pending:Wait']);
		expect(boxes[0]?.bootSeconds).toBeGreaterThan(165);
		expect(boxes[1]?.bootSeconds).toBeGreaterThan(90);
		expect(boxes[1]?.bootSeconds).toBeLessThan(150);
	});

	test('every box of web-prod lived for about the same time: a clock, not luck', async () => {
		const lab = await openLab({seed});
		const activities = await activitiesOf(lab, 'web-prod');
		const launchOf = (id: string) =>
			activities.find(({Description}) => Description?.startsWith(`Launching a new EC2 instance: ${id}`));
		const lives = activities
			.filter(({Description}) => Description?.startsWith('Terminating'))
			.map(({Description, StartTime}) => {
				const id = /i-[0-9a-f]{17}/.exec(Description ?? '')?.[0] ?? '';
				return ((StartTime?.getTime() ?? 0) - (launchOf(id)?.StartTime?.getTime() ?? 0)) / 1000;
			});
		expect(lives.length).toBeGreaterThan(20);
		expect(Math.min(...lives)).toBeGreaterThan(340);
		expect(Math.max(...lives)).toBeLessThan(460);
		expect(Math.max(...lives) - Math.min(...lives)).toBeLessThan(40);
	});

	test('legacy carries a suspension of ReplaceUnhealthy, 19 days old', async () => {
		const lab = await openLab({seed});
		const legacy = (await groupsOf(lab)).find(({AutoScalingGroupName}) => AutoScalingGroupName === 'legacy');
		const [process] = legacy?.SuspendedProcesses ?? [];
		expect(process?.ProcessName).toBe('ReplaceUnhealthy');
		const at = Date.parse(process?.SuspensionReason?.replace('User suspended at ', '') ?? '');
		expect(Math.floor((Date.now() - at) / 86_400_000)).toBe(19);
	});

	test('activities have no gap between the computed past and the live present', async () => {
		const lab = await openLab({seed});
		await lab.control('POST', 'step', {seconds: 7200});
		const activities = await activitiesOf(lab, 'web-prod');
		const launches = activities.filter(({Description}) => Description?.startsWith('Launching'));
		const times = launches.map(({StartTime}) => StartTime?.getTime() ?? 0).sort((one, other) => one - other);
		const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
		expect(Math.max(...gaps)).toBeLessThan(480);
		expect((await groupsOf(lab))[0]?.Instances?.length).toBeGreaterThanOrEqual(2);
	});
});

/** Everything a screen could show of the region, but the names that are kept on purpose. */
const factsOf = async (seed: number): Promise<Readonly<Record<string, unknown>>> => {
	const lab = await openLab({seed, startAt: Date.UTC(2026, 10, 22, 12)});
	const groups = await groupsOf(lab);
	const instances = await lab.ec2.send(new DescribeInstancesCommand({}));
	const activities = await activitiesOf(lab, 'web-prod');
	const identity = await lab.sts.send(new GetCallerIdentityCommand({}));
	const inGroup = instances.Reservations?.flatMap(({Instances}) => Instances ?? []) ?? [];
	return {
		account: identity.Account,
		arns: groups.map(({AutoScalingGroupARN}) => AutoScalingGroupARN),
		created: groups.map(({CreatedTime}) => CreatedTime?.getTime()),
		ids: groups.flatMap(({Instances = []}) => Instances.map(({InstanceId}) => InstanceId)),
		addresses: inGroup.flatMap(({PrivateIpAddress}) => PrivateIpAddress ?? []),
		launched: inGroup.map(({LaunchTime}) => LaunchTime?.getTime()),
		activities: activities.map(({ActivityId, StartTime}) => [ActivityId, StartTime?.getTime()]),
		subnets: groups[0]?.VPCZoneIdentifier,
		templates: groups.map(({LaunchTemplate}) => LaunchTemplate?.LaunchTemplateId),
		stray: groups.at(-1)?.SuspendedProcesses?.[0]?.SuspensionReason,
	};
};

test('one seed repeats a region exactly', async () => {
	expect(await factsOf(99)).toEqual(await factsOf(99));
});

test('two seeds differ in every fact', async () => {
	const [one, other] = [await factsOf(1), await factsOf(2)];
	for (const [name, value] of Object.entries(one)) {
		const values = (facts: unknown): readonly string[] =>
			(Array.isArray(facts) ? (facts as readonly unknown[]) : [facts]).map(item => JSON.stringify(item));
		const others = new Set(values(other[name]));
		expect([name, values(value).filter(item => others.has(item))]).toEqual([name, []]);
	}
});

test('--groups 0 is an empty region', async () => {
	const lab = await openLab({groups: 0});
	expect(await groupsOf(lab)).toEqual([]);
});

test('--groups 500 --instances 10 starts, lists in five calls, and calm boxes cost nothing', async () => {
	const lab = await openLab({groups: 500, instances: 10});
	let calls = 0;
	let boxes = 0;
	let token: string | undefined;
	do {
		const page = await lab.autoscaling.send(
			new asg.DescribeAutoScalingGroupsCommand({MaxRecords: 100, NextToken: token}),
		);
		calls += 1;
		boxes += (page.AutoScalingGroups ?? []).reduce((sum, {Instances = []}) => sum + Instances.length, 0);
		token = page.NextToken;
	} while (token !== undefined);
	expect([calls, boxes]).toEqual([5, 5000]);
});

test('a recording by its name is one group whose boxes play it', async () => {
	const lab = await openLab({scenario: 'S06-crash-loop'});
	const groups = await groupsOf(lab);
	expect(
		groups.map(({AutoScalingGroupName, DesiredCapacity}) => [AutoScalingGroupName, DesiredCapacity]),
	).toEqual([['web-prod', 2]]);
});

test('an unknown scenario is refused with the names there are', async () => {
	await expect(openLab({scenario: 'S99'})).rejects.toThrow(/no scenario "S99"; there are .*S01-healthy/);
});

test('scenario edges has the long and the wide names', async () => {
	const lab = await openLab({scenario: 'edges'});
	const groups = await groupsOf(lab);
	expect(groups.map(({AutoScalingGroupName = ''}) => AutoScalingGroupName)).toEqual([
		expect.stringMatching(/^.{120}$/),
		'注文サービス-本番',
		'long-name-tag',
	]);
	expect(groups[2]?.Tags?.find(({Key}) => Key === 'Name')?.Value).toHaveLength(120);
});
