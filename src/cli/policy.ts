/** `unflap policy`: the smallest IAM policy of each level, made without asking AWS. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Command, CommandArgs} from './command.ts';
import {
	type Level,
	levels,
	optionalStatements,
	type PolicyPlace,
	type Statement,
	statementsOf,
} from './policy-statements.ts';

export const policyCommand: Command = {
	name: 'policy',
	summary: 'the smallest IAM policy for looking, holding, streaming and the fuse',
	usage: 'unflap policy [look|hold|stream|fuse|all] [--account ID] [--tag KEY=VALUE,VALUE] [--role ARN]',
	example: 'unflap policy hold --account 111122223333 --tag team=web > hold.json',
	flags: {
		account: {type: 'string', value: 'ID', help: 'in every ARN; any account when left out'},
		tag: {
			type: 'string',
			value: 'KEY=A,B',
			help: 'groups with this tag may be held (environment=dev,staging)',
		},
		role: {type: 'string', value: 'ARN', help: 'the role of the fuse, to be passed (config fuseRoleArn)'},
	},
	outputs: ['json'],
	mostWords: 1,
	run: async ({out, settings}, args) => {
		const asked = readLevel(args);
		const place = readPlace(args, settings);
		const chosen = asked === 'all' ? levels : [asked];
		out.json(
			policyOf([
				...chosen.flatMap(level => statementsOf(level, place)),
				...(asked === 'all' ? optionalStatements(place) : []),
			]),
			1,
		);
		if (chosen.includes('hold'))
			out.note(
				ours`Suspending is bound to groups tagged ${shown(hostile(`${place.tag.key}=${place.tag.values.join('|')}`))} (--tag); giving back is bound to nothing.`,
			);
		if (chosen.includes('fuse') && place.fuseRoleArn === null)
			out.note(ours`The fuse acts as whoever armed it: it needs "unflap policy hold" beside this one.`);
		return 0;
	},
};

export const policyOf = (statements: readonly Statement[]) => ({
	Version: '2012-10-17',
	Statement: statements,
});

const readLevel = ({positionals}: CommandArgs): Level | 'all' => {
	const [word = 'all'] = positionals;
	const level = [...levels, 'all' as const].find(known => known === word);
	if (level !== undefined) return level;
	throw new UnflapError('usage', `There is no policy "${word}"`, {
		next: [`one of ${levels.join(', ')}, all`],
	});
};

const readPlace = (
	{flags}: CommandArgs,
	{region, fuseRoleArn}: {readonly region: string | null; readonly fuseRoleArn: string | null},
): PolicyPlace => {
	const account = String(flags['account'] ?? '*');
	if (!/^(?:\d{12}|\*)$/.test(account))
		throw new UnflapError('usage', '--account takes the twelve digits of an account', {
			next: ['aws sts get-caller-identity --query Account'],
		});
	const role = typeof flags['role'] === 'string' ? flags['role'] : fuseRoleArn;
	if (role !== null && !/^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role))
		throw new UnflapError('usage', '--role takes the ARN of a role', {
			next: ['for example arn:aws:iam::111122223333:role/unflap-fuse'],
		});
	return {partition: partitionOf(region), account, tag: readTag(flags['tag']), fuseRoleArn: role};
};

export const readTag = (value: unknown): PolicyPlace['tag'] => {
	if (value === undefined) return {key: 'environment', values: ['dev', 'staging']};
	const [key = '', values = ''] = String(value).split(/=(.*)/s);
	const list = values.split(',').filter(Boolean);
	if (!/^[\w+.:/@-]{1,128}$/.test(key) || list.length === 0)
		throw new UnflapError('usage', '--tag takes KEY=VALUE, or KEY=VALUE,VALUE', {
			next: ['for example --tag environment=dev,staging'],
		});
	return {key, values: list};
};

/** Of the region in force, as far as settings know it; the ordinary one otherwise. */
const partitionOf = (region: string | null): string => {
	if (region?.startsWith('cn-')) return 'aws-cn';
	return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};
