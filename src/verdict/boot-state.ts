/** Whether the units the user cares about are up. */
import type {Hostile} from '../base/text.ts';
import {isDistributionUnit} from '../boot/distribution-units.ts';
import type {Boot, BootUnit} from '../boot/types.ts';

/** The user's own units: the chain, and every other unit that is no part of the distribution. */
export const ownUnits = (boot: Boot): readonly BootUnit[] =>
	boot.units.filter(
		unit => boot.chain.includes(unit.name) || !isDistributionUnit(unit.name, unit.facts ?? undefined),
	);

/** Every unit of the chain runs, or has done its work; false where no chain is known. */
export const isChainUp = (boot: Boot | null): boolean =>
	boot !== null && boot.chain.length > 0 && boot.chain.every(name => isUp(boot, name));

const isUp = (boot: Boot, name: Hostile): boolean => {
	const unit = boot.units.find(other => other.name === name);
	if (unit === undefined) return false;
	if (unit.state === 'running') return unit.upSeconds !== null;
	// What the shutdown stopped had been up before it, unless it never was.
	if (unit.endedByShutdown) return unit.state === 'finished' || unit.upSeconds !== null;
	return unit.state === 'finished';
};
