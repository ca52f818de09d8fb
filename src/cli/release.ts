/** `unflap release`: finishes holds of this machine's ledger, also after a crash; others only by name and --force. */
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {resumeLine} from '../hold/resume-line.ts';
import type {ReleasedHold, ReleaseSelection} from '../hold/types.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';

export const releaseCommand: Command = {
	name: 'release',
	summary: 'gives back what holds of this machine left behind; others by name with --force',
	usage: 'unflap release GROUP|--all|--hold ID [--force]',
	example: 'unflap release web-prod',
	flags: {
		all: {type: 'boolean', help: 'every entry of the ledger'},
		hold: {type: 'string', value: 'ID', help: 'this hold, by its eight hex digits'},
		force: {type: 'boolean', help: 'also a live hold, or one of somebody else; never with --all'},
	},
	outputs: ['text', 'json'],
	mostWords: 1,
	run: async (context, args) => {
		const selection = readSelection(args);
		if (context.readOnly)
			throw new UnflapError('read-only', '--read-only: nothing is released', {
				exitCode: 3,
				next: ['run it without --read-only (look at unflap info for where it is set)'],
			});
		if (selection.by === 'group') await refuseUnknown(context, selection.group);
		const results = await (await context.holds()).release(selection);
		return say(context, args, results);
	},
};

const readSelection = ({positionals, flags}: CommandArgs): ReleaseSelection => {
	const force = flags['force'] === true;
	const [group, ...more] = positionals;
	const {hold, all} = flags;
	const ways = [group, hold, all].filter(way => way !== undefined && way !== false).length;
	if (ways !== 1 || more.length > 0)
		throw new UnflapError('usage', 'release takes one of: GROUP, --all, --hold ID', {
			next: ['unflap release web-prod', 'unflap holds lists the ids'],
		});
	if (typeof hold === 'string') {
		if (!/^[0-9a-f]{8}$/.test(hold))
			throw new UnflapError('usage', 'A hold id has eight hex digits', {
				next: ['unflap holds lists the ids'],
			});
		return {by: 'hold', holdId: hold, force};
	}
	if (group !== undefined) return {by: 'group', group, force};
	if (force)
		throw new UnflapError('usage', '--force goes by name: with GROUP or --hold ID', {
			next: ['unflap release --hold ID --force'],
		});
	return {by: 'all', force: false};
};

const refuseUnknown = async (context: CommandContext, group: string): Promise<void> => {
	const found = await (await context.aws()).release.groups({names: [group], includeInstances: false});
	if (!found.some(({name}) => name === group))
		throw new UnflapError('not-found', `There is no Auto Scaling group named ${group} here`, {
			next: ['unflap ls lists the names; release takes the exact one'],
		});
};

const say = async (
	context: CommandContext,
	{output}: CommandArgs,
	results: readonly ReleasedHold[],
): Promise<ExitCode> => {
	const {out} = context;
	const {facts} = await context.aws();
	const own = (text: string) => shown(hostile(text));
	if (output === 'json') out.json(results, 1);
	else if (results.length === 0) out.line(ours`Nothing of this machine is left to release.`);
	for (const result of results) {
		if (output === 'text')
			out.line(ours`${own(result.holdId)} ${own(result.group)}: ${own(result.result)}, ${own(result.text)}`);
		if (result.result === 'incomplete') out.warn(own(resumeLine(facts, result.group, result.still)));
	}
	if (results.some(({result}) => result === 'incomplete')) return 4;
	return results.some(({result}) => result === 'reported') ? 1 : 0;
};
