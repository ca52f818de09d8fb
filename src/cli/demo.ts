/** `unflap demo`: a lab of its own, and unflap in it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, realpathSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {UnflapError} from '../base/errors.ts';
import {ensureOwnFolder} from '../base/safe-files.ts';
import {tourStory} from '../lab/tour-story.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {tellTour} from './demo-tour.ts';

export const demoCommand: Command = {
	name: 'demo',
	summary: 'try unflap on a simulated region, without an account',
	usage: 'unflap demo [--tour] [--scenario NAME|DIR] [--speed N] [--seed N] [-- ARGS…]',
	example: 'unflap demo -- ls -o json',
	flags: {
		scenario: {type: 'string', value: 'NAME|DIR', help: 'another scenario, as for unflap lab'},
		speed: {type: 'string', value: 'N', help: 'lab seconds per second, 10 by default'},
		seed: {type: 'string', value: 'N', help: 'the same number gives the same region'},
		tour: {
			type: 'boolean',
			help: 'plays the whole story by itself, a line a step; without a terminal as text',
		},
	},
	outputs: ['text'],
	mostWords: 0,
	run: async (context, args) => {
		if (args.positionals.length > 0)
			throw new UnflapError('usage', `demo takes no "${args.positionals[0]}"`, {
				next: ['arguments for unflap come after --, e.g. unflap demo -- ls'],
			});
		const tour = args.flags['tour'] === true;
		if (tour) refuseBesideTour(context, args);
		const lab = await startLab(context, args);
		const folder = await runFolder(context);
		try {
			const environment = enterLab(context, lab.env, folder);
			if (!tour) return await context.rerun(args.rest ?? [], environment);
			const staged = {...environment, VISUAL: '', EDITOR: tourStory.editor};
			return isScreen()
				? await context.rerun([], staged, tourStory.group)
				: await tellTour(context, {story: tourStory, environment: staged, program: door()});
		} finally {
			// A lab that stays has a hold on a group: a guardian may still need its ledger.
			if (await lab.letGo()) rmSync(folder, {recursive: true, force: true});
		}
	},
};

const isScreen = () => process.stdout.isTTY === true && process.stdin.isTTY === true;

const refuseBesideTour = ({readOnly}: CommandContext, {flags, rest}: CommandArgs): void => {
	if (rest !== null || flags['scenario'] !== undefined)
		throw new UnflapError('usage', 'the tour has a scenario and commands of its own', {
			next: ['unflap demo --tour', 'without --tour the demo takes both'],
		});
	if (readOnly)
		throw new UnflapError('read-only', 'the tour holds a group of the demo, and --read-only is set', {
			next: ['unflap demo --read-only shows it without'],
		});
};

type RunningLab = {
	readonly env: Readonly<Record<string, string>>;
	/**
	 * The lab sees the end of its stdin and ends by itself: at once, or when the last hold has been released.
	 * True if it is gone already.
	 */
	readonly letGo: () => Promise<boolean>;
};

/** Longer than a guardian keeps a hold after the terminal is gone (2 minutes), and its release. */
const lingerSeconds = '180';

/**
 * The lab is a process of its own, in a session of its own: signals of the terminal do not reach it, it does not die
 * with this process, and it cannot slow down what is being tried.
 */
const startLab = async (context: CommandContext, {flags}: CommandArgs): Promise<RunningLab> => {
	const passedOn = ['scenario', 'seed'].flatMap(name => {
		const value = flags[name];
		return typeof value === 'string' ? [`--${name}`, value] : [];
	});
	const speed = typeof flags['speed'] === 'string' ? flags['speed'] : '10';
	const child = spawn(
		process.execPath,
		[door(), 'lab', '--speed', speed, '--linger', lingerSeconds, ...passedOn],
		{stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: withoutAws(context.environment)},
	);
	const env = await firstLine(child, context.signal);
	const exited = once(child, 'exit');
	return {
		env,
		letGo: async () => {
			child.stdin?.end();
			child.stdout?.destroy();
			child.stderr?.destroy();
			return within(1000, exited).finally(() => child.unref());
		},
	};
};

