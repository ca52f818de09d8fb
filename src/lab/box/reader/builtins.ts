/** Commands that are part of the shell. */
import {setTimeout as sleepFor} from 'node:timers/promises';
import {runArgv} from './interpret.ts';
import {Stopped} from './pipe.ts';
import {printf} from './printf.ts';
import {Leave, type Program, type Shell} from './shell.ts';
import {isTrue} from './test-expression.ts';
import {virtualFiles} from './virtual-files.ts';

const leave =
	(what: Leave['what']): Program =>
	({args, shell}) => {
		throw new Leave(
			what,
			args[0] === undefined
				? what === 'exit' || what === 'return'
					? shell.status
					: 0
				: Number(args[0]) & 255,
		);
	};

const assign = (shell: Shell, text: string): boolean => {
	const [, name, value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text) ?? [];
	if (name === undefined) return false;
	if (value !== undefined) shell.variables.set(name, value);
	return true;
};

const set: Program = async ({args, shell, errors}) => {
	const [first, ...rest] = args;
	if (first === '--') shell.parameters = rest;
	else
		for (const option of args) {
			if (!/^[-+][efu]+$/.test(option)) {
				await errors.write(`sh: set: ${option} is not for this lab box\n`);
				return 2;
			}
			const isOn = option.startsWith('-');
			if (option.includes('e')) shell.stopsOnError = isOn;
			if (option.includes('u')) shell.refusesUnset = isOn;
		}
	return 0;
};

const read: Program = async ({args, shell, input}) => {
	const names = args.filter(arg => !arg.startsWith('-'));
	let bytes = Buffer.alloc(0);
	let isEnded = false;
	while (!bytes.includes(10)) {
		const chunk = await input.read();
		if (chunk === null) {
			isEnded = true;
			break;
		}
		bytes = Buffer.concat([bytes, chunk]);
	}
	const end = isEnded ? bytes.length : bytes.indexOf(10);
	input.unread(bytes.subarray(end + 1));
	let line = bytes.toString('utf8', 0, end).trim();
	for (const [index, name] of names.entries()) {
		const isLast = index === names.length - 1;
		const field = isLast ? line : (/^\S*/.exec(line)?.[0] ?? '');
		shell.variables.set(name, field);
		line = line.slice(field.length).trimStart();
	}
	return isEnded && end === 0 ? 1 : 0;
};

const sleep: Program = async ({args, shell, errors}) => {
	const seconds = Number(args[0]?.replace(/s$/, ''));
	if (args.length !== 1 || !(seconds >= 0)) {
		await errors.write('sleep: invalid time interval\n');
		return 1;
	}
	try {
		await sleepFor(Math.min(seconds * 1000, 2_000_000_000), undefined, {
			signal: shell.shared.signal,
			ref: false,
		});
	} catch {
		throw new Stopped();
	}
	return 0;
};

/** Waiting wakes up when the session ends, too. */
const wait: Program = async ({shell}) => {
	const statuses = await Promise.all(shell.jobs.splice(0));
	return statuses.at(-1) ?? 0;
};

/** Only whether the shell itself is alive can be asked. */
const kill: Program = async ({args, errors}) => {
	if (args.join(' ') === '-0 4242') return 0;
	await errors.write('sh: kill: no such process\n');
	return 1;
};

const command: Program = async ({args, shell, run, output, isRoot}) => {
	if (args[0] !== '-v') return run(args, isRoot);
	const name = args[1] ?? '';
	if (!shell.shared.programs.has(name) && !shell.functions.has(name)) return 127;
	await output.write(`${name}\n`);
	return 0;
};

const exec: Program = async ({args, shell, isRoot, ...streams}) => {
	if (args.length === 0) return 0;
	throw new Leave('exit', await runArgv(args, shell, streams, isRoot));
};

const test: Program = async ({args, errors}) => {
	try {
		return isTrue(args, path => virtualFiles.has(path)) ? 0 : 1;
	} catch (error) {
		await errors.write(`sh: test: ${error instanceof Error ? error.message : String(error)}\n`);
		return 2;
	}
};

const bracket: Program = async call => {
	if (call.args.at(-1) === ']') return test({...call, args: call.args.slice(0, -1)});
	await call.errors.write('sh: [: missing ]\n');
	return 2;
};

/** `-u` makes it somebody else's command; only root's is root's. */
const sudo: Program = async ({args, run, errors}) => {
	const rest = [...args];
	let isRoot = true;
	for (let word = rest[0] ?? ''; word.startsWith('-'); word = rest[0] ?? '') {
		rest.shift();
		if (word === '--') break;
		if (word === '-u') isRoot = ['root', '#0'].includes(rest.shift() ?? '');
		else if (!['-n', '-E', '-H'].includes(word)) {
			await errors.write(`sudo: ${word}: not played on this lab box\n`);
			return 1;
		}
	}
	return run(rest, isRoot);
};

/** The terminal passes bytes as they are, and does not echo: the prompt asks whether somebody said so. */
const stty: Program = ({args, shell}) => {
	if (args.includes('raw') || args.includes('-echo')) shell.shared.rawTerminal = true;
	return 0;
};

/** Options of sudo and nice that change nothing here; the rest is the command. */
const prefix =
	(name: string, takesValue: string, plain: readonly string[], becomesRoot: boolean): Program =>
	async ({args, run, isRoot, errors}) => {
		const rest = [...args];
		for (let word = rest[0] ?? ''; word.startsWith('-'); word = rest[0] ?? '') {
			rest.shift();
			if (word === '--') break;
			if (word === takesValue) rest.shift();
			else if (!plain.includes(word) && !/^-n?\d+$/.test(word)) {
				await errors.write(`${name}: ${word}: not played on this lab box\n`);
				return 1;
			}
		}
		return run(rest, isRoot || becomesRoot);
	};

const echo = (args: readonly string[]): string =>
	args[0] === '-n' ? args.slice(1).join(' ') : `${args.join(' ')}\n`;

const printing =
	(text: (args: readonly string[]) => string | Buffer): Program =>
	async ({args, output}) => {
		await output.write(text(args));
		return 0;
	};

export const builtins: ReadonlyMap<string, Program> = new Map<string, Program>([
	[':', () => 0],
	['true', () => 0],
	['false', () => 1],
	['exit', leave('exit')],
	['return', leave('return')],
	['break', leave('break')],
	['continue', leave('continue')],
	['set', set],
	['read', read],
	['sleep', sleep],
	['wait', wait],
	['kill', kill],
	['command', command],
	['exec', exec],
	['test', test],
	['[', bracket],
	['sudo', sudo],
	['stty', stty],
	['nice', prefix('nice', '-n', [], false)],
	// Nothing of this box takes long.
	['timeout', ({args, run, isRoot}) => run(args.slice(1), isRoot)],
	['cd', () => 0],
	['pwd', printing(() => '/home/ssm-user\n')],
	['echo', printing(echo)],
	['printf', printing(printf)],
	['export', ({args, shell}) => (args.every(arg => assign(shell, arg)) ? 0 : 2)],
	[
		'unset',
		({args, shell}) => {
			for (const name of args) shell.variables.delete(name);
			return 0;
		},
	],
	[
		'shift',
		({args, shell}) => {
			shell.parameters = shell.parameters.slice(Number(args[0] ?? 1));
			return 0;
		},
	],
]);
