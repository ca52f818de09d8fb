/** `doctor`: the document of the fuse, the fuses that burn, and the role they may act as (threats.md F1, F4). */
import type {Aws, Identity, Permission} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Settings} from '../base/settings.ts';
import {createFuses, type GroupFuse} from '../hold/fuse.ts';
import {foreignDocument, fuseDocument} from '../hold/fuse-document.ts';
import type {HeldElsewhere} from '../hold/types.ts';
import {area, type Check} from './doctor-report.ts';

const lines = area('Fuse');

export type DocumentFound = {readonly check: Check; readonly isThere: boolean};

export const checkDocument = async (aws: Aws, {accountId}: Identity): Promise<DocumentFound> => {
	const {name, version} = fuseDocument;
	try {
		const found = await aws.polling.document(name, version);
		if (found === null)
			return {
				isThere: false,
				check: lines.warn('document', `${name} is not there yet: the first hold creates it`, [
					'or an admin does: unflap doctor --setup',
				]),
			};
		const problem = foreignDocument(found, accountId);
		if (problem !== null)
			return {
				isThere: true,
				check: lines.fail('document', `${name} is not the one unflap makes: ${problem}`, [
					'find out who made it: aws ssm describe-document, CloudTrail',
					'holds are refused until it is deleted; it is never repaired',
				]),
			};
		const isDefault = found.defaultVersion === null || found.defaultVersion === version;
		return {
			isThere: true,
			check: isDefault
				? lines.ok('document', `${name} is ours, version ${version}`)
				: lines.warn(
						'document',
						`${name} is ours in version ${version}, but somebody made ${found.defaultVersion} its default`,
						[`unflap starts version ${version} alone; find out who changed it`],
					),
		};
	} catch (error) {
		return {isThere: false, check: lines.unanswered('document', error)};
	}
};

type FuseInputs = {
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly holds: readonly HeldElsewhere[];
};

export const checkFuses = async ({aws, processClock, holds}: FuseInputs): Promise<readonly Check[]> => {
	try {
		const burning = await createFuses({aws, processClock, roleArn: null}).listLive();
		if (burning.length === 0) return [lines.ok('fuses', 'none is armed in this region')];
		return burning.map(fuse => fuseCheck(fuse, holds, aws));
	} catch (error) {
		return [lines.unanswered('fuses', error, 'warn')];
	}
};

const fuseCheck = (fuse: GroupFuse, holds: readonly HeldElsewhere[], {clock}: Aws): Check => {
	const {executionId, group, processes, deadline, status} = fuse;
	const name = `fuse ${executionId.slice(0, 8)}`;
	const at = new Date(deadline).toISOString().slice(11, 19);
	const stop = `aws ssm stop-automation-execution --automation-execution-id ${executionId}`;
	if (!fuse.genuine)
		return lines.fail(name, `a run of a document under our name that is not ours, on ${group}`, [
			'find out who started it',
			stop,
		]);
	const hold = holds.find(({holdId}) => holdId === fuse.holdId);
	const does = `resumes ${processes.join(' ')} of ${group} at ${at} UTC`;
	if (status === 'Pending')
		return lines.warn(name, `${does}, but waits in the queue of the account's automations`, [
			'the account runs as many automations as it may: see which ones nobody needs',
		]);
	if (hold !== undefined && hold.state === 'live') return lines.ok(name, `${does}: the net of ${hold.owner}`);
	if (deadline < clock.now()) return lines.ok(name, `it is resuming ${processes.join(' ')} of ${group} now`);
	return lines.warn(name, `${does}, and no hold of it is left`, ['unflap release --all', `or ${stop}`]);
};

type RoleInputs = {
	readonly aws: Aws;
	readonly identity: Identity;
	readonly settings: Settings;
};

/** What the role must be able to do, and a choice of what it must not. */
const needed = ['autoscaling:ResumeProcesses'] as const;
const tooMuch = [
	'autoscaling:SuspendProcesses',
	'autoscaling:UpdateAutoScalingGroup',
	'autoscaling:DeleteAutoScalingGroup',
	'autoscaling:TerminateInstanceInAutoScalingGroup',
	'ec2:TerminateInstances',
	'ssm:SendCommand',
	'iam:PassRole',
	'sts:AssumeRole',
] as const;

export const checkFuseRole = async (inputs: RoleInputs): Promise<readonly Check[]> => {
	const arn = inputs.settings.fuseRoleArn;
	if (arn === null) return [lines.ok('role', 'none is configured: a fuse acts as whoever armed it')];
	if (arn.split(':')[4] !== inputs.identity.accountId)
		return [lines.fail('role', `${arn} is a role of another account`, ['correct fuseRoleArn in the config'])];
	return [await trustCheck(inputs, arn), ...(await rightsChecks(inputs, arn))];
};

