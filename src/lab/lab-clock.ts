/** The lab's clock: lab time runs `speed` times as fast as the wall, and can be stepped by hand. */
import type {LabClock, LabMs} from './types.ts';

export type SteppableClock = LabClock & {
	/** Lab time stands at its start until this is called, so that a region can be computed for one moment. */
	readonly run: () => void;
	/** Moves lab time on and runs everything that became due, in order. */
	readonly step: (seconds: number) => void;
	readonly close: () => void;
};

type Entry = {readonly at: LabMs; readonly order: number; readonly action: () => void; cancelled: boolean};

/** Node's timers hold 31 bits of milliseconds; longer waits are cut into pieces. */
const longestTimerMs = 2_000_000_000;

/** @param monotonicMs a monotonic clock in milliseconds, e.g. performance.now. */
export const createLabClock = (options: {
	readonly startAt: LabMs;
	readonly speed: number;
	readonly monotonicMs: () => number;
}): SteppableClock => {
	const {speed, monotonicMs} = options;
	let startedAt: number | undefined;
	const queue: Entry[] = [];
	let stepped = 0;
	let order = 0;
	let timer: NodeJS.Timeout | undefined;
	let closed = false;
	/** While due actions run, lab time stands at each action's own moment. */
	let frozenAt: LabMs | undefined;

	const ranMs = (): number => (startedAt === undefined ? 0 : monotonicMs() - startedAt);
	const now = (): LabMs => frozenAt ?? Math.floor(options.startAt + stepped + ranMs() * speed);

	const schedule = (): void => {
		clearTimeout(timer);
		timer = undefined;
		const first = queue[0];
		if (closed || startedAt === undefined || first === undefined || frozenAt !== undefined) return;
		const waitMs = Math.max(0, (first.at - now()) / speed);
		timer = setTimeout(runDue, Math.min(Math.ceil(waitMs), longestTimerMs));
		timer.unref();
	};

	const runDue = (): void => {
		// A due action may take wall time itself: what becomes due meanwhile waits for the next turn.
		const until = now();
		try {
			for (let first = queue[0]; first !== undefined && first.at <= until; first = queue[0]) {
				queue.shift();
				if (first.cancelled) continue;
				frozenAt = Math.max(first.at, frozenAt ?? 0);
				first.action();
			}
		} finally {
			frozenAt = undefined;
			schedule();
		}
	};

	return {
		now,
		speed: () => speed,
		at(at, action) {
			const entry: Entry = {at, order: order++, action, cancelled: false};
			queue.splice(insertionIndex(queue, entry), 0, entry);
			if (queue[0] === entry) schedule();
			return {
				cancel() {
					entry.cancelled = true;
				},
			};
		},
		run() {
			startedAt ??= monotonicMs();
			schedule();
		},
		step(seconds) {
			stepped += seconds * 1000;
			runDue();
		},
		close() {
			closed = true;
			clearTimeout(timer);
		},
	};
};

const insertionIndex = (queue: readonly Entry[], entry: Entry): number => {
	let low = 0;
	let high = queue.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const other = queue[middle];
		if (other !== undefined && (other.at < entry.at || (other.at === entry.at && other.order < entry.order)))
			low = middle + 1;
		else high = middle;
	}
	return low;
};
