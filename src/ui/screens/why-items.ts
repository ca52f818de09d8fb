/** The lines of a verdict that the mark can stand on, in the order of the screen. */
import type {Advice, Evidence, Finding, Verdict} from '../../verdict/types.ts';
import type {Model} from '../model.ts';

export type WhyItem =
	| {readonly kind: 'evidence'; readonly number: number; readonly evidence: Evidence}
	/** Consequences, notes, mistakes that did no harm this time. */
	| {readonly kind: 'other'; readonly finding: Finding}
	| {readonly kind: 'try'; readonly number: number; readonly advice: Advice};

export const whyItems = (verdict: Verdict): readonly WhyItem[] => [
	...verdict.evidence.map((evidence, index): WhyItem => ({kind: 'evidence', number: index + 1, evidence})),
	...verdict.others.map((finding): WhyItem => ({kind: 'other', finding})),
	...verdict.try.map((advice, index): WhyItem => ({kind: 'try', number: index + 1, advice})),
];

/** Place of the mark: a verdict that grew shorter keeps it on its last line; -1 where there is none. */
export const markedAt = ({state}: Model, items: readonly WhyItem[]): number =>
	Math.min(state.selected.why, items.length - 1);
