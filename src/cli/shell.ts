/** `unflap shell BOX`: an interactive session, native. */
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {resolveBox} from '../groups/resolve.ts';
import {openShell, type ShellEnd} from '../stream/open-shell.ts';
import {reapSessions} from '../stream/session-register.ts';
import {createShellTerminal} from '../stream/shell-terminal.ts';
import type {Command, Printer} from './command.ts';
import {refuseReadOnly} from './run.ts';

export const shellCommand: Command = {
	name: 'shell',
	summary: 'an interactive session on a box; ~. leaves it, also a dead one',
	usage: 'unflap shell BOX',
	example: 'unflap shell web-prod/1        unflap shell 4f2a',
	flags: {},
	outputs: ['text'],
	mostWords: 1,
	run: async (context, args) => {
		const [box] = args.positionals;
		if (box === undefined || args.rest !== null)
			throw new UnflapError('usage', 'shell wants a BOX', {
				next: ['unflap shell web-prod/1', 'a single command: unflap run web-prod/1 -- COMMAND'],
			});
		refuseReadOnly(context, 'shell');
		const {stdin, stdout} = process;
		if (stdin.isTTY !== true || stdout.isTTY !== true)
			throw new UnflapError('usage', 'shell wants a terminal on both ends', {
				next: ['unflap run BOX -- COMMAND works without one'],
			});
		const {out, settings, signal} = context;
		const aws = await context.aws();
		const {instanceId} = await resolveBox(aws, box, {signal});
		await reapSessions(settings.paths.state, aws);
		out.note(ours`shell on ${shown(hostile(instanceId))} · ~. leaves · ~? helps`);
		const end = await openShell({
			aws,
			instanceId,
			terminal: createShellTerminal(stdin, stdout),
			processClock: createProcessClock(),
			stateFolder: settings.paths.state,
			signal,
		});
		return sayEnd(out, instanceId, end);
	},
};

const sayEnd = (out: Printer, instanceId: string, end: ShellEnd): ExitCode => {
	const id = shown(hostile(instanceId));
	switch (end.kind) {
		case 'left':
			out.note(ours`left ${id}`);
			return 0;
		case 'ended':
			out.note(end.why === '' ? ours`the shell on ${id} ended` : ours`${id}: ${shown(hostile(end.why))}`);
			return 0;
		case 'gone':
			out.warn(ours`${id} is gone: ${shown(hostile(end.why))}`);
			return 1;
		default:
			out.warn(ours`${id}: ${shown(hostile(end.why))}`);
			return 1;
	}
};