const trustCheck = async ({aws, identity}: RoleInputs, arn: string): Promise<Check> => {
	try {
		const role = await aws.polling.role(arn);
		if (role === null)
			return lines.fail('role', `${arn} does not exist`, ['unflap doctor --setup prints what creates it']);
		const problem = trustProblem(role.trust, identity.accountId);
		return problem === null
			? lines.ok('role trust', 'automations of this account alone')
			: lines.fail('role trust', problem, ['make it as unflap doctor --setup prints it']);
	} catch (error) {
		return lines.unanswered('role trust', error, 'warn');
	}
};

/** Every statement that allows must name Systems Manager alone and be bound to this account. */
export const trustProblem = (trust: string, account: string): string | null => {
	const statements = parseStatements(trust);
	if (statements === null) return 'its trust policy cannot be read';
	const allowing = statements.filter(({Effect}) => Effect === 'Allow');
	if (allowing.length === 0) return 'nobody may use it';
	for (const {Principal, Condition} of allowing) {
		if (JSON.stringify(Principal) !== '{"Service":"ssm.amazonaws.com"}')
			return 'others than Systems Manager may use it';
		const bound = valuesOf(Condition, 'StringEquals', 'aws:sourceaccount');
		if (bound.length !== 1 || bound[0] !== account)
			return 'it is not bound to this account (aws:SourceAccount)';
		const sources = ['ArnLike', 'ArnEquals', 'StringLike'].flatMap(operator =>
			valuesOf(Condition, operator, 'aws:sourcearn'),
		);
		const isAutomation = (text: string) =>
			text.startsWith('arn:') && text.endsWith(`:${account}:automation-execution/*`);
		if (sources.length === 0 || !sources.every(isAutomation))
			return 'it is not bound to automations (aws:SourceArn)';
	}
	return null;
};

type TrustStatement = {
	readonly Effect?: unknown;
	readonly Principal?: unknown;
	readonly Condition?: unknown;
};

const parseStatements = (trust: string): readonly TrustStatement[] | null => {
	try {
		const {Statement} = JSON.parse(trust) as {readonly Statement?: unknown};
		const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
		return list.filter(item => typeof item === 'object' && item !== null);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const valuesOf = (condition: unknown, operator: string, key: string): readonly string[] => {
	const keys = (condition as Readonly<Record<string, unknown>> | undefined)?.[operator];
	if (typeof keys !== 'object' || keys === null) return [];
	return Object.entries(keys)
		.filter(([name]) => name.toLowerCase() === key)
		.flatMap(([, values]) => (Array.isArray(values) ? values : [values]))
		.map(String);
};

const rightsChecks = async ({aws, identity}: RoleInputs, principal: string): Promise<readonly Check[]> => {
	const {partition, accountId} = identity;
	const groups = `arn:${partition}:autoscaling:${aws.facts.region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/*`;
	const ask = (actions: readonly string[], resource: string, tagKeys: readonly string[] = []) =>
		aws.polling.simulate(actions, resource, {principal, tagKeys});
	try {
		const [must, ownTag, foreignTag, onGroups, anywhere] = await Promise.all([
			ask(needed, groups),
			ask(['autoscaling:DeleteTags'], groups, ['unflap:hold:00000000']),
			ask(['autoscaling:DeleteTags'], groups, ['Name']),
			ask(
				tooMuch.filter(action => action.startsWith('autoscaling:')),
				groups,
			),
			ask(
				tooMuch.filter(action => !action.startsWith('autoscaling:')),
				'*',
			),
		]);
		return [
			rightCheck('role may resume', must[0] ?? 'unknown', 'permitted'),
			rightCheck('role may untag', ownTag[0] ?? 'unknown', 'permitted'),
			rightCheck('role may nothing else', worst([...foreignTag, ...onGroups, ...anywhere]), 'denied'),
		];
	} catch (error) {
		return [lines.unanswered('role rights', error, 'warn')];
	}
};

const worst = (permissions: readonly Permission[]): Permission => {
	if (permissions.includes('permitted')) return 'permitted';
	return permissions.includes('unknown') ? 'unknown' : 'denied';
};

const rightCheck = (name: string, found: Permission, wanted: Permission): Check => {
	const setup = 'make it as unflap doctor --setup prints it';
	if (found === wanted) return lines.ok(name, wanted === 'permitted' ? 'yes' : 'as far as IAM was asked');
	if (found === 'unknown')
		return lines.warn(name, 'unknown: IAM did not say', ['allow iam:SimulatePrincipalPolicy for this role']);
	return wanted === 'permitted'
		? lines.fail(name, 'no: the fuse would fail', [setup])
		: lines.fail(name, 'it may do more than a fuse needs: whoever starts fuses may do it too', [setup]);
};
