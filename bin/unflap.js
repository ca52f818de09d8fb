#!/usr/bin/env node
// The door: what must happen before the program is loaded. Plain JavaScript that Node 18 can parse.
import {spawn} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync} from 'node:fs';
import module from 'node:module';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const ignore = () => undefined;
// Without a listener, SIGUSR1 opens Node's debugger to every user of this machine.
process.on('SIGUSR1', ignore);
// A crash report written by NODE_OPTIONS would hold the environment, and with it credentials.
if (process.report) process.report.excludeEnv = true;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The words of the table in src/cli/commands.ts: any other first word is the name of a group. */
const words = [
	'ls',
	'show',
	'why',
	'report',
	'diff',
	'graveyard',
	'hold',
	'holds',
	'release',
	'logs',
	'catch',
	'boot',
	'run',
	'probe',
	'edit',
	'retry',
	'shell',
	'demo',
	'lab',
	'doctor',
	'policy',
	'completion',
	'info',
];
const flagsWithValue = [
	...['-p', '--profile', '-r', '--region', '-o', '--output', '--endpoint-url', '--config'],
	...['--view', '-f', '--filter'],
];

const isOldNode = () => {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	return major < 22 || (major === 22 && minor < 15);
};

const opensScreen = argv => {
	if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
	const rest = argv.indexOf('--');
	const before = rest === -1 ? argv : argv.slice(0, rest);
	if (before.some(word => ['-h', '--help', '-V', '--version'].includes(word))) return false;
	const word = before.find(
		(text, index) => !text.startsWith('-') && !flagsWithValue.includes(before[index - 1]),
	);
	return word === 'demo' ? rest === -1 : !words.includes(word);
};

/** Node's own default folder for compiled code can be made by anybody first: only one that is ours alone will do. */
const cacheFolder = () => {
	const base = process.env.XDG_CACHE_HOME;
	const home = process.env.HOME || homedir();
	const parent = join(base && isAbsolute(base) ? base : join(home, '.cache'), 'unflap');
	const folder = join(parent, 'compiled');
	try {
		mkdirSync(folder, {recursive: true, mode: 0o700});
		return [folder, parent].every(isOurs) && isSafeParent(dirname(parent)) ? folder : undefined;
	} catch {
		// No cache, a slower start: nothing else hangs on it.
		return undefined;
	}
};

const isOurs = path => {
	const facts = lstatSync(path);
	return facts.isDirectory() && facts.uid === process.geteuid?.() && (facts.mode & 0o077) === 0;
};

const isSafeParent = path => {
	const {uid, mode} = lstatSync(path);
	return (uid === 0 || uid === process.geteuid?.()) && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
};

/** Runs this file under the Node of the package, and stands for it: same terminal, same signals, same end. */
const handOver = node => {
	const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
		stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
		env: {...process.env, UNFLAP_DOOR_FD: '3'},
	});
	const pipe = child.stdio[3];
	// The child may be gone before it has read the last word.
	pipe.on('error', ignore);
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
	// Signals of the terminal reach the child too: it is told the name, and takes each once.
	for (const signal of signals) process.on(signal, () => pipe.write(`${signal}\n`));
	child.on('error', error => {
		process.stderr.write(`unflap: ${node} could not be started: ${error.message}\n`);
		process.exit(1);
	});
	child.on('exit', (code, signal) => {
		if (signal === null) process.exit(code ?? 1);
		for (const name of signals) process.removeAllListeners(name);
		process.kill(process.pid, signal);
	});
};

const run = async () => {
	const entry = join(root, 'dist', 'main.js');
	if (!existsSync(entry)) {
		process.stderr.write('unflap: it is not built yet: run npm run build\n');
		process.exit(1);
	}
	const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder();
	if (folder !== undefined) module.enableCompileCache?.(folder);
	const {main} = await import(pathToFileURL(entry).href);
	process.exit(await main(process.argv.slice(2)));
};

if (isOldNode()) {
	const packaged = join(
		root,
		'node_modules',
		'node',
		'bin',
		process.platform === 'win32' ? 'node.exe' : 'node',
	);
	// A packaged Node that is too old itself would hand over for ever.
	if (existsSync(packaged) && !process.env.UNFLAP_DOOR_FD) handOver(packaged);
	else {
		process.stderr.write(`unflap: needs Node.js 22.15 or newer, and this is ${process.versions.node}\n`);
		process.exit(1);
	}
} else {
	// Keys typed while modules load would be echoed, and the first frame would start at the moved cursor.
	if (opensScreen(process.argv.slice(2))) process.stdin.setRawMode(true);
	await run();
}
