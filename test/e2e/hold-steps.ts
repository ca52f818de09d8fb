/** A hold of the built program against the lab, and what the lab says of the group. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {expect, onTestFinished, vi} from 'vitest';
import {door, environmentOf, makeHome} from '../run-program.ts';
import type {OpenLab} from './open-lab.ts';

export type StartedHold = {
	readonly child: ChildProcess;
	readonly home: string;
	/** The first event of that name. */
	readonly event: (name: string) => Promise<Readonly<Record<string, unknown>>>;
	readonly exit: Promise<{readonly code: number | null; readonly signal: NodeJS.Signals | null}>;
	readonly stderr: () => string;
	readonly stdout: () => string;
};

type StartOptions = {
	readonly home?: string;
	readonly environment?: NodeJS.ProcessEnv;
	/** Another copy of the program. */
	readonly door?: string;
};

export const startHold = (
	lab: OpenLab,
	args: readonly string[],
	more: StartOptions = {},
): Promise<StartedHold> => startCommand(lab, ['hold', ...args], more);

/** Ended by the test, or killed with its own process group when the test is over. */
export const startCommand = async (
	lab: OpenLab,
	args: readonly string[],
	more: StartOptions = {},
): Promise<StartedHold> => {
	const made = more.home === undefined ? await makeHome() : null;
	const home = more.home ?? made?.home ?? '';
	const child = spawn(process.execPath, [more.door ?? door, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: environmentOf(home, {...lab.env, ...more.environment}),
		detached: true,
	});
	const lines: string[] = [];
	const errors: string[] = [];
	const waiting: (() => void)[] = [];
	createInterface({input: child.stdout as NodeJS.ReadableStream}).on('line', line => {
		lines.push(line);
		for (const wake of waiting) wake();
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
	const exit = once(child, 'exit').then(([code, signal]) => ({
		code: code as number | null,
		signal: signal as NodeJS.Signals | null,
	}));
	onTestFinished(async () => {
		if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
			child.kill('SIGTERM');
			await exit;
		}
		await made?.forget();
	});
	const event = (name: string) =>
		new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
			const look = () => {
				const found = lines.map(parse).find(record => record['event'] === name);
				if (found !== undefined) resolve(found);
			};
			waiting.push(look);
			look();
			void exit.then(() => {
				look();
				reject(new Error(`it ended without "${name}": ${lines.join('\n')} ${errors.join('')}`));
			});
		});
	return {child, home, event, exit, stderr: () => errors.join(''), stdout: () => lines.join('\n')};
};

const parse = (line: string): Readonly<Record<string, unknown>> =>
	line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {};

export const suspendedOf = async (lab: OpenLab, group: string): Promise<readonly string[]> => {
	const found = (await lab.groups()).find(({name}) => name === group);
	return Object.keys(found?.suspended ?? {}).sort();
};

export const holdTagsOf = async (lab: OpenLab, group: string): Promise<readonly string[]> => {
	const found = (await lab.groups()).find(({name}) => name === group);
	return Object.keys(found?.tags ?? {}).filter(key => key.startsWith('unflap:'));
};

/** As it was before the hold: the same suspensions, no tag of ours. 15 seconds is what the promise says. */
export const isGivenBack = (lab: OpenLab, group: string, before: readonly string[]): Promise<void> =>
	vi.waitFor(
		async () => {
			expect(await suspendedOf(lab, group)).toEqual(before);
			expect(await holdTagsOf(lab, group)).toEqual([]);
		},
		{timeout: 15_000, interval: 100},
	);

/** Somebody else suspends or resumes, by the lab's own hand. */
export const thirdParty = async (
	lab: OpenLab,
	kind: 'suspend' | 'resume',
	group: string,
	processes: readonly string[],
): Promise<void> => {
	await lab.fault({kind, group, processes});
	await vi.waitFor(async () => {
		const now = await suspendedOf(lab, group);
		expect(processes.every(process => now.includes(process) === (kind === 'suspend'))).toBe(true);
	});
};

/** Pid of the guardian of this hold, found by its parent while that lives. */
export const guardianOf = async (hold: StartedHold): Promise<number> => {
	const {execFile} = await import('node:child_process');
	const {promisify} = await import('node:util');
	const {stdout} = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(hold.child.pid)]);
	const line = stdout.split('\n').find(text => text.includes('guardian.js'));
	if (line === undefined) throw new Error(`no guardian among ${stdout}`);
	return Number(line.trim().split(' ')[0]);
};
