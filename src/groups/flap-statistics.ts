/** How a group flaps: rate, median life and spread, bins, and when it began. */
import type {AwsMs} from '../base/clock.ts';
import type {DeathCause, FlapStatistics, Life} from './types.ts';

const hourMs = 3_600_000;
const binMs = 5 * 60_000;
const binCount = 24;
const windowMs = binCount * binMs;
/** So many flaps in the last hour, or in a row, make a group flap. */
const flapsThatCount = 3;
/** A rate over less time than this would be a guess. */
const shortestRateMs = 10 * 60_000;

export type FlapFinding = {
	readonly statistics: FlapStatistics;
	/** null where too little was read to say. */
	readonly isFlapping: boolean | null;
};

/**
 * `coveredFrom`: activities of the group younger than this were all read; null: none were. What is not covered is
 * null, never 0.
 */
export const flapStatistics = (
	lives: readonly Life[],
	{now, coveredFrom}: {readonly now: AwsMs; readonly coveredFrom: AwsMs | null},
): FlapFinding => {
	const dead = lives.filter(hasDied).toSorted((one, other) => other.diedAt - one.diedAt);
	const flaps = dead.filter(life => life.flap);
	const flapping = isFlapping(dead, now);
	const run = flapping ? currentRun(flaps) : [];
	const since = flapping
		? Math.max(beginningOf(run), now - windowMs)
		: coveredFrom === null
			? null
			: now - windowMs;
	const from = since ?? now;
	const isCovered = coveredFrom !== null && coveredFrom <= now - hourMs;
	const {median, spread} = lifeLengths({lives, flaps: run, now});
	const [last] = dead;
	return {
		isFlapping: flapping ? true : isCovered ? false : null,
		statistics: {
			flapsPerHour: flapping || isCovered ? ratePerHour(flaps, from, now) : null,
			lifeMedianSeconds: median,
			lifeSpreadSeconds: spread,
			lastDeath:
				last === undefined
					? null
					: {
							at: last.diedAt,
							instanceId: last.instanceId,
							cause: last.cause ?? 'other',
							rawCause: last.rawCause ?? '',
						},
			deaths: dead.filter(life => life.diedAt >= from).length,
			launches: lives.filter(life => life.launchedAt !== null && life.launchedAt >= from).length,
			since,
			bins: deathBins(dead, now),
			causes: countCauses(dead.filter(life => life.diedAt >= from)),
		},
	};
};

type DeadLife = Life & {readonly diedAt: AwsMs};
const hasDied = (life: Life): life is DeadLife => life.diedAt !== null;

/** `dead` newest first. */
const isFlapping = (dead: readonly DeadLife[], now: AwsMs): boolean => {
	const inLastHour = dead.filter(life => life.flap && life.diedAt > now - hourMs).length;
	if (inLastHour >= flapsThatCount) return true;
	const row = dead.slice(0, flapsThatCount);
	// A row from last week is history; slow loops get the time of one more life.
	const newest = row[0]?.diedAt ?? 0;
	const patienceMs = windowMs + 1000 * Math.max(0, ...row.map(life => life.seconds ?? 0));
	return row.length === flapsThatCount && row.every(life => life.flap) && now - newest < patienceMs;
};

/** Flaps, newest first, up to the first long pause. */
const currentRun = (flaps: readonly DeadLife[]): readonly DeadLife[] => {
	const end = flaps.findIndex((flap, index) => {
		const next = flaps[index + 1];
		return next !== undefined && flap.diedAt - next.diedAt > windowMs;
	});
	return end === -1 ? flaps : flaps.slice(0, end + 1);
};

/** It began with the launch of the first box that died. */
const beginningOf = (run: readonly DeadLife[]) =>
	Math.min(...run.map(({launchedAt, diedAt}) => launchedAt ?? diedAt));

const ratePerHour = (flaps: readonly DeadLife[], from: AwsMs, now: AwsMs) => {
	const count = flaps.filter(life => life.diedAt >= from).length;
	return round((count * hourMs) / Math.max(now - from, shortestRateMs), 1);
};

type Lengths = {readonly lives: readonly Life[]; readonly flaps: readonly DeadLife[]; readonly now: AwsMs};

/** Of the flaps while it flaps; otherwise of all lives known, those that go on by their age. */
const lifeLengths = ({lives, flaps, now}: Lengths) => {
	const known =
		flaps.length > 0
			? flaps.map(({seconds}) => seconds)
			: lives.map(({seconds, launchedAt, diedAt}) =>
					diedAt !== null ? seconds : launchedAt === null ? null : (now - launchedAt) / 1000,
				);
	const lengths = known.filter(seconds => seconds !== null);
	const median = medianOf(lengths);
	if (median === null) return {median: null, spread: null};
	const spread = medianOf(lengths.map(length => Math.abs(length - median))) ?? 0;
	return {median: round(median), spread: round(spread)};
};

const medianOf = (values: readonly number[]): number | null => {
	const sorted = values.toSorted((one, other) => one - other);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)];
	if (upper === undefined) return null;
	return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
};

/** Oldest bin first. */
const deathBins = (dead: readonly DeadLife[], now: AwsMs): readonly number[] => {
	const bins = Array.from({length: binCount}, () => 0);
	for (const {diedAt} of dead) {
		const index = binCount - 1 - Math.floor((now - diedAt) / binMs);
		// A death that AWS stamped a moment ahead of our clock belongs to the last bin.
		const bin = Math.min(index, binCount - 1);
		if (bin >= 0) bins[bin] = (bins[bin] ?? 0) + 1;
	}
	return bins;
};

const countCauses = (dead: readonly DeadLife[]): ReadonlyMap<DeathCause, number> => {
	const counts = new Map<DeathCause, number>();
	for (const {cause} of dead) counts.set(cause ?? 'other', (counts.get(cause ?? 'other') ?? 0) + 1);
	return counts;
};

const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;
