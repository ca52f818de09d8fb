/** Errors of AWS turned into advice. Source: aws-facts.md sections 5.4 and 8. */
import type {Hostile} from '../base/text.ts';
import type {Failure} from './sdk-error.ts';
import type {AwsFacts} from './types.ts';

export type Advice = {
	readonly message: string;
	readonly meaning: string;
	readonly next: readonly string[];
};

type Case = {
	readonly operation: string;
	readonly failure: Failure;
	readonly where: string;
	readonly login: string;
};

export const adviceFor = (operation: string, failure: Failure, facts: AwsFacts): Advice => {
	const where = facts.endpoint === null ? facts.region : `${facts.region} at ${facts.endpoint}`;
	const login = facts.profile === null ? 'aws sso login' : `aws sso login --profile ${facts.profile}`;
	const known =
		byCall.get(`${operation} ${failure.code}`) ??
		byCode.get(failure.code) ??
		byKind[failure.kind] ??
		anythingElse;
	return known({operation, failure, where, login});
};

const said = (text: Hostile) => (text === '' ? '' : `: ${text}`);

const byCode: ReadonlyMap<string, (seen: Case) => Advice> = new Map([
	[
		'TargetNotConnected',
		({failure, where}) => ({
			message: `The box is not connected to Systems Manager${said(failure.message)}`,
			meaning: 'Its agent is not up yet, or it has no role or no way to the endpoints.',
			next: [
				'wait two or three minutes after its start',
				'check the instance profile (AmazonSSMManagedInstanceCore), then port 443 to ssm and ssmmessages',
				`check that this is the right account and region: ${where}`,
			],
		}),
	],
	[
		'InvalidInstanceId',
		({failure}) => ({
			message: `The instance is gone or not managed${said(failure.message)}`,
			meaning: 'Systems Manager does not know it, or it is shutting down.',
			next: ['look at the group again: unflap show GROUP'],
		}),
	],
	[
		'InvalidDocument',
		({failure, where}) => ({
			message: `Systems Manager does not know the session document${said(failure.message)}`,
			meaning: 'The document is missing or not shared with this account.',
			next: [`check the region: ${where}`, 'allow AWS-StartNonInteractiveCommand for you'],
		}),
	],
	[
		'AutomationExecutionLimitExceededException',
		({failure}) => ({
			message: `No room for another automation${said(failure.message)}`,
			meaning: 'The account runs as many automations as it may (100 at a time), so no fuse can be armed.',
			next: [
				'wait until some have ended, or stop those nobody needs',
				'a box in Standby, or detached, needs no fuse',
			],
		}),
	],
	[
		'AutomationDefinitionNotFoundException',
		({failure}) => ({
			message: `The document of the fuse is not there${said(failure.message)}`,
			meaning: 'Somebody deleted it, or nobody made it yet.',
			next: ['unflap doctor says what is missing', 'unflap doctor --setup prints what an admin creates once'],
		}),
	],
	[
		'AutomationDefinitionVersionNotFoundException',
		({failure}) => ({
			message: `The document of the fuse has no such version${said(failure.message)}`,
			meaning: 'It was deleted and made again, or is not ours.',
			next: ['unflap doctor says what is there'],
		}),
	],
	[
		'InvalidAutomationExecutionParametersException',
		({failure}) => ({
			message: `Systems Manager refused the parameters of the fuse${said(failure.message)}`,
			meaning: 'The document is not the one unflap knows.',
			next: ['unflap doctor compares it'],
		}),
	],
	[
		'IdempotentParameterMismatch',
		({operation, failure}) => ({
			message: `${operation}: this token was used for something else${said(failure.message)}`,
			meaning: 'No second run was started.',
			next: ['try again'],
		}),
	],
	[
		'InvalidAutomationStatusUpdateException',
		({failure}) => ({
			message: `The automation has ended already${said(failure.message)}`,
			meaning: 'It fired, failed or was stopped before.',
			next: ['unflap holds shows what is left'],
		}),
	],
	[
		'AutomationExecutionNotFoundException',
		({failure}) => ({
			message: `There is no such automation${said(failure.message)}`,
			meaning: 'AWS forgets runs after 30 days; this one may belong to another account or region.',
			next: ['check --region and --profile'],
		}),
	],
	[
		'DocumentAlreadyExists',
		({failure}) => ({
			message: `The name of the document is taken${said(failure.message)}`,
			meaning: 'Somebody made it first; it is used only where its content is ours.',
			next: ['unflap doctor compares it'],
		}),
	],
	...['DocumentLimitExceeded', 'TooManyUpdates'].map((code): [string, (seen: Case) => Advice] => [
		code,
		({operation, failure}) => ({
			message: `${operation}: Systems Manager takes no more documents now${said(failure.message)}`,
			meaning: 'A limit of the account, or too many changes at a time.',
			next: ['try again in a minute'],
		}),
	]),
	[
		'DoesNotExistException',
		({failure}) => ({
			message: `The session has ended${said(failure.message)}`,
			meaning: 'A new one has to be started.',
			next: ['try again'],
		}),
	],
	[
		'ResourceInUse',
		({operation, failure}) => ({
			message: `${operation}: the group is being changed by somebody else${said(failure.message)}`,
			meaning: 'AWS changes a group for one caller at a time.',
			next: ['try again in half a minute'],
		}),
	],
	[
		'ResourceContention',
		({operation, failure}) => ({
			message: `${operation}: the group is being changed by somebody else${said(failure.message)}`,
			meaning: 'AWS changes a group for one caller at a time.',
			next: ['try again in half a minute'],
		}),
	],
	[
		'LimitExceeded',
		({operation, failure}) => ({
			message: `${operation}: a limit of the account is reached${said(failure.message)}`,
			meaning: 'A group carries 50 tags at most.',
			next: ['remove a tag from the group'],
		}),
	],
]);

