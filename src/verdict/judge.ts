/**
 * The verdict: every rule is asked, and of the faults the one furthest upstream wins; the others become what it led to.
 * "Cannot be judged" is an answer, and names what is missing.
 */
import type {Hostile} from '../base/text.ts';
import type {Boot} from '../boot/types.ts';
import {isChainUp, ownUnits} from './boot-state.ts';
import {changeEvidence} from './change-evidence.ts';
import {lineEvidence, seconds} from './finding.ts';
import {probed, probeEvidence, probeMissing, probeRuledOut} from './probe-evidence.ts';
import {graceRuledOut} from './rules/grace-too-short.ts';
import {rules} from './rules/index.ts';
import {healthEvidence} from './rules/serving.ts';
import {surroundingsEvidence, surroundingsRuledOut} from './surroundings.ts';
import type {Facts, Finding, Rule, Verdict} from './types.ts';

/** Pure; `asked` are all rules unless a test asks fewer. */
export const judge = (facts: Facts, asked: readonly Rule[] = rules): Verdict => {
	const findings = withoutRepeats(asked.flatMap(rule => rule.judge(facts)));
	const ranked = findings
		.map((finding, order) => ({finding, order, position: positionOf(facts.boot, finding)}))
		.sort((a, b) => a.position - b.position || a.order - b.order)
		.map(({finding}) => finding);
	const winner = ranked.find(({kind}) => kind === 'fault') ?? ranked.find(({kind}) => kind === 'end');
	return winner === undefined ? withoutFault(facts, ranked) : withFault(facts, winner, ranked);
};

/** The rule that only knows that a unit failed is silent where another knows why. */
const withoutRepeats = (findings: readonly Finding[]): readonly Finding[] =>
	findings.filter(
		({rule, unit}) =>
			rule !== 'unit-failed' ||
			!findings.some(other => other.rule !== rule && other.kind === 'fault' && other.unit === unit),
	);

/** Place in the chain first, then the order in which the units were started; the box as a whole comes last. */
const positionOf = (boot: Boot | null, {unit}: Finding): number => {
	if (boot === null || unit === '') return Number.MAX_SAFE_INTEGER;
	const place = boot.chain.indexOf(unit);
	if (place >= 0) return place;
	const index = boot.units.findIndex(({name}) => name === unit);
	return boot.chain.length + (index < 0 ? boot.units.length : index);
};

const withFault = (facts: Facts, winner: Finding, ranked: readonly Finding[]): Verdict => ({
	kind: winner.kind === 'end' ? 'end' : 'fault',
	rule: winner.rule,
	unit: winner.unit,
	sentence: capital(winner.sentence),
	confidence: winner.confidence,
	evidence: [
		...winner.evidence,
		...(winner.rule === 'death' ? [] : healthEvidence(facts)),
		...probeEvidence(facts, winner.rule),
		...surroundingsEvidence(facts),
		...changeEvidence(facts),
	],
	ruledOut: [
		...probeRuledOut(facts, winner.rule),
		...ruledOut(facts, winner),
		...surroundingsRuledOut(facts),
		...graceRuledOut(facts),
		...(winner.rulesOut ?? []),
	],
	notJudged: [...missing(facts), ...probeMissing(facts, winner.rule)],
	try: winner.try,
	others: ranked.filter(finding => finding !== winner),
});

