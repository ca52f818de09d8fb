/**
 * The runbook `unflap-ResumeFuse-v1`: sleeps until the deadline, resumes the hold's processes, takes its tag away. It
 * runs with the rights of whoever started it, so every byte of it counts: it is compared whole before and after a fuse
 * is armed, and never repaired (threats.md F1 to F3; aws-facts.md 3.1, 3.2).
 */
import {createHash} from 'node:crypto';
import type {SsmDocument} from '../aws/types.ts';
import {scalingProcesses} from './processes.ts';

/** Minutes between the attempts to resume: two hours in all. AWS rejects loops, so the attempts are written out. */
const pauses = [1, 2, 5, 10, 15, 20, 30, 37] as const;
const attempts = pauses.length + 1;

export const sleepStep = 'sleep';

type DocumentStep = {
	readonly name: string;
	readonly action: string;
	readonly [property: string]: unknown;
};

/** A failure before the last attempt is no failure of the run: `Success` means that AWS did resume. */
const resumeStep = (attempt: number): DocumentStep => ({
	name: `resume${attempt}`,
	action: 'aws:executeAwsApi',
	maxAttempts: 3,
	...(attempt === attempts ? {onFailure: 'Abort'} : {onFailure: `step:pause${attempt}`, isCritical: false}),
	nextStep: 'untag',
	inputs: {
		Service: 'autoscaling',
		Api: 'ResumeProcesses',
		AutoScalingGroupName: '{{ AutoScalingGroupName }}',
		ScalingProcesses: '{{ Processes }}',
	},
});

const pauseStep = (minutes: number, index: number): DocumentStep => ({
	name: `pause${index + 1}`,
	action: 'aws:sleep',
	nextStep: `resume${index + 2}`,
	inputs: {Duration: `PT${minutes}M`},
});

const untagStep: DocumentStep = {
	name: 'untag',
	action: 'aws:executeAwsApi',
	maxAttempts: 3,
	onFailure: 'Continue',
	isCritical: false,
	isEnd: true,
	inputs: {
		Service: 'autoscaling',
		Api: 'DeleteTags',
		Tags: [
			{
				ResourceId: '{{ AutoScalingGroupName }}',
				ResourceType: 'auto-scaling-group',
				Key: '{{ HoldTagKey }}',
			},
		],
	},
};

const steps: readonly DocumentStep[] = [
	{
		name: sleepStep,
		action: 'aws:sleep',
		nextStep: 'resume1',
		inputs: {Timestamp: '{{ ResumeAt }}'},
	},
	...pauses.flatMap((minutes, index) => [resumeStep(index + 1), pauseStep(minutes, index)]),
	resumeStep(attempts),
	untagStep,
];

/** What the runbook takes; the document states the patterns, and fuse.ts holds every value to them first. */
export const parameterPatterns = {
	/** No two opening braces: Systems Manager would put something else in their place. */
	AutoScalingGroupName: String.raw`^\{?([^{]\{?){1,255}$`,
	ResumeAt: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$`,
	HoldTagKey: '^unflap:hold:[0-9a-f]{8}$',
	/** Empty: as whoever starts it. A role is passed, so that starting it needs iam:PassRole for it (F4). */
	AutomationAssumeRole: String.raw`^(arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,512})?$`,
} as const;

const body = {
	schemaVersion: '0.3',
	description:
		'Resumes suspended Auto Scaling processes at a deadline, unless it is stopped first: the safety net of a hold by unflap.',
	assumeRole: '{{ AutomationAssumeRole }}',
	parameters: {
		AutoScalingGroupName: {
			type: 'String',
			description: 'The group that is held.',
			allowedPattern: parameterPatterns.AutoScalingGroupName,
		},
		Processes: {
			type: 'StringList',
			description: 'The processes to resume. Never empty: AWS may read an empty list as all of them.',
			allowedValues: scalingProcesses,
			minItems: 1,
			maxItems: scalingProcesses.length,
		},
		ResumeAt: {
			type: 'String',
			description: 'When to resume them, in UTC, for example 2026-11-22T19:30:00Z.',
			allowedPattern: parameterPatterns.ResumeAt,
		},
		HoldTagKey: {
			type: 'String',
			description: "The key of the hold's tag on the group.",
			allowedPattern: parameterPatterns.HoldTagKey,
		},
		AutomationAssumeRole: {
			type: 'String',
			description: 'A role to resume with; empty: as whoever started it.',
			default: '',
			allowedPattern: parameterPatterns.AutomationAssumeRole,
		},
	},
	mainSteps: steps,
};

export const fuseDocument = {
	name: 'unflap-ResumeFuse-v1',
	/** The one version there is: whoever changes the document makes another, and that is never started. */
	version: '1',
	/** JSON, as it is created. */
	content: JSON.stringify(body, null, 2),
	/** Every step's name and action, in the order of the document. */
	steps: steps.map(({name, action}) => ({name, action})),
} as const;

/** What is wrong with the document found under our name, or null when it is ours to the last field (F1). */
export const foreignDocument = (found: SsmDocument, account: string): string | null => {
	const {name, version} = fuseDocument;
	if (found.name !== name) return `it is named ${found.name}`;
	if (found.version !== version) return `version ${found.version} was given instead of ${version}`;
	if (found.owner !== account) return `it belongs to ${found.owner ?? 'nobody known'}, not to ${account}`;
	if (found.documentType !== 'Automation') return `it is a document of type ${found.documentType}`;
	if (!isOurContent(found.content)) return 'its content is not what unflap created';
	return isHashOf(found) ? null : 'its hash is not that of its content';
};

/**
 * Equal after parsing: an admin's CloudFormation may have stored the same document with other blanks. A field that
 * stands twice is read as its last by us, perhaps as its first by AWS: nothing but blanks may get lost in parsing.
 */
const isOurContent = (content: string): boolean => {
	const parsed = parse(content);
	if (parsed === undefined || withoutBlanks(content) !== JSON.stringify(parsed)) return false;
	return canonical(parsed) === canonical(parse(fuseDocument.content));
};

const withoutBlanks = (json: string): string => json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1').trim();

const parse = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
};

/** Keys sorted, arrays as they are. */
const canonical = (value: unknown): string =>
	JSON.stringify(value, (_, item: unknown) =>
		typeof item === 'object' && item !== null && !Array.isArray(item)
			? Object.fromEntries(Object.entries(item).toSorted(([one], [other]) => (one < other ? -1 : 1)))
			: item,
	);

/** AWS hashes what it stored: the text it gave us, or the same document as we or an admin's tool wrote it. */
const isHashOf = ({content, hash}: SsmDocument): boolean => {
	const written = [content, fuseDocument.content, JSON.stringify(parse(content))];
	return written.some(text => createHash('sha256').update(text).digest('hex') === hash);
};
