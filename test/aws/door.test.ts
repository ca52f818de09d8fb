import {inspect} from 'node:util';
import {afterEach, expect, test} from 'vitest';
import {AwsCallError} from '../../src/aws/call-error.ts';
import {createAws} from '../../src/aws/create-aws.ts';
import type {Aws} from '../../src/aws/types.ts';
import {UnflapError} from '../../src/base/errors.ts';
import {awsFor, canary, type FakeEndpoint, failure, startEndpoint, success} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const open = async (answer?: Parameters<typeof startEndpoint>[0], options?: Parameters<typeof awsFor>[1]) => {
	endpoint = await startEndpoint(answer);
	aws = await awsFor(endpoint.url, options);
	return {aws, endpoint};
};

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error('nothing was thrown');
};

test('O1 read-only refuses each change before anything is sent', async () => {
	const {aws, endpoint} = await open(undefined, {readOnly: true});
	const changes: readonly Promise<unknown>[] = [
		aws.release.suspend('web', ['Launch']),
		aws.release.resume('web', ['Launch']),
		aws.release.probeResume('web'),
		aws.release.putTag('web', 'unflap:hold:00c0ffee', 'v1'),
		aws.release.deleteTag('web', 'unflap:hold:00c0ffee'),
		aws.release.setHealthy('i-0123456789abcdef0'),
	];
	for (const change of changes)
		expect(await rejection(change)).toMatchObject({kind: 'read-only', exitCode: 1});
	expect(endpoint.arrived).toEqual([]);
	expect(aws.commandLog.entries()).toEqual([]);
});

test.each([
	['an empty list', []],
	['a name that is no process', ['Lunch']],
	['an empty name', ['']],
	['a real one beside a wrong one', ['Launch', 'toString']],
])('suspend and resume refuse %s before the client', async (_, processes) => {
	const {aws, endpoint} = await open();
	const names = processes as readonly 'Launch'[];
	expect(await rejection(aws.release.suspend('web', names))).toMatchObject({kind: 'bad-input'});
	expect(await rejection(aws.release.resume('web', names))).toMatchObject({kind: 'bad-input'});
	expect(endpoint.arrived).toEqual([]);
});

test('suspend sends exactly the processes it was given', async () => {
	const {aws, endpoint} = await open();
	await aws.release.suspend('web asg/1', ['ReplaceUnhealthy', 'HealthCheck']);
	const sent = new URLSearchParams(endpoint.arrived[0]?.body);
	expect(Object.fromEntries(sent)).toEqual({
		Action: 'SuspendProcesses',
		Version: '2011-01-01',
		AutoScalingGroupName: 'web asg/1',
		'ScalingProcesses.member.1': 'ReplaceUnhealthy',
		'ScalingProcesses.member.2': 'HealthCheck',
	});
});

test.each([
	['AccessDenied', 403, 'denied'],
	['ValidationError', 400, 'permitted'],
	['Throttling', 400, 'unknown'],
])('a probe answered by %s means %s', async (code, status, meaning) => {
	const {aws, endpoint} = await open(() => failure(code, 'no', status));
	expect(await aws.release.probeResume('web')).toBe(meaning);
	expect(endpoint.arrived[0]?.body).not.toMatch(/Launch|Terminate|Health|Replace/);
	if (meaning === 'permitted') expect(aws.errors.entries()).toEqual([]);
});

test('a probe that succeeds proves nothing', async () => {
	const {aws} = await open();
	expect(await aws.release.probeResume('web')).toBe('unknown');
});

test('Q4 a parameter with {{ never leaves the machine', async () => {
	const {aws, endpoint} = await open();
	for (const text of ['cat {{ssm:secret}}', '{{ ssm-secure:x }}']) {
		expect(await rejection(aws.stream.startCommandSession('i-0123456789abcdef0', text, 'why'))).toMatchObject(
			{
				kind: 'bad-input',
			},
		);
		expect(
			await rejection(aws.stream.startCommandSession('i-0123456789abcdef0', 'true', text)),
		).toMatchObject({
			kind: 'bad-input',
		});
	}
	expect(endpoint.arrived).toEqual([]);
});

