import {expect, test} from 'vitest';
import {json, openRegion} from './groups-in-lab.ts';

type Detail = {
	readonly name: string;
	readonly state: string;
	readonly boxes: readonly {
		readonly instanceId: string;
		readonly number: number;
		readonly lifecycleState: string;
		readonly launchedAt: string | null;
		readonly target: {readonly state: string} | null;
	}[];
	readonly activities: readonly {readonly startedAt: string}[];
	readonly hooks: readonly {readonly name: string}[];
	readonly targetGroups: readonly {readonly healthCheckPath: string}[];
	readonly missing: readonly {readonly operation: string}[];
};

test('show -o json has boxes by age, hooks, target groups and activities newest first', async () => {
	const {run} = await openRegion();
	const detail = await json<Detail>(run(['show', 'web-prod', '-o', 'json']));
	expect(detail).toMatchObject({name: 'web-prod', state: 'flapping', missing: []});
	const ages = detail.boxes.map(({launchedAt}) => Date.parse(launchedAt ?? ''));
	expect(ages).toEqual(ages.toSorted((one, other) => one - other));
	expect(detail.boxes.map(({number}) => number)).toEqual(detail.boxes.map((_, index) => index + 1));
	const times = detail.activities.map(({startedAt}) => startedAt);
	expect(times).toEqual(times.toSorted().toReversed());
	expect(detail.targetGroups[0]?.healthCheckPath).toMatch(/^\//);
});

test('show as text names the group, each box with its whole id, and what died', async () => {
	const {run} = await openRegion();
	const {stdout, code} = await run(['show', 'prod']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^web-prod +flapping · \d of 3 in service/);
	expect(stdout).toMatch(/^ +1 +i-[0-9a-f]{17} +eu-west-1[abc] +\S+/m);
	expect(stdout).toMatch(/Graveyard/);
});

test('a part that may not be read is said, and the rest is shown', async () => {
	const {run, control} = await openRegion();
	await control('POST', 'faults', {
		kind: 'error',
		operation: 'DescribeTargetHealth',
		code: 'AccessDenied',
		message: 'User is not authorized to perform: elasticloadbalancing:DescribeTargetHealth',
		status: 403,
	});
	const {stdout, stderr, code} = await run(['show', 'web-prod']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^web-prod/);
	expect(stderr).toMatch(/DescribeTargetHealth is missing here/);
});
