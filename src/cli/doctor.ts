/** `unflap doctor`: what could stand between you and a hold that ends by itself, and what to do about each. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {UnflapError} from '../base/errors.ts';
import {ours} from '../base/terminal-text.ts';
import {noSuchGroup} from '../groups/load-group.ts';
import type {HeldElsewhere} from '../hold/types.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {checkBasics} from './doctor-basics.ts';
import {checkDocument, checkFuseRole, checkFuses} from './doctor-fuse.ts';
import {
	checkBoxes,
	checkDying,
	checkGroup,
	checkHolds,
	checkPatients,
	checkTagRoom,
} from './doctor-groups.ts';
import {checkPermissions} from './doctor-permissions.ts';
import {area, type Check, printChecks} from './doctor-report.ts';
import {readTag} from './policy.ts';
import {setupTemplate} from './setup-template.ts';

export const doctorCommand: Command = {
	name: 'doctor',
	summary: 'checks credentials, clock, permissions, fuses and strays, and says what to do',
	usage: 'unflap doctor [GROUP] [--setup [--tag KEY=A,B]]',
	example: 'unflap doctor web-prod\nunflap doctor --setup > unflap.json',
	flags: {
		setup: {
			type: 'boolean',
			help: 'print one CloudFormation file for an admin: document, role of the fuse, policies',
		},
		tag: {type: 'string', value: 'KEY=A,B', help: 'with --setup: groups with this tag may be held'},
	},
	outputs: ['text', 'json'],
	mostWords: 1,
	run: async (context, args) => {
		if (args.flags['setup'] === true) return printSetup(context, args);
		const checks = await examine(context, args.positionals[0] ?? null);
		if (args.output === 'json') context.out.json(checks, 1);
		else printChecks(checks, context.out);
		return checks.some(({state}) => state === 'fail') ? 1 : 0;
	},
};

const printSetup = ({out}: CommandContext, {flags, positionals}: CommandArgs): 0 => {
	if (positionals.length > 0)
		throw new UnflapError('usage', '--setup is for the account, not for one group', {
			next: ['unflap doctor --setup > unflap.json'],
		});
	out.json(setupTemplate(readTag(flags['tag'])), 1);
	out.note(
		ours`For an admin: aws cloudformation deploy --template-file unflap.json --stack-name unflap --capabilities CAPABILITY_IAM`,
	);
	out.note(ours`Where a first hold has made the document already, import it, or delete it before.`);
	return 0;
};

const examine = async (context: CommandContext, name: string | null): Promise<readonly Check[]> => {
	const aws = await openAws(context);
	if (!('polling' in aws)) return [aws];
	const {identity, checks: basics} = await checkBasics(aws, context.settings);
	if (identity === null) return basics;
	const holds = await holdsOf(context);
	const group = name === null ? null : await groupNamed(aws, name);
	const document = await checkDocument(aws, identity);
	const permissions = await checkPermissions({aws, identity, group, documentIsThere: document.isThere});
	return [
		...basics,
		...permissions.checks,
		document.check,
		...(await checkFuseRole({aws, identity, settings: context.settings})),
		...(await checkFuses({aws, processClock: createProcessClock(), holds: holds.found})),
		...holds.problems,
		...checkHolds(holds.found, name),
		...(await patientChecks(context)),
		...(await dyingChecks(context, aws, name)),
		...(group === null
			? await allTagRoom(aws)
			: [...checkGroup(group), ...checkTagRoom([group], true), ...(await checkBoxes(aws, group))]),
	];
};

/** Without a region nothing can be asked, and that is a finding too. */
const openAws = async (context: CommandContext): Promise<Aws | Check> => {
	try {
		return await context.aws();
	} catch (error) {
		if (!(error instanceof UnflapError) || error.kind !== 'no-region') throw error;
		return area('Place').unanswered('region', error);
	}
};

const groupNamed = async (aws: Aws, name: string) => {
	const found = (await aws.polling.groups({names: [name]})).find(group => group.name === name);
	if (found === undefined) throw noSuchGroup(name);
	return found;
};

type HoldsFound = {readonly found: readonly HeldElsewhere[]; readonly problems: readonly Check[]};

const holdsOf = async (context: CommandContext): Promise<HoldsFound> => {
	try {
		return {found: await (await context.holds()).list(), problems: []};
	} catch (error) {
		return {found: [], problems: [area('Holds').unanswered('holds', error)]};
	}
};

const patientChecks = async (context: CommandContext): Promise<readonly Check[]> => {
	try {
		return checkPatients(await (await context.holds()).care.readPatients());
	} catch (error) {
		return [area('Holds').unanswered('boxes taken out', error, 'warn')];
	}
};

/** All that were made here; and of a group that was named all there are. */
const dyingChecks = async (
	context: CommandContext,
	aws: Aws,
	name: string | null,
): Promise<readonly Check[]> => {
	try {
		const made = await (await context.holds()).dying.list();
		const hooks = name === null ? [] : await aws.polling.hooks(name);
		return checkDying(
			made.filter(({group}) => name === null || group === name),
			hooks.map(({name: hook}) => ({group: name ?? '', hook})),
		);
	} catch (error) {
		return [area('Holds').unanswered('post-mortem hooks', error, 'warn')];
	}
};

const allTagRoom = async (aws: Aws): Promise<readonly Check[]> => {
	try {
		return checkTagRoom(await aws.polling.groups({includeInstances: false}), false);
	} catch (error) {
		return [area('Holds').unanswered('tags', error)];
	}
};
