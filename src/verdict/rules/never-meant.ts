/** Units that were never meant to run: masked, or a condition not met. */
import type {BootUnit} from '../../boot/types.ts';
import {advice} from '../advice.ts';
import {systemdEvidence} from '../finding.ts';
import type {Facts, Rule} from '../types.ts';

export const masked: Rule = {
	name: 'masked',
	judge: facts =>
		ofTheChain(facts)
			.filter(unit => unit.facts?.loadState === 'masked')
			.map(unit => ({
				rule: 'masked',
				kind: 'fault',
				unit: unit.name,
				sentence: `${unit.name} is masked: systemd will never start it.`,
				confidence: 'certain',
				evidence: evidenceOf(facts, unit, `${unit.name} is masked`),
				try: [advice('unmask it', ['systemctl', 'unmask', unit.name])],
			})),
};

export const conditionSkipped: Rule = {
	name: 'condition-skipped',
	judge: facts =>
		ofTheChain(facts)
			.filter(unit => unit.state === 'skipped' && unit.facts?.loadState !== 'masked')
			.map(unit => ({
				rule: 'condition-skipped',
				kind: 'fault',
				unit: unit.name,
				sentence: `${unit.name} was skipped: a condition of its unit file was not met${unit.why === null ? '' : ` (${unit.why})`}.`,
				confidence: 'certain',
				evidence: evidenceOf(facts, unit, unit.why ?? `${unit.name} was skipped`),
				try: [advice('see its conditions', ['systemctl', 'cat', unit.name])],
			})),
};

const ofTheChain = ({boot}: Facts): readonly BootUnit[] =>
	boot === null ? [] : boot.units.filter(unit => boot.chain.includes(unit.name));

const evidenceOf = ({boot}: Facts, unit: BootUnit, text: string) =>
	boot === null ? [] : [systemdEvidence(boot, text, unit.startSeconds)];
