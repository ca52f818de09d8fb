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
	const known = byCode.get(failure.code) ?? byKind[failure.kind] ?? anythingElse;
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
const permissionOf = (operation: string): string => {
	if (
		/^(?:StartSession|ResumeSession|TerminateSession|DescribeInstanceInformation|GetConnectionStatus)$/.test(
			operation,
		)
	)
		return `ssm:${operation}`;
	if (/^(?:DescribeInstances|DescribeInstanceAttribute|GetConsoleOutput)$/.test(operation))
		return `ec2:${operation}`;
	if (/^DescribeTarget/.test(operation)) return `elasticloadbalancing:${operation}`;
	return operation === 'GetCallerIdentity' ? `sts:${operation}` : `autoscaling:${operation}`;
};
