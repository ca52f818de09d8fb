/** The units that one unit's failure had cancelled and that nobody started since, in the order they can be started in. */
import type {Hostile} from '../base/text.ts';
import type {Boot, BootUnit} from './types.ts';

/** Also those that were cancelled by one that it had cancelled. Targets are reached by what they want, not started. */
export const unitsToStart = (boot: Boot, unit: Hostile): readonly Hostile[] => {
	const found = new Set<Hostile>();
	const follow = (cause: Hostile) => {
		for (const one of boot.units)
			if (isLeft(one) && !found.has(one.name) && dependsOn(one, cause)) {
				found.add(one.name);
				follow(one.name);
			}
	};
	follow(unit);
	found.delete(unit);
	return inOrder([...found], boot);
};

const isLeft = ({name, state}: BootUnit): boolean =>
	name.endsWith('.service') && (state === 'cancelled' || state === 'orphan');

const dependsOn = ({cancelledBy, requires}: BootUnit, cause: Hostile): boolean =>
	cancelledBy === cause || requires.includes(cause);

/** A unit comes after those it is ordered after or requires. */
const inOrder = (names: readonly Hostile[], boot: Boot): readonly Hostile[] => {
	const units = new Map(boot.units.map(one => [one.name, one]));
	const ordered: Hostile[] = [];
	const place = (name: Hostile, seen: ReadonlySet<Hostile>) => {
		if (ordered.includes(name) || seen.has(name)) return;
		const {after = [], requires = []} = units.get(name) ?? {};
		for (const before of [...after, ...requires])
			if (names.includes(before)) place(before, new Set([...seen, name]));
		ordered.push(name);
	};
	for (const name of names) place(name, new Set());
	return ordered;
};