test('N2 plain http to another machine is refused, whatever names it', async () => {
	expect(await rejection(awsFor('http://192.0.2.1:80'))).toMatchObject({kind: 'usage', exitCode: 2});
	const environment = {AWS_ENDPOINT_URL_AUTO_SCALING: 'http://192.0.2.1'};
	expect(
		await rejection(awsFor('http://127.0.0.1:9', {endpointUrl: undefined} as object, environment)),
	).toMatchObject({
		kind: 'usage',
	});
});

test('N4 a Date counts only from a parsed answer with a request id', async () => {
	const year = 365 * 86_400_000;
	const date = (offset: number) => new Date(Date.now() + offset).toUTCString();
	const {aws} = await open((_, count) => {
		if (count === 1) return {status: 502, body: '<html>proxy</html>', headers: {date: date(year)}};
		if (count === 2) return {status: 503, body: '', headers: {date: date(year), 'x-amzn-requestid': ''}};
		return {headers: {date: date(-60_000)}, body: success('DescribeAutoScalingGroups')};
	});
	await aws.release.groups();
	expect(aws.clock.skewMs()).toBeLessThan(-50_000);
	expect(aws.clock.skewMs()).toBeGreaterThan(-90_000);
});

test('N4 a scaled clock is refused by every endpoint but loopback', async () => {
	const elsewhere = await awsFor('https://aws.internal.example', {timeRate: 100});
	expect(await rejection(elsewhere.polling.groups())).toMatchObject({kind: 'usage', exitCode: 2});
	elsewhere.close();
});

test('S2 no error carries a credential, a token or the answer itself', async () => {
	const token = 'token-of-a-broken-session-answer';
	const answers = [
		failure('InternalFailure', 'boom', 500),
		failure('ExpiredToken', 'The security token included in the request is expired', 403),
		{status: 200, body: JSON.stringify({TokenValue: token, StreamUrl: null})},
		{status: 200, body: '<broken'},
		{status: 502, body: `<html>${'x'.repeat(100_000)}</html>`},
	];
	for (const answer of answers) {
		const {aws} = await open(() => answer);
		const errors = [
			await rejection(aws.stream.startCommandSession('i-0123456789abcdef0', 'true', 'why')),
			...(answer.status === 200 ? [] : [await rejection(aws.release.suspend('web', ['Launch']))]),
		];
		for (const error of errors) {
			const text = `${inspect(error, {depth: 20, showHidden: true})}${JSON.stringify(error)}`;
			for (const secret of [...Object.values(canary), token]) expect(text).not.toContain(secret);
			expect(text.length).toBeLessThan(20_000);
			expect(error).toBeInstanceOf(UnflapError);
		}
		aws.close();
		await endpoint?.close();
	}
});

test('the command log has each change with its line, its undo and its outcome', async () => {
	const {aws, endpoint} = await open(({operation}) =>
		operation === 'DeleteTags' ? failure('ResourceContention', 'busy') : undefined,
	);
	let changes = 0;
	aws.commandLog.subscribe(() => {
		changes += 1;
	});
	await aws.release.suspend("it's web", ['HealthCheck', 'Launch']);
	await rejection(aws.release.deleteTag('web', 'unflap:hold:00c0ffee'));
	await aws.release.groups();
	const where = `--region eu-west-1 --endpoint-url ${endpoint.url}`;
	expect(aws.commandLog.entries()).toMatchObject([
		{
			operation: 'SuspendProcesses',
			group: "it's web",
			detail: 'HealthCheck Launch',
			cliLine: `aws autoscaling suspend-processes --auto-scaling-group-name 'it'\\''s web' --scaling-processes HealthCheck Launch ${where}`,
			undo: `aws autoscaling resume-processes --auto-scaling-group-name 'it'\\''s web' --scaling-processes HealthCheck Launch ${where}`,
			outcome: {state: 'ok'},
		},
		{
			operation: 'DeleteTags',
			group: 'web',
			outcome: {state: 'failed', code: 'ResourceContention', message: 'busy'},
		},
	]);
	expect(changes).toBe(4);
});

test('T9 a group name with control or invisible characters gives no line to paste', async () => {
	const {aws} = await open();
	await aws.release.suspend('web\u009b2J', ['Launch']);
	await aws.release.suspend('web\u200bprod', ['Launch']);
	for (const {cliLine, undo} of aws.commandLog.entries()) expect([cliLine, undo]).toEqual([null, null]);
});