const withoutFault = (facts: Facts, ranked: readonly Finding[]): Verdict => {
	const base = {
		rule: null,
		unit: '',
		evidence: [...healthEvidence(facts), ...probeEvidence(facts, null), ...surroundingsEvidence(facts)],
		ruledOut: [
			...probeRuledOut(facts, null),
			...ruledOut(facts, null),
			...surroundingsRuledOut(facts),
			...graceRuledOut(facts),
		],
		notJudged: missing(facts),
		try: [],
		others: ranked,
	};
	const {boot, health} = facts;
	if (boot === null || boot.entryCount === 0)
		return {
			...base,
			evidence: [...base.evidence, ...changeEvidence(facts)],
			kind: 'cannot-be-judged',
			sentence: 'Nothing is known of this boot: no line of its journal has come.',
			confidence: 'unknown',
			notJudged: ['the journal of the box', ...base.notJudged],
		};
	if (health?.state === 'passing' || (health?.everPassed === true && boot.shutdownSeconds !== null))
		return {
			...base,
			kind: 'nothing-wrong',
			sentence: 'Nothing is wrong on the box: its units are up, and the health check passes.',
			confidence: 'certain',
		};
	if (!isChainUp(boot) && !facts.over)
		return {
			...base,
			kind: 'still-booting',
			sentence: `Still booting, ${seconds(boot.lastSeconds)} so far; nothing has failed yet.`,
			confidence: 'unknown',
		};
	if (health?.state === 'failing' && isChainUp(boot)) return unexplained(facts, boot, base);
	return {
		...base,
		kind: isChainUp(boot) ? 'nothing-wrong' : 'cannot-be-judged',
		sentence: isChainUp(boot)
			? 'Nothing is wrong in the journal: the units are up. Whether the health check passes is not known.'
			: 'No unit has failed, but not all of them came up, and the journal does not say why.',
		confidence: isChainUp(boot) ? 'likely' : 'unknown',
	};
};

type Base = Omit<Verdict, 'kind' | 'sentence' | 'confidence'>;

/** All green, and the load balancer is not content: what would have to be known is named. */
const unexplained = (facts: Facts, boot: Boot, base: Base): Verdict => ({
	...base,
	kind: 'cannot-be-judged',
	sentence: `Every unit is up, and the health check still fails: ${facts.probe === null ? 'the journal alone does not say why' : 'neither the journal nor a probe of the box says why'}.`,
	confidence: 'unknown',
	evidence: [
		...base.evidence,
		...changeEvidence(facts),
		...facts.marks
			.filter(({kind}) => kind === 'defaults-used' || kind === 'listens-locally')
			.map(mark => lineEvidence(mark.first)),
	],
	notJudged: [...unitFilesMissing(boot), ...base.notJudged],
});

const unitFilesMissing = (boot: Boot): readonly Hostile[] => {
	const without = ownUnits(boot).filter(({name, facts}) => facts === null && name.endsWith('.service'));
	return without.length === 0
		? []
		: [
				`the order of the units: the unit files of ${without
					.map(({name}) => name)
					.slice(0, 8)
					.join(', ')} (systemctl show)`,
			];
};

const missing = ({health, listening, healthCheckPort, unread}: Facts): readonly Hostile[] => [
	...unread,
	...(health === null ? ['the health check: no answer of a load balancer is known'] : []),
	...(health?.state === 'failing' && listening === null
		? [
				`what listens${healthCheckPort === null ? '' : ` on port ${healthCheckPort}`}: the sockets of the box (ss -ltn)`,
			]
		: []),
];

/** Said only of what was really looked at. */
const ruledOut = (facts: Facts, winner: Finding | null): readonly Hostile[] => {
	const {boot, marks, health} = facts;
	if (boot === null || boot.entryCount === 0) return [];
	const quiet = (kind: string, text: string) => (marks.some(mark => mark.kind === kind) ? [] : [text]);
	const before = winner === null ? [] : boot.chain.slice(0, Math.max(0, boot.chain.indexOf(winner.unit)));
	return [
		...before
			.filter(name => boot.units.some(unit => unit.name === name && unit.state === 'finished'))
			.map(name => `${name}: done without a fault`),
		// What was measured says more than the silence of the journal.
		...(probed(facts, 'disk') === null ? quiet('disk-full', 'disk: no line says that it is full') : []),
		...(probed(facts, 'dns') === null
			? quiet('dns-failed', 'names: no line says that one could not be resolved')
			: []),
		...(boot.units.some(unit => unit.attempts.some(({result}) => result === 'oom-kill'))
			? []
			: ['memory: nothing was killed for lack of it']),
		...(health?.state === 'passing' ? ['the health check passes'] : []),
	];
};

/** A unit's name stays as it is written. */
const capital = (text: Hostile): Hostile =>
	/^\S+\.[a-z]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
