/**
 * `doctor`: permissions call by call. IAM's simulator is asked first; what it leaves open is tried by a call that
 * changes nothing: a read, or a change of something that is not there. What cannot be tried so stays unknown.
 */
import {AwsCallError} from '../aws/call-error.ts';
import type {Aws, Group, Identity, Permission} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {fuseDocument} from '../hold/fuse-document.ts';
import {area, type Check} from './doctor-report.ts';

export type PermissionInputs = {
	readonly aws: Aws;
	readonly identity: Identity;
	/** The group asked about, or null for any. */
	readonly group: Pick<Group, 'arn' | 'name' | 'tags'> | null;
	/** Nobody needs to create what is there. */
	readonly documentIsThere: boolean;
};

export type Permissions = {
	readonly checks: readonly Check[];
	readonly permissionOf: (action: string) => Permission;
};

type Kind = 'any' | 'group' | 'hold tag' | 'document' | 'definition' | 'execution' | 'box';

type Question = {
	readonly action: string;
	readonly kind: Kind;
	/** `must`: without it unflap cannot do what it is for. */
	readonly need: 'must' | 'may';
	readonly attempt?: (aws: Aws, group: string) => Promise<unknown>;
};

const noTargetGroup = (region: string) =>
	`arn:aws:elasticloadbalancing:${region}:000000000000:targetgroup/unflap-doctor/0000000000000000`;
const noBox = 'i-00000000000000000';
const noTemplate = 'unflap-doctor';
const noDeployment = 'd-000000000';
const noTag = 'unflap:hold:00000000';
const noHook = 'unflap-postmortem-00000000';
const noRun = '00000000-0000-4000-8000-000000000000';

