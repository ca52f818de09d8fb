/** `unflap lab` as a child of the tests of one file, and the truth read from it by a client that is not ours. */

import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {door, environmentOf, makeHome, type RunOptions, runProgram} from '../run-program.ts';

export type LabGroupState = {
	readonly name: string;
	readonly arn: string;
	readonly suspended: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
	readonly instances: readonly {
		readonly instanceId: string;
		readonly lifecycle: string;
		readonly health: string;
	}[];
};

export type LabRequest = {
	readonly number: number;
	readonly operation: string;
	readonly mutating: boolean;
	readonly applied: boolean;
	/** HTTP status, or null while it is not answered. */
	readonly status: number | null;
	readonly params: unknown;
	readonly group: string | null;
	/** Access key of who called. */
	readonly caller: string;
	/** Lab time, ISO. */
	readonly at: string;
};

export type OpenLab = {
	readonly endpoint: string;
	/** Credentials, region and endpoint of a user of this lab. */
	readonly env: Readonly<Record<string, string>>;
	readonly home: string;
	readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
	/** Adds a fault rule; the returned function removes it. */
	readonly fault: (rule: Readonly<Record<string, unknown>>) => Promise<() => Promise<void>>;
	readonly groups: () => Promise<readonly LabGroupState[]>;
	/** Those with a number above `after`. */
	readonly requests: (after?: number) => Promise<readonly LabRequest[]>;
	readonly run: (args: readonly string[], options?: RunOptions) => ReturnType<typeof runProgram>;
	readonly close: () => Promise<void>;
};

export const openLab = (...args: readonly string[]): Promise<OpenLab> => openLabOf(door, args);

/** The lab of another copy of the program. */
export const openLabOf = async (program: string, args: readonly string[]): Promise<OpenLab> => {
	const {home, forget} = await makeHome();
	const child = spawn(process.execPath, [program, 'lab', ...args], {
		stdio: ['pipe', 'pipe', 'inherit'],
		env: environmentOf(home),
	});
	const {endpoint, control: steering, env} = await firstLine(child);
	const control = async (method: string, path: string, body?: unknown) => {
		const answer = await fetch(new URL(path, steering.endpoint), {
			method,
			headers: {authorization: `Bearer ${steering.token}`, 'content-type': 'application/json'},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
		return text === '' ? null : (JSON.parse(text) as unknown);
	};
	return {
		endpoint,
		env,
		home,
		control,
		fault: async rule => {
			const {id} = (await control('POST', '/faults', rule)) as {id: string};
			return async () => {
				await control('DELETE', `/faults/${id}`);
			};
		},
		groups: async () => ((await control('GET', '/state')) as {groups: readonly LabGroupState[]}).groups,
		requests: async (after = 0) =>
			((await control('GET', `/requests?after=${after}`)) as {requests: readonly LabRequest[]}).requests,
		run: (line, options = {}) =>
			runProgram(line, {home, ...options, environment: {...env, ...options.environment}}),
		close: async () => {
			const exit = once(child, 'exit');
			child.kill('SIGTERM');
			await exit;
			await forget();
		},
	};
};

type FirstLine = {
	readonly endpoint: string;
	readonly control: {readonly endpoint: string; readonly token: string};
	readonly env: Readonly<Record<string, string>>;
};

const firstLine = async (child: ChildProcess): Promise<FirstLine> => {
	if (child.stdout === null) throw new Error('the lab has no stdout');
	const lines = createInterface({input: child.stdout});
	const [line] = (await Promise.race([
		once(lines, 'line'),
		once(child, 'exit').then(([code]) => {
			throw new Error(`the lab ended with ${String(code)}`);
		}),
	])) as [string];
	return JSON.parse(line) as FirstLine;
};
