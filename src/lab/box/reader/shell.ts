/** The state of one shell of the reader, and what a program of it is given. */
import type {Input, Output} from './pipe.ts';
import type {Command} from './script.ts';

export type Streams = {readonly input: Input; readonly output: Output; readonly errors: Output};

export type Program = (call: ProgramCall) => Promise<number> | number;

export type ProgramCall = Streams & {
	readonly args: readonly string[];
	readonly shell: Shell;
	/** Runs another command with the same streams, as sudo, nice and exec do. */
	readonly run: (argv: readonly string[], isRoot: boolean) => Promise<number>;
	readonly isRoot: boolean;
};

export type Shell = {
	readonly variables: Map<string, string>;
	readonly functions: Map<string, Command>;
	parameters: readonly string[];
	status: number;
	refusesUnset: boolean;
	stopsOnError: boolean;
	readonly jobs: Promise<number>[];
	readonly shared: {
		readonly signal: AbortSignal;
		readonly programs: ReadonlyMap<string, Program>;
		/** Commands since the event loop was last let go, and how many run beside each other. */
		steps: number;
		beside: number;
		/** Somebody said `stty raw -echo`: what is typed is the program's alone. */
		rawTerminal: boolean;
	};
};

/** Ends a function, a loop or the whole shell. */
export class Leave extends Error {
	override readonly name = 'Leave';
	readonly what: 'exit' | 'return' | 'break' | 'continue';
	readonly status: number;
	constructor(what: Leave['what'], status: number) {
		super(what);
		this.what = what;
		this.status = status;
	}
}

export const createShell = (programs: ReadonlyMap<string, Program>, signal: AbortSignal): Shell => ({
	variables: new Map([
		['HOME', '/home/ssm-user'],
		['USER', 'ssm-user'],
		['PATH', '/usr/bin'],
		['$', '4242'],
		['IFS', ' \t\n'],
	]),
	functions: new Map(),
	parameters: [],
	status: 0,
	refusesUnset: false,
	stopsOnError: false,
	jobs: [],
	shared: {signal, programs, steps: 0, beside: 0, rawTerminal: false},
});

/** A copy whose changes stay inside, as for `( )`, `$( )` and each side of a pipe. */
export const subshell = (shell: Shell): Shell => ({
	...shell,
	variables: new Map(shell.variables),
	functions: new Map(shell.functions),
	jobs: [],
});
