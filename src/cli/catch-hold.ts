/** The hold of a catch: previewed before anybody is waited for, begun when it helps, released with the catch. */
import type {ExitCode} from '../base/errors.ts';
import {type EndRequest, exitCodeOf} from '../base/exit.ts';
import type {Hostile} from '../base/text.ts';
import type {Catcher} from '../hold/catcher.ts';
import type {Notifier} from '../hold/notify.ts';
import type {HoldRequest, HoldSession, Holds} from '../hold/types.ts';
import type {CatchTarget, CatchWords} from './catch-wish.ts';
import type {CommandArgs, CommandContext} from './command.ts';
import {exitCode, sayEvent, sayPreview} from './hold.ts';
import {confirmQuiet} from './hold-confirm.ts';
import {sayLeft} from './hold-left.ts';

type Previewing = {readonly holds: Holds; readonly request: HoldRequest; readonly group: Hostile};

/** What the hold will do, and 3 where it would be refused now: nobody then waits in vain for it. */
export const previewHold = async (
	context: CommandContext,
	args: CommandArgs,
	{holds, request: asked, group}: Previewing,
): Promise<ExitCode | null> => {
	const request = {...asked, group};
	await confirmQuiet(request, args);
	const {preset, processes, forSeconds} = request;
	const preview = await holds.preview(group, preset === 'custom' ? processes : preset, forSeconds);
	sayPreview(context, args, {preview, net: request.net});
	if (preview.refusal === null) return null;
	sayEvent(context, args, {event: 'refused', message: preview.refusal, next: []});
	return 3;
};

export type CatchHold = {
	/** Once; the catcher hears how it stands. */
	readonly begin: (catcher: Catcher) => Promise<void>;
	readonly interrupt: (request: EndRequest) => void;
	/** 0 where there never was one. A second call gives the same. */
	readonly release: () => Promise<ExitCode>;
};

export type CatchHoldOptions = {
	readonly context: CommandContext;
	readonly args: CommandArgs;
	readonly words: CatchWords;
	readonly target: CatchTarget;
	readonly holds: Holds;
	readonly notifier: Notifier;
};

export const createCatchHold = (options: CatchHoldOptions): CatchHold => {
	const {context, args, words, target, holds, notifier} = options;
	const armed = new Set<string>();
	let session: HoldSession | null = null;
	let ending: Promise<ExitCode> | null = null;
	let signal: ExitCode | null = null;

	const end = async (current: HoldSession): Promise<ExitCode> => {
		const outcome = await current.release();
		await sayLeft(context, {session: current, group: target.group.name, armed}, outcome);
		// The signal's own code is the catch's: here it only stands for a complete release.
		const code = exitCode(outcome, {command: 0, signal});
		return code === signal ? 0 : code;
	};

	return {
		begin: async catcher => {
			if (words.hold === null || session !== null || ending !== null) return;
			const request = {...words.hold, group: target.group.name};
			const current = holds.hold(request);
			session = current;
			notifier.watch(current, request.reason);
			current.onEvent(event => {
				if (event.event === 'fuse-armed') armed.add(event.executionId);
				sayEvent(context, args, event);
			});
			const view = await current.settled;
			catcher.holdIs(view.phase === 'held' ? 'held' : 'over');
			await current.done;
			catcher.holdIs('over');
		},
		interrupt: request => {
			signal ??= exitCodeOf(request);
			const isThird = request.kind === 'signal' && request.count >= 3;
			if (isThird && session?.view().phase === 'releasing') session.handOver();
		},
		release: () => {
			ending ??= session === null ? Promise.resolve(0) : end(session);
			return ending;
		},
	};
};
