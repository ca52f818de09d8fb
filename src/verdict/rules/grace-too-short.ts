/**
 * The health check gives up before a boot that goes well can be done. The grace period covers only the time after "in
 * service" (aws-facts.md 2.2), so only that time of the good boots is held against it.
 */
import type {Hostile} from '../../base/text.ts';
import type {Boot} from '../../boot/types.ts';
import {advice} from '../advice.ts';
import {ownUnits} from '../boot-state.ts';
import {seconds, times} from '../finding.ts';
import {readyAt, slowest} from '../pace.ts';
import type {Advice, Evidence, Facts, Finding, Pace, Rule} from '../types.ts';

export const graceTooShort: Rule = {
	name: 'grace-too-short',
	judge: facts => {
		const {pace} = facts;
		if (pace === null) return [];
		const needed = slowest(pace.goodSeconds);
		if (needed !== null && needed > pace.graceSeconds) return [byGoodBoots(facts, pace, needed)];
		return byItsOwnEnd(facts, pace);
	},
};

/** Fewer good boots than this may all have been odd ones. */
const enoughBoots = 3;

const byGoodBoots = (facts: Facts, pace: Pace, needed: number): Finding => {
	const {goodSeconds, graceSeconds, missedSeconds} = pace;
	const count = goodSeconds.length;
	const isTooLate = needed > graceSeconds + missedSeconds;
	const slow = count === 1 ? 'A good boot' : `The slowest of ${count} good boots`;
	return {
		...finding(pace, neededOf(needed, missedSeconds)),
		// One that passes has got by this time.
		kind: isTooLate && facts.health?.state !== 'passing' ? 'fault' : 'latent',
		sentence: `${slow} of this group needed ${seconds(needed)} after it was in service, and the grace period is ${seconds(graceSeconds)}${isTooLate ? `: the health check takes a box out after ${seconds(graceSeconds + missedSeconds)}` : '; only the checks that are counted first left it the rest'}.`,
		confidence: count >= enoughBoots ? 'certain' : 'likely',
		evidence: [...ownEvidence(facts, pace)],
	};
};

/** Nothing is known of good boots: this one was ended by the health check with nothing wrong, and was not done. */
const byItsOwnEnd = ({boot, death}: Facts, pace: Pace): readonly Finding[] => {
	if (boot === null || boot.entryCount === 0 || death?.cause !== 'elb' || death.at === null) return [];
	if (pace.inServiceAt === null || !goesWell(boot)) return [];
	const lived = (death.at - pace.inServiceAt) / 1000;
	const allowed = pace.graceSeconds + pace.missedSeconds;
	const ready = readyAt(boot);
	const needed = ready === null ? null : (ready - pace.inServiceAt) / 1000;
	// A check that failed long after the grace period had another reason, and so had one of units that were up in time.
	if (lived > allowed + slackSeconds || (needed !== null && needed <= pace.graceSeconds)) return [];
	const state =
		needed === null
			? `before ${firstNotUp(boot)} was up and with nothing failed`
			: `with nothing failed, and the units were up only after ${seconds(needed)}`;
	return [
		{
			...finding(pace, neededOf(Math.max(lived, needed ?? 0), pace.missedSeconds)),
			kind: 'fault',
			sentence: `The health check ended the box ${seconds(lived)} after it was in service, ${state}; the grace period is ${seconds(pace.graceSeconds)}.`,
			confidence: 'likely',
			evidence: [{source: 'Auto Scaling', text: death.rawCause, atSeconds: null, at: death.at}],
		},
	];
};

/** The health check asks by its own clock, and Auto Scaling takes its time. */
const slackSeconds = 120;

const goesWell = (boot: Boot): boolean =>
	boot.firstFault === null &&
	boot.chain.length > 0 &&
	ownUnits(boot).every(
		({state, endedByShutdown}) =>
			endedByShutdown || !['failed', 'cancelled', 'orphan', 'skipped'].includes(state),
	);

const firstNotUp = ({chain, units}: Boot): Hostile =>
	chain.find(one => (units.find(unit => unit.name === one)?.upSeconds ?? null) === null) ?? 'its last unit';

/** A fifth more than what was needed, in tens of seconds. */
const neededOf = (needed: number, missed: number): number =>
	Math.max(10, Math.ceil(((needed - missed) * 1.2 + missed) / 10) * 10);

const finding = (pace: Pace, graceSeconds: number): Pick<Finding, 'rule' | 'unit' | 'try'> => ({
	rule: 'grace-too-short',
	unit: '',
	try: [
		longer(pace, graceSeconds),
		advice('or let a launch hook wait until the boot is done: no grace period runs before it'),
	],
});

const longer = ({group}: Pace, graceSeconds: number): Advice =>
	advice(`give a boot ${seconds(graceSeconds)}`, [
		'aws',
		'autoscaling',
		'update-auto-scaling-group',
		'--auto-scaling-group-name',
		group,
		'--health-check-grace-period',
		String(graceSeconds),
	]);

const ownEvidence = ({boot}: Facts, {inServiceAt}: Pace): readonly Evidence[] => {
	const ready = boot === null ? null : readyAt(boot);
	if (ready === null || inServiceAt === null) return [];
	return [
		{
			source: 'journal',
			text: `this boot was up ${seconds(Math.max(0, (ready - inServiceAt) / 1000))} after the box was in service`,
			atSeconds: null,
			at: ready,
		},
	];
};

/** "grace period: …" where good boots have room in it. */
export const graceRuledOut = ({pace}: Facts): readonly Hostile[] => {
	const needed = pace === null ? null : slowest(pace.goodSeconds);
	if (pace === null || needed === null || needed > pace.graceSeconds) return [];
	const count = pace.goodSeconds.length;
	const who =
		count === 1 ? 'a good boot needs' : `the slowest of ${times(count, 'good boot', 'good boots')} needs`;
	return [
		`grace period: ${who} ${seconds(needed)} of the ${seconds(pace.graceSeconds)}: more of it would only die slower`,
	];
};
