/** How one boot differs from the other boots of its group that are known. Pure: boots in, facts out. */
import type {Hostile} from '../base/text.ts';
import {isDistributionUnit} from './distribution-units.ts';
import type {Boot, BootUnit} from './types.ts';

export type KnownBoot = {
	readonly instanceId: string;
	/** Template version its box was launched from; null: not known. */
	readonly template: Hostile | null;
	readonly boot: Boot;
};

/**
 * `up`: reached, finished or running; `never`: cancelled or orphaned. `waiting` and `starting` are not decided yet, and
 * `stopped` never will be: the shutdown came first.
 */
export type UnitOutcome = 'up' | 'failed' | 'never' | 'skipped' | 'starting' | 'waiting' | 'stopped';

export type UnitRun = {
	readonly outcome: UnitOutcome;
	/** From its first start to up, or to its failure; null where one of them is not known. */
	readonly tookSeconds: number | null;
	readonly tries: number;
};

export type UnitTally = {
	/** Boots in which it was decided. */
	readonly boots: number;
	readonly up: number;
	readonly failed: number;
	/** Of those that came up. */
	readonly medianSeconds: number | null;
	/** Largest distance from the median; null with fewer than two. */
	readonly spreadSeconds: number | null;
	/** Tries of those that failed, where it is the same number in all; else null. */
	readonly failedTries: number | null;
};

export type UnitComparison = {
	readonly unit: Hostile;
	readonly here: UnitRun;
	/** Other boots from the same template version; from any, where this box's is not known. */
	readonly alike: UnitTally;
	/** Boots from the newest other version that is known. */
	readonly elsewhere: (UnitTally & {readonly template: Hostile}) | null;
};

export type BootDifference = {
	readonly unit: Hostile;
	/** On this boot's clock: its start, or the failure that kept it from starting. */
	readonly atSeconds: number;
	readonly here: UnitRun;
	/** Null: the other boot knows no such unit. */
	readonly there: UnitRun | null;
};

export type BootComparison = {
	readonly units: readonly UnitComparison[];
	/** This boot not counted. */
	readonly others: number;
	readonly template: Hostile | null;
	/** The boot picked by hand, else the newest good one; null: none is good. */
	readonly reference: KnownBoot | null;
	readonly referenceIsGood: boolean;
	readonly difference: BootDifference | null;
	/** The user's own units that came up in both before the first difference, but much slower or faster here. */
	readonly otherPace: readonly {
		readonly unit: Hostile;
		readonly seconds: number;
		readonly thereSeconds: number;
	}[];
};

export type CompareOptions = {
	/** Id of the boot to compare with, where a person picked one. */
	readonly pick?: string | null;
};

export const compareBoots = (
	here: KnownBoot,
	known: readonly KnownBoot[],
	{pick = null}: CompareOptions = {},
): BootComparison => {
	const others = otherBoots(here, known);
	const alike = others.filter(({template}) => here.template === null || template === here.template);
	const elsewhere = newestOtherVersion(here, others);
	const good = others.findLast(({boot}) => isGood(boot)) ?? null;
	const reference = others.find(({boot}) => boot.bootId === pick) ?? good;
	const names = comparedUnits(here.boot, reference?.boot ?? others.at(-1)?.boot ?? null);
	const difference = reference === null ? null : firstDifference(here.boot, reference.boot);
	return {
		units: names.map(unit => ({
			unit,
			here: runOf(here.boot, unit),
			alike: tally(unit, alike),
			elsewhere: elsewhere === null ? null : {...tally(unit, elsewhere.boots), template: elsewhere.template},
		})),
		others: others.length,
		template: here.template,
		reference,
		referenceIsGood: reference !== null && isGood(reference.boot),
		difference,
		otherPace: reference === null ? [] : otherPaces(here.boot, reference.boot, difference),
	};
};

/** Each other boot once, oldest first: what can be compared with. */
export const otherBoots = (here: KnownBoot, known: readonly KnownBoot[]): readonly KnownBoot[] => {
	const byId = new Map(known.map(one => [one.boot.bootId, one]));
	return [...byId.values()]
		.filter(({boot}) => boot.bootId !== here.boot.bootId && boot.entryCount > 0)
		.toSorted((a, b) => (a.boot.startedAtUs ?? 0) - (b.boot.startedAtUs ?? 0));
};

/** Through, without a fault, and with all that leads to the app up. */
export const isGood = (boot: Boot): boolean =>
	boot.finished && boot.firstFault === null && boot.chain.every(name => runOf(boot, name).outcome === 'up');

export const runOf = (boot: Boot, name: Hostile): UnitRun => {
	const unit = unitOf(boot, name);
	if (unit === undefined) {
		return {outcome: 'waiting', tookSeconds: null, tries: 0};
	}

	const to = unit.upSeconds ?? unit.endSeconds;
	return {
		outcome: outcomeOf(unit),
		tookSeconds: unit.startSeconds === null || to === null ? null : Math.max(0, to - unit.startSeconds),
		tries: unit.attempts.length,
	};
};

const indexes = new WeakMap<Boot, ReadonlyMap<Hostile, BootUnit>>();

const unitOf = (boot: Boot, name: Hostile): BootUnit | undefined => {
	const index = indexes.get(boot) ?? new Map(boot.units.map(unit => [unit.name, unit]));
	indexes.set(boot, index);
	return index.get(name);
};

