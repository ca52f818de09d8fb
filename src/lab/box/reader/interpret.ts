/**
 * Runs a tree of sh inside this process: no program of the host is started and no file of the host is touched
 * (threats.md L3). Programs are players, filters and builtins alone.
 */
import {expandPattern, expandText, expandWords, type Scope} from './expand.ts';
import {BrokenPipe, createPipe, nothing, type Output, readAll, Stopped} from './pipe.ts';
import {type Command, type List, type Pipeline, Refusal, type Step} from './script.ts';
import {Leave, type Shell, type Streams, subshell} from './shell.ts';

const mostBeside = 64;
const deepestCalls = 200;

export const runList = async (list: List, shell: Shell, streams: Streams): Promise<number> => {
	for (const step of list) {
		if (step.background) startJob(step, shell, streams);
		else shell.status = await runStep(step, shell, streams);
	}
	return shell.status;
};

const startJob = (step: Step, shell: Shell, streams: Streams) => {
	const own = subshell(shell);
	shell.variables.set('!', String(4300 + shell.jobs.length));
	const job = beside(own, () =>
		endOf(streams.errors, () => runStep(step, own, {...streams, input: nothing})),
	);
	// Nobody may ever wait for it: what ends it is then no news to anybody.
	shell.jobs.push(job.catch(() => 130));
	shell.status = 0;
};

const beside = async (shell: Shell, run: () => Promise<number>): Promise<number> => {
	const {shared} = shell;
	if (shared.beside >= mostBeside) throw new Refusal('fork: Resource temporarily unavailable');
	shared.beside += 1;
	try {
		return await run();
	} finally {
		shared.beside -= 1;
	}
};

/** The status of a shell of its own: exit, a broken pipe and a stop end it and nothing else. */
const endOf = async (errors: Output, run: () => Promise<number>): Promise<number> => {
	try {
		return await run();
	} catch (error) {
		if (error instanceof Leave) return error.status;
		if (error instanceof BrokenPipe) return 141;
		if (error instanceof Stopped) return 130;
		if (!(error instanceof Refusal)) throw error;
		await errors.write(`sh: ${error.message}\n`);
		return 2;
	}
};

const runStep = async (step: Step, shell: Shell, streams: Streams): Promise<number> => {
	let status = await runPipeline(step.first, shell, streams);
	shell.status = status;
	for (const {when, pipeline} of step.rest) {
		if ((when === '&&') !== (status === 0)) continue;
		status = await runPipeline(pipeline, shell, streams);
		shell.status = status;
	}
	const last = step.rest.at(-1);
	if (status !== 0 && shell.stopsOnError && last === undefined && !step.first.negated)
		throw new Leave('exit', status);
	return status;
};

const runPipeline = async (
	{commands, negated}: Pipeline,
	shell: Shell,
	streams: Streams,
): Promise<number> => {
	const status =
		commands.length === 1 && commands[0] !== undefined
			? await runCommand(commands[0], shell, streams)
			: await runPiped(commands, shell, streams);
	return negated ? (status === 0 ? 1 : 0) : status;
};

const runPiped = async (commands: readonly Command[], shell: Shell, streams: Streams): Promise<number> => {
	let input = streams.input;
	const runs = commands.map((command, index) => {
		const isLast = index === commands.length - 1;
		const own = subshell(shell);
		const pipe = isLast ? null : createPipe(shell.shared.signal);
		const ours: Streams = {input, output: pipe ?? streams.output, errors: streams.errors};
		input = pipe ?? input;
		return beside(own, () => endOf(streams.errors, () => runCommand(command, own, ours))).finally(() => {
			pipe?.end();
			if (index > 0) ours.input.leave();
		});
	});
	const statuses = await Promise.all(runs);
	return statuses.at(-1) ?? 0;
};

const redirected = (command: Command, streams: Streams): Streams => {
	let {input, output, errors} = streams;
	for (const {from, to} of command.redirects) {
		const target = to === 'null' ? nothing : to === 1 ? output : errors;
		if (from === 0) input = nothing;
		else if (from === 1) output = target;
		else errors = target;
	}
	return {input, output, errors};
};

const runCommand = async (command: Command, shell: Shell, given: Streams): Promise<number> => {
	await breathe(shell);
	const streams = redirected(command, given);
	switch (command.kind) {
		case 'simple':
			return runSimple(command, shell, streams);
		case 'group':
			return runList(command.list, shell, streams);
		case 'subshell': {
			const own = subshell(shell);
			return endOf(streams.errors, () => runList(command.list, own, streams));
		}
		case 'if':
			return runIf(command, shell, streams);
		case 'loop':
			return runLoop(command, shell, streams);
		case 'for':
			return runFor(command, shell, streams);
		case 'case':
			return runCase(command, shell, streams);
		case 'function':
			shell.functions.set(command.name, command.body);
			return 0;
	}
};

/** A loop without end must not stop the lab. */
const breathe = async ({shared}: Shell) => {
	if (shared.signal.aborted) throw new Stopped();
	shared.steps += 1;
	if (shared.steps % 64 === 0) await new Promise(resolve => setImmediate(resolve));
};

