import {afterEach, expect, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {
	type Answer,
	type Arrived,
	awsFor,
	type FakeEndpoint,
	failure,
	startEndpoint,
	success,
} from './fake-endpoint.ts';

let endpoint: FakeEndpoint | undefined;
let aws: Aws | undefined;

afterEach(async () => {
	aws?.close();
	await endpoint?.close();
});

const group = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:u:autoScalingGroupName/web';

const identity = (arn: string) =>
	success('GetCallerIdentity', `<Account>111122223333</Account><Arn>${arn}</Arn><UserId>x</UserId>`);

type Decision = {readonly action: string; readonly decision: string; readonly missing?: string};

const decided = (decisions: readonly Decision[]) =>
	success(
		'SimulatePrincipalPolicy',
		`<IsTruncated>false</IsTruncated><EvaluationResults>${decisions
			.map(
				({action, decision, missing}) =>
					`<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision><MissingContextValues>${missing === undefined ? '' : `<member>${missing}</member>`}</MissingContextValues></member>`,
			)
			.join('')}</EvaluationResults>`,
	);

const open = async (arn: string, simulate: (seen: Arrived, count: number) => Answer | undefined) => {
	endpoint = await startEndpoint((seen, count) =>
		seen.operation === 'GetCallerIdentity' ? {body: identity(arn)} : simulate(seen, count),
	);
	aws = await awsFor(endpoint.url);
	return {aws, endpoint, sources: () => sourcesOf(endpoint)};
};

const sourcesOf = (from: FakeEndpoint | undefined) =>
	(from?.arrived ?? [])
		.filter(({operation}) => operation === 'SimulatePrincipalPolicy')
		.map(({body}) => new URLSearchParams(body).get('PolicySourceArn'));

const actions = ['autoscaling:ResumeProcesses', 'autoscaling:SuspendProcesses', 'autoscaling:DeleteTags'];

test('an answer an action, in the order asked; a missing value is no refusal yet', async () => {
	const {aws, endpoint, sources} = await open('arn:aws:iam::111122223333:user/team/ana', () => ({
		body: decided([
			{action: 'autoscaling:SuspendProcesses', decision: 'implicitDeny', missing: 'aws:ResourceTag/env'},
			{action: 'autoscaling:DeleteTags', decision: 'explicitDeny'},
			{action: 'autoscaling:resumeprocesses', decision: 'allowed'},
		]),
	}));
	expect(await aws.polling.simulate(actions, group, {tagKeys: ['unflap:hold:00000000']})).toEqual([
		'permitted',
		'unknown',
		'denied',
	]);
	expect(sources()).toEqual(['arn:aws:iam::111122223333:user/team/ana']);
	const asked = new URLSearchParams(endpoint.arrived.at(-1)?.body);
	expect(asked.get('ResourceArns.member.1')).toBe(group);
	expect(asked.get('ContextEntries.member.1.ContextKeyName')).toBe('aws:TagKeys');
	expect(asked.get('ContextEntries.member.1.ContextKeyValues.member.1')).toBe('unflap:hold:00000000');
	expect(endpoint.arrived.at(-1)?.headers['authorization']).toMatch(/\/iam\/aws4_request/);
});

test('an assumed role is asked for as the role', async () => {
	const {aws, sources} = await open('arn:aws:sts::111122223333:assumed-role/dev/ana', () => ({
		body: decided([{action: 'autoscaling:ResumeProcesses', decision: 'allowed'}]),
	}));
	expect(await aws.polling.simulate(['autoscaling:ResumeProcesses'], group)).toEqual(['permitted']);
	expect(sources()).toEqual(['arn:aws:iam::111122223333:role/dev']);
});

test('a role with a path is found by its name', async () => {
	const path = 'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef';
	const {aws, sources} = await open(
		'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana@example.com',
		({operation, body}) => {
			if (operation === 'GetRole')
				return {
					body: success(
						'GetRole',
						`<Role><Arn>arn:aws:iam::111122223333:role/${path}</Arn><RoleName>x</RoleName><RoleId>x</RoleId><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>`,
					),
				};
			return new URLSearchParams(body).get('PolicySourceArn')?.includes('aws-reserved')
				? {body: decided([{action: 'autoscaling:ResumeProcesses', decision: 'allowed'}])}
				: failure('NoSuchEntity', 'no such role', 404);
		},
	);
	expect(await aws.polling.simulate(['autoscaling:ResumeProcesses'], group)).toEqual(['permitted']);
	expect(sources()).toEqual([
		'arn:aws:iam::111122223333:role/AWSReservedSSO_Dev_0123456789abcdef',
		`arn:aws:iam::111122223333:role/${path}`,
	]);
});

test.each([
	['root', 'arn:aws:iam::111122223333:root'],
	['a federated user', 'arn:aws:sts::111122223333:federated-user/ana'],
])('%s cannot be simulated: unknown, and nothing is asked', async (_, arn) => {
	const {aws, sources} = await open(arn, () => undefined);
	expect(await aws.polling.simulate(actions, group)).toEqual(['unknown', 'unknown', 'unknown']);
	expect(sources()).toEqual([]);
});

test.each([
	['AccessDenied', 403],
	['NoSuchEntity', 404],
	['InvalidInput', 400],
	['ServiceFailure', 500],
])('IAM answering %s leaves all unknown', async (code, status) => {
	const {aws} = await open('arn:aws:iam::111122223333:user/ana', () => failure(code, 'no', status));
	expect(await aws.polling.simulate(actions, group)).toEqual(['unknown', 'unknown', 'unknown']);
});

test('expired credentials are said, not taken for an answer', async () => {
	const {aws} = await open('arn:aws:iam::111122223333:user/ana', () => failure('ExpiredToken', 'old', 403));
	await expect(aws.polling.simulate(actions, group)).rejects.toMatchObject({kind: 'expired-credentials'});
});

test('a role comes with its trust policy decoded', async () => {
	const trust = {Version: '2012-10-17', Statement: []};
	const {aws, endpoint} = await open('', ({operation}) =>
		operation === 'GetRole'
			? {
					body: success(
						'GetRole',
						`<Role><Arn>arn:aws:iam::111122223333:role/unflap/fuse</Arn><RoleName>fuse</RoleName><RoleId>x</RoleId><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${encodeURIComponent(JSON.stringify(trust))}</AssumeRolePolicyDocument></Role>`,
					),
				}
			: undefined,
	);
	const role = await aws.polling.role('arn:aws:iam::111122223333:role/unflap/fuse');
	expect(JSON.parse(role?.trust ?? '')).toEqual(trust);
	expect(new URLSearchParams(endpoint.arrived[0]?.body).get('RoleName')).toBe('fuse');
	await expect(aws.polling.role('arn:aws:iam::111122223333:user/ana')).rejects.toMatchObject({
		kind: 'bad-input',
	});
});

test('IAM has an endpoint variable of its own', async () => {
	endpoint = await startEndpoint(({operation}) =>
		operation === 'GetCallerIdentity' ? {body: identity('arn:aws:iam::111122223333:user/ana')} : undefined,
	);
	const iam = await startEndpoint(() => ({
		body: decided([{action: 'autoscaling:ResumeProcesses', decision: 'allowed'}]),
	}));
	aws = await awsFor(endpoint.url, {endpointUrl: undefined} as object, {
		AWS_ENDPOINT_URL: endpoint.url,
		AWS_ENDPOINT_URL_IAM: iam.url,
	});
	expect(await aws.polling.simulate(['autoscaling:ResumeProcesses'], group)).toEqual(['permitted']);
	expect(iam.operations()).toEqual(['SimulatePrincipalPolicy']);
	expect((await aws.handOver()).endpoints).toMatchObject({iam: iam.url});
	await iam.close();
});
