/** `unflap hold` as a process that is watched and killed, without a test framework around it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {environmentOf} from '../../run-program.ts';

export type HoldEventLine = Readonly<Record<string, unknown>>;

export type HoldProcess = {
	readonly child: ChildProcess;
	readonly home: string;
	readonly events: () => readonly HoldEventLine[];
	/** The first event of that name; null when the process ended without it. */
	readonly event: (name: string) => Promise<HoldEventLine | null>;
	readonly exit: Promise<{readonly code: number | null; readonly signal: NodeJS.Signals | null}>;
	readonly ended: () => boolean;
	readonly stderr: () => string;
};

export const startHoldProcess = (options: {
	readonly door: string;
	readonly args: readonly string[];
	readonly home: string;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
}): HoldProcess => {
	const {door, args, home, environment} = options;
	const child = spawn(process.execPath, [door, 'hold', ...args, '-o', 'jsonl'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: environmentOf(home, environment),
		detached: true,
	});
	const lines: HoldEventLine[] = [];
	const errors: string[] = [];
	const waiting = new Set<() => void>();
	createInterface({input: child.stdout as NodeJS.ReadableStream}).on('line', line => {
		if (line.startsWith('{')) lines.push(JSON.parse(line) as HoldEventLine);
		for (const look of waiting) look();
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
	const exit = once(child, 'exit').then(([code, signal]) => ({
		code: code as number | null,
		signal: signal as NodeJS.Signals | null,
	}));
	const closed = once(child, 'close');
	return {
		child,
		home,
		events: () => lines,
		event: name =>
			new Promise(resolve => {
				const look = () => {
					const found = lines.find(record => record['event'] === name);
					if (found === undefined) return;
					waiting.delete(look);
					resolve(found);
				};
				waiting.add(look);
				look();
				void closed.then(() => {
					look();
					resolve(null);
				});
			}),
		exit,
		ended: () => child.exitCode !== null || child.signalCode !== null,
		stderr: () => errors.join(''),
	};
};
