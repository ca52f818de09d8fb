/**
 * Lines of several boxes in one order of time: whole backlogs first, sorted when all are through, then live ones after
 * a short window in which a slower box may still come in. The order within a box is never changed.
 */
import type {ProcessClock} from '../base/clock.ts';
import type {JournalEntry} from '../journal/types.ts';

export type BoxLine = {readonly box: number; readonly entry: JournalEntry};

export type Merge = {
	readonly add: (box: number, entries: readonly JournalEntry[]) => void;
	/** The box will send backlog: nothing is handed on before it is through, or `patienceMs` is over. */
	readonly expect: (box: number) => void;
	readonly caughtUp: (box: number) => void;
	/** Hands on what is due; called from time to time. */
	readonly tick: () => void;
	/** Hands on everything. */
	readonly finish: () => void;
};

export type MergeOptions = {
	readonly deliver: (lines: readonly BoxLine[]) => void;
	readonly processClock: Pick<ProcessClock, 'now'>;
	/** 'wall': by real time; 'boot': by each boot's own clock, so that boots lie on top of each other. */
	readonly order?: 'wall' | 'boot';
	readonly windowMs?: number;
	readonly patienceMs?: number;
};

type Held = BoxLine & {readonly key: number; readonly arrivedAt: number};

export const createMerge = ({
	deliver,
	processClock,
	order = 'wall',
	windowMs = 300,
	patienceMs = 15_000,
}: MergeOptions): Merge => {
	let held: Held[] = [];
	const lastKeys = new Map<number, number>();
	/** Box → process time until which it is waited for. */
	const behind = new Map<number, number>();
	const hand = (due: Held[]) => {
		if (due.length === 0) return;
		due.sort((a, b) => a.key - b.key);
		deliver(due);
	};
	const tick = () => {
		const now = processClock.now();
		for (const [box, until] of behind) if (until <= now) behind.delete(box);
		if (behind.size > 0 || held.length === 0) return;
		const due: Held[] = [];
		const rest: Held[] = [];
		for (const line of held) (line.arrivedAt + windowMs <= now ? due : rest).push(line);
		held = rest;
		hand(due);
	};
	return {
		add: (box, entries) => {
			const arrivedAt = processClock.now();
			for (const entry of entries) {
				const time = order === 'wall' ? entry.realtimeUs : entry.monotonicUs;
				// A clock that is set back must not turn a box's own lines around.
				const key = Math.max(time, lastKeys.get(box) ?? 0);
				lastKeys.set(box, key);
				held.push({box, entry, key, arrivedAt});
			}
		},
		expect: box => {
			behind.set(box, processClock.now() + patienceMs);
		},
		caughtUp: box => {
			if (!behind.delete(box) || behind.size > 0) return;
			// All backlogs are through: whole, they need no window.
			const due = held;
			held = [];
			hand(due);
		},
		tick,
		finish: () => {
			behind.clear();
			hand(held);
			held = [];
		},
	};
};
