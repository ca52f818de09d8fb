/**
 * unflap beside moto, somebody else's simulation of AWS: hold and release of fifty groups in turn, each with other
 * suspensions of somebody else's, must leave every group as it was. moto has no Automation, so there is no fuse here.
 * moto_server from PATH, or what UNFLAP_PEER_MOTO names: pip install 'moto[server]'.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {
	AutoScalingClient,
	CreateAutoScalingGroupCommand,
	CreateLaunchConfigurationCommand,
	DescribeAutoScalingGroupsCommand,
	SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {until} from '../../hold/processes/until.ts';
import {finished, makeHome, startProgram} from '../../run-program.ts';

const environment = {
	AWS_ACCESS_KEY_ID: 'AKIAMOTO',
	AWS_SECRET_ACCESS_KEY: 'moto',
	AWS_REGION: 'eu-west-1',
	AWS_DEFAULT_REGION: 'eu-west-1',
};
const processes = [
	'Launch',
	'Terminate',
	'AddToLoadBalancer',
	'AlarmNotification',
	'AZRebalance',
	'HealthCheck',
	'InstanceRefresh',
	'ReplaceUnhealthy',
	'ScheduledActions',
];
const groupCount = 50;

let moto: ChildProcess;
let endpoint: string;
let client: AutoScalingClient;

beforeAll(async () => {
	const port = await freePort();
	endpoint = `http://127.0.0.1:${port}`;
	moto = spawn(process.env['UNFLAP_PEER_MOTO'] ?? 'moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
		stdio: 'ignore',
	});
	client = new AutoScalingClient({
		endpoint,
		region: 'eu-west-1',
		credentials: {accessKeyId: 'AKIAMOTO', secretAccessKey: 'moto'},
	});
	await answers();
	await makeGroups();
}, 120_000);

afterAll(async () => {
	client.destroy();
	if (moto.exitCode === null) {
		const exit = once(moto, 'exit');
		moto.kill('SIGTERM');
		await exit;
	}
});

test('fifty groups are held and released in turn, and each is suspended as it was before', async () => {
	const {home, forget} = await makeHome();
	const before = await suspendedSets();
	expect(before.size).toBe(groupCount);
	const ends = new Map<string, number>();
	for (const [name] of before) {
		const {code, stdout, stderr} = await finished(
			startProgram(
				[
					'hold',
					name,
					'--no-fuse',
					'--for',
					'10m',
					'-o',
					'jsonl',
					'--',
					'sh',
					'-c',
					'test -n "$UNFLAP_GROUP"',
				],
				{home, environment: {...environment, AWS_ENDPOINT_URL: endpoint}},
			),
		);
		expect(`${code} ${stderr}`, name).toMatch(/^0 /);
		expect(stdout, name).toMatch(/"event":"held"/);
		ends.set(name, code ?? -1);
		expect(await suspendedSets(name), name).toEqual(new Map([[name, before.get(name)]]));
	}
	expect(ends.size).toBe(groupCount);
	expect(await suspendedSets()).toEqual(before);
	expect(await holdTags()).toEqual([]);
	await forget();
}, 600_000);

test('a hold killed beside moto is given back by its guardian', async () => {
	const {home, forget} = await makeHome();
	const before = await suspendedSets('group-7');
	const child = startProgram(['hold', 'group-7', '--no-fuse', '--for', '10m', '-o', 'jsonl'], {
		home,
		environment: {...environment, AWS_ENDPOINT_URL: endpoint},
	});
	const ended = finished(child);
	await expect.poll(() => suspendedSets('group-7'), {timeout: 30_000}).not.toEqual(before);
	child.kill('SIGKILL');
	await ended;
	await expect.poll(() => suspendedSets('group-7'), {timeout: 30_000}).toEqual(before);
	await expect.poll(holdTags, {timeout: 90_000}).toEqual([]);
	await forget();
}, 180_000);

const freePort = async (): Promise<number> => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
};

const answers = async (): Promise<void> => {
	const isUp = await until(
		() => {
			if (moto.exitCode !== null) throw new Error("moto_server ended: pip install 'moto[server]'");
			return fetch(endpoint).then(
				() => true,
				() => null,
			);
		},
		{seconds: 60, everyMs: 300},
	);
	if (isUp === null) throw new Error('moto does not answer');
};

/** Somebody else's suspensions: by the bits of the group's number, so that all kinds of sets occur. */
const makeGroups = async (): Promise<void> => {
	await client.send(
		new CreateLaunchConfigurationCommand({
			LaunchConfigurationName: 'plain',
			ImageId: 'ami-12c6146b',
			InstanceType: 't3.micro',
		}),
	);
	for (let index = 0; index < groupCount; index++) {
		const name = `group-${index}`;
		await client.send(
			new CreateAutoScalingGroupCommand({
				AutoScalingGroupName: name,
				LaunchConfigurationName: 'plain',
				MinSize: 0,
				MaxSize: 1,
				DesiredCapacity: 0,
				AvailabilityZones: ['eu-west-1a'],
			}),
		);
		// 37 is odd: each number below 512 takes another set.
		const bits = (index * 37) % 512;
		const theirs = processes.filter((_, bit) => (bits >> bit) % 2 === 1);
		if (theirs.length > 0)
			await client.send(new SuspendProcessesCommand({AutoScalingGroupName: name, ScalingProcesses: theirs}));
	}
};

const read = async (name?: string) => {
	const found = [];
	let token: string | undefined;
	do {
		const page = await client.send(
			new DescribeAutoScalingGroupsCommand({
				...(name === undefined ? {} : {AutoScalingGroupNames: [name]}),
				...(token === undefined ? {} : {NextToken: token}),
			}),
		);
		found.push(...(page.AutoScalingGroups ?? []));
		token = page.NextToken;
	} while (token !== undefined);
	return found;
};

const suspendedSets = async (name?: string): Promise<ReadonlyMap<string, readonly string[]>> =>
	new Map(
		(await read(name)).map(group => [
			group.AutoScalingGroupName ?? '',
			(group.SuspendedProcesses ?? []).flatMap(({ProcessName}) => ProcessName ?? []).sort(),
		]),
	);

const holdTags = async (): Promise<readonly string[]> =>
	(await read()).flatMap(({Tags}) =>
		(Tags ?? []).flatMap(({Key}) => (Key?.startsWith('unflap:') ? [Key] : [])),
	);
