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

/** What a line says, by which the mark finds it again in a verdict that has grown. */
export const lineOf = (item: WhyItem): string => {
	switch (item.kind) {
		case 'evidence':
			return `${item.evidence.source}: ${item.evidence.text}`;
		case 'other':
			return `${item.finding.rule}: ${item.finding.sentence}`;
		case 'try':
			return `try: ${item.advice.text}`;
	}
};

/** Place of the mark: the line it stood on, or where that is gone its place, at most the last; -1 where there is none. */
export const markedAt = ({state}: Model, items: readonly WhyItem[]): number => {
	const {why} = state.selected;
	const found = why === null ? 0 : items.findIndex(item => lineOf(item) === why.line);
	return Math.min(found >= 0 ? found : (why?.at ?? 0), items.length - 1);
};
