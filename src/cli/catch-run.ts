/** The run of `unflap catch`: whatever ends it, the hold is released first, then our hook goes, then what only reads. */
import type {Aws} from '../aws/types.ts';
import type {ExitCode} from '../base/errors.ts';
import {type EndRequest, exitCodeOf} from '../base/exit.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {CatchNews} from '../hold/catch-news.ts';
import type {CatchEnd, CatchWish} from '../hold/catch-types.ts';
import type {Catcher} from '../hold/catcher.ts';
import type {DyingWatch} from '../hold/dying-hooks.ts';
import type {Notifier} from '../hold/notify.ts';
import type {Holds} from '../hold/types.ts';
import {type CatchHold, createCatchHold} from './catch-hold.ts';
import {type CatchStreams, createCatchStreams} from './catch-streams.ts';
import {endWords, newsLine, newsRecord} from './catch-text.ts';
import type {CatchTarget, CatchWords} from './catch-wish.ts';
import type {CommandArgs, CommandContext} from './command.ts';

const own = (text: string) => shown(hostile(text));

/** What was asked for, and whom it is about. */
export type CatchMeaning = {
	readonly words: CatchWords;
	readonly wish: CatchWish;
	readonly target: CatchTarget;
	readonly holds: Holds;
};

type Run = CatchMeaning & {
	readonly context: CommandContext;
	readonly args: CommandArgs;
	readonly aws: Aws;
	readonly notifier: Notifier;
};

/** Nothing of ours stays: the hold first, then our hook, then what only reads. */
export const runCatch = async (run: Run): Promise<ExitCode> => {
	const {context, words, target, holds, notifier} = run;
	let catcher: Catcher | null = null;
	let ending: EndRequest | null = null;
	let dying: DyingWatch | null = null;
	const hold = createCatchHold(run);
	// Taken over before the first change: from here on every end is a release.
	const giveBack = context.ending.takeOver(request => {
		ending ??= request;
		if (request.kind === 'crash') context.out.warn(ours`unflap: ${own(messageOf(request.error))}; ending`);
		catcher?.end();
		hold.interrupt(request);
	});
	const streams = await createCatchStreams(run);
	try {
		dying = words.what === 'dying' ? await holds.dying.watch(target.group.name) : null;
		if (dying !== null) sayDying(run, dying);
		const heard = createListener(run, {hold, streams});
		catcher = startCatcher(run, heard.hear);
		heard.begin(catcher);
		if (ending !== null) catcher.end();
		const end = await catcher.done;
		const codes = [await hold.release(), await endDying(run, dying)];
		dying = null;
		await streams.finish(catcher.state().boxes);
		await say(context, run.args, end);
		return worst([
			...codes,
			ending === null ? endCode(end, isOneCommand(run) && !heard.done()) : exitCodeOf(ending),
		]);
	} finally {
		await Promise.allSettled([hold.release(), endDying(run, dying)]);
		await streams.close();
		await notifier.settled();
		giveBack();
	}
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

const startCatcher = ({context, words, wish, target, holds, args}: Run, onNews: (news: CatchNews) => void) =>
	holds.catch({
		group: target.group,
		wish,
		onNews,
		command:
			words.command === null
				? null
				: {
						...words.command,
						environment: context.environment,
						stdout: args.output === 'jsonl' ? 'stderr' : 'stdout',
						reason: words.reason,
					},
	});

type Heard = {readonly hold: CatchHold; readonly streams: CatchStreams};

/** News come while the catcher is being made: what needs it waits for `begin`. */
const createListener = ({context, args, notifier, target, words, wish}: Run, {hold, streams}: Heard) => {
	const {out} = context;
	let catcher: Catcher | null = null;
	let done = false;
	const hear = (news: CatchNews): void => {
		if (args.output === 'jsonl') out.json(newsRecord(news));
		else if (news.event !== 'waiting' || target.first === null) {
			const line = newsLine(news);
			if (line !== null && news.event === 'warning') out.warn(ours`unflap: ${line}`);
			else if (line !== null) out.line(line);
		}
		const facts = {UNFLAP_GROUP: target.group.name};
		if (news.event === 'caught') {
			streams.open(news.instanceId);
			out.bell();
			notifier.say('caught', {
				...facts,
				UNFLAP_INSTANCE_ID: news.instanceId,
				UNFLAP_MESSAGE: 'a box is caught',
			});
		} else if (news.event === 'let-go' && words.every) {
			void streams.letGo(news.instanceId, news.why === 'gone');
		} else if (news.event === 'hold-begins' && catcher !== null) void hold.begin(catcher);
		else if (news.event === 'state' && news.to.startsWith('Terminating')) {
			out.bell();
			notifier.say('box-dying', {
				...facts,
				UNFLAP_INSTANCE_ID: news.instanceId,
				UNFLAP_LIFECYCLE_STATE: news.to,
				UNFLAP_MESSAGE: 'a caught box is dying',
			});
		} else if (news.event === 'command-ended') done ||= news.code === 0 && wish.command?.hook === null;
		else if (news.event === 'hook-answered') {
			done ||= news.result === 'CONTINUE' && news.kind === 'answered';
			notifier.say('hook-answered', {
				...facts,
				UNFLAP_INSTANCE_ID: news.instanceId,
				UNFLAP_MESSAGE: news.says,
			});
		}
	};
	return {
		hear,
		begin: (started: Catcher) => {
			catcher = started;
		},
		/** COMMAND ended well, and its hook was continued where there is one. */
		done: () => done,
	};
};

const sayDying = ({context, args, target}: Run, {hook, seconds}: DyingWatch): void => {
	if (args.output === 'jsonl')
		context.out.json({event: 'dying-hook', group: target.group.name, hook, seconds});
	else
		context.out.note(
			ours`${own(hook)} makes each death wait ${seconds} s, longer while this looks; it goes with this command`,
		);
};

const endDying = async ({context, args, target}: Run, dying: DyingWatch | null): Promise<ExitCode> => {
	if (dying === null) return 0;
	const end = await dying.end();
	const {out} = context;
	if (args.output === 'jsonl')
		out.json({
			event: 'dying-hook-gone',
			group: target.group.name,
			hook: dying.hook,
			gone: end.kind === 'gone',
		});
	if (end.kind === 'gone') return 0;
	out.warn(
		ours`unflap: ${own(dying.hook)} could not be deleted (${own(end.message)}); each death waits ${dying.seconds} s`,
	);
	if (end.command !== null) out.warn(own(end.command));
	return 4;
};

const say = async ({out}: CommandContext, {output}: CommandArgs, end: CatchEnd): Promise<void> => {
	if (output !== 'jsonl') out.note(ours`catch: ${own(endWords[end])}`);
};

/** What a script waits for: the one box is provisioned, or not. */
const isOneCommand = ({words}: Run): boolean => words.command !== null && !words.every;

const endCode = (end: CatchEnd, failed: boolean): ExitCode =>
	end === 'nobody-came' || end === 'group-gone' || failed ? 1 : 0;

/** 4 beats every other code, then a hold that was refused, then the rest. */
const worst = (codes: readonly ExitCode[]): ExitCode => {
	for (const code of [4, 3] as const) if (codes.includes(code)) return code;
	return codes.findLast(code => code !== 0) ?? 0;
};
