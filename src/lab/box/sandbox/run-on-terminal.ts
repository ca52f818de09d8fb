/**
 * A program of a box on a real pseudo terminal: util-linux's `script` makes one, and the namespace is entered on it.
 * The window size is set from outside, by the terminal's own name.
 */
import {execFile, spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {PassThrough} from 'node:stream';
import {commandLine} from '../../../base/quote.ts';
import {codeOf} from '../../../base/safe-files.ts';
import type {BoxTerminal, TerminalSize} from '../../agent/box-process.ts';
import type {PlayedBox} from '../played-box.ts';
import {boxEnvironment, type NamespaceTool, terminalArgv} from './namespace.ts';
import {openPlayerDoor} from './player-door.ts';
import type {Scratch} from './scratch.ts';

/** Whether this machine's `script` is the one of util-linux, and stty is there. */
export const hasTerminals = (): boolean => {
	if (process.platform !== 'linux') return false;
	const {status, stdout} = spawnSync('script', ['--version'], {encoding: 'utf8', timeout: 5000});
	return (
		status === 0 && stdout.includes('util-linux') && spawnSync('stty', ['--version']).error === undefined
	);
};

export const openInNamespace = (
	tool: NamespaceTool,
	scratch: Scratch,
	box: PlayedBox,
	argv: readonly string[],
): BoxTerminal => {
	const folders = scratch.folders(box);
	const door = openPlayerDoor(folders.calls, box);
	// Beside the folder that the box sees, not in it.
	const nameFile = `${folders.calls}.tty`;
	const inner = [
		'umask 077',
		`tty >${commandLine([nameFile])}`,
		'stty sane cols 80 rows 24',
		`exec ${commandLine(terminalArgv(tool, folders, argv))}`,
	].join('; ');
	const child = spawn('script', ['--quiet', '--flush', '--command', inner, '/dev/null'], {
		// Here `script` finds the shell that reads `inner`; inside, the box's own stands.
		env: {
			...boxEnvironment,
			PATH: process.env['PATH'] ?? '',
			SHELL: '/bin/sh',
			TERM: 'xterm-256color',
			PS1: '$ ',
		},
		stdio: ['pipe', 'pipe', 'ignore'],
		cwd: '/',
	});
	const exited = new Promise<void>(resolve => {
		child.once('error', () => resolve());
		child.once('exit', () => resolve());
	}).finally(() => door.close());
	// A program that has ended reads nothing more.
	child.stdin.on('error', () => undefined);
	return {
		// Node throws away what a process left unread when it ends, and the agent reads late.
		output: child.stdout.pipe(new PassThrough()),
		write: bytes => child.stdin.write(bytes),
		resize: size => resize(nameFile, size),
		exited,
		kill: () => child.kill('SIGKILL'),
	};
};

const resize = (nameFile: string, {columns, rows}: TerminalSize) => {
	const name = nameOf(nameFile);
	// Before the terminal has its name, the program has not asked for its size either: it comes again with the next change.
	if (name === null) return setTimeout(() => resize(nameFile, {columns, rows}), 50).unref();
	return execFile('stty', ['-F', name, 'cols', String(columns), 'rows', String(rows)], () => undefined);
};

const nameOf = (nameFile: string): string | null => {
	try {
		const name = readFileSync(nameFile, 'utf8').trim();
		return /^\/dev\/pts\/\d{1,6}$/.test(name) ? name : null;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return null;
		throw error;
	}
};
