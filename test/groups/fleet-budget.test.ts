/** What a large region costs, counted by the lab's own request log; minutes pass when the test says so. */
import {expect, onTestFinished, test} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import type {Aws} from '../../src/aws/types.ts';
import {createFleetStore} from '../../src/groups/fleet-store.ts';
import {json, openRegion, operationsOf} from '../cli/groups-in-lab.ts';
import {fakeProcessClock} from './make.ts';

/** aws-facts.md 6.5: one Auto Scaling call a second at most, sustained. */
const politeCallsAMinute = 60;

/** Calls on their way, so that time stands still until AWS has answered. */
const watched = (polling: Aws['polling']) => {
	const begun: string[] = [];
	let open = 0;
	const count = <A extends unknown[], T>(name: string, call: (...args: A) => Promise<T>) => {
		return async (...args: A): Promise<T> => {
			begun.push(name);
			open += 1;
			try {
				return await call(...args);
			} finally {
				open -= 1;
			}
		};
	};
	const answered = async () => {
		while (open > 0) await new Promise(resolve => setTimeout(resolve, 5));
	};
	const calls = {
		...polling,
		groups: count('groups', polling.groups),
		activities: count('activities', polling.activities),
	};
	return {polling: calls, begun, answered};
};

const openFleet = async () => {
	const region = await openRegion({groups: 500, instances: 10});
	const {AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = ''} = region.lab.env;
	const aws = await createAws(
		{
			region: region.lab.env['AWS_REGION'] ?? 'eu-west-1',
			endpointUrl: region.lab.endpoint,
			readOnly: true,
			credentials: {accessKeyId, secretAccessKey},
			timeRate: 1,
		},
		{environment: {}},
	);
	const {polling, begun, answered} = watched(aws.polling);
	const clock = fakeProcessClock();
	const fleet = createFleetStore({aws: {...aws, polling}, processClock: clock});
	onTestFinished(() => {
		fleet.stop();
		aws.close();
	});
	const passMinute = async () => {
		for (let second = 0; second < 60; second += 1) {
			await clock.pass(1000);
			await answered();
		}
	};
	return {region, fleet, begun, passMinute};
};

test('500 groups of 10 boxes cost less than the polite budget in each minute, and are listed before activities are read', async () => {
	const {region, fleet, begun, passMinute} = await openFleet();
	let readBeforeList: readonly string[] | undefined;
	fleet.subscribe(() => {
		if (fleet.getState().groups.length === 500) readBeforeList ??= [...begun];
	});
	const costs: number[] = [];
	let seen = 0;
	for (let minute = 0; minute < 4; minute += 1) {
		await passMinute();
		const {length} = await operationsOf(region.control);
		costs.push(length - seen);
		seen = length;
	}
	expect(readBeforeList).toEqual(['groups']);
	const operations = new Set(await operationsOf(region.control));
	expect(operations).toEqual(new Set(['DescribeAutoScalingGroups', 'DescribeScalingActivities']));
	for (const cost of costs) expect(cost).toBeGreaterThan(0);
	expect(Math.max(...costs)).toBeLessThanOrEqual(politeCallsAMinute);
}, 60_000);

test('ls of 500 groups takes five listing calls and one page of activities', async () => {
	const {run, control} = await openRegion({groups: 500, instances: 10});
	expect(await json<unknown[]>(run(['ls', '-o', 'json']))).toHaveLength(500);
	const operations = await operationsOf(control);
	expect(operations.filter(name => name === 'DescribeAutoScalingGroups')).toHaveLength(5);
	expect(operations.filter(name => name === 'DescribeScalingActivities')).toHaveLength(1);
	expect(operations).toHaveLength(6);
});
