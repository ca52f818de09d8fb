/**
 * The permissions unflap needs, a level at a time, as IAM statements. Source of actions, resources and condition keys:
 * aws-facts.md section 7. `policy` prints them, `doctor` asks for them one by one, `doctor --setup` makes policies of them.
 */
import {fuseDocument} from '../hold/fuse-document.ts';

export const levels = ['look', 'hold', 'stream', 'fuse'] as const;
export type Level = (typeof levels)[number];

export type Statement = {
	readonly Sid: string;
	readonly Effect: 'Allow';
	readonly Action: readonly string[];
	readonly Resource: string | readonly string[];
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

export type PolicyPlace = {
	/** 'aws', 'aws-cn', 'aws-us-gov', or a reference of CloudFormation. */
	readonly partition: string;
	/** Twelve digits, '*', or a reference of CloudFormation. */
	readonly account: string;
	/** Groups with this tag may be held. */
	readonly tag: {readonly key: string; readonly values: readonly string[]};
	/** The role a fuse may act as. */
	readonly fuseRoleArn: string | null;
};

export const statementsOf = (level: Level, place: PolicyPlace): readonly Statement[] => makers[level](place);

/** Keys of our own tags, as IAM compares them. */
export const holdTagKeys = ['unflap:hold:*'] as const;
const ownTagKeys = [...holdTagKeys, 'unflap:broken:*'] as const;

const groupsOf = ({partition, account}: PolicyPlace) =>
	`arn:${partition}:autoscaling:*:${account}:autoScalingGroup:*:autoScalingGroupName/*`;

const look = (): readonly Statement[] => [
	{
		Sid: 'Look',
		Effect: 'Allow',
		// None of these takes a resource.
		Action: [
			'autoscaling:DescribeAutoScalingGroups',
			'autoscaling:DescribeScalingActivities',
			'autoscaling:DescribeLifecycleHooks',
			'autoscaling:DescribePolicies',
			'autoscaling:DescribeInstanceRefreshes',
			'ec2:DescribeInstances',
			'ec2:DescribeInstanceStatus',
			'ec2:DescribeLaunchTemplateVersions',
			'ec2:DescribeRegions',
			'ec2:GetConsoleOutput',
			'elasticloadbalancing:DescribeTargetGroups',
			'elasticloadbalancing:DescribeTargetHealth',
			'ssm:DescribeInstanceInformation',
			'ssm:GetConnectionStatus',
		],
		Resource: '*',
	},
];

/**
 * What begins a hold may be bound to a tag; what ends one is not bound to anything, since a tag that somebody removes
 * in between must never keep a group suspended.
 */
const hold = (place: PolicyPlace): readonly Statement[] => {
	const Resource = groupsOf(place);
	return [
		{
			Sid: 'Hold',
			Effect: 'Allow',
			Action: [
				'autoscaling:SuspendProcesses',
				'autoscaling:SetInstanceHealth',
				'autoscaling:EnterStandby',
				'autoscaling:DetachInstances',
				'autoscaling:RecordLifecycleActionHeartbeat',
				'autoscaling:CompleteLifecycleAction',
				'autoscaling:PutLifecycleHook',
				'autoscaling:DeleteLifecycleHook',
			],
			Resource,
			Condition: {StringEquals: {[`autoscaling:ResourceTag/${place.tag.key}`]: place.tag.values}},
		},
		{
			Sid: 'GiveBack',
			Effect: 'Allow',
			Action: ['autoscaling:ResumeProcesses', 'autoscaling:ExitStandby'],
			Resource,
		},
		{Sid: 'Unmark', Effect: 'Allow', Action: ['autoscaling:DeleteTags'], Resource},
		{
			Sid: 'Mark',
			Effect: 'Allow',
			Action: ['autoscaling:CreateOrUpdateTags'],
			Resource,
			Condition: {
				'ForAllValues:StringLike': {'aws:TagKeys': ownTagKeys},
				Null: {'aws:TagKeys': 'false'},
			},
		},
	];
};

const stream = ({partition, account}: PolicyPlace): readonly Statement[] => [
	{
		Sid: 'StreamFromBoxesOfGroups',
		Effect: 'Allow',
		Action: ['ssm:StartSession'],
		Resource: `arn:${partition}:ec2:*:${account}:instance/*`,
		Condition: {
			StringLike: {'ssm:resourceTag/aws:autoscaling:groupName': ['*']},
			BoolIfExists: {'ssm:SessionDocumentAccessCheck': 'true'},
		},
	},
	{
		Sid: 'ByTheseDocuments',
		Effect: 'Allow',
		Action: ['ssm:StartSession'],
		Resource: [
			`arn:${partition}:ssm:*::document/AWS-StartNonInteractiveCommand`,
			`arn:${partition}:ssm:*::document/AWS-StartInteractiveCommand`,
			`arn:${partition}:ssm:*:${account}:document/SSM-SessionManagerRunShell`,
		],
		Condition: {BoolIfExists: {'ssm:SessionDocumentAccessCheck': 'true'}},
	},
	{
		Sid: 'OwnSessions',
		Effect: 'Allow',
		Action: ['ssm:TerminateSession', 'ssm:ResumeSession'],
		Resource: `arn:${partition}:ssm:*:${account}:session/*`,
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's.
		Condition: {StringLike: {'ssm:resourceTag/aws:ssmmessages:session-id': ['${aws:userid}']}},
	},
	{
		Sid: 'OwnChannels',
		Effect: 'Allow',
		Action: ['ssmmessages:OpenDataChannel'],
		Resource: `arn:${partition}:ssm:*:${account}:session/\${aws:userid}-*`,
	},
	{
		Sid: 'RunOnBoxesOfGroups',
		Effect: 'Allow',
		Action: ['ssm:SendCommand'],
		Resource: `arn:${partition}:ec2:*:${account}:instance/*`,
		Condition: {StringLike: {'ssm:resourceTag/aws:autoscaling:groupName': ['*']}},
	},
	{
		Sid: 'RunByThisDocument',
		Effect: 'Allow',
		Action: ['ssm:SendCommand'],
		Resource: `arn:${partition}:ssm:*::document/AWS-RunShellScript`,
	},
	{
		Sid: 'SeeWhatRan',
		Effect: 'Allow',
		// None takes a resource.
		Action: ['ssm:GetCommandInvocation', 'ssm:ListCommandInvocations', 'ssm:CancelCommand'],
		Resource: '*',
	},
	{
		Sid: 'KeyOfEncryptedSessions',
		Effect: 'Allow',
		Action: ['kms:GenerateDataKey'],
		// Whose key it is stands in the account's session preferences: name it here where it is known.
		Resource: `arn:${partition}:kms:*:${account}:key/*`,
		Condition: {StringLike: {'kms:EncryptionContext:aws:ssm:TargetId': ['i-*']}},
	},
];

/** The runbook acts with the rights of its caller: level `hold` is needed beside this one, or a role. */
const fuse = ({partition, account, fuseRoleArn}: PolicyPlace): readonly Statement[] => {
	const own = `arn:${partition}:ssm:*:${account}`;
	return [
		{
			Sid: 'Arm',
			Effect: 'Allow',
			Action: ['ssm:StartAutomationExecution'],
			Resource: [
				`${own}:automation-definition/${fuseDocument.name}:*`,
				`${own}:document/${fuseDocument.name}`,
				`${own}:automation-execution/*`,
			],
		},
		{
			Sid: 'Disarm',
			Effect: 'Allow',
			Action: ['ssm:StopAutomationExecution', 'ssm:GetAutomationExecution'],
			Resource: `${own}:automation-execution/*`,
		},
		{Sid: 'Find', Effect: 'Allow', Action: ['ssm:DescribeAutomationExecutions'], Resource: '*'},
		{
			Sid: 'Document',
			Effect: 'Allow',
			Action: ['ssm:CreateDocument', 'ssm:DescribeDocument', 'ssm:GetDocument'],
			Resource: `${own}:document/${fuseDocument.name}`,
		},
		...(fuseRoleArn === null
			? []
			: [
					{
						Sid: 'PassFuseRole',
						Effect: 'Allow',
						Action: ['iam:PassRole'],
						Resource: fuseRoleArn,
						Condition: {StringEquals: {'iam:PassedToService': 'ssm.amazonaws.com'}},
					} as const,
				]),
	];
};

const makers: Readonly<Record<Level, (place: PolicyPlace) => readonly Statement[]>> = {
	look,
	hold,
	stream,
	fuse,
};

/** Beside the levels: surer answers of `doctor`, and of the preflight of a hold. */
export const optionalStatements = ({partition, account}: PolicyPlace): readonly Statement[] => [
	{
		Sid: 'KnowBeforeTrying',
		Effect: 'Allow',
		Action: ['iam:SimulatePrincipalPolicy', 'iam:GetRole'],
		Resource: [`arn:${partition}:iam::${account}:role/*`, `arn:${partition}:iam::${account}:user/*`],
	},
	{
		Sid: 'SeeDeployments',
		Effect: 'Allow',
		// Of the whole account: which deployment group belongs to an Auto Scaling group is found by looking.
		Action: [
			'codedeploy:ListDeployments',
			'codedeploy:BatchGetDeployments',
			'codedeploy:BatchGetDeploymentGroups',
			'codedeploy:ListDeploymentTargets',
			'codedeploy:BatchGetDeploymentTargets',
		],
		Resource: '*',
	},
	{
		Sid: 'SeeWhoChangedWhat',
		Effect: 'Allow',
		// Takes no resource.
		Action: ['cloudtrail:LookupEvents'],
		Resource: '*',
	},
	{
		Sid: 'ReadUserData',
		Effect: 'Allow',
		Action: ['ec2:DescribeInstanceAttribute'],
		Resource: `arn:${partition}:ec2:*:${account}:instance/*`,
	},
];

/** Of the role a fuse acts as: it gives back, and takes our own mark away. Nothing else. */
export const fuseRoleStatements = (
	place: Pick<PolicyPlace, 'partition' | 'account'>,
): readonly Statement[] => {
	const Resource = groupsOf({...place, tag: {key: '', values: []}, fuseRoleArn: null});
	return [
		{Sid: 'Resume', Effect: 'Allow', Action: ['autoscaling:ResumeProcesses'], Resource},
		{
			Sid: 'Unmark',
			Effect: 'Allow',
			Action: ['autoscaling:DeleteTags'],
			Resource,
			Condition: {
				'ForAllValues:StringLike': {'aws:TagKeys': holdTagKeys},
				Null: {'aws:TagKeys': 'false'},
			},
		},
	];
};

/** Who may use that role: automations of this account, and nothing else (threats.md F4). */
export const fuseRoleTrust = ({partition, account}: Pick<PolicyPlace, 'partition' | 'account'>) => ({
	Version: '2012-10-17',
	Statement: [
		{
			Sid: 'AutomationsOfThisAccount',
			Effect: 'Allow',
			Principal: {Service: 'ssm.amazonaws.com'},
			Action: 'sts:AssumeRole',
			Condition: {
				StringEquals: {'aws:SourceAccount': account},
				ArnLike: {'aws:SourceArn': `arn:${partition}:ssm:*:${account}:automation-execution/*`},
			},
		},
	],
});
