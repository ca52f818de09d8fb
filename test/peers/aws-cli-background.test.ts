/** The AWS CLI beside unflap on CodeDeploy and CloudTrail of the lab: two readers must see the same. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {json, openRegion} from '../cli/groups-in-lab.ts';

const awsCli = process.env['UNFLAP_PEER_AWS'] ?? '/usr/bin/aws';
const run = promisify(execFile);

type Region = Awaited<ReturnType<typeof openRegion>>;

const cliOf =
	({lab, home}: Region) =>
	async <T>(...args: readonly string[]): Promise<T> => {
		const env = {PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', AWS_PAGER: '', ...lab.env};
		const {stdout} = await run(awsCli, [...args, '--endpoint-url', lab.endpoint, '--output', 'json'], {env});
		return JSON.parse(stdout) as T;
	};

type Shown = {
	readonly changes: readonly {
		readonly kind: string;
		readonly who: string;
		readonly what: string;
		readonly at: string;
	}[];
};

test('aws deploy and aws cloudtrail tell of the same deployment and the same person as unflap show', async () => {
	const region = await openRegion({speed: 0.000_001});
	const cli = cliOf(region);
	const shown = await json<Shown>(region.run(['show', 'web-canary', '-o', 'json']));
	const deployment = shown.changes.find(({kind}) => kind === 'deployment');
	const [, id = ''] = /(d-[0-9A-F]{9})/.exec(deployment?.what ?? '') ?? [];
	const {deployments} = await cli<{deployments: readonly string[]}>(
		...['deploy', 'list-deployments', '--application-name', 'web-canary-app'],
		...['--deployment-group-name', 'web-canary'],
	);
	expect(deployments).toContain(id);
	const {deploymentInfo} = await cli<{deploymentInfo: {creator: string; status: string}}>(
		...['deploy', 'get-deployment', '--deployment-id', id],
	);
	expect(deploymentInfo).toMatchObject({creator: 'user', status: 'Succeeded'});
	const {Events} = await cli<{
		Events: readonly {CloudTrailEvent: string; Username: string; EventTime: string}[];
	}>(
		...[
			'cloudtrail',
			'lookup-events',
			'--lookup-attributes',
			'AttributeKey=EventName,AttributeValue=CreateDeployment',
		],
	);
	expect(Events).toHaveLength(1);
	expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
		userIdentity: {arn: deployment?.who},
		responseElements: {deploymentId: id},
	});
	expect(Math.abs(Date.parse(Events[0]?.EventTime ?? '') - Date.parse(deployment?.at ?? ''))).toBeLessThan(
		1000,
	);
}, 60_000);

test('the diagnosis of the last failed target is the one the AWS CLI prints', async () => {
	const region = await openRegion({speed: 0.000_001});
	const cli = cliOf(region);
	const {deployments} = await cli<{deployments: readonly string[]}>(
		...['deploy', 'list-deployments', '--include-only-statuses', 'Failed'],
	);
	const id = deployments[0] ?? '';
	const {targetIds} = await cli<{targetIds: readonly string[]}>(
		...['deploy', 'list-deployment-targets', '--deployment-id', id],
	);
	const {deploymentTargets} = await cli<{
		deploymentTargets: readonly {
			instanceTarget: {lifecycleEvents: readonly {status: string; diagnostics?: {logTail: string}}[]};
		}[];
	}>(
		...['deploy', 'batch-get-deployment-targets', '--deployment-id', id, '--target-ids', targetIds[0] ?? ''],
	);
	const failed = deploymentTargets[0]?.instanceTarget.lifecycleEvents.find(({status}) => status === 'Failed');
	expect(failed?.diagnostics?.logTail).toMatch(/^LifecycleEvent - ValidateService\n/);
}, 60_000);
