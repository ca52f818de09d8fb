/** Runs the built program as a user's shell would, with folders of its own and none of the surroundings' settings. */
import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process';
import {chmod, mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {repositoryRoot} from './shared-folder.ts';

/** Where the built program lies: the repository, or another copy that UNFLAP_PROGRAM names. */
export const builtProgram = process.env['UNFLAP_PROGRAM'] ?? repositoryRoot;
export const door = join(builtProgram, 'bin', 'unflap.js');

export type Finished = {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
};

export type RunOptions = {
	readonly environment?: Readonly<NodeJS.ProcessEnv>;
	readonly home?: string;
	readonly node?: string;
	readonly spawn?: SpawnOptions;
};

/** A fresh home folder, removed by `forget`. */
export const makeHome = async () => {
	const home = await realpath(await mkdtemp(join(tmpdir(), 'unflap-home-')));
	await chmod(home, 0o700);
	return {home, forget: () => rm(home, {recursive: true, force: true, maxRetries: 5, retryDelay: 200})};
};

/** What Node compiled of the program: every home of the tests is a new one, and would compile it again. */
export const compiledFolder = join(tmpdir(), `unflap-tests-compiled-${process.geteuid?.() ?? 0}`);

/** The environment of a user who has set nothing but what is given. */
export const environmentOf = (home: string, more: Readonly<NodeJS.ProcessEnv> = {}): NodeJS.ProcessEnv => ({
	PATH: process.env['PATH'],
	HOME: home,
	LANG: 'C.UTF-8',
	AWS_EC2_METADATA_DISABLED: 'true',
	NODE_COMPILE_CACHE: compiledFolder,
	...more,
});

export const startProgram = (args: readonly string[], options: RunOptions = {}): ChildProcess =>
	spawn(options.node ?? process.execPath, [door, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: environmentOf(options.home ?? '/nonexistent', options.environment),
		...options.spawn,
	});

export const finished = (child: ChildProcess): Promise<Finished> =>
	new Promise((resolve, reject) => {
		let stdout = '';
		let stderr = '';
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			stdout += text;
		});
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			stderr += text;
		});
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({code, signal, stdout, stderr}));
	});

export const runProgram = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
	finished(startProgram(args, options));
