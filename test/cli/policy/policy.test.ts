import {expect, test} from 'vitest';
import {operations} from '../../../src/aws/operations.ts';
import {policyOf} from '../../../src/cli/policy.ts';
import {
	fuseRoleStatements,
	fuseRoleTrust,
	type Level,
	levels,
	optionalStatements,
	type PolicyPlace,
	statementsOf,
} from '../../../src/cli/policy-statements.ts';
import {type Ask, isAllowed, like} from './evaluate.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/unflap-fuse`;
const place: PolicyPlace = {
	partition: 'aws',
	account,
	tag: {key: 'environment', values: ['dev', 'staging']},
	fuseRoleArn: role,
};
const group = `arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:u-u-i-d:autoScalingGroupName/web`;
const tagged = {'autoscaling:resourcetag/environment': 'dev'};

const may = (level: Level, ask: Ask) => isAllowed([policyOf(statementsOf(level, place))], ask);

test('the evaluator denies first, allows then, and knows wildcards', () => {
	const allow = {Effect: 'Allow', Action: 'a:*', Resource: '*'};
	expect(isAllowed([{Statement: [allow]}], {action: 'a:B'})).toBe(true);
	expect(isAllowed([{Statement: [allow]}], {action: 'b:B'})).toBe(false);
	expect(isAllowed([{Statement: [allow, {...allow, Effect: 'Deny'}]}], {action: 'a:B'})).toBe(false);
	expect(like('arn:*:x/y.z', 'arn:q:x/yyz')).toBe(false);
	expect(() =>
		isAllowed([{Statement: [{...allow, Condition: {StringNotLike: {k: 'v'}}}]}], {action: 'a:B'}),
	).toThrow('StringNotLike');
});

test('a hold is bound to the tag, giving back is bound to nothing', () => {
	const suspend = {action: 'autoscaling:SuspendProcesses', resource: group};
	expect(may('hold', suspend)).toBe(false);
	expect(may('hold', {...suspend, context: {'autoscaling:resourcetag/environment': 'prod'}})).toBe(false);
	expect(may('hold', {...suspend, context: tagged})).toBe(true);
	for (const action of ['ResumeProcesses', 'DeleteTags', 'ExitStandby'])
		expect(may('hold', {action: `autoscaling:${action}`, resource: group}), action).toBe(true);
});

test('what suspends, resumes and untags stands in statements of their own', () => {
	const statementOf = (action: string) =>
		statementsOf('hold', place).find(({Action}) => Action.includes(`autoscaling:${action}`));
	const [suspend, resume, untag] = ['SuspendProcesses', 'ResumeProcesses', 'DeleteTags'].map(statementOf);
	expect(new Set([suspend, resume, untag]).size).toBe(3);
	expect(suspend?.Condition).toBeDefined();
	expect(resume?.Condition).toBeUndefined();
	expect(untag?.Condition).toBeUndefined();
});

test('a hold marks a group with its own tags alone', () => {
	const mark = {action: 'autoscaling:CreateOrUpdateTags', resource: group};
	expect(may('hold', {...mark, context: {'aws:tagkeys': ['unflap:hold:7f3a90c1']}})).toBe(true);
	expect(may('hold', {...mark, context: {'aws:tagkeys': ['unflap:broken:7f3a90c1']}})).toBe(true);
	expect(may('hold', {...mark, context: {'aws:tagkeys': ['Name']}})).toBe(false);
	expect(may('hold', {...mark, context: {'aws:tagkeys': ['unflap:hold:7f3a90c1', 'Name']}})).toBe(false);
	expect(may('hold', mark)).toBe(false);
});

test('looking changes nothing', () => {
	for (const {Action} of statementsOf('look', place))
		for (const action of Action) expect(action).toMatch(/:(?:Describe|Get)/);
});

test('streaming reaches boxes of groups by documents of AWS, and ends its own sessions', () => {
	const start = {action: 'ssm:StartSession', resource: `arn:aws:ec2:eu-west-1:${account}:instance/i-0a`};
	expect(may('stream', start)).toBe(false);
	expect(may('stream', {...start, context: {'ssm:resourcetag/aws:autoscaling:groupname': 'web'}})).toBe(true);
	const document = (name: string) => ({
		action: 'ssm:StartSession',
		resource: `arn:aws:ssm:eu-west-1::document/${name}`,
	});
	expect(may('stream', document('AWS-StartNonInteractiveCommand'))).toBe(true);
	expect(may('stream', document('AWS-RunShellScript'))).toBe(false);
	expect(may('stream', {action: 'ssm:SendCommand', resource: start.resource})).toBe(false);
	const send = {...document('AWS-RunShellScript'), action: 'ssm:SendCommand'};
	expect(may('stream', send)).toBe(true);
	expect(may('stream', {...send, resource: document('AWS-ConfigureAWSPackage').resource})).toBe(false);
});

