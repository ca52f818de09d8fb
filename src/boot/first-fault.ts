/** The unit whose failure explains the others, and the line that says why (journald.md, section 7, "Root cause"). */
import type {Hostile} from '../base/text.ts';
import {type AttemptRecord, hasFailed, whyOf} from './attempt-record.ts';
import type {BootRecord} from './boot-record.ts';
import type {BootUnit, FirstFault} from './types.ts';
import {lastAttempt, type UnitRecord} from './unit-record.ts';
import {endedByShutdown} from './unit-view.ts';

type Candidate = {
	readonly unit: UnitRecord;
	/** The first failure of its last series: time, message and code come from here. */
	readonly failure: AttemptRecord;
	readonly atSeconds: number;
	readonly result: string;
};

/**
 * Before the shutdown; not a unit that has recovered, unless others were cancelled for good by its failure.
 * A fault in the chain goes before one beside it, then the earliest.
 */
export const firstFaultOf = (
	boot: BootRecord,
	views: readonly BootUnit[],
	chain: readonly Hostile[],
): FirstFault | null => {
	const victims = new Set(
		views.filter(unit => unit.state === 'cancelled' || unit.state === 'orphan').map(unit => unit.cancelledBy),
	);
	const candidates = views
		.filter(view => !view.recovered || victims.has(view.name))
		.map(view => candidateOf(boot, boot.units.get(view.name)))
		.filter(candidate => candidate !== null);
	const inChain = candidates.filter(({unit}) => chain.includes(unit.name));
	const first = earliest(inChain.length > 0 ? inChain : candidates);
	return first === null ? null : faultOf(first);
};

const candidateOf = (boot: BootRecord, unit: UnitRecord | undefined): Candidate | null => {
	if (unit === undefined) {
		return null;
	}

	const failure = unit.attempts.find(attempt => hasFailed(attempt) && !endedByShutdown(boot, attempt));
	if (failure !== undefined) {
		return {
			unit,
			failure,
			atSeconds: failure.endSeconds ?? failure.startSeconds,
			result: failure.result ?? 'failed',
		};
	}

	const last = lastAttempt(unit);
	return unit.gaveUp && last !== undefined && !endedByShutdown(boot, last)
		? {unit, failure: last, atSeconds: last.endSeconds ?? last.startSeconds, result: 'start-limit-hit'}
		: null;
};

const earliest = (candidates: readonly Candidate[]): Candidate | null =>
	candidates.reduce<Candidate | null>(
		(best, candidate) => (best === null || candidate.atSeconds < best.atSeconds ? candidate : best),
		null,
	);

const faultOf = ({unit, failure, atSeconds, result}: Candidate): FirstFault => ({
	unit: unit.name,
	result,
	exitCode: failure.exitCode,
	message: whyOf(failure) ?? `${unit.name} failed: ${result}`,
	atUs: failure.endedAtUs,
	atSeconds,
});