const questions: readonly Question[] = [
	read('autoscaling:DescribeAutoScalingGroups', 'must', ({polling}) =>
		polling.groups({names: ['unflap-doctor']}),
	),
	read('autoscaling:DescribeScalingActivities', 'must', ({polling}) => polling.activities({max: 1})),
	inGroup('autoscaling:DescribeLifecycleHooks', ({polling}, group) => polling.hooks(group)),
	inGroup('autoscaling:DescribePolicies', ({polling}, group) => polling.policies(group)),
	inGroup('autoscaling:DescribeInstanceRefreshes', ({polling}, group) => polling.refreshes(group)),
	read('ec2:DescribeInstances', 'may', ({polling}) => polling.instances([noBox])),
	read('ec2:DescribeInstanceStatus', 'may', ({polling}) => polling.instanceStatus([noBox])),
	read('ec2:DescribeLaunchTemplateVersions', 'may', ({polling}) =>
		polling.templateVersions(noTemplate, ['$Latest']),
	),
	read('ec2:GetConsoleOutput', 'may', ({polling}) => polling.consoleOutput(noBox)),
	read('elasticloadbalancing:DescribeTargetGroups', 'may', ({polling, facts}) =>
		polling.targetGroups([noTargetGroup(facts.region)]),
	),
	read('elasticloadbalancing:DescribeTargetHealth', 'may', ({polling, facts}) =>
		polling.targetHealth(noTargetGroup(facts.region)),
	),
	read('ssm:DescribeInstanceInformation', 'may', ({polling}) => polling.ssmInfo([noBox])),
	read('ssm:GetConnectionStatus', 'may', ({polling}) => polling.ssmConnected(noBox)),
	read('codedeploy:ListDeployments', 'may', ({polling, clock}) =>
		polling.deployments({since: clock.now(), max: 1}),
	),
	read('codedeploy:BatchGetDeploymentGroups', 'may', ({polling}) =>
		polling.deploymentGroups('unflap-doctor', ['unflap-doctor']),
	),
	read('codedeploy:ListDeploymentTargets', 'may', ({polling}) => polling.deploymentTargets(noDeployment)),
	read('cloudtrail:LookupEvents', 'may', ({polling, clock}) =>
		polling.trailEvents({
			by: 'ResourceName',
			value: 'unflap-doctor',
			since: clock.now() - 60_000,
			until: clock.now(),
		}),
	),
	// Never tried: a call that is no change today might be one tomorrow, and nothing would undo it.
	{action: 'autoscaling:SuspendProcesses', kind: 'group', need: 'must'},
	{
		action: 'autoscaling:ResumeProcesses',
		kind: 'group',
		need: 'must',
		attempt: async ({release}, group) => {
			const answer = await release.probeResume(group);
			if (answer !== 'permitted') throw new Answered(answer);
		},
	},
	{action: 'autoscaling:CreateOrUpdateTags', kind: 'hold tag', need: 'must'},
	{
		action: 'autoscaling:DeleteTags',
		kind: 'hold tag',
		need: 'must',
		attempt: ({release}, group) => release.deleteTag(group, noTag),
	},
	{
		action: 'autoscaling:SetInstanceHealth',
		kind: 'group',
		need: 'may',
		attempt: ({release}) => release.setHealthy(noBox),
	},
	{
		action: 'autoscaling:EnterStandby',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.enterStandby(group, noBox),
	},
	{
		action: 'autoscaling:ExitStandby',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.exitStandby(group, noBox),
	},
	{
		action: 'autoscaling:DetachInstances',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.detach(group, noBox),
	},
	{
		action: 'autoscaling:RecordLifecycleActionHeartbeat',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.heartbeat(group, 'unflap-doctor', noBox),
	},
	{
		action: 'autoscaling:CompleteLifecycleAction',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.completeHook(group, 'unflap-doctor', noBox, 'CONTINUE'),
	},
	{action: 'autoscaling:PutLifecycleHook', kind: 'group', need: 'may'},
	{
		action: 'autoscaling:DeleteLifecycleHook',
		kind: 'group',
		need: 'may',
		attempt: ({release}, group) => release.deleteDyingHook(group, noHook),
	},
	{
		action: 'ssm:GetDocument',
		kind: 'document',
		need: 'must',
		attempt: ({polling}) => polling.document(fuseDocument.name, fuseDocument.version),
	},
	{
		action: 'ssm:DescribeDocument',
		kind: 'document',
		need: 'must',
		attempt: ({polling}) => polling.document(fuseDocument.name, fuseDocument.version),
	},
	{action: 'ssm:CreateDocument', kind: 'document', need: 'must'},
	{action: 'ssm:StartAutomationExecution', kind: 'definition', need: 'must'},
	{
		action: 'ssm:GetAutomationExecution',
		kind: 'execution',
		need: 'must',
		attempt: ({polling}) => polling.automation(noRun),
	},
	{
		action: 'ssm:StopAutomationExecution',
		kind: 'execution',
		need: 'must',
		attempt: ({release}) => release.stopAutomation(noRun),
	},
	read('ssm:DescribeAutomationExecutions', 'must', ({polling}) =>
		polling.automations({documentPrefix: fuseDocument.name, statuses: ['InProgress']}),
	),
	{action: 'ssm:StartSession', kind: 'box', need: 'must'},
];

function read(action: string, need: Question['need'], attempt: Question['attempt'] & {}): Question {
	return {action, kind: 'any', need, attempt};
}

function inGroup(action: string, attempt: Question['attempt'] & {}): Question {
	return {action, kind: 'any', need: 'may', attempt};
}

/** An attempt that came back with an answer of its own. */
class Answered extends Error {
	readonly permission: Permission;
	constructor(permission: Permission) {
		super(permission);
		this.permission = permission;
	}
}

const lines = area('Permissions');

export const checkPermissions = async (inputs: PermissionInputs): Promise<Permissions> => {
	const simulated = await simulateAll(inputs);
	const found = new Map(
		await Promise.all(
			questions.map(async (question): Promise<readonly [string, Permission]> => {
				const known = simulated.get(question.action) ?? 'unknown';
				return [question.action, known === 'unknown' ? await tryOut(question, inputs) : known];
			}),
		),
	);
	const permissionOf = (action: string): Permission => found.get(action) ?? 'unknown';
	const checks = questions.map(question => checkOf(question, permissionOf(question.action), inputs));
	return {checks: [...oneWay(permissionOf), ...checks], permissionOf};
};

