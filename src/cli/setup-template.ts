/**
 * What an admin creates once with CloudFormation: the document of the fuse, the role it acts as, and a policy a level.
 * The document's content is our own text, byte for byte, since its hash is looked at before each use.
 */
import {fuseDocument} from '../hold/fuse-document.ts';
import {policyOf} from './policy.ts';
import {
	fuseRoleStatements,
	fuseRoleTrust,
	type Level,
	levels,
	type PolicyPlace,
	type Statement,
	statementsOf,
} from './policy-statements.ts';

/** A JSON document for `aws cloudformation deploy --capabilities CAPABILITY_IAM`. */
export const setupTemplate = (tag: PolicyPlace['tag']) => {
	const place: PolicyPlace = {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of CloudFormation's.
		partition: '${AWS::Partition}',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of CloudFormation's.
		account: '${AWS::AccountId}',
		tag,
		fuseRoleArn: null,
	};
	return {
		AWSTemplateFormatVersion: '2010-09-09',
		Description:
			'unflap: the document and the role of the fuse that resumes a held Auto Scaling group, and a policy for each level of use',
		Resources: {
			FuseDocument: {
				Type: 'AWS::SSM::Document',
				// Fuses that burn while the stack goes must find what they were made of.
				DeletionPolicy: 'Retain',
				UpdateReplacePolicy: 'Retain',
				Properties: {
					Name: fuseDocument.name,
					DocumentType: 'Automation',
					DocumentFormat: 'JSON',
					Content: fuseDocument.content,
				},
			},
			FuseRole: {
				Type: 'AWS::IAM::Role',
				Properties: {
					Description: 'What a fuse of unflap acts as: resumes processes, takes tags of unflap away',
					AssumeRolePolicyDocument: substituted(fuseRoleTrust(place)),
					Policies: [
						{
							PolicyName: 'resume-and-untag',
							PolicyDocument: substituted(policyOf(fuseRoleStatements(place))),
						},
					],
				},
			},
			...Object.fromEntries(levels.map(level => [resourceNames[level], managedPolicy(level, place)])),
		},
		Outputs: {
			FuseRoleArn: {
				Description: 'fuseRoleArn in the config of unflap',
				Value: {'Fn::GetAtt': ['FuseRole', 'Arn']},
			},
			...Object.fromEntries(
				levels.map(level => [
					`${resourceNames[level]}Arn`,
					{Description: `Attach to who may ${uses[level]}`, Value: {Ref: resourceNames[level]}},
				]),
			),
		},
	};
};

const resourceNames: Readonly<Record<Level, string>> = {
	look: 'LookPolicy',
	hold: 'HoldPolicy',
	stream: 'StreamPolicy',
	fuse: 'FusePolicy',
};

const uses: Readonly<Record<Level, string>> = {
	look: 'look',
	hold: 'hold a group and give it back',
	stream: 'read journals of boxes',
	fuse: 'arm and stop fuses',
};

const managedPolicy = (level: Level, place: PolicyPlace) => ({
	Type: 'AWS::IAM::ManagedPolicy',
	Properties: {
		Description: `unflap: who may ${uses[level]}`,
		PolicyDocument: substituted(
			policyOf(level === 'fuse' ? fuseStatements(place) : statementsOf(level, place)),
		),
	},
});

/** The stack creates the document, and the role is the stack's own. */
const fuseStatements = (place: PolicyPlace): readonly Statement[] => [
	...statementsOf('fuse', place).map(statement => ({
		...statement,
		Action: statement.Action.filter(action => action !== 'ssm:CreateDocument'),
	})),
	{
		Sid: 'PassFuseRole',
		Effect: 'Allow',
		Action: ['iam:PassRole'],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of CloudFormation's.
		Resource: '${FuseRole.Arn}',
		Condition: {StringEquals: {'iam:PassedToService': 'ssm.amazonaws.com'}},
	},
];

/** Texts with a reference of CloudFormation's become Fn::Sub, which is told to leave a variable of IAM's as it is. */
const substituted = (value: unknown): unknown => {
	if (typeof value === 'string')
		return /\$\{(?:AWS::|FuseRole)/.test(value)
			? {'Fn::Sub': value.replaceAll(/\$\{(?=aws:)/g, '$${!')}
			: value;
	if (Array.isArray(value)) return value.map(substituted);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substituted(item)]));
};
