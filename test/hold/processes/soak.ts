/**
 * Ten holds of one group, started and ended at random for minutes, each with a home of its own. While one of them is
 * live nothing it suspended may run for longer than 15 s; after the last nothing may be left.
 */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, leftIn, openBench, putForeign, suspensions} from './bench-lab.ts';
import {type HoldProcess, startHoldProcess} from './hold-process.ts';
import {group} from './phases.ts';
import {childrenOf, killPid} from './program-copy.ts';
import {runOf} from './run-of.ts';
import {pause, until} from './until.ts';

export type SoakResult = {
	readonly started: number;
	readonly held: number;
	readonly refused: Readonly<Record<string, number>>;
	/** How often each end was chosen. */
	readonly ends: Readonly<Record<string, number>>;
	/** Longest time in seconds a process ran while a hold was live. */
	readonly longestGapSeconds: number;
	/** When, in seconds of the run, and which process. */
	readonly longestGapAt: string;
	/** Empty when the group was as before after the last hold. */
	readonly left: readonly string[];
	readonly leftSeconds: number | null;
};

/** Of `freeze`, all that nobody else had suspended. */
const watched = [
	'ReplaceUnhealthy',
	'HealthCheck',
	'Terminate',
	'AlarmNotification',
	'ScheduledActions',
	'InstanceRefresh',
];

const ways = [
	['SIGKILL', 40],
	['SIGTERM', 25],
	['SIGINT', 10],
	['SIGHUP', 5],
	['process and guardian', 12],
	['guardian', 8],
] as const;
type Way = (typeof ways)[number][0];

export const soak = async (options: {
	readonly seconds: number;
	readonly holds?: number;
	readonly random?: () => number;
	readonly onLine?: (line: string) => void;
}): Promise<SoakResult> => {
	const {seconds, holds = 10, random = Math.random, onLine = () => undefined} = options;
	const bench = await openBench();
	try {
		return await soakOn(bench, {seconds, holds, random, onLine});
	} finally {
		await bench.close();
	}
};

type Run = {
	readonly bench: Bench;
	readonly random: () => number;
	readonly endAt: number;
	readonly live: Set<HoldProcess>;
	readonly counts: {started: number; held: number};
	readonly refused: Record<string, number>;
	readonly ends: Record<string, number>;
	readonly say: (line: string) => void;
};

const soakOn = async (
	bench: Bench,
	options: {
		readonly seconds: number;
		readonly holds: number;
		readonly random: () => number;
		readonly onLine: (line: string) => void;
	},
): Promise<SoakResult> => {
	const before = await putForeign(bench.lab);
	const start = performance.now();
	const run: Run = {
		bench,
		random: options.random,
		endAt: start + options.seconds * 1000,
		live: new Set(),
		counts: {started: 0, held: 0},
		refused: {},
		ends: {},
		say: line => options.onLine(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s ${line}`),
	};
	const gaps = watchGaps(run);
	await Promise.all(Array.from({length: options.holds}, (_, index) => engineer(run, index)));
	const {seconds: longest, at} = gaps.stop();
	const over = performance.now();
	const leftSeconds = await until(
		async () => {
			const left = await leftIn(bench.lab, before);
			const guardians = await bench.copy.guardians();
			return left.length + guardians.length === 0 ? (performance.now() - over) / 1000 : null;
		},
		{seconds: 150, everyMs: 500},
	);
	return {
		...run.counts,
		refused: run.refused,
		ends: run.ends,
		longestGapSeconds: longest,
		longestGapAt: at,
		left: await leftIn(bench.lab, before),
		leftSeconds,
	};
};

const engineer = async (run: Run, index: number): Promise<void> => {
	const {bench, random, live} = run;
	const {home, forget} = await makeHome();
	await configure(home, {leaseMinutes: 10});
	await pause(random() * 20_000);
	while (performance.now() < run.endAt) {
		const hold = startHoldProcess({
			door: bench.copy.door,
			args: [group, '--for', '30m'],
			home,
			environment: bench.lab.env,
		});
		run.counts.started++;
		const held = await hold.event('held');
		if (held === null) {
			await hold.exit;
			const why = String(hold.events().find(({event}) => event === 'refused')?.['message'] ?? hold.stderr());
			note(run.refused, `exit ${hold.child.exitCode}: ${lastLine(why)}`);
			run.say(`${index} refused: ${lastLine(why)}`);
			await pause(1000 + random() * 3000);
			continue;
		}
		run.counts.held++;
		live.add(hold);
		void hold.exit.then(() => live.delete(hold));
		await pause(Math.min(random() * 30_000, Math.max(0, run.endAt - performance.now())));
		const way = hold.ended() ? 'by itself' : chooseWay(random);
		note(run.ends, way);
		run.say(`${index} ${way}${way === 'by itself' ? `: ${lastLine(hold.stderr())}` : ''}`);
		if (way !== 'by itself') await endBy(way, run, hold);
		await pause(random() * 4000);
	}
	// What process and guardian left when both were killed is the next start's.
	const finish = await runOf(bench.copy.door, ['release', '--all'], {home, environment: bench.lab.env});
	if (finish.code !== 0) run.say(`${index} release --all: exit ${finish.code} ${lastLine(finish.stdout)}`);
	await forget();
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 160) ?? '';
const note = (record: Record<string, number>, name: string): void => {
	record[name] = (record[name] ?? 0) + 1;
};

const chooseWay = (random: () => number): Way => {
	let point = random() * 100;
	for (const [way, share] of ways) {
		point -= share;
		if (point < 0) return way;
	}
	return 'SIGKILL';
};

const endBy = async (way: Way, run: Run, hold: HoldProcess): Promise<void> => {
	const {pid} = hold.child;
	if (pid === undefined) return;
	if (way === 'guardian') {
		for (const guardian of await childrenOf(pid, 'guardian.js')) killPid(guardian, 'SIGKILL');
		await pause(3000 + run.random() * 5000);
		run.live.delete(hold);
		killPid(pid, 'SIGTERM');
	} else if (way === 'process and guardian') {
		run.live.delete(hold);
		killPid(pid, 'SIGSTOP');
		for (const guardian of await childrenOf(pid, 'guardian.js')) killPid(guardian, 'SIGKILL');
		killPid(pid, 'SIGKILL');
	} else {
		run.live.delete(hold);
		killPid(pid, way);
	}
	await hold.exit;
};

/** Asks the lab every 200 ms which of the processes run although somebody holds. */
const watchGaps = (run: Run) => {
	const since = new Map<string, number>();
	let stopped = false;
	let longest = {seconds: 0, at: 'never'};
	const start = performance.now();
	const look = async () => {
		const now = performance.now();
		const isHeld = run.live.size > 0;
		const suspended = await suspensions(run.bench.lab);
		for (const process of watched) {
			if (!isHeld || process in suspended) {
				since.delete(process);
				continue;
			}
			const from = since.get(process) ?? now;
			since.set(process, from);
			const seconds = (performance.now() - from) / 1000;
			if (seconds > longest.seconds)
				longest = {seconds, at: `${process} at ${((now - start) / 1000).toFixed(0)} s`};
		}
	};
	const loop = async () => {
		while (!stopped) {
			await look();
			await pause(200);
		}
	};
	const looping = loop();
	return {
		stop: () => {
			stopped = true;
			void looping;
			return longest;
		},
	};
};