/** A level of one call each where the resource, or the tag, is the same. */
const simulateAll = async (inputs: PermissionInputs): Promise<ReadonlyMap<string, Permission>> => {
	const byKind = Map.groupBy(questions, ({kind}) => kind);
	const answers = await Promise.all(
		[...byKind].map(async ([kind, asked]) => {
			const actions = asked.map(({action}) => action);
			const permissions = await inputs.aws.polling.simulate(actions, resourceOf(kind, inputs), {
				...(kind === 'hold tag' ? {tagKeys: [noTag]} : {}),
			});
			return actions.map((action, index): [string, Permission] => [action, permissions[index] ?? 'unknown']);
		}),
	);
	return new Map(answers.flat());
};

const resourceOf = (kind: Kind, {aws, identity, group}: PermissionInputs): string => {
	const own = (service: string) =>
		`arn:${identity.partition}:${service}:${aws.facts.region}:${identity.accountId}`;
	switch (kind) {
		case 'any':
			return '*';
		case 'group':
		case 'hold tag':
			return group?.arn ?? `${own('autoscaling')}:autoScalingGroup:*:autoScalingGroupName/*`;
		case 'document':
			return `${own('ssm')}:document/${fuseDocument.name}`;
		case 'definition':
			return `${own('ssm')}:automation-definition/${fuseDocument.name}:${fuseDocument.version}`;
		case 'execution':
			return `${own('ssm')}:automation-execution/${noRun}`;
		case 'box':
			return `${own('ec2')}:instance/*`;
	}
};

const isOnGroup = (kind: Kind) => kind === 'group' || kind === 'hold tag';

const tryOut = async ({attempt, kind}: Question, {aws, group}: PermissionInputs): Promise<Permission> => {
	if (attempt === undefined || (isOnGroup(kind) && group === null)) return 'unknown';
	if (kind === 'hold tag' && group?.tags.some(({key}) => key === noTag)) return 'unknown';
	try {
		await attempt(aws, group?.name ?? 'unflap-doctor');
		return 'permitted';
	} catch (error) {
		if (error instanceof Answered) return error.permission;
		if (!(error instanceof UnflapError)) throw error;
		if (error.kind === 'denied') return 'denied';
		// AWS judged the request itself: it came past the permission.
		return error instanceof AwsCallError && isJudged(error) ? 'permitted' : 'unknown';
	}
};

const isJudged = ({requestId, retryable, code, kind}: AwsCallError): boolean =>
	requestId !== null &&
	!retryable &&
	!/^(?:Unknown|InvalidAction|NotImplemented)/.test(code) &&
	kind !== 'expired-credentials' &&
	kind !== 'no-credentials';

const checkOf = (
	{action, kind, need, attempt}: Question,
	permission: Permission,
	{documentIsThere, group, aws}: PermissionInputs,
): Check => {
	if (permission === 'permitted') return lines.ok(action, 'permitted');
	const isSpare = action === 'ssm:CreateDocument' && documentIsThere;
	if (isSpare) return lines.ok(action, `${permission}; not needed, the document is there`);
	if (permission === 'denied')
		return (need === 'must' && !aws.facts.readOnly ? lines.fail : lines.warn)(action, 'denied', [
			`ask for it: unflap policy ${levelOf(action)}`,
		]);
	const missesGroup = isOnGroup(kind) && group === null && attempt !== undefined;
	return lines.warn(action, 'unknown: IAM did not say, and it cannot be tried without changing something', [
		missesGroup ? 'name a group: unflap doctor GROUP' : 'allow iam:SimulatePrincipalPolicy for a sure answer',
	]);
};

const levelOf = (action: string): string => {
	if (action === 'ssm:StartSession') return 'stream';
	if (/Automation|Document$/.test(action)) return 'fuse';
	if (/^(?:codedeploy|cloudtrail):/.test(action)) return 'all';
	return /:(?:Describe|Get)/.test(action) ? 'look' : 'hold';
};

/** Who may suspend and may not resume would leave a group suspended (aws-facts.md 7.2). */
const oneWay = (permissionOf: (action: string) => Permission): readonly Check[] =>
	permissionOf('autoscaling:SuspendProcesses') === 'permitted' &&
	permissionOf('autoscaling:ResumeProcesses') === 'denied'
		? [
				lines.fail('suspend without resume', 'you may suspend and may not resume: every hold is refused', [
					'ask for autoscaling:ResumeProcesses without a condition: unflap policy hold',
				]),
			]
		: [];
