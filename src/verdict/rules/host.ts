/** What is wrong with the machine under the unit: disk, clock, names. */
import {advice, rerun} from '../advice.ts';
import type {Rule} from '../types.ts';
import {unitLineFindings} from './unit-line.ts';

export const diskFull: Rule = {
	name: 'disk-full',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'disk-full',
				mark: 'disk-full',
				sentence: mark => `no space is left on the disk ${mark.unit} writes to`,
				tries: mark => [advice('see what fills it', ['df', '-h']), rerun(mark.unit)],
			},
			facts,
		),
};

export const clockSkew: Rule = {
	name: 'clock-skew',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'clock-skew',
				mark: 'clock-skew',
				sentence: mark => `the clock of the box is wrong, and ${mark.unit} is refused for it`,
				tries: mark => [
					advice('compare the clock with its server', ['chronyc', 'tracking']),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

export const dnsFailed: Rule = {
	name: 'dns-failed',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'dns-failed',
				mark: 'dns-failed',
				sentence: mark => `${mark.unit} cannot resolve a name`,
				tries: mark => [advice('ask the resolver', ['resolvectl', 'status']), rerun(mark.unit)],
			},
			facts,
		),
};
