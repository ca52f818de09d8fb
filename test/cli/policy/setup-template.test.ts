import {expect, test} from 'vitest';
import {trustProblem} from '../../../src/cli/doctor-fuse.ts';
import {setupTemplate} from '../../../src/cli/setup-template.ts';
import {fuseDocument} from '../../../src/hold/fuse-document.ts';
import {isAllowed, type Policy} from './evaluate.ts';

const account = '111122223333';
const roleArn = `arn:aws:iam::${account}:role/unflap-FuseRole-1ABC`;
const group = `arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:u:autoScalingGroupName/web`;

const references: Readonly<Record<string, string>> = {
	'AWS::Partition': 'aws',
	'AWS::AccountId': account,
	'FuseRole.Arn': roleArn,
};

/** As CloudFormation would: every Fn::Sub filled in, and no reference left over. */
const filled = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(filled);
	if (typeof value !== 'object' || value === null) return value;
	const {'Fn::Sub': text} = value as {'Fn::Sub'?: string};
	if (text !== undefined)
		return text.replaceAll(/\$\{(!?)([\w:.]+)\}/g, (_, literal: string, name: string) => {
			if (literal !== '') return `\${${name}}`;
			const known = references[name];
			if (known === undefined) throw new Error(`CloudFormation knows no ${name}`);
			return known;
		});
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item)]));
};

type Resource = {readonly Type: string; readonly Properties: Readonly<Record<string, unknown>>};

const printed = JSON.parse(JSON.stringify(setupTemplate({key: 'environment', values: ['dev']}))) as {
	readonly Resources: Readonly<Record<string, Resource>>;
};
const resources = filled(printed.Resources) as Readonly<Record<string, Resource>>;
const policyIn = (name: string) => resources[name]?.Properties['PolicyDocument'] as Policy;
const roleProperties = resources['FuseRole']?.Properties as {
	readonly AssumeRolePolicyDocument: Policy;
	readonly Policies: readonly {readonly PolicyDocument: Policy}[];
};
const rolePolicies = roleProperties.Policies.map(({PolicyDocument}) => PolicyDocument);

test('the document is created with our own bytes', () => {
	expect(resources['FuseDocument']).toMatchObject({
		Type: 'AWS::SSM::Document',
		Properties: {Name: fuseDocument.name, DocumentType: 'Automation', Content: fuseDocument.content},
	});
});

test('no reference of CloudFormation stands where nothing fills it in', () => {
	const text = JSON.stringify(resources);
	expect(text).not.toMatch(/\$\{(?:AWS::|FuseRole)/);
	// A variable of IAM's has to stay.
	expect(text).toMatch(/\$\{aws:userid\}/);
});

test('F4 the printed role trusts automations of the account alone', () => {
	const trust = roleProperties.AssumeRolePolicyDocument;
	expect(trustProblem(JSON.stringify(trust), account)).toBeNull();
	const assume = (service: string, sourceAccount: string) =>
		isAllowed([trust], {
			action: 'sts:AssumeRole',
			service,
			context: {
				'aws:sourceaccount': sourceAccount,
				'aws:sourcearn': `arn:aws:ssm:eu-west-1:${sourceAccount}:automation-execution/4a9c`,
			},
		});
	expect(assume('ssm.amazonaws.com', account)).toBe(true);
	expect(assume('ssm.amazonaws.com', '999999999999')).toBe(false);
	expect(assume('lambda.amazonaws.com', account)).toBe(false);
});

test('F4 the printed role resumes, and deletes tags of unflap:hold:* alone', () => {
	const untag = (keys: readonly string[]) =>
		isAllowed(rolePolicies, {
			action: 'autoscaling:DeleteTags',
			resource: group,
			context: {'aws:tagkeys': keys},
		});
	expect(isAllowed(rolePolicies, {action: 'autoscaling:ResumeProcesses', resource: group})).toBe(true);
	expect(untag(['unflap:hold:7f3a90c1'])).toBe(true);
	expect(untag(['Name'])).toBe(false);
	expect(untag(['unflap:hold:7f3a90c1', 'Name'])).toBe(false);
	for (const action of [
		'autoscaling:SuspendProcesses',
		'autoscaling:CreateOrUpdateTags',
		'autoscaling:TerminateInstanceInAutoScalingGroup',
		'ec2:TerminateInstances',
		'ssm:SendCommand',
		'iam:PassRole',
		'sts:AssumeRole',
	])
		expect(isAllowed(rolePolicies, {action, resource: group}), action).toBe(false);
});

test('F4 who may arm a fuse may pass that role alone, and does not create documents', () => {
	const may = (action: string, resource: string, context = {}) =>
		isAllowed([policyIn('FusePolicy')], {action, resource, context});
	const toSsm = {'iam:passedtoservice': 'ssm.amazonaws.com'};
	expect(may('iam:PassRole', roleArn, toSsm)).toBe(true);
	expect(may('iam:PassRole', `arn:aws:iam::${account}:role/admin`, toSsm)).toBe(false);
	expect(may('iam:PassRole', roleArn, {'iam:passedtoservice': 'ec2.amazonaws.com'})).toBe(false);
	const document = `arn:aws:ssm:eu-west-1:${account}:document/${fuseDocument.name}`;
	expect(may('ssm:GetDocument', document)).toBe(true);
	expect(may('ssm:CreateDocument', document)).toBe(false);
});

test('each level is a policy of its own, below the size IAM takes', () => {
	for (const name of ['LookPolicy', 'HoldPolicy', 'StreamPolicy', 'FusePolicy']) {
		expect(resources[name]?.Type).toBe('AWS::IAM::ManagedPolicy');
		expect(JSON.stringify(policyIn(name)).length).toBeLessThan(6144);
	}
});

test.each([
	['everybody', {Principal: '*'}],
	['an account', {Principal: {AWS: '111122223333'}}],
	['two services', {Principal: {Service: ['ssm.amazonaws.com', 'ec2.amazonaws.com']}}],
	['no condition', {Condition: undefined}],
	['another account', {Condition: {StringEquals: {'aws:SourceAccount': '999999999999'}}}],
	['no source', {Condition: {StringEquals: {'aws:SourceAccount': account}}}],
])('F4 a trust that lets in %s is found out', (_, change) => {
	const [statement] = roleProperties.AssumeRolePolicyDocument.Statement;
	expect(trustProblem(JSON.stringify({Statement: {...statement, ...change}}), account)).toEqual(
		expect.any(String),
	);
});

test('F4 a trust that cannot be read, or allows nobody, is found out', () => {
	expect(trustProblem('{', account)).toBe('its trust policy cannot be read');
	expect(trustProblem('{"Statement":[]}', account)).toBe('nobody may use it');
});