const scopeOf = (shell: Shell, streams: Streams): Scope => ({
	...shell,
	outputOf: async list => {
		const pipe = createPipe(shell.shared.signal);
		const own = subshell(shell);
		const reading = readAll(pipe).finally(() => pipe.leave());
		const running = endOf(streams.errors, () => runList(list, own, {...streams, output: pipe})).finally(() =>
			pipe.end(),
		);
		const [bytes, status] = await Promise.all([reading, running]);
		shell.status = status;
		return bytes.toString('utf8').replace(/\n+$/, '').replaceAll('\0', '');
	},
});

const runSimple = async (
	command: Command & {kind: 'simple'},
	shell: Shell,
	streams: Streams,
): Promise<number> => {
	const words = await expandWords(command.words, scopeOf(shell, streams));
	const isAssignment = words.length === 0;
	if (isAssignment) shell.status = 0;
	const target = isAssignment ? shell : subshell(shell);
	for (const {name, word} of command.assignments)
		target.variables.set(name, await expandText(word, scopeOf(shell, streams)));
	if (isAssignment) return shell.status;
	const [name = ''] = words;
	const isOwn = shell.functions.has(name) || shellBuiltins.has(name) || command.assignments.length === 0;
	return runArgv(words, isOwn ? shell : target, streams, shell.variables.get('SUDO_USER') !== undefined);
};

/** Builtins that change the shell they run in. */
const shellBuiltins = new Set([
	'export',
	'set',
	'shift',
	'read',
	'unset',
	'cd',
	'return',
	'exit',
	'break',
	'continue',
	'exec',
]);

export const runArgv = async (
	argv: readonly string[],
	shell: Shell,
	streams: Streams,
	isRoot: boolean,
): Promise<number> => {
	const [name = '', ...args] = argv;
	const own = shell.functions.get(name);
	if (own !== undefined) return callFunction(own, args, shell, streams);
	const program = shell.shared.programs.get(name);
	if (program === undefined) {
		await streams.errors.write(`sh: ${name}: not found (this lab box has no such program)\n`);
		return 127;
	}
	return program({
		...streams,
		args,
		shell,
		isRoot,
		run: (inner, root) => runArgv(inner, shell, streams, root),
	});
};

let depth = 0;
const callFunction = async (
	body: Command,
	args: readonly string[],
	shell: Shell,
	streams: Streams,
): Promise<number> => {
	const before = shell.parameters;
	shell.parameters = args;
	depth += 1;
	try {
		if (depth > deepestCalls) throw new Refusal('functions call each other too deeply');
		return await runCommand(body, shell, streams);
	} catch (error) {
		if (error instanceof Leave && error.what === 'return') return error.status;
		throw error;
	} finally {
		depth -= 1;
		shell.parameters = before;
	}
};

const runIf = async (command: Command & {kind: 'if'}, shell: Shell, streams: Streams): Promise<number> => {
	for (const {condition, body} of command.clauses)
		if ((await runCondition(condition, shell, streams)) === 0) return runList(body, shell, streams);
	return command.otherwise === null ? 0 : runList(command.otherwise, shell, streams);
};

/** `set -e` does not look at conditions. */
const runCondition = async (list: List, shell: Shell, streams: Streams): Promise<number> => {
	const before = shell.stopsOnError;
	shell.stopsOnError = false;
	try {
		return await runList(list, shell, streams);
	} finally {
		shell.stopsOnError = before;
	}
};

/** Runs the body once; false when the loop ends. */
const turn = async (body: List, shell: Shell, streams: Streams): Promise<boolean> => {
	try {
		await breathe(shell);
		await runList(body, shell, streams);
		return true;
	} catch (error) {
		if (!(error instanceof Leave) || (error.what !== 'break' && error.what !== 'continue')) throw error;
		return error.what === 'continue';
	}
};

const runLoop = async (
	command: Command & {kind: 'loop'},
	shell: Shell,
	streams: Streams,
): Promise<number> => {
	while (((await runCondition(command.condition, shell, streams)) === 0) !== command.until)
		if (!(await turn(command.body, shell, streams))) return 0;
	return 0;
};

const runFor = async (command: Command & {kind: 'for'}, shell: Shell, streams: Streams): Promise<number> => {
	const values =
		command.words === null ? shell.parameters : await expandWords(command.words, scopeOf(shell, streams));
	for (const value of values) {
		shell.variables.set(command.name, value);
		if (!(await turn(command.body, shell, streams))) break;
	}
	return shell.status;
};

const runCase = async (
	command: Command & {kind: 'case'},
	shell: Shell,
	streams: Streams,
): Promise<number> => {
	const scope = scopeOf(shell, streams);
	const text = await expandText(command.word, scope);
	for (const {patterns, list} of command.items)
		for (const pattern of patterns)
			if ((await expandPattern(pattern, scope)).test(text)) return runList(list, shell, streams);
	return 0;
};
