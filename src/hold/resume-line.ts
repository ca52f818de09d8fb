/** The line that resumes by hand what we could not: code for pasting, so every word is quoted. */
import type {AwsFacts} from '../aws/types.ts';
import {pasteableLine} from '../base/quote.ts';

export const resumeLine = (facts: AwsFacts, group: string, processes: readonly string[]): string => {
	const words = [
		'aws',
		'autoscaling',
		'resume-processes',
		// A name that begins with a dash would be read as an option.
		...(group.startsWith('-')
			? [`--auto-scaling-group-name=${group}`]
			: ['--auto-scaling-group-name', group]),
		'--scaling-processes',
		...processes,
		'--region',
		facts.region,
		...(facts.profile === null ? [] : ['--profile', facts.profile]),
		...(facts.endpoint === null ? [] : ['--endpoint-url', facts.endpoint]),
	];
	// An empty list would resume all nine, and a name with invisible characters cannot be pasted safely.
	const line = processes.length === 0 ? null : pasteableLine(words);
	return line ?? `resume ${processes.join(', ')} of this group in the console, in ${facts.region}`;
};
