/** Runs commands of a box in namespaces; see namespace.ts for what they can reach. */
import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {codeOf} from '../../../base/safe-files.ts';
import {type BoxProcess, StartError} from '../../agent/box-process.ts';
import type {PlayedBox} from '../played-box.ts';
import {players} from '../players/index.ts';
import {boxEnvironment, commandDepth, type NamespaceTool, namespaceArgv} from './namespace.ts';
import {openPlayerDoor} from './player-door.ts';
import type {Scratch} from './scratch.ts';

export const runInNamespace = async (
	tool: NamespaceTool,
	scratch: Scratch,
	box: PlayedBox,
	argv: readonly string[],
): Promise<BoxProcess> => {
	const folders = scratch.folders(box);
	const door = openPlayerDoor(folders.calls, box);
	const [program = '', ...args] = namespaceArgv(tool, folders, argv);
	const child = spawn(program, args, {env: boxEnvironment, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/'});
	const exited = new Promise<number>(resolve => {
		child.once('error', () => resolve(127));
		child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : -1));
	}).finally(() => door.close());
	return {
		stdout: piped(child.stdout),
		stderr: piped(child.stderr),
		exited,
		interrupt: signal => interrupt(child, commandDepth[tool], signal),
		kill: () => killTree(child),
	};
};

/** Programs that a box has, played or shared; others cannot be started (the agent says so before it runs anything). */
export const refuseUnknownProgram = (
	argv: readonly string[],
	isThere: (program: string) => boolean,
): void => {
	const [program = ''] = argv;
	if (program === '') throw new StartError('command is empty');
	if (players.has(program) || isThere(program)) return;
	throw new StartError(`exec: "${program}": executable file not found in $PATH`);
};

const piped = (stream: Readable | null): Readable => {
	if (stream === null) throw new StartError('no pipe to the command');
	return stream;
};

/** What was started a moment ago does not yet die with its parent: it is killed too. */
const killTree = (child: ChildProcess) => {
	const pids = child.pid === undefined ? [] : descendants(child.pid);
	child.kill('SIGKILL');
	for (const pid of pids) signalProcess(pid, 'SIGKILL');
};

const descendants = (pid: number): readonly number[] =>
	children(pid).flatMap(child => [child, ...descendants(child)]);

/** A signal to the command alone, as the agent sends it, not to its children. */
const interrupt = (child: ChildProcess, depth: number, signal: 'SIGINT' | 'SIGQUIT') => {
	let pid = child.pid;
	for (let level = 0; level < depth && pid !== undefined; level += 1) pid = firstChild(pid);
	if (pid === undefined) child.kill('SIGKILL');
	else signalProcess(pid, signal);
};

const firstChild = (pid: number): number | undefined => children(pid)[0];

const children = (pid: number): readonly number[] => {
	try {
		const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
		return text === '' ? [] : text.split(' ').map(Number);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return [];
		throw error;
	}
};

const signalProcess = (pid: number, signal: NodeJS.Signals) => {
	try {
		process.kill(pid, signal);
	} catch (error) {
		if (codeOf(error) !== 'ESRCH') throw error;
	}
};
