/** `why -o json`: the shape of the contract, then what else the rules said. Texts are masked like on a screen. */
import {shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {Advice, Evidence, Finding, Verdict} from '../verdict/types.ts';

export const verdictDocument = (subject: Hostile, verdict: Verdict): Readonly<Record<string, unknown>> => ({
	subject: shown(subject),
	verdict: shown(verdict.sentence),
	rule: verdict.rule,
	confidence: verdict.confidence,
	evidence: verdict.evidence.map(evidenceDocument),
	ruledOut: verdict.ruledOut.map(text => shown(text)),
	notJudged: verdict.notJudged.map(text => shown(text)),
	try: verdict.try.map(adviceDocument),
	kind: verdict.kind,
	unit: verdict.unit === '' ? null : shown(verdict.unit),
	others: verdict.others.map(findingDocument),
});

const evidenceDocument = ({source, text, at, atSeconds}: Evidence) => ({
	source,
	text: shown(text),
	at: at === null ? null : new Date(at).toISOString(),
	atSeconds,
});

const adviceDocument = ({text, command}: Advice) => ({text: shown(text), command});

const findingDocument = ({rule, kind, unit, sentence, confidence, evidence}: Finding) => ({
	rule,
	kind,
	unit: unit === '' ? null : shown(unit),
	sentence: shown(sentence),
	confidence,
	evidence: evidence.map(evidenceDocument),
});
