import {advice, rerun} from '../advice.ts';
import {
	confidenceOf,
	consequences,
	failureEvidence,
	isAgainst,
	lineEvidence,
	marksOf,
	outcomeOf,
	seconds,
	times,
	unitNamed,
} from '../finding.ts';
import type {Facts, Finding, Rule} from '../types.ts';

/** The box asked for its metadata before it was there: a delay when a retry worked, the fault when the unit gave up. */
export const metadataLate: Rule = {
	name: 'metadata-late',
	judge: facts => marksOf(facts, 'metadata-unready').flatMap(mark => findingOf(facts, mark)),
};

const findingOf = (facts: Facts, mark: Facts['marks'][number]): readonly Finding[] => {
	const {boot} = facts;
	const unit = unitNamed(boot, mark.unit);
	const outcome = outcomeOf(boot, mark);
	if (boot === null || unit === undefined || outcome === null) return [];
	const took = mark.last.atSeconds - mark.first.atSeconds;
	const tries = `${times(mark.count, 'request', 'requests')} over ${seconds(took)}`;
	const evidence = [lineEvidence(mark.first), lineEvidence(mark.last)];
	if (!isAgainst(outcome))
		return [
			{
				rule: 'metadata-late',
				kind: 'note',
				unit: mark.unit,
				sentence: `Instance metadata was late: ${tries} failed before ${mark.unit} got an answer.`,
				confidence: 'certain',
				evidence,
				try: [],
			},
		];
	return [
		{
			rule: 'metadata-late',
			kind: 'fault',
			unit: mark.unit,
			sentence: `Instance metadata does not answer ${mark.unit}: ${tries} failed${consequences(boot, mark.unit)}.`,
			confidence: confidenceOf(outcome),
			evidence: [...evidence, ...failureEvidence(boot, unit)],
			try: [
				advice('check the metadata options of the launch template: tokens required, hop limit, endpoint'),
				rerun(mark.unit),
			],
		},
	];
};
