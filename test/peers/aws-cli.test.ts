/** The AWS CLI (Debian's, 2.9) against the lab, beside unflap: two readers of one region must agree. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {json, openRegion} from '../cli/groups-in-lab.ts';

const awsCli = process.env['UNFLAP_PEER_AWS'] ?? '/usr/bin/aws';
const run = promisify(execFile);

type Region = Awaited<ReturnType<typeof openRegion>>;

/** Debian's 2.9 does not know AWS_ENDPOINT_URL. */
const cliOf = ({lab, home}: Region) => {
	const env = {PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', AWS_PAGER: '', ...lab.env};
	return async <T>(...args: readonly string[]): Promise<T> => {
		const {stdout} = await run(awsCli, [...args, '--endpoint-url', lab.endpoint, '--output', 'json'], {
			env,
			maxBuffer: 64 * 1024 * 1024,
		});
		return (stdout.trim() === '' ? null : JSON.parse(stdout)) as T;
	};
};

type CliGroup = {
	readonly AutoScalingGroupName: string;
	readonly AutoScalingGroupARN: string;
	readonly MinSize: number;
	readonly MaxSize: number;
	readonly DesiredCapacity: number;
	readonly Instances: readonly {
		readonly InstanceId: string;
		readonly LifecycleState: string;
		readonly HealthStatus: string;
		readonly AvailabilityZone: string;
	}[];
	readonly SuspendedProcesses: readonly {readonly ProcessName: string; readonly SuspensionReason: string}[];
	readonly Tags: readonly {
		readonly Key: string;
		readonly Value: string;
		readonly PropagateAtLaunch: boolean;
	}[];
};

type Shown = {
	readonly name: string;
	readonly arn: string;
	readonly min: number;
	readonly max: number;
	readonly desired: number;
	readonly instances: number;
	readonly suspended: readonly string[];
	readonly suspensions: readonly {readonly process: string; readonly reason: string}[];
	readonly tags: readonly {
		readonly key: string;
		readonly value: string;
		readonly propagateAtLaunch: boolean;
	}[];
	readonly boxes: readonly {
		readonly instanceId: string;
		readonly lifecycleState: string;
		readonly healthStatus: string;
		readonly availabilityZone: string;
		readonly privateIp: string | null;
		readonly launchedAt: string | null;
	}[];
	readonly activities: readonly {
		readonly activityId: string;
		readonly description: string;
		readonly cause: string;
		readonly startedAt: string;
		readonly status: string;
	}[];
};

const byId = <T extends {readonly instanceId: string}>(items: readonly T[]) =>
	items.toSorted((one, other) => (one.instanceId < other.instanceId ? -1 : 1));

/** The lab stands still, so that both see the same moment. */
const still = {speed: 0.000_001};

test('groups, processes, tags and instances agree with unflap show', async () => {
	const region = await openRegion(still);
	const cli = cliOf(region);
	const {AutoScalingGroups} = await cli<{AutoScalingGroups: readonly CliGroup[]}>(
		'autoscaling',
		'describe-auto-scaling-groups',
	);
	expect(AutoScalingGroups.map(group => group.AutoScalingGroupName).toSorted()).toEqual([
		...['api-staging', 'batch', 'legacy', 'web-canary', 'web-prod', 'worker'],
	]);
	for (const group of AutoScalingGroups) {
		const shown = await json<Shown>(region.run(['show', group.AutoScalingGroupName, '-o', 'json']));
		expect(shown).toMatchObject({
			name: group.AutoScalingGroupName,
			arn: group.AutoScalingGroupARN,
			min: group.MinSize,
			max: group.MaxSize,
			desired: group.DesiredCapacity,
			instances: group.Instances.length,
			suspended: group.SuspendedProcesses.map(({ProcessName}) => ProcessName),
			suspensions: group.SuspendedProcesses.map(suspended => ({
				process: suspended.ProcessName,
				reason: suspended.SuspensionReason,
			})),
			tags: group.Tags.map(tag => ({
				key: tag.Key,
				value: tag.Value,
				propagateAtLaunch: tag.PropagateAtLaunch,
			})),
		});
		const instances = group.Instances.map(instance => ({
			instanceId: instance.InstanceId,
			lifecycleState: instance.LifecycleState,
			healthStatus: instance.HealthStatus,
			availabilityZone: instance.AvailabilityZone,
		}));
		expect(byId(shown.boxes)).toMatchObject(byId(instances));
	}
});

test('activities agree, one by one', async () => {
	const region = await openRegion(still);
	const {Activities} = await cliOf(region)<{
		Activities: readonly {
			readonly ActivityId: string;
			readonly Description: string;
			readonly Cause: string;
			readonly StartTime: string;
			readonly StatusCode: string;
		}[];
	}>('autoscaling', 'describe-scaling-activities', '--auto-scaling-group-name', 'web-prod');
	const {activities} = await json<Shown>(region.run(['show', 'web-prod', '-o', 'json']));
	expect(activities.length).toBeGreaterThan(20);
	const known = new Map(Activities.map(activity => [activity.ActivityId, activity]));
	for (const {activityId, description, cause, status, startedAt} of activities) {
		const activity = known.get(activityId);
		expect({description, cause, status}).toEqual({
			description: activity?.Description,
			cause: activity?.Cause,
			status: activity?.StatusCode,
		});
		// The CLI prints whole milliseconds or microseconds, as the wire has them.
		expect(Math.abs(Date.parse(startedAt) - Date.parse(activity?.StartTime ?? ''))).toBeLessThan(1000);
	}
});

test('EC2 says the same of an instance, and its user data is there', async () => {
	const region = await openRegion(still);
	const cli = cliOf(region);
	const {boxes} = await json<Shown>(region.run(['show', 'batch', '-o', 'json']));
	const [box] = boxes;
	const {Reservations} = await cli<{
		Reservations: readonly {
			readonly Instances: readonly {readonly PrivateIpAddress: string; readonly LaunchTime: string}[];
		}[];
	}>('ec2', 'describe-instances', '--instance-ids', box?.instanceId ?? '');
	const instance = Reservations[0]?.Instances[0];
	expect(instance?.PrivateIpAddress).toBe(box?.privateIp);
	expect(Math.abs(Date.parse(instance?.LaunchTime ?? '') - Date.parse(box?.launchedAt ?? ''))).toBeLessThan(
		1000,
	);
	const {UserData} = await cli<{UserData: {readonly Value: string}}>(
		...[
			'ec2',
			'describe-instance-attribute',
			'--attribute',
			'userData',
			'--instance-id',
			box?.instanceId ?? '',
		],
	);
	expect(Buffer.from(UserData.Value, 'base64').toString('utf8').length).toBeGreaterThan(0);
});

test('the CLI suspends and resumes, and unflap sees it each time', async () => {
	const region = await openRegion(still);
	const cli = cliOf(region);
	const change = (verb: 'suspend' | 'resume', ...processes: readonly string[]) =>
		cli(
			'autoscaling',
			`${verb}-processes`,
			'--auto-scaling-group-name',
			'batch',
			'--scaling-processes',
			...processes,
		);
	const seen = async () => {
		const {suspended, suspensions} = await json<Shown>(region.run(['show', 'batch', '-o', 'json']));
		for (const {reason} of suspensions)
			expect(reason).toMatch(/^User suspended at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		return suspended.toSorted();
	};
	await change('suspend', 'AZRebalance', 'Launch');
	expect(await seen()).toEqual(['AZRebalance', 'Launch']);
	await change('suspend', 'Terminate');
	expect(await seen()).toEqual(['AZRebalance', 'Launch', 'Terminate']);
	await change('resume', 'Launch', 'Terminate');
	expect(await seen()).toEqual(['AZRebalance']);
	await change('resume', 'AZRebalance');
	expect(await seen()).toEqual([]);
});

test('a tag the CLI writes is a tag unflap shows', async () => {
	const region = await openRegion(still);
	const cli = cliOf(region);
	const tag = [
		{
			ResourceId: 'batch',
			ResourceType: 'auto-scaling-group',
			Key: 'team',
			Value: 'a,b=c',
			PropagateAtLaunch: false,
		},
	];
	await cli('autoscaling', 'create-or-update-tags', '--tags', JSON.stringify(tag));
	const {tags} = await json<Shown>(region.run(['show', 'batch', '-o', 'json']));
	expect(tags).toContainEqual({key: 'team', value: 'a,b=c', propagateAtLaunch: false});
});

test('T9 the lines of the command log do in the CLI what they say', async () => {
	const region = await openRegion(still);
	const {createAws} = await import('../../src/aws/create-aws.ts');
	const {env} = region.lab;
	const aws = await createAws(
		{
			region: 'eu-west-1',
			endpointUrl: region.lab.endpoint,
			readOnly: false,
			timeRate: 1,
			credentials: {
				accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
		},
		{environment: {}},
	);
	await aws.release.suspend('batch', ['Launch', 'AZRebalance']);
	await aws.release.putTag('batch', 'unflap:hold:00c0ffee', 'v1 live until=2026-11-22T14:17Z by=a@b procs=L');
	const shell = (line: string | null | undefined) =>
		run('/bin/sh', ['-c', (line ?? 'false').replace(/^aws /, '"$AWS_CLI" ')], {
			env: {PATH: process.env['PATH'], HOME: region.home, AWS_PAGER: '', AWS_CLI: awsCli, ...env},
		});
	const [suspended, tagged] = aws.commandLog.entries();
	const groupNow = async () => (await aws.release.groups({names: ['batch']}))[0];
	await shell(suspended?.undo);
	expect((await groupNow())?.suspended).toEqual([]);
	await shell(suspended?.cliLine);
	expect((await groupNow())?.suspended.map(({process}) => process).toSorted()).toEqual([
		'AZRebalance',
		'Launch',
	]);
	const holdTags = async () => (await groupNow())?.tags.filter(({key}) => key.startsWith('unflap:')) ?? [];
	const before = await holdTags();
	await shell(tagged?.undo);
	expect(await holdTags()).toEqual([]);
	await shell(tagged?.cliLine);
	expect(await holdTags()).toEqual(before);
	aws.close();
});
