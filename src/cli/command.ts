/** The shape of a command. Each lives in a file of its own; main.ts holds the table. */
import type {Aws} from '../aws/types.ts';
import type {ExitCode} from '../base/errors.ts';
import type {Ending} from '../base/exit.ts';
import type {Settings} from '../base/settings.ts';
import type {Hostile, Shown} from '../base/text.ts';
import type {Holds} from '../hold/types.ts';

export type OutputFormat = 'text' | 'json' | 'jsonl' | 'cat' | 'md' | 'html' | 'svg';

export type FlagSpec = {
	readonly type: 'string' | 'boolean';
	readonly short?: string;
	readonly multiple?: boolean;
	/** How the value is called in help, e.g. 'TEXT'. */
	readonly value?: string;
	readonly help: string;
};

export type Command = {
	readonly name: string;
	/** One line for the list of commands. */
	readonly summary: string;
	/** E.g. 'unflap ls [FILTER]'. */
	readonly usage: string;
	readonly example: string;
	readonly flags: Readonly<Record<string, FlagSpec>>;
	/** The first is the default. */
	readonly outputs: readonly OutputFormat[];
	/** How many words may stand beside the flags; any number when absent. */
	readonly mostWords?: number;
	/** Everything after `--` stays untouched in `rest`. */
	readonly run: (context: CommandContext, args: CommandArgs) => Promise<ExitCode>;
};

export type CommandArgs = {
	readonly positionals: readonly string[];
	readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
	readonly rest: readonly string[] | null;
	readonly output: OutputFormat;
};

/** What main.ts hands to a command. Lazy where it costs start-up time. */
export type CommandContext = {
	readonly settings: Settings;
	readonly readOnly: boolean;
	readonly aws: () => Promise<Aws>;
	readonly holds: () => Promise<Holds>;
	/** AWS, and holds there, with another profile or in another region; all else stays as it is set. */
	readonly openPlace: (wanted: {
		readonly profile: string | null;
		readonly region: string | null;
	}) => Promise<OpenedPlace>;
	readonly out: Printer;
	/** Aborted on SIGINT, SIGTERM, SIGHUP when no command has taken the signals over; its reason is the exit code. */
	readonly signal: AbortSignal;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	/** For commands that must finish something first (holds): see Ending.takeOver. */
	readonly ending: Ending;
	/** Runs another command line in this process under another environment: what `demo` does once its lab is up. */
	readonly rerun: (
		argv: readonly string[],
		environment: NodeJS.ProcessEnv,
		/** The group of which the terminal UI then tells its story, playing itself. */
		tour?: string | null,
	) => Promise<ExitCode>;
};

export type OpenedPlace = {
	readonly aws: Aws;
	readonly holds: () => Promise<Holds>;
	readonly settings: Settings;
	readonly close: () => Promise<void>;
};

/** Data to stdout, everything else to stderr. EPIPE on stdout aborts `signal`. */
export type Printer = {
	/** `box`: the line begins with words from a box; under CI it then stands behind a gutter. */
	readonly line: (text: Shown, source?: 'box') => void;
	/** One JSON document or one record a line; control, bidi and invisible characters are escaped. */
	readonly json: (value: unknown, indent?: number) => void;
	readonly note: (text: Shown) => void;
	readonly warn: (text: Shown) => void;
	/** Raw bytes for `run` to a pipe. */
	readonly raw: (bytes: Uint8Array) => Promise<void>;
	/** The same to stderr. */
	readonly rawError: (bytes: Uint8Array) => Promise<void>;
	readonly isErrorTerminal: boolean;
	/** Rings where somebody may hear it: on a terminal, and nowhere else. */
	readonly bell: () => void;
	readonly colour: boolean;
	readonly columns: number;
	readonly isTerminal: boolean;
	/** Turns outside text into something a line can be made of. */
	readonly show: (text: Hostile) => Shown;
	readonly flush: () => Promise<void>;
};
