/**
 * `unflap catch GROUP`: waits for the next box, keeps it from its first second (heartbeats of its hook, and a hold as soon
 * as one helps), and reads along until it is over. Works with nobody there: the verdict waits in the spool.
 */
import type {Aws} from '../aws/types.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import type {CatchWish} from '../hold/catch-types.ts';
import type {Holds} from '../hold/types.ts';
import {reapSessions} from '../stream/session-register.ts';
import {confirmRescue} from './catch-confirm.ts';
import {previewHold} from './catch-hold.ts';
import {type CatchMeaning, runCatch} from './catch-run.ts';
import {radiusRecord} from './catch-text.ts';
import {type CatchTarget, type CatchWords, chooseHooks, readCatchWords, resolveTarget} from './catch-wish.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {notifierFor} from './hold.ts';

export const catchCommand: Command = {
	name: 'catch',
	summary: 'waits for the next box, keeps it, and reads along from its first second',
	usage:
		'unflap catch GROUP|BOX [--hold] [--exec COMMAND] [--for 60m] [--wait TIME] [--dying] [--rescue] [--reason TEXT]',
	example: "unflap catch web-prod --hold        unflap catch web-prod --exec './provision.sh'",
	flags: {
		hold: {type: 'boolean', help: 'holds the group as soon as that keeps the box'},
		exec: {
			type: 'string',
			value: 'COMMAND',
			help: 'a line of sh for every box that comes; exit 0 continues its launch hook, any other abandons it',
		},
		'exec-timeout': {type: 'string', value: 'TIME', help: 'a COMMAND that runs longer is ended (30m)'},
		hook: {
			type: 'string',
			value: 'NAME',
			help: 'the launch hook that COMMAND completes, where there are several',
		},
		for: {type: 'string', value: 'TIME', help: 'how long a box is kept: 45m, 2h (60m; 4h at most)'},
		wait: {type: 'string', value: 'TIME', help: 'how long to wait for one (until one comes)'},
		existing: {type: 'boolean', help: 'the youngest box that is there already, those in Pending:Wait first'},
		once: {type: 'boolean', help: 'with --exec: one box'},
		every: {type: 'boolean', help: 'without --exec: every box, not one'},
		dying: {
			type: 'boolean',
			help: 'the next box that dies: a hook of ours makes its death wait, and goes with this command',
		},
		rescue: {
			type: 'boolean',
			help: "with --hold: continues CodeDeploy's launch hook, so that the box is held in service",
		},
		preset: {type: 'string', value: 'NAME', help: 'with --hold: freeze, no-replace or quiet (freeze)'},
		processes: {
			type: 'string',
			value: 'A,B',
			help: 'with --hold: suspend these processes instead of a preset',
		},
		'no-fuse': {type: 'boolean', help: 'with --hold: without the net in AWS, 15 minutes at most'},
		reason: {type: 'string', value: 'TEXT', help: 'stands in the tag of the hold, and in UNFLAP_REASON'},
		quiet: {type: 'boolean', short: 'q', help: 'no lines of the journal; they are kept all the same'},
		yes: {type: 'boolean', help: 'do not ask before --rescue and quiet'},
	},
	outputs: ['text', 'jsonl'],
	mostWords: 1,
	run: async (context, args) => {
		const words = readCatchWords(args, context.settings);
		refuseChanges(context, words);
		const aws = await context.aws();
		const target = await resolveTarget(aws, words, context.signal);
		const hooks = chooseHooks(words, target.group, await hooksOf(aws, target, context.signal));
		const wish: CatchWish = {
			...hooks,
			...{what: words.what, first: target.first, every: words.every, hold: words.hold !== null},
			...{keepMs: words.keepMs, waitMs: words.waitMs},
		};
		const holds = await context.holds();
		await settleThePast(context, aws, holds);
		const refusal = await sayWhatItMeans(context, args, {words, wish, target, holds});
		if (refusal !== null) return refusal;
		return runCatch({context, args, words, wish, target, aws, holds, notifier: await notifierFor(context)});
	},
};

const refuseChanges = ({readOnly}: CommandContext, words: CatchWords): void => {
	const asked = [
		...(words.hold === null ? [] : ['--hold']),
		...(words.command === null ? [] : ['--exec']),
		...(words.what === 'dying' ? ['--dying'] : []),
	];
	if (!readOnly || asked.length === 0) return;
	throw new UnflapError('read-only', `--read-only: ${asked.join(' and ')} would change the group`, {
		exitCode: 3,
		next: ['unflap catch GROUP alone reads along, without heartbeats'],
	});
};

const hooksOf = (aws: Aws, {group}: CatchTarget, signal: AbortSignal) =>
	aws.polling.hooks(group.name, {signal});

/** What earlier processes left behind: holds, post-mortem hooks, sessions. */
const settleThePast = async ({out, settings}: CommandContext, aws: Aws, holds: Holds): Promise<void> => {
	for (const {group, result, text} of await holds.finishLeftOvers())
		out.note(ours`${own(group)}: ${own(result)}, ${own(text)}`);
	await reapSessions(settings.paths.state, aws);
};

const own = (text: string) => shown(hostile(text));

/** Whom it touches, what the hold will do, what a rescue means: all of it before the first change. */
const sayWhatItMeans = async (
	context: CommandContext,
	args: CommandArgs,
	{words, wish, target, holds}: CatchMeaning,
): Promise<ExitCode | null> => {
	const {out, readOnly} = context;
	const {group, first} = target;
	if (words.existing && first === null)
		out.note(ours`${shown(group.name)} has no box now: waiting for the next`);
	const waiting = group.instances.filter(({lifecycleState}) => lifecycleState === 'Pending:Wait');
	for (const {instanceId} of first === null && words.what === 'launch' ? waiting : [])
		out.note(ours`${own(instanceId)} is in Pending:Wait already and is not the next: --existing takes it`);
	if (readOnly) out.warn(ours`--read-only: no heartbeat keeps the box`);
	else {
		const whole = words.hold !== null || words.what === 'dying';
		const radius = await readBlastRadius(await context.aws(), {group, instanceId: whole ? null : first});
		if (args.output === 'jsonl') out.json(radiusRecord(radius));
		// The preview of a hold says the same.
		else if (words.hold === null) out.note(ours`${shown(radius.says)}`);
	}
	if (wish.command !== null && wish.command.hook === null)
		out.note(ours`no launch hook: COMMAND runs when the box is in service, and there is nothing to complete`);
	if (wish.rescueHook !== null) await confirmRescue(context, wish.rescueHook, words.yes);
	return words.hold === null
		? null
		: previewHold(context, args, {holds, request: words.hold, group: group.name});
};