test('errors are folded by operation and code, and make the health of the header', async () => {
	let isThrottled = true;
	const {aws} = await open(() => (isThrottled ? failure('Throttling', 'Rate exceeded') : undefined));
	const error = await rejection(aws.polling.groups());
	expect(error).toMatchObject({kind: 'throttled', code: 'Throttling', retryable: true});
	expect(aws.health()).toBe('throttled');
	expect(aws.errors.entries()).toMatchObject([
		{operation: 'DescribeAutoScalingGroups', code: 'Throttling', message: 'Rate exceeded', count: 3},
	]);
	isThrottled = false;
	await aws.polling.groups();
	expect(aws.health()).toBe('ok');
});

test('while a service is throttled polling waits before each attempt, and release does not', async () => {
	endpoint = await startEndpoint(({operation}) =>
		operation === 'ResumeProcesses' ? undefined : failure('Throttling', 'Rate exceeded'),
	);
	let time = 0;
	const slept: number[] = [];
	const processClock = {
		now: () => time,
		sleep: async (ms: number) => {
			slept.push(ms);
			time += ms;
		},
	};
	const options = {
		region: 'eu-west-1',
		endpointUrl: endpoint.url,
		readOnly: false,
		timeRate: 1,
		credentials: canary,
	};
	aws = await createAws(options, {environment: {}, processClock});
	await rejection(aws.polling.groups());
	// Three attempts of one call: the two after the first refusal had to wait.
	expect(slept).toEqual([1100, 1100]);
	await aws.release.resume('web', ['Launch']);
	expect(slept).toHaveLength(2);
});

test.each([
	['AccessDenied', 403, 'denied', 'ok', /Not allowed: SuspendProcesses/],
	['ExpiredToken', 403, 'expired-credentials', 'expired', /expired/],
	['InvalidClientTokenId', 403, 'no-credentials', 'expired', /does not know these credentials/],
	['ResourceInUse', 400, 'aws', 'ok', /being changed by somebody else/],
	['ValidationError', 400, 'aws', 'ok', /SuspendProcesses failed/],
])('%s becomes advice', async (code, status, kind, health, message) => {
	const {aws} = await open(() => failure(code, 'words of AWS', status));
	const error = await rejection(aws.release.suspend('web', ['Launch']));
	expect(error).toBeInstanceOf(AwsCallError);
	expect(error).toMatchObject({kind, code, requestId: 'request-1'});
	expect((error as UnflapError).message).toMatch(message);
	expect((error as UnflapError).next.length).toBeGreaterThan(0);
	expect(aws.health()).toBe(health);
});

test('an endpoint nobody answers at is unreachable, with what to check', async () => {
	const closed = await awsFor('http://127.0.0.1:1');
	const error = await rejection(closed.release.suspend('web', ['Launch']));
	expect(error).toMatchObject({kind: 'unreachable', exitCode: 1, retryable: true});
	expect((error as UnflapError).next.join()).toMatch(/HTTPS_PROXY.*--endpoint-url/);
	expect(closed.health()).toBe('offline');
	closed.close();
});

test('a cancelled call ends quietly: no error in the feed', async () => {
	const {aws} = await open();
	const aborted = AbortSignal.abort();
	expect(await rejection(aws.polling.groups({signal: aborted}))).toMatchObject({name: 'AbortError'});
	expect(aws.errors.entries()).toEqual([]);
});

test('an answer longer than 32 MiB is an error', async () => {
	const {aws} = await open(() => ({
		body: success('DescribeAutoScalingGroups', ' '.repeat(33 * 1024 * 1024)),
	}));
	expect(await rejection(aws.polling.groups())).toBeInstanceOf(UnflapError);
});

test('one instance Systems Manager does not know leaves the others known', async () => {
	const known = 'i-0aaaaaaaaaaaaaaaa';
	const {aws} = await open(({body}) => {
		const {Values} = JSON.parse(body).Filters[0] as {Values: readonly string[]};
		if (Values.some(id => id !== known))
			return {status: 400, body: JSON.stringify({__type: 'InvalidInstanceId', Message: 'no'})};
		return {body: JSON.stringify({InstanceInformationList: [{InstanceId: known, PingStatus: 'Online'}]})};
	});
	expect(await aws.polling.ssmInfo([known, 'i-0bbbbbbbbbbbbbbbb'])).toEqual([
		{instanceId: known, pingStatus: 'Online', agentVersion: null},
	]);
});
