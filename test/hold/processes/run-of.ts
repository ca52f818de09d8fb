/** Runs one command of a copy of the program to its end. */
import {spawn} from 'node:child_process';
import {environmentOf, type Finished, finished, type RunOptions} from '../../run-program.ts';

export const runOf = (door: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
	finished(
		spawn(process.execPath, [door, ...args], {
			stdio: ['ignore', 'pipe', 'pipe'],
			env: environmentOf(options.home ?? '/nonexistent', options.environment),
		}),
	);
