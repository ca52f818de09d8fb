/**
 * Plays acceptance stories: the built program on a pty, an in-process terminal that answers its queries, and the lab as
 * a child of the test. The lab's control endpoint is the client that is not ours: it reads the truth and plants faults.
 */
import {type ChildProcess, spawn as spawnProcess} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {spawn as spawnOnPty} from '@lydell/node-pty';
import headless from '@xterm/headless';
import {onTestFinished} from 'vitest';
import {compiledFolder} from '../run-program.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const program = join(root, 'bin/unflap.js');

/** The stories say 5 s; a machine that does much else at the same time gets three times that. */
const patienceSeconds = 15;

export const key = {
	enter: '\r',
	escape: '\u001B',
	tab: '\t',
	down: '\u001B[B',
	up: '\u001B[A',
	backspace: '\u007F',
	space: ' ',
	ctrlC: '\u0003',
	ctrlD: '\u0004',
	ctrlS: '\u0013',
	ctrlU: '\u0015',
	ctrlZ: '\u001A',
} as const;

export type LabLine = {
	readonly endpoint: string;
	readonly control: {readonly endpoint: string; readonly token: string};
	readonly env: Readonly<Record<string, string>>;
};

/** A request as the lab saw it. */
export type SeenRequest = {
	readonly operation: string;
	readonly params?: Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

export type Lab = {
	readonly line: LabLine;
	/** The environment of a user of this lab, with folders of its own. */
	readonly environment: NodeJS.ProcessEnv;
	readonly folder: string;
	readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
	readonly requests: () => Promise<readonly SeenRequest[]>;
	/** A second user of the same lab: other state and config folders. */
	readonly otherUser: (name: string) => NodeJS.ProcessEnv;
	readonly stop: () => Promise<void>;
};

/** Starts `unflap lab`; it ends with the test. */
export const openLab = async (...args: readonly string[]): Promise<Lab> => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-story-'));
	const child = spawnProcess(process.execPath, [program, 'lab', ...args], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const line = await firstLine(child);
	const userOf = (name: string): NodeJS.ProcessEnv => ({
		PATH: process.env['PATH'],
		HOME: join(folder, name),
		LANG: 'C.UTF-8',
		TERM: 'xterm-256color',
		COLORTERM: 'truecolor',
		XDG_STATE_HOME: join(folder, name, 'state'),
		XDG_CONFIG_HOME: join(folder, name, 'config'),
		XDG_CACHE_HOME: join(folder, name, 'cache'),
		NODE_COMPILE_CACHE: compiledFolder,
		...line.env,
	});
	const control = async (method: string, path: string, body?: unknown) => {
		const answer = await fetch(new URL(path, line.control.endpoint), {
			method,
			headers: {authorization: `Bearer ${line.control.token}`, 'content-type': 'application/json'},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
		return text === '' ? undefined : JSON.parse(text);
	};
	const stop = async () => {
		await ended(child);
		await rm(folder, {recursive: true, force: true, maxRetries: 5});
	};
	onTestFinished(stop);
	return {
		line,
		environment: userOf('ana'),
		folder,
		control,
		requests: async () =>
			((await control('GET', '/requests')) as {readonly requests: readonly SeenRequest[]}).requests,
		otherUser: userOf,
		stop,
	};
};

const firstLine = async (child: ChildProcess): Promise<LabLine> =>
	new Promise((resolve, reject) => {
		if (!child.stdout) throw new Error('the lab has no stdout');
		createInterface({input: child.stdout}).once('line', text => resolve(JSON.parse(text) as LabLine));
		child.once('exit', code => reject(new Error(`the lab ended with ${code}`)));
	});

const ended = async (child: ChildProcess) => {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exit = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGTERM');
	await exit;
};

export type ScreenOptions = {
	readonly args?: readonly string[];
	readonly columns?: number;
	readonly rows?: number;
	readonly environment: NodeJS.ProcessEnv;
	/** Another program than unflap, e.g. a shell. */
	readonly file?: string;
};

export type Screen = ReturnType<typeof openScreen>;

/** Its exit may have happened without having been told yet. */
const killIfAlive = (pid: number): void => {
	try {
		process.kill(pid, 'SIGKILL');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
};

/** Starts the program on a pty; it is killed with the test. */
export const openScreen = ({args = [], columns = 100, rows = 30, environment, file}: ScreenOptions) => {
	const terminal = new headless.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
	const child = spawnOnPty(file ?? process.execPath, file === undefined ? [program, ...args] : [...args], {
		cols: columns,
		rows,
		cwd: root,
		env: withoutUndefined(environment),
	});
	let bytes = '';
	/** Every row that ever stood on the screen, and how many bytes had come when it was last there. */
	const lastShown = new Map<string, number>();
	let exit: {exitCode: number; signal?: number | undefined} | undefined;
	child.onData(data => {
		bytes += data;
		const upTo = bytes.length;
		terminal.write(data, () => {
			for (const row of lines()) lastShown.set(row, upTo);
		});
	});
	child.onExit(result => {
		exit = result;
	});
	terminal.onData(reply => {
		if (!exit) child.write(reply);
	});
	onTestFinished(async () => {
		if (!exit) killIfAlive(child.pid);
	});
	const lines = () =>
		Array.from(
			{length: terminal.rows},
			(_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
		);
	const screen = {
		terminal,
		pid: child.pid,
		lines,
		text: () => lines().join('\n'),
		/** All bytes the program wrote so far. */
		bytes: () => bytes,
		header: () => lines()[0] ?? '',
		footer: () => lines().at(-1) ?? '',
		/** Rows from the border that names `title` to the next border. */
		pane: (title: string) => paneOf(lines(), title),
		row: (part: string | RegExp) =>
			lines().find(line => (typeof part === 'string' ? line.includes(part) : part.test(line))) ?? '',
		/** Each key its own write, 100 ms apart. */
		press: async (...keys: readonly string[]) => {
			for (const one of keys) {
				child.write(one);
				await pause(100);
			}
		},
		/** One write, as a paste or a fast typist does. */
		write: (data: string) => child.write(data),
		/** True within `seconds`: a string is a part of one row, a regular expression matches one row. */
		sees: async (found: string | RegExp, seconds = patienceSeconds) =>
			waitUntil(
				() => screen.shows(found),
				seconds,
				() => `not seen: ${found}\n${screen.text()}`,
			),
		/** A row that stood on the screen after `since` (a length of `bytes`), whether it still does or not. */
		saw: async (
			found: RegExp,
			{since = 0, seconds = 2 * patienceSeconds}: {since?: number; seconds?: number} = {},
		) =>
			waitUntil(
				() => [...lastShown].some(([row, upTo]) => upTo > since && found.test(row)),
				seconds,
				() => `never shown: ${found}\n${screen.text()}`,
			),
		/** Whole frames come in pieces: the same text a few looks in a row, or, where it never rests, after `seconds`. */
		settles: async (seconds = 5) => {
			let before = '';
			let same = 0;
			for (const end = Date.now() + seconds * 1000; Date.now() < end && same < 3; await pause(60)) {
				const text = screen.text();
				same = text === before ? same + 1 : 0;
				before = text;
			}
		},
		/**
		 * Presses a key while a question stands, again if it was read too early to count: a question must have stood 300 ms
		 * before an answer is one.
		 */
		answers: async (question: RegExp, answer: string, seconds = 2 * patienceSeconds) => {
			await screen.sees(question, seconds);
			for (const end = Date.now() + seconds * 1000; Date.now() < end && screen.shows(question); ) {
				await pause(400);
				if (!screen.shows(question)) return;
				child.write(answer);
				for (let look = 0; look < 60 && screen.shows(question); look += 1) await pause(50);
			}
			if (screen.shows(question)) throw new Error(`still asked: ${question}\n${screen.text()}`);
		},
		/** Gone within `seconds`. */
		losesSight: async (found: string | RegExp, seconds = patienceSeconds) =>
			waitUntil(
				() => !screen.shows(found),
				seconds,
				() => `still seen: ${found}\n${screen.text()}`,
			),
		shows: (found: string | RegExp) =>
			lines().some(line => (typeof found === 'string' ? line.includes(found) : found.test(line))),
		resize: (newColumns: number, newRows: number) => {
			child.resize(newColumns, newRows);
			terminal.resize(newColumns, newRows);
		},
		signal: (name: NodeJS.Signals) => process.kill(child.pid, name),
		ended: async (seconds = 2 * patienceSeconds) => {
			await waitUntil(
				() => exit !== undefined,
				seconds,
				() => `not ended:\n${screen.text()}`,
			);
			await pause(50);
			return exit as {exitCode: number; signal?: number | undefined};
		},
	};
	return screen;
};

/** Polls; an error that shows the whole screen says more than a difference. */
const waitUntil = async (isSo: () => boolean, seconds: number, complaint: () => string) => {
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(40)) if (isSo()) return;
	if (!isSo()) throw new Error(complaint());
};

const paneOf = (lines: readonly string[], title: string) => {
	const start = lines.findIndex(line => /[╭├┏]/.test(line) && line.includes(title));
	if (start < 0) return [];
	const length = lines.slice(start + 1).findIndex(line => /^\s*[╰├┗]/.test(line));
	return lines.slice(start, length < 0 ? undefined : start + 1 + length);
};

export const pause = async (ms: number) =>
	new Promise<void>(resolve => {
		setTimeout(resolve, ms);
	});

const withoutUndefined = (environment: NodeJS.ProcessEnv): Record<string, string> =>
	Object.fromEntries(
		Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);

/** Runs the program without a terminal and gathers what it printed. */
export const runProgram = async (args: readonly string[], environment: NodeJS.ProcessEnv, input = '') =>
	new Promise<{code: number | null; stdout: string; stderr: string}>(resolve => {
		const child = spawnProcess(process.execPath, [program, ...args], {env: environment, cwd: root});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', data => (stdout += data));
		child.stderr.on('data', data => (stderr += data));
		child.on('close', code => resolve({code, stdout, stderr}));
		child.stdin.end(input);
	});

/** Mutating calls of Auto Scaling among the requests, in order. */
export const changes = (requests: readonly SeenRequest[]) =>
	requests.filter(({operation}) =>
		/^(Suspend|Resume|CreateOrUpdateTags|DeleteTags|SetInstance|Enter|Exit|Detach|Record|Complete|Put|Delete|Update|Start(?!Session)|Stop|Send)/.test(
			operation,
		),
	);
