import {advice, rerun} from '../advice.ts';
import type {Rule} from '../types.ts';
import {unitLineFindings} from './unit-line.ts';

/** User data is there, but not in the form the unit expects. */
export const userDataMalformed: Rule = {
	name: 'user-data-malformed',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'user-data-malformed',
				mark: 'user-data-bad',
				sentence: mark => `${mark.unit} cannot read the user data${whereOf(mark.last.text)}`,
				tries: mark => [
					advice(
						'correct the user data in the launch template; the box itself keeps what it was launched with',
					),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

/** "at line 5, column 45" where the parser said so. */
const whereOf = (text: string): string => {
	const found = /\bline (\d{1,7})(?:,? ?(?:column|col|char) (\d{1,7}))?/i.exec(text);
	if (found === null) return '';
	return found[2] === undefined
		? `: it breaks at line ${found[1]}`
		: `: it breaks at line ${found[1]}, column ${found[2]}`;
};
