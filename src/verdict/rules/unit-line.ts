/** The pattern most rules about lines follow: a marked line counts against its unit while that has not got over it. */
import type {Hostile} from '../../base/text.ts';
import {
	confidenceOf,
	consequences,
	failureEvidence,
	isAgainst,
	lineEvidence,
	marksOf,
	outcomeOf,
	unitNamed,
} from '../finding.ts';
import type {LineMark, MarkKind} from '../line-marks.ts';
import type {Advice, Facts, Finding, RuleName} from '../types.ts';

export type UnitLineRule = {
	readonly rule: RuleName;
	readonly mark: MarkKind;
	/** Without its full stop; what the failure took with it is added. */
	readonly sentence: (mark: LineMark, facts: Facts) => Hostile;
	readonly tries: (mark: LineMark, facts: Facts) => readonly Advice[];
};

export const unitLineFindings = (
	{rule, mark: kind, sentence, tries}: UnitLineRule,
	facts: Facts,
): readonly Finding[] =>
	marksOf(facts, kind).flatMap(mark => {
		const {boot} = facts;
		const outcome = outcomeOf(boot, mark);
		const unit = unitNamed(boot, mark.unit);
		if (boot === null || unit === undefined || !isAgainst(outcome)) return [];
		return [
			{
				rule,
				kind: 'fault' as const,
				unit: mark.unit,
				sentence: `${sentence(mark, facts)}${consequences(boot, mark.unit)}.`,
				confidence: confidenceOf(outcome),
				evidence: [lineEvidence(mark.last), ...failureEvidence(boot, unit)],
				try: tries(mark, facts),
			},
		];
	});
