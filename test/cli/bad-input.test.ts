import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openRegion, operationsOf} from './groups-in-lab.ts';

const changes = /^(?:Suspend|Resume|Create|Delete|Set|Put|Update|Terminate)/;

type Case = {
	readonly name: string;
	readonly args: readonly string[];
	readonly environment?: Readonly<NodeJS.ProcessEnv>;
	readonly fault?: object;
	readonly code: number;
	readonly says: RegExp;
	readonly todo: RegExp;
};

const cases: readonly Case[] = [
	{name: 'an unknown group', args: ['show', 'nowhere'], code: 1, says: /no group nowhere/, todo: /unflap ls/},
	{
		name: 'an ambiguous name',
		args: ['show', 'web'],
		code: 1,
		says: /web-prod.*web-canary|web-canary.*web-prod/,
		todo: /more of it/,
	},
	{name: 'show without a group', args: ['show'], code: 2, says: /one GROUP/, todo: /unflap show/},
	{
		name: 'no credentials',
		args: ['ls'],
		environment: {AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined},
		code: 1,
		says: /No AWS credentials/,
		todo: /aws sso login/,
	},
	{
		name: 'credentials AWS does not know',
		args: ['ls'],
		environment: {AWS_ACCESS_KEY_ID: 'AKIAUNKNOWNUNKNOWN00'},
		code: 1,
		says: /does not know these credentials/,
		todo: /AWS_PROFILE/,
	},
	{
		name: 'expired credentials',
		args: ['ls'],
		fault: {kind: 'expired-token'},
		code: 1,
		says: /expired/,
		todo: /aws sso login/,
	},
	{
		name: 'no region',
		args: ['ls'],
		environment: {AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined},
		code: 1,
		says: /No AWS region/,
		todo: /--region/,
	},
	{
		name: 'a region that is none',
		args: ['ls', '--region', 'Europe!'],
		code: 2,
		says: /no AWS region/,
		todo: /eu-west-1/,
	},
	{
		name: 'a denied call',
		args: ['ls'],
		fault: {
			kind: 'error',
			operation: 'DescribeAutoScalingGroups',
			code: 'AccessDenied',
			message: 'User: arn:aws:iam::123456789012:user/ana is not authorized',
			status: 403,
		},
		code: 1,
		says: /Not allowed: DescribeAutoScalingGroups/,
		todo: /autoscaling:DescribeAutoScalingGroups/,
	},
	{
		name: 'throttling',
		args: ['ls'],
		fault: {kind: 'throttle', operation: 'DescribeAutoScalingGroups'},
		code: 1,
		says: /throttles DescribeAutoScalingGroups/,
		todo: /other tools/,
	},
	{
		name: 'an unreachable endpoint',
		args: ['ls', '--endpoint-url', 'http://127.0.0.1:1'],
		code: 1,
		says: /cannot be reached/,
		todo: /HTTPS_PROXY/,
	},
	{
		name: 'plain http elsewhere',
		args: ['ls', '--endpoint-url', 'http://192.0.2.1'],
		code: 2,
		says: /plain http/,
		todo: /https/,
	},
];

test.each(cases)(
	'$name: one clear message with what to do, the right code, nothing changed',
	async ({args, environment, fault, code, says, todo}) => {
		const {run, control} = await openRegion();
		if (fault !== undefined) await control('POST', 'faults', fault);
		const answer = await run(args, environment);
		expect(answer.stderr).toMatch(says);
		expect(answer.stderr).toMatch(todo);
		expect(answer.stderr).not.toMatch(/\n\s+at |node:internal|\$metadata|Exception:/);
		expect(answer).toMatchObject({code, stdout: ''});
		expect((await operationsOf(control)).filter(operation => changes.test(operation))).toEqual([]);
	},
);

test('a malformed config is said with file and line before anything is sent', async () => {
	const {run, control, home} = await openRegion();
	await mkdir(join(home, '.config', 'unflap'), {recursive: true, mode: 0o700});
	await writeFile(join(home, '.config', 'unflap', 'config.json'), '{\n  "leaseMinutes": 9000\n}\n', {
		mode: 0o600,
	});
	const {code, stderr} = await run(['ls']);
	expect(code).toBe(2);
	expect(stderr).toMatch(/config\.json:2|config\.json.*line 2/);
	expect(stderr).toMatch(/leaseMinutes/);
	expect(await operationsOf(control)).toEqual([]);
});
