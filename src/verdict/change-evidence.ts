/** What was changed before the flapping began, as the last link of the chain: when, who, what, and how long before. */
import type {Hostile} from '../base/text.ts';
import type {Change} from '../groups/onset.ts';
import {seconds} from './finding.ts';
import type {Evidence, Facts} from './types.ts';

const mostShown = 4;

/** The nearest to the onset are kept; in order of time. */
export const changeEvidence = ({changes, onsetAt}: Pick<Facts, 'changes' | 'onsetAt'>): readonly Evidence[] =>
	changes.slice(-mostShown).map(change => ({
		source: 'change',
		text: `${clock(change.at)} ${whoOf(change)}: ${change.what}${before(change, onsetAt)}`,
		atSeconds: null,
		at: change.at,
	}));

/** The user, or the role and its session; a service by its name. */
export const whoOf = ({who}: Pick<Change, 'who'>): Hostile => {
	if (who === null) return 'somebody';
	const [, assumed] = /:assumed-role\/(.+)$/.exec(who) ?? [];
	return assumed ?? who.split(/[/:]/).at(-1) ?? who;
};

const before = ({at}: Change, onsetAt: number | null): string =>
	onsetAt === null || onsetAt < at ? '' : `, ${seconds((onsetAt - at) / 1000)} before it began`;

/** UTC. */
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
