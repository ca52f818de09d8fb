/** Help: one page for all commands, one for each with its example. */
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {globalFlags} from './arguments.ts';
import type {Command, FlagSpec} from './command.ts';

/** Our own words; they pass the same door as any other text. */
const own = (text: string) => shown(hostile(text));

export const helpOfAll = (commands: readonly Command[]): readonly Shown[] => [
	ours`unflap holds a flapping Auto Scaling group still while you find out which unit broke the boot.`,
	ours``,
	ours`  unflap [GROUP]            the terminal UI`,
	ours`  unflap demo               the same on a simulated region: no account, no network`,
	ours`  unflap COMMAND --help     more on one command`,
	ours``,
	ours`Commands`,
	...table(commands.map(({name, summary}) => [name, summary])),
	ours``,
	ours`Flags of all commands`,
	...flagTable(globalFlags),
	ours``,
	ours`Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused (nothing of ours is left), 4 release incomplete,`,
	ours`130/143/129 ended by a signal after a complete release.`,
];

export const helpOf = (command: Command): readonly Shown[] => [
	own(command.summary),
	ours``,
	ours`  ${own(command.usage)}`,
	ours``,
	...(Object.keys(command.flags).length === 0 ? [] : [ours`Flags`, ...flagTable(command.flags), ours``]),
	ours`Output (-o): ${own(command.outputs.join(', '))}`,
	ours`Flags of all commands: ${own(
		Object.keys(globalFlags)
			.map(name => `--${name}`)
			.join(' '),
	)}`,
	ours``,
	ours`Example`,
	...command.example.split('\n').map(line => ours`  ${own(line)}`),
];

const flagTable = (flags: Readonly<Record<string, FlagSpec>>) =>
	table(
		Object.entries(flags).map(([name, {short, value, help}]) => [
			`${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
			help,
		]),
	);

const table = (rows: readonly (readonly [string, string])[]): readonly Shown[] => {
	const widest = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, text]) => ours`  ${pad(own(name), widest)}  ${own(text)}`);
};
