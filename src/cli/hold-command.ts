/** The COMMAND of `unflap hold GROUP -- COMMAND`: it has the terminal, and the hold ends with it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {constants} from 'node:os';
import type {ExitCode} from '../base/errors.ts';

export type RunningCommand = {
	readonly pid: number | undefined;
	/** The command's own exit code; 128 + n after a signal, 127 or 126 when it could not be started. */
	readonly ended: Promise<{readonly code: ExitCode; readonly problem: string | null}>;
	/** Asks it to end, and ends it when it does not within `graceMs`. */
	readonly stop: (signal: 'SIGTERM' | 'SIGHUP', graceMs: number) => Promise<void>;
};

/** It gets stdin, stdout and stderr and no other descriptor (threats.md G1). */
export const runCommand = (
	words: readonly string[],
	environment: Readonly<NodeJS.ProcessEnv>,
): RunningCommand => {
	const ended = Promise.withResolvers<{code: ExitCode; problem: string | null}>();
	const child = start(words, environment, problem => ended.resolve(problem));
	child?.on('exit', (code, signal) =>
		ended.resolve({code: (code ?? 128 + numberOf(signal)) as ExitCode, problem: null}),
	);
	return {
		pid: child?.pid,
		ended: ended.promise,
		stop: async (signal, graceMs) => {
			child?.kill(signal);
			const late = setTimeout(() => child?.kill('SIGKILL'), graceMs);
			await ended.promise;
			clearTimeout(late);
		},
	};
};

/** A NUL in a word makes spawn throw; a missing program is an event. */
const start = (
	[program = '', ...words]: readonly string[],
	environment: Readonly<NodeJS.ProcessEnv>,
	fail: (problem: {code: ExitCode; problem: string}) => void,
): ChildProcess | null => {
	const failed = (error: unknown) => {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		fail({code: (code === 'EACCES' ? 126 : 127) as ExitCode, problem: `${program}: ${code}`});
	};
	try {
		const child = spawn(program, words, {stdio: 'inherit', env: environment});
		child.on('error', failed);
		return child;
	} catch (error) {
		failed(error);
		return null;
	}
};

const numberOf = (signal: NodeJS.Signals | null): number => (signal === null ? 0 : constants.signals[signal]);
