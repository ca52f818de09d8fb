/** A copy of the built program of its own: its guardians are told from all others by their command line. */
import {execFile} from 'node:child_process';
import {cp, mkdtemp, realpath, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {builtProgram} from '../../run-program.ts';

export type ProgramCopy = {
	readonly door: string;
	/** Pids of the guardians this copy has running, those about to be one included. */
	readonly guardians: () => Promise<readonly number[]>;
	/** Ends every guardian of this copy, by pid. */
	readonly killGuardians: () => Promise<number>;
	readonly remove: () => Promise<void>;
};

export const copyProgram = async (): Promise<ProgramCopy> => {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'unflap-program-')));
	for (const part of ['bin', 'dist', 'package.json'])
		await cp(join(builtProgram, part), join(folder, part), {recursive: true});
	const guardian = join(folder, 'dist', 'guardian.js');
	await stat(guardian);
	const guardians = () => processesWith(guardian);
	return {
		door: join(folder, 'bin', 'unflap.js'),
		guardians,
		killGuardians: async () => {
			const pids = await guardians();
			for (const pid of pids) killPid(pid, 'SIGKILL');
			return pids.length;
		},
		remove: () => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}),
	};
};

const processesWith = async (argument: string): Promise<readonly number[]> => {
	const {stdout} = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,stat=,args='], {maxBuffer: 1 << 24});
	return stdout
		.split('\n')
		.filter(line => line.includes(argument) && !/^\s*\d+\s+Z/.test(line))
		.map(line => Number.parseInt(line, 10));
};

/** Pids of the children of a process whose command line has this word. */
export const childrenOf = async (parent: number, word: string): Promise<readonly number[]> => {
	const {stdout} = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,ppid=,args='], {
		maxBuffer: 1 << 24,
	});
	return stdout
		.split('\n')
		.map(line => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
		.filter(match => match !== null && Number(match[2]) === parent && (match[3] ?? '').includes(word))
		.map(match => Number(match?.[1]));
};

/** False when it was gone already. */
export const killPid = (pid: number, signal: NodeJS.Signals): boolean => {
	try {
		return process.kill(pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
		throw error;
	}
};
