import {createServer} from 'node:http';
import {expect, test} from 'vitest';
import {makeCertificates} from '../aws/certificates.ts';
import {startProxy} from '../aws/connect-proxy.ts';
import {startEndpoint, success} from '../aws/fake-endpoint.ts';
import {makeHome, runProgram} from '../run-program.ts';
import {json, openRegion, operationsOf} from './groups-in-lab.ts';

type Row = {
	readonly name: string;
	readonly state: string;
	readonly flapsPerHour: number | null;
	readonly lifeMedianSeconds: number | null;
	readonly lastDeath: {readonly at: string; readonly instanceId: string; readonly cause: string} | null;
	readonly suspended: readonly string[];
	readonly strays: readonly string[];
	readonly hold: null;
};

/** In the order of contract.md. */
const contractKeys = [
	...['name', 'arn', 'desired', 'min', 'max', 'inService', 'instances', 'state', 'flapsPerHour'],
	...['lifeMedianSeconds', 'lifeSpreadSeconds', 'lastDeath', 'suspended', 'hold', 'strays'],
];

test('ls -o json lists the six groups with the states of the scenario, worst first', async () => {
	const {run} = await openRegion();
	const rows = await json<readonly Row[]>(run(['ls', '-o', 'json']));
	expect(rows.map(({name, state}) => `${name} ${state}`).slice(0, 1)).toEqual(['web-prod flapping']);
	expect(Object.fromEntries(rows.map(({name, state}) => [name, state]))).toEqual({
		'web-prod': 'flapping',
		'web-canary': 'flapping',
		'api-staging': 'flapping',
		worker: 'flapping',
		batch: 'calm',
		legacy: 'stray',
	});
	const [worst] = rows;
	expect(Object.keys(worst ?? {}).slice(0, contractKeys.length)).toEqual(contractKeys);
	expect(worst?.lastDeath).toMatchObject({
		at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
		instanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
		cause: 'elb',
	});
	expect(worst?.flapsPerHour).toBeGreaterThan(3);
	expect(rows.find(({name}) => name === 'web-canary')?.lastDeath?.cause).toBe('hook');
	expect(rows.find(({name}) => name === 'legacy')).toMatchObject({
		suspended: ['ReplaceUnhealthy'],
		strays: ['ReplaceUnhealthy'],
		hold: null,
	});
});

test('ls asks Auto Scaling alone, and changes nothing', async () => {
	const {run, control} = await openRegion();
	await run(['ls']);
	expect(new Set(await operationsOf(control))).toEqual(
		new Set(['DescribeAutoScalingGroups', 'DescribeScalingActivities']),
	);
});

test('ls takes a part of a name, and writes a line a group as jsonl', async () => {
	const {run} = await openRegion();
	const {stdout, code} = await run(['ls', 'WEB', '-o', 'jsonl']);
	expect(code).toBe(0);
	const rows = stdout.trimEnd().split('\n');
	expect(rows.map(row => JSON.parse(row).name).toSorted()).toEqual(['web-canary', 'web-prod']);
	const none = await run(['ls', 'zzz']);
	expect(none).toMatchObject({code: 0, stdout: ''});
	expect(none.stderr).toMatch(/No Auto Scaling groups in eu-west-1/);
});

test('the table has a row a group, and no colour in a pipe', async () => {
	const {run} = await openRegion();
	const {stdout} = await run(['ls']);
	expect(stdout).toMatch(/^GROUP +FLAPS\/H +IN\/WANT +LIFE P50 +LAST DEATH +STATE\n/);
	expect(stdout).toMatch(/^web-prod +\d+\.\d +\d\/3 +6m\d\ds +elb \d+m?\d*s ago +▲ FLAPS$/m);
	expect(stdout).toMatch(/^legacy .*‖ STRAY$/m);
	expect(stdout).not.toContain('\u001b');
	expect((await run(['ls'], {FORCE_COLOR: '1'})).stdout).toContain('\u001b[');
});

