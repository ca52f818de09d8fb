/**
 * `unflap completion`: a script for the shell that knows commands and flags, and asks the program for the names of
 * groups and boxes when tab is pressed.
 */
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, shown} from '../base/terminal-text.ts';
import {globalFlags} from './arguments.ts';
import type {Command, CommandContext, FlagSpec} from './command.ts';
import {bashScript, fishScript, type Words, zshScript} from './completion-scripts.ts';

export const completionCommand: Command = {
	name: 'completion',
	summary: 'a script that completes commands, flags, groups and boxes in your shell',
	usage: 'unflap completion bash|zsh|fish',
	example: 'source <(unflap completion bash)',
	flags: {},
	outputs: ['text'],
	mostWords: 1,
	run: async (context, {positionals}) => {
		const [shell = ''] = positionals;
		// What the scripts call: not for people, and silent where AWS cannot be asked.
		if (shell === 'names') return printNames(context);
		const script = scripts[shell];
		if (script === undefined)
			throw new UnflapError('usage', `There is no completion for "${shell}"`, {
				next: ['one of bash, zsh, fish', 'for example: source <(unflap completion bash)'],
			});
		for (const line of script(await wordsOf()).split('\n')) context.out.line(shown(hostile(line)));
		return 0;
	},
};

const scripts: Readonly<Record<string, (words: Words) => string>> = {
	bash: bashScript,
	zsh: zshScript,
	fish: fishScript,
};

const wordsOf = async (): Promise<Words> => {
	const {allCommands} = await import('./commands.ts');
	return {
		commands: (await allCommands()).map(({name, summary, flags}) => ({
			name,
			summary,
			flags: flagsOf(flags),
		})),
		flags: flagsOf(globalFlags),
	};
};

const flagsOf = (flags: Readonly<Record<string, FlagSpec>>): Words['flags'] =>
	Object.entries(flags).map(([name, {short, type, help}]) => ({
		name: `--${name}`,
		short: short === undefined ? null : `-${short}`,
		takesValue: type === 'string',
		help,
	}));

/** A word of a script must never be more than a word: what a shell could read otherwise is left out. */
const isPlain = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.:/@+=,-]{0,254}$/.test(name);

const printNames = async ({aws, out, signal}: CommandContext): Promise<ExitCode> => {
	try {
		const groups = await (await aws()).polling.groups({signal});
		const boxes = groups.flatMap(({instances}) => instances.map(({instanceId}) => instanceId));
		for (const name of [...groups.map(({name}) => name), ...boxes].filter(isPlain))
			out.line(shown(hostile(name)));
		return 0;
	} catch (error) {
		if (!(error instanceof UnflapError)) throw error;
		return 1;
	}
};
