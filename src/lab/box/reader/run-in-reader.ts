/**
 * Runs a box's command without namespaces: the line is read and checked whole before anything of it runs, and runs
 * inside this process on players, filters and builtins. No host shell, no host program, no host file.
 */
import {PassThrough} from 'node:stream';
import {type BoxProcess, StartError} from '../../agent/box-process.ts';
import type {PlayedBox} from '../played-box.ts';
import {filePlayers, isOwnPath} from '../players/files.ts';
import {players} from '../players/index.ts';
import {type Player, readsInput} from '../players/player.ts';
import {builtins} from './builtins.ts';
import {filters} from './filters.ts';
import {runArgv, runList} from './interpret.ts';
import {parseScript} from './parse-script.ts';
import {BrokenPipe, createPipe, nothing, type Output, readAll, Stopped} from './pipe.ts';
import {Refusal} from './script.ts';
import {createShell, Leave, type Program, type Shell, type Streams} from './shell.ts';

export type ReaderProcess = BoxProcess & {
	/** What is typed at it, where it was started with an input. */
	readonly type: (bytes: Buffer) => void;
	readonly isRaw: () => boolean;
};

export const runInReader = async (
	box: PlayedBox,
	argv: readonly string[],
	{typed = false}: {readonly typed?: boolean} = {},
): Promise<ReaderProcess> => {
	const programs = new Map<string, Program>([...builtins, ...filters(box)]);
	for (const [name, player] of players) programs.set(name, playing(name, player, box));
	for (const [name, player] of filePlayers)
		programs.set(name, onOwnFiles(playing(name, player, box), programs.get(name)));
	const [program = ''] = argv;
	if (!programs.has(program) && !isShell(program))
		throw new StartError(`exec: "${program}": executable file not found in $PATH`);
	const stop = new AbortController();
	const [stdout, stderr] = [new PassThrough(), new PassThrough()];
	const keyboard = createPipe(stop.signal);
	const input = typed ? keyboard : nothing;
	const streams = {input, output: outlet(stdout, stop.signal), errors: outlet(stderr, stop.signal)};
	const shell = createShell(programs, stop.signal);
	const exited = run(argv, shell, streams).finally(() => {
		stop.abort();
		stdout.end();
		stderr.end();
	});
	const end = () => stop.abort();
	const type = (bytes: Buffer) => {
		// Nobody reads any more: the keys are lost, as on any terminal.
		keyboard.write(bytes).catch(() => undefined);
	};
	return {
		stdout,
		stderr,
		exited,
		interrupt: end,
		kill: end,
		type,
		isRaw: () => shell.shared.rawTerminal,
	};
};

/** Where no file of the box is named, the filter of that name; without one, no file is known by that name. */
const onOwnFiles =
	(player: Program, filter: Program | undefined): Program =>
	call =>
		filter === undefined || call.args.some(isOwnPath) ? player(call) : filter(call);

const isShell = (program: string) => ['sh', '/bin/sh', 'bash', '/bin/bash'].includes(program);

const run = async (argv: readonly string[], shell: Shell, streams: Streams): Promise<number> => {
	try {
		const [program = '', flag, script, ...rest] = argv;
		if (!isShell(program)) return await runArgv(argv, shell, streams, false);
		if (flag !== '-c' || script === undefined) throw new Refusal('only sh -c is for this lab box');
		shell.parameters = rest.slice(1);
		return await runList(parseScript(script), shell, streams);
	} catch (error) {
		if (error instanceof Leave) return error.status;
		if (error instanceof Stopped) return -1;
		if (error instanceof BrokenPipe) return 141;
		await say(streams.errors, `sh: ${error instanceof Error ? error.message : String(error)}\n`);
		if (error instanceof Refusal) return 2;
		return 70;
	}
};

const say = async (errors: Output, text: string) => {
	try {
		await errors.write(text);
	} catch (error) {
		if (!(error instanceof Stopped)) throw error;
	}
};

const outlet = (stream: PassThrough, signal: AbortSignal): Output => ({
	async write(data) {
		if (signal.aborted) throw new Stopped();
		if (stream.write(data)) return;
		await new Promise<void>(resolve => {
			const done = () => {
				signal.removeEventListener('abort', done);
				stream.removeListener('drain', done);
				resolve();
			};
			stream.once('drain', done);
			signal.addEventListener('abort', done, {once: true});
		});
	},
});

const playing =
	(name: string, player: Player, box: PlayedBox): Program =>
	async ({args, input, output, errors, shell, isRoot}) => {
		const left = new AbortController();
		const complaints: string[] = [];
		const status = await player({
			box,
			args,
			isRoot,
			input: readsInput(name, args) ? await readAll(input) : Buffer.alloc(0),
			io: {
				write: async text => {
					try {
						await output.write(text);
					} catch (error) {
						if (!(error instanceof BrokenPipe) && !(error instanceof Stopped)) throw error;
						left.abort();
					}
				},
				complain: text => complaints.push(text),
				gone: AbortSignal.any([left.signal, shell.shared.signal]),
			},
		});
		if (shell.shared.signal.aborted) throw new Stopped();
		if (complaints.length > 0) await errors.write(complaints.join(''));
		return left.signal.aborted ? 141 : status;
	};