/** Whether `event` came within that time. */
const within = (ms: number, event: Promise<unknown>): Promise<boolean> =>
	new Promise(resolve => {
		const timer = setTimeout(() => resolve(false), ms);
		void event.then(() => {
			clearTimeout(timer);
			resolve(true);
		});
	});

/** bin/unflap.js of this package, from dist, dist/chunks or src/cli. */
const door = (): string => {
	for (
		let folder = dirname(fileURLToPath(import.meta.url));
		folder !== dirname(folder);
		folder = dirname(folder)
	) {
		const path = join(folder, 'bin', 'unflap.js');
		if (existsSync(path)) return realpathSync(path);
	}
	throw new UnflapError('bug', 'bin/unflap.js is missing from the package');
};

/** @throws {UnflapError} with what the lab said when it ends without serving. */
const firstLine = async (child: ChildProcess, signal: AbortSignal): Promise<RunningLab['env']> => {
	const {stdout, stderr} = child;
	if (stdout === null || stderr === null) throw new UnflapError('bug', 'the lab has no output');
	const complaints: string[] = [];
	stderr.setEncoding('utf8');
	stderr.on('data', (text: string) => {
		if (complaints.length < 20) complaints.push(text);
	});
	const lines = createInterface({input: stdout});
	try {
		const [line] = (await Promise.race([
			once(lines, 'line', {signal}),
			once(child, 'exit').then(() => ['']),
		])) as [string];
		return environmentIn(line, complaints);
	} catch (error) {
		child.stdin?.end();
		throw error;
	} finally {
		lines.close();
		stdout.resume();
	}
};

const environmentIn = (line: string, complaints: readonly string[]): RunningLab['env'] => {
	const parsed: unknown = line === '' ? null : JSON.parse(line);
	if (typeof parsed === 'object' && parsed !== null && 'env' in parsed)
		return parsed.env as RunningLab['env'];
	throw new UnflapError('bad-input', 'The lab did not start', {
		meaning: complaints.join('').trim().slice(0, 2000),
	});
};

/** Nothing of the user's own AWS settings may reach into the demo, and nothing of the demo may reach their account. */
const withoutAws = (environment: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv =>
	Object.fromEntries(
		Object.entries(environment).filter(
			([name]) => !name.startsWith('AWS_') && name !== 'UNFLAP_CONFIG' && name !== 'UNFLAP_AWS_TIME_RATE',
		),
	);

const enterLab = (
	context: CommandContext,
	labEnvironment: RunningLab['env'],
	folder: string,
): NodeJS.ProcessEnv => {
	const environment: NodeJS.ProcessEnv = {
		...withoutAws(context.environment),
		...labEnvironment,
		XDG_STATE_HOME: folder,
		XDG_CACHE_HOME: join(folder, 'cache'),
		XDG_CONFIG_HOME: join(dirname(folder), 'config'),
		AWS_CONFIG_FILE: join(folder, 'no-aws-config'),
		AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-aws-credentials'),
		...(context.readOnly ? {UNFLAP_READ_ONLY: '1'} : {}),
		NO_PROXY: ['127.0.0.1', context.environment['NO_PROXY']].filter(Boolean).join(','),
	};
	// The AWS SDK reads the process's own environment.
	for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
	Object.assign(process.env, environment);
	return environment;
};

/** A state folder for this run alone: each lab is another account. Those of runs that ended long ago are removed. */
const runFolder = async ({settings}: CommandContext): Promise<string> => {
	const parent = join(settings.paths.state, 'lab');
	await ensureOwnFolder(parent);
	for (const name of readdirSync(parent)) {
		const path = join(parent, name);
		if (/^run-/.test(name) && Date.now() - statSync(path).mtimeMs > 86_400_000)
			rmSync(path, {recursive: true, force: true});
	}
	return ensureOwnFolder(join(parent, `run-${Date.now().toString(36)}-${process.pid}`));
};
