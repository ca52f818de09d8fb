/** What is left to finish of an entry that neither tag nor reasons confirm any more, where a fuse of it has fired. */
import type {AwsMs} from '../base/clock.ts';
import type {Ownership, SeenFuse} from './core-state.ts';
import {inOrder} from './processes.ts';

/**
 * `runs`: what AWS says of the entry's own fuses. Null where none fired. What the fuse resumed is over, whatever is
 * suspended since; but where a later one still sleeps, another hold may have left its processes to that one.
 */
export const firedOwnership = (own: Ownership, runs: readonly SeenFuse[], awsMs: AwsMs): Ownership | null => {
	if (runs.every(({final}) => final !== 'success')) return null;
	const asleep = runs.filter(({genuine, onSleepStep, final}) => genuine && onSleepStep && final === null);
	// Asked for, and the answer was lost: it may be asleep too.
	const lost = own.fuses.filter(
		({executionId, final, deadline}) => executionId === null && final === null && deadline > awsMs,
	);
	const left = new Set<string>([...asleep, ...lost].flatMap(({processes}) => processes));
	const wanted = inOrder(own.wanted.filter(process => left.has(process)));
	return wanted.length === 0
		? {...own, wanted, adopted: [], changed: {}, sent: false}
		: {...own, wanted, adopted: own.adopted.filter(process => left.has(process))};
};