/** Where the code alone says too little. */
const byCall: ReadonlyMap<string, (seen: Case) => Advice> = new Map([
	...['EnterStandby', 'ExitStandby', 'DetachInstances'].map((operation): [string, (seen: Case) => Advice] => [
		`${operation} ValidationError`,
		({failure}) => ({
			message: `${operation} was refused${said(failure.message)}`,
			meaning:
				'A box goes to Standby or is detached from InService; it comes back while Launch is not suspended.',
			next: ['look at the state of the box: unflap show GROUP'],
		}),
	]),
	...['RecordLifecycleActionHeartbeat', 'CompleteLifecycleAction'].map(
		(operation): [string, (seen: Case) => Advice] => [
			`${operation} ValidationError`,
			({failure}) => ({
				message: `The hook of this box is over${said(failure.message)}`,
				meaning: 'It was answered, it ran out, or the box is gone.',
				next: ['look at the state of the box: unflap show GROUP'],
			}),
		],
	),
	[
		'SimulatePrincipalPolicy AccessDenied',
		({failure}) => ({
			message: `Not allowed: SimulatePrincipalPolicy${said(failure.message)}`,
			meaning: 'It is optional: permissions are then found out by calls that change nothing.',
			next: ['allow iam:SimulatePrincipalPolicy for surer answers'],
		}),
	],
]);

const byKind: Partial<Record<Failure['kind'], (seen: Case) => Advice>> = {
	'no-credentials': ({operation, failure, login}) =>
		failure.answered
			? {
					message: `AWS does not know these credentials (${failure.code})${said(failure.message)}`,
					meaning: `${operation} was signed with keys that AWS refused.`,
					next: ['check AWS_PROFILE and the keys in the environment', login],
				}
			: {
					message: 'No AWS credentials were found',
					meaning: `The chain of the AWS SDK gave none${said(failure.message)}`,
					next: [login, 'or choose a profile: --profile NAME', 'or try it without an account: unflap demo'],
				},
	'expired-credentials': ({failure, login}) => ({
		message: `The AWS credentials have expired (${failure.code})${said(failure.message)}`,
		meaning: 'AWS answers nothing until they are renewed; unflap takes new ones up by itself.',
		next: [login, 'or renew the keys in the environment and start again'],
	}),
	denied: ({operation, failure}) => ({
		message: `Not allowed: ${operation}${said(failure.message)}`,
		meaning: 'An IAM policy is missing or forbids it.',
		next: [`ask for the permission ${permissionOf(operation)}`],
	}),
	throttled: ({operation, failure}) => ({
		message: `AWS throttles ${operation}${said(failure.message)}`,
		meaning: 'All tools of the account share one budget of calls.',
		next: ['unflap asks less often for five minutes', 'look for other tools that poll'],
	}),
	unreachable: ({operation, failure, where}) => ({
		message: `AWS cannot be reached in ${where} (${failure.code})${said(failure.message)}`,
		meaning: `${operation} got no answer of AWS.`,
		next: [
			'check the network, and HTTPS_PROXY, NO_PROXY and AWS_CA_BUNDLE',
			'check --region and --endpoint-url',
		],
	}),
	'no-region': () => ({
		message: 'No AWS region is set',
		meaning: 'Neither flag, environment, config nor profile names one.',
		next: ['unflap --region eu-west-1 …', 'or export AWS_REGION=eu-west-1'],
	}),
	'not-found': ({failure, where}) => ({
		message: failure.message === '' ? 'Not found' : failure.message,
		meaning: `AWS knows no such thing in ${where}.`,
		next: ['unflap ls shows what there is', 'check --region and --profile'],
	}),
};

const anythingElse = ({operation, failure}: Case): Advice => ({
	message: `${operation} failed (${failure.code})${said(failure.message)}`,
	meaning: failure.answered ? 'AWS refused the call.' : 'The call did not get through.',
	next: failure.requestId === null ? [] : [`AWS support finds it by request id ${failure.requestId}`],
});

/** The IAM action of an operation, e.g. `autoscaling:SuspendProcesses`. */
const permissionOf = (operation: string): string => `${serviceOf(operation)}:${operation}`;

const serviceOf = (operation: string): string =>
	prefixes.find(([names]) => names.test(operation))?.[1] ?? 'autoscaling';

const prefixes: readonly (readonly [RegExp, string])[] = [
	[
		/^(?:Start|Resume|Terminate)Session$|AutomationExecution|Document$|^DescribeInstanceInformation$|^GetConnectionStatus$/,
		'ssm',
	],
	[
		/^(?:DescribeInstances|DescribeInstanceAttribute|DescribeLaunchTemplateVersions|DescribeRegions|GetConsoleOutput|DescribeInstanceStatus)$/,
		'ec2',
	],
	[/^DescribeTarget/, 'elasticloadbalancing'],
	[/^GetCallerIdentity$/, 'sts'],
	[/^(?:SimulatePrincipalPolicy|GetRole)$/, 'iam'],
	[/^GenerateDataKey$/, 'kms'],
	[/^(?:List|BatchGet)Deployment/, 'codedeploy'],
	[/^LookupEvents$/, 'cloudtrail'],
];
