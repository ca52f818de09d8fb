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
	cliLine(
		[
			'autoscaling',
			'resume-processes',
			'--auto-scaling-group-name',
			group,
			'--scaling-processes',
			...processes,
		],
		facts,
	);

export const suspendLine = (group: string, processes: readonly string[], facts: AwsFacts): string | null =>
	cliLine(
		[
			'autoscaling',
			'suspend-processes',
			'--auto-scaling-group-name',
			group,
			'--scaling-processes',
			...processes,
		],
		facts,
	);
