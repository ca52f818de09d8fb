/** `unflap logs`: journals of boxes, merged in time order. */
import {UnflapError} from '../base/errors.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {Command, CommandArgs} from './command.ts';
import {resolveTargets} from './logs-boxes.ts';
import {parseSince} from './logs-filter.ts';
import {runFleetLogs} from './logs-fleet.ts';
import {type LogsWish, runLogs} from './logs-run.ts';

export const logsCommand: Command = {
	name: 'logs',
	summary: 'journals of boxes, merged in time order',
	usage:
		'unflap logs GROUP|BOX… [-u UNIT]… [-f|--all] [--since T] [-n N] [-i RE] [-e RE] [--highlight RE] [--fold] [--open] [-b ID]',
	example: 'unflap logs web-prod -f -u app        unflap logs web-prod/1 -n 50 -o jsonl',
	flags: {
		unit: {
			type: 'string',
			short: 'u',
			multiple: true,
			value: 'UNIT',
			help: 'this unit alone (again for more; * and ? are wild)',
		},
		follow: {type: 'boolean', short: 'f', help: 'go on with what comes; new boxes of a group join'},
		all: {
			type: 'boolean',
			help: 'hundreds of boxes of a group by one Run Command: a slice of its journal each',
		},
		since: {type: 'string', value: 'T', help: 'from then on: 10m, 14:05, an ISO time, or boot'},
		lines: {type: 'string', short: 'n', value: 'N', help: 'the last N lines before going on'},
		include: {type: 'string', short: 'i', value: 'RE', help: 'lines whose message matches'},
		exclude: {type: 'string', short: 'e', value: 'RE', help: 'but not those that match this'},
		highlight: {type: 'string', value: 'RE', help: 'marks lines whose message matches'},
		fold: {type: 'boolean', help: 'counts what repeats the line before it'},
		open: {type: 'boolean', help: 'JSON messages as their level, text and fields'},
		boot: {
			type: 'string',
			short: 'b',
			value: 'ID|-1',
			help: 'an earlier boot: its id, or -1 for the one before',
		},
	},
	outputs: ['text', 'cat', 'json', 'jsonl'],
	run: async (context, args) => {
		const wishes = wishOf(args);
		const aws = await context.aws();
		const {boxes, groups} = await resolveTargets(aws, args.positionals, context.signal);
		const wish = wishes(aws.clock.now());
		if (boxes.length === 0 && !wish.follow)
			throw new UnflapError('not-found', 'There is no box there now', {
				next: ['add -f to wait for the next one'],
			});
		if (args.flags['all'] === true) {
			if (groups.length > 0) return runFleetLogs({context, format: args.output, aws, wish, boxes, groups});
			throw new UnflapError('usage', '--all is for groups: a box is read whole without it');
		}
		await reapSessions(context.settings.paths.state, aws);
		return runLogs({context, format: args.output, aws, wish, boxes, groups});
	},
};

/** Checked before AWS is asked for anything; `nowMs` is AWS time. */
const wishOf = (args: CommandArgs): ((nowMs: number) => LogsWish) => {
	if (args.positionals.length === 0)
		throw new UnflapError('usage', 'logs wants at least one GROUP or BOX', {
			next: ['unflap logs web-prod -f'],
		});
	const lines = textFlag(args, 'lines');
	if (lines !== null && !/^\d{1,9}$/.test(lines))
		throw new UnflapError('usage', `-n ${lines} is no number of lines`);
	const boot = textFlag(args, 'boot');
	if (boot !== null && !/^(-\d{1,4}|[0-9a-f]{32}|[0-9a-f-]{36})$/i.test(boot))
		throw new UnflapError('usage', `--boot ${boot} is neither a boot id nor an offset like -1`);
	const follow = args.flags['follow'] === true;
	if (follow && boot !== null)
		throw new UnflapError('usage', 'Only the running boot can be followed: -f or --boot, not both');
	if (follow && args.output === 'json')
		throw new UnflapError('usage', 'A JSON document has an end: with -f take -o jsonl');
	if (args.flags['all'] === true && (follow || boot !== null))
		throw new UnflapError('usage', '--all reads the running boot once: it goes with neither -f nor --boot', {
			next: ['unflap logs GROUP -f follows every box'],
		});
	const units = args.flags['unit'];
	// The running boot is what is read without it.
	const since = textFlag(args, 'since') === 'boot' ? null : textFlag(args, 'since');
	if (since !== null) parseSince(since, 0);
	return nowMs => ({
		follow,
		last: lines === null ? null : Number(lines),
		boot: boot === null ? null : /^-\d/.test(boot) ? boot : boot.replaceAll('-', '').toLowerCase(),
		units: Array.isArray(units) ? units : [],
		sinceUs: since === null ? null : parseSince(since, nowMs),
		include: textFlag(args, 'include'),
		exclude: textFlag(args, 'exclude'),
		highlight: textFlag(args, 'highlight'),
		style: {fold: args.flags['fold'] === true, open: args.flags['open'] === true},
	});
};

const textFlag = (args: CommandArgs, name: string): string | null => {
	const value = args.flags[name];
	return typeof value === 'string' ? value : null;
};