/** What the shutdown ended after it was up did come up. */
const outcomeOf = (unit: BootUnit): UnitOutcome => {
	switch (unit.state) {
		case 'finished':
			return 'up';
		case 'running':
			return unit.upSeconds === null ? 'starting' : 'up';
		case 'failed':
			return !unit.endedByShutdown ? 'failed' : unit.upSeconds === null ? 'stopped' : 'up';
		case 'cancelled':
		case 'orphan':
			return 'never';
		case 'skipped':
		case 'waiting':
			return unit.state;
		default:
			return unit.state satisfies never;
	}
};

const isDecided = ({outcome}: UnitRun): boolean =>
	outcome !== 'waiting' && outcome !== 'starting' && outcome !== 'stopped';

const tally = (unit: Hostile, boots: readonly KnownBoot[]): UnitTally => {
	const runs = boots.map(({boot}) => runOf(boot, unit)).filter(isDecided);
	const up = runs.filter(({outcome}) => outcome === 'up');
	const failed = runs.filter(({outcome}) => outcome === 'failed');
	const took = up
		.flatMap(({tookSeconds}) => (tookSeconds === null ? [] : [tookSeconds]))
		.toSorted((a, b) => a - b);
	const median = medianOf(took);
	const tries = new Set(failed.map(one => one.tries));
	return {
		boots: runs.length,
		up: up.length,
		failed: failed.length,
		medianSeconds: median,
		spreadSeconds:
			median === null || took.length < 2 ? null : Math.max(...took.map(one => Math.abs(one - median))),
		failedTries: tries.size === 1 ? ([...tries][0] ?? null) : null,
	};
};

const medianOf = (sorted: readonly number[]): number | null => {
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.floor((sorted.length - 1) / 2)];
	return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
};

const newestOtherVersion = (
	here: KnownBoot,
	others: readonly KnownBoot[],
): {readonly template: Hostile; readonly boots: readonly KnownBoot[]} | null => {
	const template =
		here.template === null
			? null
			: (others.findLast(one => one.template !== null && one.template !== here.template)?.template ?? null);
	return template === null ? null : {template, boots: others.filter(one => one.template === template)};
};

/** The chain, then what failed beside it. A boot that does not know its chain yet borrows the other's. */
const comparedUnits = (boot: Boot, other: Boot | null): readonly Hostile[] => {
	const chain = boot.chain.length > 0 ? boot.chain : (other?.chain ?? []);
	const failed = boot.units.filter(isTroubled).map(({name}) => name);
	return [...new Set([...chain, ...failed])];
};

const isTroubled = (unit: BootUnit): boolean => {
	const outcome = outcomeOf(unit);
	return outcome === 'failed' || outcome === 'never';
};

/** Units as they started here, or were refused their start; the first that ended another way than there. */
const firstDifference = (here: Boot, there: Boot): BootDifference | null => {
	const differing = here.units
		.filter(unit => isComparable(here, there, unit))
		.map(unit => ({unit, here: runOf(here, unit.name), there: runThere(there, unit.name)}))
		.filter(one => isDecided(one.here) && differs(one.here, one.there))
		.map(one => ({
			unit: one.unit.name,
			atSeconds: momentOf(here, one.unit),
			here: one.here,
			there: one.there,
		}));
	return differing.reduce<BootDifference | null>(
		(first, one) => (first === null || one.atSeconds < first.atSeconds ? one : first),
		null,
	);
};

/** A unit that only one boot has tells nothing, unless it failed or leads to the app. */
const isComparable = (here: Boot, there: Boot, unit: BootUnit): boolean =>
	here.chain.includes(unit.name) || isTroubled(unit) || runThere(there, unit.name) !== null;

const runThere = (there: Boot, name: Hostile): UnitRun | null =>
	unitOf(there, name) === undefined ? null : runOf(there, name);

const differs = (here: UnitRun, there: UnitRun | null): boolean =>
	there === null
		? true
		: isDecided(there) &&
			(here.outcome !== there.outcome || (here.outcome !== 'skipped' && here.tries > 1 !== there.tries > 1));

/** Its start; of one that never started, the failure that kept it from starting. */
const momentOf = (boot: Boot, unit: BootUnit): number =>
	unit.startSeconds ??
	(unit.cancelledBy === null ? null : unitOf(boot, unit.cancelledBy)?.endSeconds) ??
	boot.firstFault?.atSeconds ??
	boot.lastSeconds;

/** Twice as long or half as long, and by seconds: less than that is the weather. */
const paceSeconds = 3;

const otherPaces = (
	here: Boot,
	there: Boot,
	difference: BootDifference | null,
): BootComparison['otherPace'] =>
	here.units
		.filter(({startSeconds}) => difference === null || (startSeconds ?? 0) < difference.atSeconds)
		.filter(unit => here.chain.includes(unit.name) || !isDistributionUnit(unit.name, unit.facts ?? undefined))
		.flatMap(({name}) => {
			const [a, b] = [runOf(here, name), runOf(there, name)];
			if (a.outcome !== 'up' || b.outcome !== 'up' || a.tookSeconds === null || b.tookSeconds === null) {
				return [];
			}

			const [least, most] = [Math.min(a.tookSeconds, b.tookSeconds), Math.max(a.tookSeconds, b.tookSeconds)];
			return most - least >= paceSeconds && most >= 2 * least
				? [{unit: name, seconds: a.tookSeconds, thereSeconds: b.tookSeconds}]
				: [];
		});
