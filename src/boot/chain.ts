/** The chain: the path of requirements that leads to the unit the user cares about. */
import type {Hostile} from '../base/text.ts';
import {isDistributionUnit} from './distribution-units.ts';
import type {BootUnit} from './types.ts';

export type ChainOptions = {
	/** Units named in the settings, or chosen with a key: the last one that is known ends the chain. */
	readonly wanted: readonly string[];
	readonly finishedSeconds: number | null;
};

const maxLength = 50;
/** Two units that follow each other this closely, one up and then the next started, are taken as ordered. */
const orderedWithinSeconds = 1;

/** From the first requirement to the unit itself; [] when nothing is known of any unit of the user's own. */
export const chainOf = (units: readonly BootUnit[], options: ChainOptions): readonly Hostile[] => {
	const byName = new Map(units.map(unit => [unit.name, unit]));
	const end = options.wanted.findLast(name => byName.has(name)) ?? guessApp(units, options.finishedSeconds);
	const chain: Hostile[] = [];
	for (let name: Hostile | undefined = end; name !== undefined && chain.length < maxLength; ) {
		if (chain.includes(name)) {
			break;
		}

		chain.unshift(name);
		const unit: BootUnit | undefined = byName.get(name);
		name = unit === undefined ? undefined : requirementOf(unit, byName, units);
	}

	return chain;
};

/** The last unit of the user's own to be started or cancelled; one that nothing else of theirs requires. */
const guessApp = (units: readonly BootUnit[], finishedSeconds: number | null): Hostile | undefined => {
	const own = units.filter(isOwn);
	const enabled = own.filter(unit => unit.facts?.unitFileState === 'enabled');
	const candidates = enabled.length > 0 ? enabled : own;
	const required = new Set(candidates.flatMap(unit => [...unit.requires, ...(unit.facts?.wants ?? [])]));
	const ends = candidates.filter(unit => !required.has(unit.name));
	const cancelled = ends.filter(unit => unit.state === 'cancelled' || unit.state === 'orphan');
	if (cancelled.length > 0) {
		return cancelled.at(-1)?.name;
	}

	const limit = finishedSeconds ?? Number.POSITIVE_INFINITY;
	const started = ends.filter(unit => unit.startSeconds !== null && unit.startSeconds <= limit);
	return latest(started.length > 0 ? started : ends)?.name;
};

const isOwn = (unit: BootUnit): boolean =>
	unit.name.endsWith('.service') &&
	!unit.name.includes('@') &&
	unit.state !== 'skipped' &&
	!isDistributionUnit(unit.name, unit.facts ?? undefined);

const latest = (units: readonly BootUnit[]): BootUnit | undefined =>
	units.reduce<BootUnit | undefined>(
		(best, unit) =>
			best === undefined || (unit.startSeconds ?? -1) >= (best.startSeconds ?? -1) ? unit : best,
		undefined,
	);

/** By what systemd says, by who cancelled it, else by who came up just before it started. */
const requirementOf = (
	unit: BootUnit,
	byName: ReadonlyMap<Hostile, BootUnit>,
	units: readonly BootUnit[],
): Hostile | undefined => {
	if (unit.cancelledBy !== null) {
		return unit.cancelledBy;
	}

	const own = (names: readonly Hostile[]): readonly BootUnit[] =>
		names
			.filter(name => name !== unit.name)
			.map(name => byName.get(name))
			.filter(one => one !== undefined)
			.filter(isOwn);
	const required = latest(own(unit.requires)) ?? latest(own(unit.facts?.wants ?? []));
	return (required ?? (unit.facts === null ? justBefore(unit, units) : undefined))?.name;
};

const justBefore = (unit: BootUnit, units: readonly BootUnit[]): BootUnit | undefined => {
	const start = unit.startSeconds;
	if (start === null) {
		return undefined;
	}

	const before = units.filter(
		one =>
			one.name !== unit.name &&
			isOwn(one) &&
			one.upSeconds !== null &&
			one.startSeconds !== null &&
			one.upSeconds > one.startSeconds &&
			one.upSeconds <= start &&
			start - one.upSeconds <= orderedWithinSeconds,
	);
	return before.reduce<BootUnit | undefined>(
		(best, one) => (best === undefined || (one.upSeconds ?? 0) >= (best.upSeconds ?? 0) ? one : best),
		undefined,
	);
};
