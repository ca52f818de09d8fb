/** AWS CLI lines that do what unflap did, with region, profile and endpoint as in force. Made to be pasted: see quote.ts. */
import {maskUserinfo} from '../base/endpoint.ts';
import {pasteableLine} from '../base/quote.ts';
import type {AwsFacts} from './types.ts';

/** `aws autoscaling …`, or null where a word holds characters nobody should paste. */
export const cliLine = (words: readonly string[], facts: AwsFacts): string | null => {
	const {endpoint, profile, region} = facts;
	// A masked password would make a line that fails: then the user adds the endpoint by hand.
	if (endpoint !== null && maskUserinfo(endpoint) !== endpoint) return null;
	return pasteableLine([
		'aws',
		...words,
		'--region',
		region,
		...(profile === null ? [] : ['--profile', profile]),
		...(endpoint === null ? [] : ['--endpoint-url', endpoint]),
	]);
};

/** The line of exit code 4, and the undo of a suspend. */
export const resumeLine = (group: string, processes: readonly string[], facts: AwsFacts): string | null =>
	processesLine('resume-processes', {group, processes, facts});

export const suspendLine = (group: string, processes: readonly string[], facts: AwsFacts): string | null =>
	processesLine('suspend-processes', {group, processes, facts});

type ProcessesLine = {
	readonly group: string;
	readonly processes: readonly string[];
	readonly facts: AwsFacts;
};

const processesLine = (verb: string, {group, processes, facts}: ProcessesLine) => {
	const named = option('auto-scaling-group-name', group);
	return cliLine(['autoscaling', verb, ...named, '--scaling-processes', ...processes], facts);
};

/** `--name value`; a value that begins with a dash would be read as an option of its own. */
export const option = (name: string, value: string): readonly string[] =>
	value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];

/** Takes a tag of ours away by hand. */
export const deleteTagLine = (group: string, key: string, facts: AwsFacts): string | null =>
	cliLine(['autoscaling', 'delete-tags', '--tags', tagWord(group, key)], facts);

/** Takes a hook of ours away by hand. */
export const deleteHookLine = (group: string, hook: string, facts: AwsFacts): string | null =>
	cliLine(
		[
			'autoscaling',
			'delete-lifecycle-hook',
			...option('lifecycle-hook-name', hook),
			...option('auto-scaling-group-name', group),
		],
		facts,
	);

export const stopAutomationLine = (executionId: string, facts: AwsFacts): string | null =>
	cliLine(['ssm', 'stop-automation-execution', ...option('automation-execution-id', executionId)], facts);

/** JSON, since the CLI's shorthand has no way to write a comma inside a value. */
export const tagWord = (group: string, key: string, value?: string): string =>
	JSON.stringify([
		{
			ResourceId: group,
			ResourceType: 'auto-scaling-group',
			Key: key,
			...(value === undefined ? {} : {Value: value, PropagateAtLaunch: false}),
		},
	]);
