import {isDistributionUnit} from '../../boot/distribution-units.ts';
import type {Boot, BootUnit} from '../../boot/types.ts';
import {advice, rerun} from '../advice.ts';
import {lineEvidence, seconds, systemdEvidence} from '../finding.ts';
import type {Evidence, Facts, Finding, Rule} from '../types.ts';

/**
 * A unit was started before one it wants or requires was done, and no After= says it should wait. Needs the unit files
 * (`systemctl show`): the journal alone cannot tell an order that is missing from one that is not meant.
 */
export const orderingMissing: Rule = {
	name: 'ordering-missing',
	judge: facts => {
		const {boot} = facts;
		return boot === null ? [] : boot.units.flatMap(unit => findingsOf(facts, boot, unit));
	},
};

const findingsOf = (facts: Facts, boot: Boot, unit: BootUnit): readonly Finding[] => {
	const known = unit.facts;
	if (known === null || unit.startSeconds === null || isDistributionUnit(unit.name, known)) return [];
	const start = unit.startSeconds;
	return [...known.requires, ...known.wants, ...known.bindsTo]
		.filter((name, index, all) => all.indexOf(name) === index && !known.after.includes(name))
		.flatMap(name => {
			const wanted = boot.units.find(other => other.name === name);
			const done = wanted?.upSeconds ?? null;
			if (wanted === undefined || isDistributionUnit(name, wanted.facts ?? undefined)) return [];
			if (wanted.startSeconds === null || (done !== null && done <= start)) return [];
			return [findingOf(facts, {boot, unit, wanted, start, done})];
		});
};

type Gap = {
	readonly boot: Boot;
	readonly unit: BootUnit;
	readonly wanted: BootUnit;
	readonly start: number;
	readonly done: number | null;
};

const findingOf = (facts: Facts, {boot, unit, wanted, start, done}: Gap): Finding => {
	const early = done === null ? 'before it was done' : `${seconds(done - start)} before it was done`;
	const harmful = facts.health?.state === 'failing';
	return {
		rule: 'ordering-missing',
		kind: harmful ? 'fault' : 'latent',
		unit: unit.name,
		sentence: `${unit.name} wants ${wanted.name} but has no After= for it, and was started ${early}${facts.health?.state === 'passing' ? ': it worked this time' : ''}.`,
		confidence: 'certain',
		evidence: [
			systemdEvidence(boot, `${unit.name} was started`, start),
			...(done === null ? [] : [systemdEvidence(boot, `${wanted.name} was done`, done)]),
			...ownWords(facts, unit),
		],
		try: [
			advice(`add After=${wanted.name} to ${unit.name}, then daemon-reload`, [
				'systemctl',
				'edit',
				unit.name,
			]),
			rerun(unit.name),
		],
	};
};

/** What the unit itself said of having started too early. */
const ownWords = ({marks}: Facts, unit: BootUnit): readonly Evidence[] =>
	marks
		.filter(
			mark => mark.unit === unit.name && (mark.kind === 'defaults-used' || mark.kind === 'listens-locally'),
		)
		.map(mark => lineEvidence(mark.first));
