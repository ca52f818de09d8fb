/** From argv to a command, its flags and the global ones. */
import {type ParseArgsOptionsConfig, parseArgs} from 'node:util';
import {UnflapError} from '../base/errors.ts';
import type {SettingsFlags} from '../base/load-settings.ts';
import type {Command, CommandArgs, FlagSpec, OutputFormat} from './command.ts';

/** Flags that every command knows, anywhere before `--`. */
export const globalFlags = {
	profile: {type: 'string', short: 'p', value: 'NAME', help: 'AWS profile (over AWS_PROFILE)'},
	region: {type: 'string', short: 'r', value: 'NAME', help: 'AWS region (over AWS_REGION)'},
	'endpoint-url': {type: 'string', value: 'URL', help: 'send all AWS calls there (over AWS_ENDPOINT_URL)'},
	output: {type: 'string', short: 'o', value: 'FORMAT', help: 'how to print the answer'},
	'read-only': {type: 'boolean', help: 'change nothing in AWS (also UNFLAP_READ_ONLY=1)'},
	readonly: {type: 'boolean', help: 'the same as --read-only'},
	'no-color': {type: 'boolean', help: 'no colour (also NO_COLOR)'},
	ascii: {type: 'boolean', help: 'no box drawing characters'},
	config: {type: 'string', value: 'FILE', help: 'config file (over UNFLAP_CONFIG)'},
	help: {type: 'boolean', short: 'h', help: 'say how it is used'},
	version: {type: 'boolean', short: 'V', help: 'say which version this is'},
} as const satisfies Readonly<Record<string, FlagSpec>>;

export type Invocation = {
	/** The first word that is no flag's value, or null: the TUI, or help. */
	readonly word: string | null;
	/** Everything but `word`. */
	readonly others: readonly string[];
	readonly help: boolean;
	readonly version: boolean;
};

/** Flags of the terminal UI: with the global ones, all that may stand before a word. */
export const screenFlags = {
	view: {
		type: 'string',
		value: 'SCREEN',
		help: 'the screen to begin with: fleet, group, boot, logs, why, activity',
	},
	filter: {type: 'string', short: 'f', value: 'TEXT', help: 'show only groups with these words'},
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Finds the command's word. Before it only flags whose shape is known without the command may stand. */
export const readInvocation = (argv: readonly string[]): Invocation => {
	const {before} = splitRest(argv);
	const {tokens} = parseArgs({
		args: [...before],
		options: optionsOf({...globalFlags, ...screenFlags}),
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const first = tokens.find(token => token.kind === 'positional');
	return {
		word: first?.value ?? null,
		others: first === undefined ? argv : argv.filter((_, index) => index !== first.index),
		help: before.includes('--help') || before.includes('-h'),
		version: before.includes('--version') || before.includes('-V'),
	};
};

export type ParsedCommand = {readonly args: CommandArgs; readonly settingsFlags: SettingsFlags};

/** Parses what stands beside the command's word; throws `usage` naming the flag. */
export const parseCommand = (
	command: Pick<Command, 'name' | 'flags' | 'outputs' | 'usage' | 'mostWords'>,
	argv: readonly string[],
): ParsedCommand => {
	const {before, rest} = splitRest(argv);
	const specs: Readonly<Record<string, FlagSpec>> = {...globalFlags, ...command.flags};
	const {values, positionals} = parseStrictly(command, glueNegatives(before, specs), specs);
	const tooMany = positionals[command.mostWords ?? positionals.length];
	if (tooMany !== undefined)
		throw new UnflapError('usage', `unflap ${command.name} has no place for "${tooMany}"`, {
			next: [`usage: ${command.usage}`],
		});
	const flags = values as Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
	return {
		args: {positionals, flags: ownFlags(flags, command), rest, output: outputOf(flags['output'], command)},
		settingsFlags: settingsFlagsOf(flags),
	};
};

/** The settings among the global flags, for paths that run no command. */
export const settingsFlagsOf = (
	flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
): SettingsFlags => {
	const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
	const yes = (name: string) => (flags[name] === true ? true : undefined);
	return {
		profile: text('profile'),
		region: text('region'),
		endpointUrl: text('endpoint-url'),
		readOnly: yes('read-only') ?? yes('readonly'),
		noColor: yes('no-color'),
		config: text('config'),
		ascii: yes('ascii'),
	};
};

const splitRest = (argv: readonly string[]) => {
	const at = argv.indexOf('--');
	return at === -1 ? {before: argv, rest: null} : {before: argv.slice(0, at), rest: argv.slice(at + 1)};
};

const optionsOf = (specs: Readonly<Record<string, FlagSpec>>): ParseArgsOptionsConfig =>
	Object.fromEntries(
		Object.entries(specs).map(([name, {type, short, multiple}]) => [
			name,
			{type, ...(short === undefined ? {} : {short}), ...(multiple === undefined ? {} : {multiple})},
		]),
	);

/** `--boot -1` means the boot before: a negative number after a flag that wants a value is its value. */
const glueNegatives = (argv: readonly string[], specs: Readonly<Record<string, FlagSpec>>) => {
	const wantsValue = (word: string) =>
		Object.entries(specs).some(
			([name, {type, short}]) => type === 'string' && (word === `--${name}` || word === `-${short}`),
		);
	const glued: string[] = [];
	for (const word of argv) {
		const last = glued.at(-1);
		if (last !== undefined && /^-\d+$/.test(word) && wantsValue(last))
			glued[glued.length - 1] = last.startsWith('--') ? `${last}=${word}` : `${last}${word}`;
		else glued.push(word);
	}
	return glued;
};

const parseStrictly = (
	command: Pick<Command, 'name' | 'usage'>,
	args: readonly string[],
	specs: Readonly<Record<string, FlagSpec>>,
) => {
	try {
		return parseArgs({args: [...args], options: optionsOf(specs), strict: true, allowPositionals: true});
	} catch (error) {
		throw new UnflapError('usage', usageFault(error), {
			next: [`usage: ${command.usage}`, `unflap ${command.name} --help`.replace('  ', ' ')],
		});
	}
};

/** parseArgs explains at length; its first sentence is the fault. */
const usageFault = (error: unknown) =>
	error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '').replace(/\.$/, '') : String(error);

const ownFlags = (
	flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
	command: Pick<Command, 'flags'>,
) => Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(command.flags, name)));

const outputOf = (
	asked: string | boolean | readonly string[] | undefined,
	{name, outputs}: Pick<Command, 'name' | 'outputs'>,
): OutputFormat => {
	const first = outputs[0] ?? 'text';
	if (asked === undefined) return first;
	const output = outputs.find(known => known === asked);
	if (output !== undefined) return output;
	throw new UnflapError('usage', `unflap ${name} cannot print "${String(asked)}"`, {
		next: [`-o takes ${outputs.join(', ')} here`],
	});
};
