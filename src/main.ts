/** The composition root: arguments to one command, settings before anything else, one clear message on an error. */

import {createProcessClock} from './base/clock-process.ts';
import type {ExitCode} from './base/errors.ts';
import {UnflapError} from './base/errors.ts';
import {createEnding, type Ending} from './base/exit.ts';
import {loadSettings} from './base/load-settings.ts';
import {createRedactor} from './base/redact.ts';
import {hostile, ours, setRedactor, shown} from './base/terminal-text.ts';
import {type Invocation, parseCommand, readInvocation, screenFlags} from './cli/arguments.ts';
import type {Command, CommandArgs, CommandContext, Printer} from './cli/command.ts';
import {allCommands, commands} from './cli/commands.ts';
import {createContext} from './cli/context.ts';
import {helpOf, helpOfAll} from './cli/help.ts';
import {printError} from './cli/print-error.ts';
import {createPrinter} from './cli/printer.ts';
import {listenForEnd} from './cli/signals.ts';
import {version} from './cli/version.ts';

/** How long a command that was told to stop may take before the process ends without it. */
const graceMs = 5000;

/** Everything a command line needs from the process around it. */
type Host = {
	readonly environment: NodeJS.ProcessEnv;
	readonly ending: Ending;
	/** Only the demo's own: a screen that plays itself must never meet an account. */
	readonly tour?: string | null;
};

/** Runs one command line and resolves with its exit code when all output is out. */
export const main = async (argv: readonly string[]): Promise<ExitCode> => {
	const ending = createEnding();
	listenForEnd(ending, process.env);
	return runLine(argv, {environment: process.env, ending});
};

const runLine = async (argv: readonly string[], host: Host): Promise<ExitCode> => {
	const out = printerFor(host, false);
	const code = await orEnd(runInvocation(argv, host, out), host.ending, out);
	await out.flush();
	return code;
};

const runInvocation = async (argv: readonly string[], host: Host, out: Printer): Promise<ExitCode> => {
	try {
		const invocation = readInvocation(argv);
		if (invocation.version) {
			out.line(ours`unflap ${shown(hostile(version))}`);
			return 0;
		}
		const load = loaderOf(invocation.word);
		if (invocation.help) {
			const lines = load === undefined ? helpOfAll(await allCommands()) : helpOf(await load());
			for (const line of lines) out.line(line);
			return 0;
		}
		if (load !== undefined) return await runCommand(await load(), invocation.others, host);
		return await openTui(invocation, host, out);
	} catch (error) {
		return printError(error, out);
	}
};

const runCommand = async (command: Command, argv: readonly string[], host: Host): Promise<ExitCode> => {
	const {args, settingsFlags} = parseCommand(command, argv);
	const {context, close} = contextFor(settingsFlags, host);
	try {
		return await command.run(context, args);
	} catch (error) {
		return printError(error, context.out, `unflap ${command.name} --help`);
	} finally {
		await close();
	}
};

/** `unflap [GROUP]`. Without a terminal there is nothing to draw on: help on stderr, exit 2. */
const openTui = async ({word, others}: Invocation, host: Host, out: Printer): Promise<ExitCode> => {
	const {args, settingsFlags} = parseCommand(tuiShape, word === null ? others : [word, ...others]);
	if (args.rest !== null || args.positionals.length > 1)
		throw new UnflapError('usage', `There is no command "${args.positionals[0] ?? '--'}"`, {
			next: ['unflap --help lists the commands', 'unflap GROUP opens the terminal UI on one group'],
		});
	if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
		if (word !== null)
			out.warn(
				ours`unflap: there is no command "${shown(hostile(word))}", and no terminal to open the UI on`,
			);
		for (const line of helpOfAll(await allCommands())) out.note(line);
		return 2;
	}
	const {context, close} = contextFor(settingsFlags, host);
	try {
		return await showScreen(context, args, host.tour ?? null);
	} finally {
		await close();
	}
};

const showScreen = async (
	context: CommandContext,
	{flags, positionals}: CommandArgs,
	tour: string | null,
): Promise<ExitCode> => {
	const {runTui, screenOf} = await import('./ui/run-tui.tsx');
	const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : null);
	return runTui({
		settings: context.settings,
		environment: context.environment,
		processClock: createProcessClock(),
		aws: context.aws,
		holds: context.holds,
		openPlace: context.openPlace,
		ending: context.ending,
		group: positionals[0] ?? null,
		view: screenOf(text('view')),
		filter: text('filter') ?? '',
		tour,
		note: line => context.out.line(line),
		stdin: process.stdin,
		stdout: process.stdout,
	});
};

const tuiShape = {
	name: '',
	usage: 'unflap [GROUP]',
	flags: screenFlags,
	outputs: ['text'],
} as const;

const contextFor = (flags: Parameters<typeof loadSettings>[0], host: Host) => {
	const settings = loadSettings(flags, host.environment, process.stdout.isTTY === true);
	setRedactor(createRedactor(settings.redact));
	return createContext({
		settings,
		environment: host.environment,
		out: printerFor(host, settings.colour),
		ending: host.ending,
		rerun: (argv, environment, tour = null) =>
			runInvocation(argv, {...host, environment, tour}, printerFor(host, false)),
	});
};

const printerFor = ({environment, ending}: Host, colour: boolean) =>
	createPrinter({
		stdout: process.stdout,
		stderr: process.stderr,
		colour,
		environment,
		onBrokenPipe: () => ending.request({kind: 'broken-pipe'}),
	});

const loaderOf = (word: string | null) =>
	word !== null && Object.hasOwn(commands, word) ? commands[word] : undefined;

/**
 * A request to end that nobody took over ends the command: in its own time at first, since it may have a session on a
 * box to close, at once with the second request. Its exit code is the signal's, unless something of ours is left.
 */
const orEnd = async (running: Promise<ExitCode>, ending: Ending, out: Printer): Promise<ExitCode> => {
	const finished = running.then(code => (ending.signal.aborted && code !== 4 ? reasonOf(ending) : code));
	const code = await Promise.race([finished, outOfPatience(ending)]);
	const request = ending.first();
	if (request?.kind !== 'crash') return code;
	printError(request.error, out);
	return code === 0 ? 1 : code;
};

const reasonOf = (ending: Ending) => ending.signal.reason as ExitCode;

const outOfPatience = (ending: Ending) =>
	new Promise<ExitCode>(resolve => {
		const wait = () => {
			const giveUp = () => resolve(reasonOf(ending));
			ending.takeOver(giveUp);
			setTimeout(giveUp, graceMs).unref();
		};
		if (ending.signal.aborted) wait();
		else ending.signal.addEventListener('abort', wait, {once: true});
	});
