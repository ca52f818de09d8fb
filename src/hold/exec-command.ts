/** COMMAND of `unflap catch --exec`: the user's own line of sh, in a process group of its own, so that all of it ends. */
import {type ChildProcess, spawn} from 'node:child_process';
import {constants} from 'node:os';
import type {ProcessClock} from '../base/clock.ts';
import {codeOf} from '../base/safe-files.ts';

export type ExecEnd = {
	/** 128 + n after a signal; null: it could not be started, or we ended it because nobody waits for it any more. */
	readonly code: number | null;
	readonly how: 'exit' | 'timeout' | 'stopped' | 'not-started';
	/** Why it could not be started. */
	readonly problem: string | null;
};

export type RunningExec = {
	readonly ended: Promise<ExecEnd>;
	/** SIGTERM, and SIGKILL a little later; `ended` says 'stopped'. */
	readonly stop: () => void;
};

export type ExecOptions = {
	readonly line: string;
	readonly environment: NodeJS.ProcessEnv;
	/** Its stdout: ours, or our stderr where stdout carries records. */
	readonly stdout: 'stdout' | 'stderr';
	/** Process time after which it hangs. */
	readonly timeoutMs: number;
	readonly processClock: ProcessClock;
};

/** Time to end by itself after SIGTERM. */
const graceMs = 5000;

/** Stdin is empty; stdout and stderr are the only other descriptors it gets (threats.md G1). */
export const startExec = (options: ExecOptions): RunningExec => {
	const {processClock, timeoutMs} = options;
	const ended = Promise.withResolvers<ExecEnd>();
	const over = new AbortController();
	let how: ExecEnd['how'] = 'exit';
	const child = start(options, problem => ended.resolve({code: null, how: 'not-started', problem}));
	const finish = async (why: ExecEnd['how']) => {
		if (over.signal.aborted || how !== 'exit') return;
		how = why;
		signalGroup(child, 'SIGTERM');
		await processClock.sleep(graceMs, over.signal);
		signalGroup(child, 'SIGKILL');
	};
	child?.on('exit', (code, signal) => {
		// What it left in the background goes with it, where it was ended and did not end.
		if (how !== 'exit') signalGroup(child, 'SIGKILL');
		over.abort();
		const own = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
		ended.resolve({code: how === 'stopped' ? null : own, how, problem: null});
	});
	void processClock.sleep(timeoutMs, over.signal).then(() => finish('timeout'));
	return {ended: ended.promise.finally(() => over.abort()), stop: () => void finish('stopped')};
};

const start = (
	{line, environment, stdout}: ExecOptions,
	failed: (problem: string) => void,
): ChildProcess | null => {
	const say = (error: unknown) =>
		failed(codeOf(error) ?? (error instanceof Error ? error.message : 'unknown'));
	try {
		const child = spawn('/bin/sh', ['-c', line], {
			stdio: ['ignore', stdout === 'stdout' ? 1 : 2, 2],
			env: environment,
			detached: true,
		});
		child.on('error', say);
		return child;
	} catch (error) {
		say(error);
		return null;
	}
};

/** Our own child's group, by its id while we know it: it has not been waited for by anybody else. */
const signalGroup = (child: ChildProcess | null, signal: 'SIGTERM' | 'SIGKILL'): void => {
	if (child?.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		if (codeOf(error) !== 'ESRCH') throw error;
	}
};
