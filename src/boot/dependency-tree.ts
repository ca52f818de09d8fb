/**
 * Who cancelled whom. systemd tells "Dependency failed for X" on the way down from a failed unit to all that
 * requires it, and "Job X/start failed with result 'dependency'" on the way up again: brackets around X's own dependents.
 */
import type {Hostile} from '../base/text.ts';

export type DependencyTree = {
	/** A unit's start failed by itself: what is cancelled next hangs on it. */
	readonly failed: (unit: Hostile) => void;
	/** A unit is cancelled; answers the unit it hangs on, or null if the journal does not say. */
	readonly cancelled: (unit: Hostile) => Hostile | null;
	readonly closed: (unit: Hostile) => void;
};

const maxOpen = 1000;

export const createDependencyTree = (): DependencyTree => {
	let root: Hostile | null = null;
	let open: Hostile[] = [];

	return {
		failed: unit => {
			root = unit;
			open = [];
		},
		cancelled: unit => {
			const parent = open.at(-1) ?? root;
			if (open.length < maxOpen) {
				open.push(unit);
			}

			return parent;
		},
		closed: unit => {
			const at = open.lastIndexOf(unit);
			if (at >= 0) {
				open.length = at;
			}
		},
	};
};
