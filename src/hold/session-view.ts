/** A hold as commands and screens see it, and its end in the contract's words. Pure. */
import type {AwsFacts, Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Told} from './core-events.ts';
import type {CoreOutcome, EndReason, HoldState} from './core-state.ts';
import {coverageOf} from './coverage.ts';
import {resumeLine} from './resume-line.ts';
import type {HoldEvent, HoldNet, HoldOutcome, HoldPhase, HoldView} from './types.ts';

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
	/** The fuse acts as a role of its own, not as the user. */
	readonly fuseHasRole: boolean;
};

export const viewOf = (inputs: ViewInputs): HoldView => {
	const {state, group, others, warnings, outcome} = inputs;
	const {facts, own} = state;
	const until = own.end === 0 ? inputs.fallbackUntil : own.end;
	const coverage = coverageOf(group?.instances ?? [], [...own.wanted, ...own.baseline]);
	return {
		holdId: facts.holdId,
		group: facts.group,
		phase: phaseOf(inputs),
		owner: facts.owner,
		others,
		// The same for whoever takes the hold up again: the ledger knows when it began.
		since: state.heldAt === null ? null : own.since,
		until,
		totalSeconds: Math.round((own.end === 0 ? facts.forMs : own.end - own.since) / 1000),
		wanted: own.wanted,
		baseline: own.baseline,
		covered: coverage.covered,
		notCovered: coverage.notCovered,
		net: netOf(inputs),
		adopted: own.adopted,
		warnings,
		question: state.question,
		renews: state.renewals,
		outcome,
	};
};

/** The newest fuse of ours that may still do something: the one AWS would resume by. */
const netOf = ({state, fuseHasRole}: ViewInputs): HoldNet => {
	const {facts, own, fuse: look, credentialsUntil} = state;
	if (facts.net === 'none') return {kind: 'none'};
	const live = own.fuses.filter(({final}) => final === null);
	const fuse = live.findLast(({executionId}) => executionId !== null);
	if (fuse === undefined || fuse.executionId === null) return {kind: 'arming'};
	const {executionId, deadline} = fuse;
	const status = look?.executionId === executionId ? look.status : 'not seen yet';
	return {kind: 'fuse', executionId, deadline, status, asYouUntil: fuseHasRole ? null : credentialsUntil};
};

const phaseOf = ({state, outcome, handedOver}: ViewInputs): HoldPhase => {
	if (handedOver) return 'handed-over';
	if (outcome !== null) return outcome.kind === 'incomplete' ? 'release-incomplete' : outcome.kind;
	if (state.release === null) return state.heldAt === null ? 'acquiring' : 'held';
	return state.step.at === 'release-note' || state.step.at === 'release-tag' ? 'ending' : 'releasing';
};

/** What the core tells, in the contract's words. */
export const eventOf = (told: Told, {facts, own}: HoldState): HoldEvent => {
	switch (told.tell) {
		case 'held':
			return {
				event: 'held',
				holdId: facts.holdId,
				group: facts.group,
				suspended: own.wanted,
				baseline: own.baseline,
				until: iso(own.end),
			};
		case 'renewed':
			return {event: 'renewed', until: iso(own.leaseUntil)};
		case 'repaired':
			return {event: 'repaired', processes: told.processes, message: told.message};
		case 'fuse-armed':
			return {event: 'fuse-armed', executionId: told.executionId, deadline: iso(told.deadline)};
		case 'fuse-fired':
			return {event: 'fuse-fired', executionId: told.executionId};
		case 'adopted':
			return {event: 'adopted', processes: told.processes, message: told.message};
		case 'ask-repair':
		case 'warning':
			return {event: 'warning', message: told.message};
	}
};

const iso = (ms: AwsMs): string => new Date(ms).toISOString();

/** Ends that were nobody's wish: exit 1 even when all is given back. */
const failures: ReadonlySet<EndReason> = new Set([
	'repairs',
	'lease',
	'jump',
	'tag-removed',
	'ended-by-others',
	'group-gone',
	'guardian-lost',
	'net-lost',
	'fuse-fired',
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
				fuseLeft: outcome.fuseLeft,
			};
		case 'refused':
			return {
				kind: 'refused',
				message: outcome.message,
				next: outcome.next,
				clean: !outcome.tagLeft && !outcome.fuseLeft,
			};
		case 'incomplete':
			return {
				...incomplete(state.facts.group, outcome.still, facts),
				claimants: outcome.claimants,
				fuse: outcome.fuse,
			};
	}
};

export const incomplete = (
	group: string,
	still: readonly string[],
	facts: AwsFacts,
): Extract<HoldOutcome, {kind: 'incomplete'}> => ({
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
			return {
				event: 'release-incomplete',
				still: outcome.still,
				command: outcome.command,
				...(outcome.claimants?.length ? {claimants: outcome.claimants} : {}),
			};
	}
};
