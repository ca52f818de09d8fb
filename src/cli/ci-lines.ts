/**
 * Lines under a CI system, which reads commands out of a job's output: `::add-mask::…` at the start of a line, after
 * blanks too, and `##[…]`, `##vso[…]`, `##teamcity[…]` anywhere in one.
 */

const variables = [
	'CI',
	'GITHUB_ACTIONS',
	'GITLAB_CI',
	'TF_BUILD',
	'TEAMCITY_VERSION',
	'BUILDKITE',
	'JENKINS_URL',
];

export const isCi = (environment: Readonly<NodeJS.ProcessEnv>): boolean =>
	variables.some(name => {
		const value = environment[name];
		return value !== undefined && value !== '' && value !== 'false' && value !== '0';
	});

/** A line from a box stands behind a gutter; any other line does where it would be read as a command. */
export const guardLine = (text: string, fromBox: boolean): string => {
	const split = text.replace(/#(?=#+(?:\[|[a-z]{1,20}\[))/gi, '#·');
	return fromBox || /^\s*(?:::|##|%%)/.test(split) ? `│ ${split}` : split;
};

/** The same value: inside a string, a number sign may be written by its code. */
export const guardJson = (json: string): string => json.replace(/##/g, '#\\u0023');
