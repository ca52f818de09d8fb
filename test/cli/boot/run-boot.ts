/** `unflap boot` in this process: what it printed, its code, its error. */
import {createEnding} from '../../../src/base/exit.ts';
import {encodeJson} from '../../../src/base/json.ts';
import type {Settings} from '../../../src/base/settings.ts';
import {shown} from '../../../src/base/terminal-text.ts';
import {parseCommand} from '../../../src/cli/arguments.ts';
import {bootCommand} from '../../../src/cli/boot.ts';
import type {CommandContext, Printer} from '../../../src/cli/command.ts';

export type Printed = {
	readonly code: number;
	readonly out: string;
	readonly notes: string;
	readonly boxLines: readonly string[];
};

export const runBoot = async (
	args: readonly string[],
	options: {readonly columns?: number; readonly colour?: boolean; readonly ascii?: boolean} = {},
): Promise<Printed> => {
	const lines: string[] = [];
	const notes: string[] = [];
	const boxLines: string[] = [];
	const out: Printer = {
		line: (text, source) => {
			lines.push(text);
			if (source === 'box') {
				boxLines.push(text);
			}
		},
		json: (value, indent) => lines.push(encodeJson(value, indent)),
		note: text => notes.push(text),
		warn: text => notes.push(text),
		raw: async bytes => {
			lines.push(Buffer.from(bytes).toString('utf8'));
		},
		rawError: async () => undefined,
		isErrorTerminal: false,
		bell: () => undefined,
		colour: options.colour ?? false,
		columns: options.columns ?? 120,
		isTerminal: false,
		show: shown,
		flush: async () => undefined,
	};
	const refuse = (): never => {
		throw new Error('boot --journal needs no AWS');
	};
	const context: CommandContext = {
		settings: {ascii: options.ascii ?? false} as Settings,
		readOnly: false,
		aws: refuse,
		holds: refuse,
		openPlace: refuse,
		out,
		signal: new AbortController().signal,
		environment: {},
		ending: createEnding(),
		rerun: refuse,
	};
	const parsed = parseCommand(bootCommand, args);
	const code = await bootCommand.run(context, parsed.args);
	return {code, out: lines.join('\n'), notes: notes.join('\n'), boxLines};
};
