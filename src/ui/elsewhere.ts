/** Holds of others on the group in focus, with their fuses: asked for while its tags tell of one, every half minute at most. */
import type {ProcessClock} from '../base/clock.ts';
import type {GroupView} from '../groups/types.ts';
import type {HeldElsewhere, Holds} from '../hold/types.ts';

type ElsewhereOptions = {
	readonly holds: () => Holds | null;
	readonly processClock: ProcessClock;
	readonly changed: () => void;
};

const askEveryMs = 30_000;

export const createElsewhere = ({holds, processClock, changed}: ElsewhereOptions) => {
	let known: readonly HeldElsewhere[] = [];
	let askedAt = Number.NEGATIVE_INFINITY;
	let askedFor = '';
	const ask = async (source: Holds) => {
		const [settled] = await Promise.allSettled([source.list()]);
		// What may not be read leaves what the tags say; the refusal is in the errors view.
		if (settled.status === 'fulfilled') known = settled.value;
		changed();
	};
	return {
		on: (name: string | null, view: GroupView | null): readonly HeldElsewhere[] => {
			const source = holds();
			if (name === null || view === null || source === null || view.holds.length === 0) return [];
			// Another set of tags is asked about at once.
			const about = `${name} ${view.holds.map(({holdId, phase}) => `${holdId} ${phase}`).join(' ')}`;
			const now = processClock.now();
			if (about !== askedFor || now - askedAt >= askEveryMs) {
				askedFor = about;
				askedAt = now;
				void ask(source);
			}
			return known.filter(one => one.group === name);
		},
	};
};
