/** A hold as commands and screens see it, and its end in the contract's words. Pure. */
import type {AwsFacts, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {CoreOutcome, EndReason, HoldState} from './core-state.ts';
import {coverageOf} from './coverage.ts';
import {resumeLine} from './resume-line.ts';
import type {HoldEvent, HoldOutcome, HoldPhase, HoldView} from './types.ts';

export type ViewInputs = {
	readonly state: HoldState;
	readonly group: Group | null;
	/** Owners of other holds, as their tags say. */
	readonly others: readonly string[];
	readonly warnings: readonly string[];
	readonly outcome: HoldOutcome | null;
	readonly handedOver: boolean;
	/** Before the first moment of the core. */
	readonly fallbackUntil: AwsMs;
};

export const viewOf = (inputs: ViewInputs): HoldView => {
	const {state, group, others, warnings, outcome} = inputs;
	const {facts, own} = state;
	const until = own.end === 0 ? inputs.fallbackUntil : own.end;
	const coverage = coverageOf(group?.instances ?? [], [...own.wanted, ...own.joined, ...own.baseline]);
	return {
		holdId: facts.holdId,
		group: facts.group,
		phase: phaseOf(inputs),
		owner: facts.owner,
		others,
		since: state.heldAt,
		until,
		totalSeconds: Math.round((own.end === 0 ? facts.forMs : own.end - own.since) / 1000),
		wanted: own.wanted,
		baseline: own.baseline,
		covered: coverage.covered,
		notCovered: coverage.notCovered,
		net: 'none',
		warnings,
		outcome,
	};
};

const phaseOf = ({state, outcome, handedOver}: ViewInputs): HoldPhase => {
	if (handedOver) return 'handed-over';
	if (outcome !== null) return outcome.kind === 'incomplete' ? 'release-incomplete' : outcome.kind;
	if (state.release === null) return state.heldAt === null ? 'acquiring' : 'held';
	return state.step.at === 'release-note' || state.step.at === 'release-tag' ? 'ending' : 'releasing';
};

/** Ends that were nobody's wish: exit 1 even when all is given back. */
const failures: ReadonlySet<EndReason> = new Set([
	'repairs',
	'lease',
	'jump',
	'tag-removed',
	'ended-by-others',
	'group-gone',
	'guardian-lost',
]);

export const outcomeOf = (
	{outcome, state, at}: {readonly outcome: CoreOutcome; readonly state: HoldState; readonly at: AwsMs},
	facts: AwsFacts,
): HoldOutcome => {
	switch (outcome.kind) {
		case 'released':
			return {
				kind: 'released',
				resumed: outcome.resumed,
				left: outcome.left,
				verified: outcome.verified,
				at,
				seconds: Math.max(0, Math.round((at - (state.heldAt ?? at)) / 1000)),
				failure: failures.has(outcome.why) ? outcome.message : null,
				tagLeft: outcome.tagLeft,
			};
		case 'refused':
			return {
				kind: 'refused',
				message: outcome.message,
				next: outcome.next,
				clean: !outcome.tagLeft,
			};
		case 'incomplete':
			return incomplete(state.facts.group, outcome.still, facts);
	}
};

export const incomplete = (group: string, still: readonly string[], facts: AwsFacts): HoldOutcome => ({
	kind: 'incomplete',
	still,
	command: resumeLine(facts, group, still),
	guardian: true,
});

export const endEvent = (outcome: HoldOutcome): HoldEvent => {
	switch (outcome.kind) {
		case 'released':
			return {
				event: 'released',
				resumed: outcome.resumed,
				left: outcome.left.map(({process}) => process),
				verified: outcome.verified,
				seconds: outcome.seconds,
			};
		case 'refused':
			return {event: 'refused', message: outcome.message, next: outcome.next};
		case 'incomplete':
			return {event: 'release-incomplete', still: outcome.still, command: outcome.command};
	}
};