test('500 groups take five listings and one page of activities; what that leaves open is unknown', async () => {
	const {run, control} = await openRegion({groups: 500, instances: 2});
	const {stdout, stderr} = await run(['ls', '-o', 'json']);
	const operations = await operationsOf(control);
	expect(operations.filter(operation => operation === 'DescribeAutoScalingGroups')).toHaveLength(5);
	expect(operations.filter(operation => operation === 'DescribeScalingActivities')).toHaveLength(1);
	const rows = JSON.parse(stdout) as readonly Row[];
	expect(rows).toHaveLength(500);
	for (const row of rows.filter(({state}) => state === 'unknown')) expect(row.flapsPerHour).toBeNull();
	if (rows.some(({state}) => state === 'unknown')) expect(stderr).toMatch(/not judged.*--complete/);
});

test('an empty region is said, and is no error', async () => {
	const {run} = await openRegion({groups: 0});
	expect(await run(['ls', '-o', 'json'])).toMatchObject({code: 0, stdout: '[]\n'});
});

test('two seeds differ in every number of a flapping group', async () => {
	const one = await openRegion({seed: 7});
	const other = await openRegion({seed: 8});
	const [first] = await json<readonly Row[]>(one.run(['ls', 'web-prod', '-o', 'json']));
	const [second] = await json<readonly Row[]>(other.run(['ls', 'web-prod', '-o', 'json']));
	expect(first?.lastDeath?.instanceId).not.toBe(second?.lastDeath?.instanceId);
	expect(first?.lastDeath?.at).not.toBe(second?.lastDeath?.at);
});

test('ls goes through an HTTP CONNECT proxy with a private CA, and is refused without the CA', async () => {
	const certificates = makeCertificates(['autoscaling.eu-west-1.amazonaws.com']);
	const group =
		'<AutoScalingGroups><member><AutoScalingGroupName>behind-a-proxy</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize><DesiredCapacity>1</DesiredCapacity><Instances/></member></AutoScalingGroups>';
	const endpoint = await startEndpoint(
		({operation}) => ({
			body: success(operation, operation === 'DescribeAutoScalingGroups' ? group : '<Activities/>'),
		}),
		certificates,
	);
	const proxy = await startProxy(endpoint);
	const {home, forget} = await makeHome();
	const environment = {
		AWS_ACCESS_KEY_ID: 'AKIACANARY',
		AWS_SECRET_ACCESS_KEY: 'canary',
		AWS_REGION: 'eu-west-1',
		HTTPS_PROXY: proxy.url,
	};
	try {
		const trusting = {home, environment: {...environment, AWS_CA_BUNDLE: certificates.caFile}};
		const rows = await json<readonly Row[]>(runProgram(['ls', '-o', 'json'], trusting));
		expect(rows.map(({name}) => name)).toEqual(['behind-a-proxy']);
		expect(new Set(proxy.lines)).toEqual(new Set(['CONNECT autoscaling.eu-west-1.amazonaws.com:443']));
		const arrived = endpoint.arrived.length;
		const refused = await runProgram(['ls'], {home, environment});
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(/certificate|VERIFY|SELF_SIGNED/);
		expect(endpoint.arrived.length).toBe(arrived);
	} finally {
		await proxy.close();
		await endpoint.close();
		certificates.forget();
		await forget();
	}
});

test('T2 an HTML page of a proxy is not printed', async () => {
	const server = createServer((_, response) => {
		response
			.writeHead(502, {'content-type': 'text/html'})
			.end('<html><body>\u001b]0;owned\u0007Bad gateway</body></html>');
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const {home, forget} = await makeHome();
	const environment = {
		AWS_ACCESS_KEY_ID: 'AKIACANARY',
		AWS_SECRET_ACCESS_KEY: 'canary-secret',
		AWS_REGION: 'eu-west-1',
		AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
	};
	const {code, stdout, stderr} = await runProgram(['ls'], {home, environment});
	expect({code, stdout}).toEqual({code: 1, stdout: ''});
	expect(stderr).toMatch(/HTTP 502/);
	expect(stderr).not.toMatch(/<html|owned|canary-secret/);
	server.closeAllConnections();
	await new Promise<void>(resolve => server.close(() => resolve()));
	await forget();
});
