/** AWS time: the `Date` of answers carried on by process time × rate, right on a machine with a wrong clock too. */
import type {AwsClock, AwsMs, ProcessClock, ProcessMs} from './clock.ts';

type AwsClockOptions = {
	/** AWS seconds per process second: 1 but in the lab. */
	readonly rate: number;
	readonly processClock: ProcessClock;
	/** The local wall clock, used before the first answer only. */
	readonly wallNow: () => number;
};

type Observation = {readonly date: AwsMs; readonly at: ProcessMs};

/** `Date` has whole seconds: the true time lies up to this much after it. */
const resolutionMs = 1000;
/** How long an answer may have been under way, in process time, before its `Date` counts as an earlier one. */
const lateMs = 2000;
const recentMs = 120_000;
const recentCount = 16;

export const createAwsClock = ({rate, processClock, wallNow}: AwsClockOptions): AwsClock => {
	let anchor: Observation | undefined;
	let skewMs: number | undefined;
	let recent: readonly Observation[] = [];

	const carriedTo = (at: ProcessMs) =>
		anchor === undefined ? undefined : anchor.date + (at - anchor.at) * rate;

	const observe = (dateHeader: string) => {
		const date = parseHttpDate(dateHeader);
		if (date === undefined) return;
		const at = processClock.now();
		recent = [...recent.filter(seen => at - seen.at <= recentMs), {date, at}].slice(-recentCount);
		const carried = carriedTo(at);
		// Inside what whole seconds and latency explain, the running estimate is better than the new stamp.
		if (carried === undefined || carried < date || carried > date + resolutionMs + lateMs * rate)
			anchor = {date, at};
		skewMs = (carriedTo(at) ?? date) - wallNow();
	};

	return {
		now: () => carriedTo(processClock.now()) ?? wallNow(),
		rate,
		skewMs: () => skewMs,
		disagreementMs: () => widestStepBack(recent, rate),
		observe,
	};
};

/**
 * A step ahead that stays is a machine that slept; answers that disagree go back again. Measured in process
 * milliseconds, so that latency counts the same at every rate.
 */
const widestStepBack = (recent: readonly Observation[], rate: number) => {
	let highest = Number.NEGATIVE_INFINITY;
	let widest = 0;
	for (const {date, at} of recent) {
		const offset = date / rate - at;
		highest = Math.max(highest, offset);
		widest = Math.max(widest, highest - offset);
	}
	return widest;
};

const earliest = Date.UTC(2000, 0);
const latest = Date.UTC(2200, 0);

const parseHttpDate = (text: string): AwsMs | undefined => {
	if (text.length > 64) return undefined;
	const date = Date.parse(text);
	return date >= earliest && date <= latest ? date : undefined;
};
