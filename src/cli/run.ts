/** `unflap run BOX -- COMMAND…`: runs there, streams here, exits with its code. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {createSgrFilter} from '../base/terminal-stream.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {resolveBox} from '../groups/resolve.ts';
import {runLine} from '../remote/run-line.ts';
import {type RunEnd, runCommand} from '../stream/run-command.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {createRunOutput} from './run-output.ts';

export const runCommandCommand: Command = {
	name: 'run',
	summary: 'runs a command on a box and exits with its code',
	usage: 'unflap run BOX -- COMMAND…',
	example: "unflap run web-prod/1 -- systemctl status app        unflap run 4f2a -- sh -c 'df -h | tail -3'",
	flags: {},
	outputs: ['text'],
	mostWords: 1,
	run: async (context, args) => {
		const {box, argv} = wishOf(args);
		refuseReadOnly(context, 'run');
		// What cannot be sent is said before anything is asked of AWS.
		runLine(argv);
		const aws = await context.aws();
		const {instanceId} = await resolveBox(aws, box, {signal: context.signal});
		await reapSessions(context.settings.paths.state, aws);
		return runThere(context, aws, {instanceId, argv});
	},
};

/** A command may do anything to a box, and read-only promises that nothing is changed. */
export const refuseReadOnly = (
	{readOnly}: Pick<CommandContext, 'readOnly'>,
	name: 'run' | 'shell' | 'probe' | 'retry' | 'edit',
): void => {
	if (!readOnly) return;
	throw new UnflapError(
		'read-only',
		name === 'probe'
			? 'probe runs commands on the box, and --read-only is set'
			: `${name} may change the box, and --read-only is set`,
		{
			next: ['unflap logs and unflap boot read without changing anything'],
		},
	);
};

const wishOf = (args: CommandArgs) => {
	const [box] = args.positionals;
	if (box === undefined || args.rest === null || args.rest.length === 0)
		throw new UnflapError('usage', 'run wants a BOX, and a command after --', {
			next: [
				'unflap run web-prod/1 -- systemctl status app',
				"a line for a shell: unflap run web-prod/1 -- sh -c '…'",
			],
		});
	return {box, argv: args.rest};
};

type There = {readonly instanceId: string; readonly argv: readonly string[]};

const runThere = async (context: CommandContext, aws: Aws, {instanceId, argv}: There): Promise<ExitCode> => {
	const {out, settings, signal} = context;
	const output = createRunOutput(out, createSgrFilter);
	const end = await runCommand({
		aws,
		instanceId,
		argv,
		processClock: createProcessClock(),
		stateFolder: settings.paths.state,
		stdout: output.stdout,
		stderr: output.stderr,
		notice: text => out.note(ours`${shown(hostile(text))}`),
		signal,
	});
	await output.end();
	return codeOf(context, instanceId, end);
};

const codeOf = ({out, signal}: CommandContext, instanceId: string, end: RunEnd): ExitCode => {
	// The contract passes a command's own code on, whatever it is.
	if (end.kind === 'exited') return (end.code & 255) as ExitCode;
	if (end.kind === 'stopped') return (signal.reason as ExitCode | undefined) ?? 130;
	out.warn(
		ours`${shown(hostile(instanceId))}: ${shown(hostile(end.why))}. How the command ended is not known.`,
	);
	return 1;
};