test('the fuse starts its own document and no other', () => {
	const start = (name: string) => ({
		action: 'ssm:StartAutomationExecution',
		resource: `arn:aws:ssm:eu-west-1:${account}:automation-definition/${name}:1`,
	});
	expect(may('fuse', start('unflap-ResumeFuse-v1'))).toBe(true);
	expect(may('fuse', start('AWS-RestartEC2Instance'))).toBe(false);
	for (const action of ['UpdateDocument', 'DeleteDocument', 'UpdateDocumentDefaultVersion'])
		expect(may('fuse', {action: `ssm:${action}`, resource: '*'}), action).toBe(false);
});

test('F4 only the fuse role may be passed, and only to Systems Manager', () => {
	const pass = (resource: string, service: string) =>
		may('fuse', {action: 'iam:PassRole', resource, context: {'iam:passedtoservice': service}});
	expect(pass(role, 'ssm.amazonaws.com')).toBe(true);
	expect(pass(role, 'ec2.amazonaws.com')).toBe(false);
	expect(pass(`arn:aws:iam::${account}:role/admin`, 'ssm.amazonaws.com')).toBe(false);
});

test('F4 the fuse role resumes and takes our own tag away, nothing else', () => {
	const policy = policyOf(fuseRoleStatements(place));
	const untag = (keys: readonly string[] | undefined) =>
		isAllowed([policy], {
			action: 'autoscaling:DeleteTags',
			resource: group,
			...(keys === undefined ? {} : {context: {'aws:tagkeys': keys}}),
		});
	expect(isAllowed([policy], {action: 'autoscaling:ResumeProcesses', resource: group})).toBe(true);
	expect(untag(['unflap:hold:7f3a90c1'])).toBe(true);
	expect(untag(['unflap:broken:7f3a90c1'])).toBe(false);
	expect(untag(['Name'])).toBe(false);
	expect(untag(undefined)).toBe(false);
	const others = [...operations.keys()].filter(name => !/^(?:ResumeProcesses|DeleteTags)$/.test(name));
	for (const operation of [...others, 'UpdateAutoScalingGroup', 'DeleteAutoScalingGroup'])
		for (const service of ['autoscaling', 'ssm', 'ec2', 'iam'])
			expect(isAllowed([policy], {action: `${service}:${operation}`, resource: group, context: tagged})).toBe(
				false,
			);
});

test('F4 the fuse role trusts automations of its own account', () => {
	const trust = fuseRoleTrust(place);
	const assume = (context: Readonly<Record<string, string>>, service = 'ssm.amazonaws.com') =>
		isAllowed([trust], {action: 'sts:AssumeRole', service, context});
	const own = {
		'aws:sourceaccount': account,
		'aws:sourcearn': `arn:aws:ssm:eu-west-1:${account}:automation-execution/4a9c`,
	};
	expect(assume(own)).toBe(true);
	expect(assume(own, 'ec2.amazonaws.com')).toBe(false);
	expect(assume({...own, 'aws:sourceaccount': '999999999999'})).toBe(false);
	expect(assume({...own, 'aws:sourcearn': `arn:aws:ssm:eu-west-1:${account}:document/x`})).toBe(false);
	expect(assume({})).toBe(false);
});

test('all levels together name every call unflap sends, and no other', () => {
	const granted = [...levels.flatMap(level => statementsOf(level, place)), ...optionalStatements(place)]
		.flatMap(({Action}) => Action)
		.map(action => action.split(':')[1]);
	// Anybody may ask who they are; passing a role and opening a channel are no calls of the SDK's.
	const sent = [...operations.keys()].filter(operation => operation !== 'GetCallerIdentity');
	const noCalls = ['PassRole', 'OpenDataChannel'];
	// The rung below sessions, and what it needs.
	const runCommand = ['SendCommand', 'GetCommandInvocation', 'CancelCommand'];
	expect(new Set([...sent, ...noCalls, ...runCommand])).toEqual(new Set([...granted, ...runCommand]));
});
