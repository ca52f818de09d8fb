/** Which units a waterfall shows: the chain and what failed, the user's own, the targets, then what took longest. */
import {isDistributionUnit} from './distribution-units.ts';
import type {Boot, BootUnit} from './types.ts';

export const chooseUnits = (
	boot: Boot,
	maxUnits: number,
): {readonly units: readonly BootUnit[]; readonly hidden: number} => {
	const drawable = boot.units.filter(unit => isDrawable(boot, unit));
	const ranked = drawable
		.map((unit, index) => ({unit, index, rank: rankOf(boot, unit)}))
		.toSorted((a, b) => a.rank - b.rank || a.index - b.index);
	const kept = ranked
		.slice(0, Math.max(1, maxUnits))
		.toSorted((a, b) => orderOf(boot, a.unit) - orderOf(boot, b.unit) || a.index - b.index);
	return {units: kept.map(({unit}) => unit), hidden: drawable.length - kept.length};
};

const isEnding = (unit: BootUnit): boolean => unit.name === 'multi-user.target';

const isTroubled = (unit: BootUnit): boolean =>
	unit.state === 'failed' || unit.state === 'cancelled' || unit.state === 'orphan' || unit.recovered;

/** Slices, sockets, devices and the like take no time and tell nothing unless they fail. */
const isDrawable = (boot: Boot, unit: BootUnit): boolean => {
	if (boot.chain.includes(unit.name) || isTroubled(unit) || isEnding(unit)) {
		return true;
	}

	if (
		unit.startSeconds === null ||
		(boot.shutdownSeconds !== null && unit.startSeconds >= boot.shutdownSeconds)
	) {
		return false;
	}

	const own = unit.name.endsWith('.service') && !isDistributionUnit(unit.name, unit.facts ?? undefined);
	return own || tookSeconds(unit) >= (unit.name.endsWith('.service') ? 0.1 : 0.5);
};

const tookSeconds = (unit: BootUnit): number =>
	(unit.upSeconds ?? unit.endSeconds ?? unit.startSeconds ?? 0) - (unit.startSeconds ?? 0);

/** Smaller is more worth showing. */
const rankOf = (boot: Boot, unit: BootUnit): number => {
	if (boot.chain.includes(unit.name) || unit.state === 'failed') {
		return 0;
	}

	if (isTroubled(unit)) {
		return 1;
	}

	if (isEnding(unit)) {
		return 2;
	}

	const own = unit.name.endsWith('.service') && !isDistributionUnit(unit.name, unit.facts ?? undefined);
	return (own ? 3 : 5) + 1 / (1 + tookSeconds(unit));
};

/** By start; what never started stands below what kept it from starting. */
const orderOf = (boot: Boot, unit: BootUnit): number => {
	if (unit.startSeconds !== null) {
		return unit.startSeconds;
	}

	const place = boot.chain.indexOf(unit.name);
	const cause = causeOf(boot, unit, place);
	return cause + (place < 0 ? 1e-3 : (place + 1) * 1e-6);
};

/** Start of the nearest unit above it that did start. */
const causeOf = (boot: Boot, unit: BootUnit, place: number): number => {
	for (const name of [unit.cancelledBy, ...boot.chain.slice(0, Math.max(place, 0)).toReversed()]) {
		const start = boot.units.find(one => one.name === name)?.startSeconds;
		if (start != null) {
			return start;
		}
	}

	return boot.firstFault?.atSeconds ?? boot.lastSeconds;
};
