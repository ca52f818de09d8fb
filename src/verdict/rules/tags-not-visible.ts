import {advice, rerun} from '../advice.ts';
import type {LineMark} from '../line-marks.ts';
import type {Facts, Rule} from '../types.ts';
import {unitLineFindings} from './unit-line.ts';

/** The script read the instance's tags before they were there: in Pending:Wait, or with tags in metadata off. */
export const tagsNotVisible: Rule = {
	name: 'tags-not-visible',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'tags-not-visible',
				mark: 'tags-missing',
				sentence: mark => `${mark.unit} gave up on the instance's tags: ${whyMissing(mark, facts)}`,
				tries: mark => [
					facts.metadataTags === 'disabled'
						? advice('turn on tags in instance metadata in the launch template')
						: advice(
								'let the unit wait for InService, or read its tags from what the launch template gives it',
							),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

const whyMissing = (mark: LineMark, {metadataTags, lifecycleState}: Facts): string => {
	if (metadataTags === 'disabled') return 'tags in instance metadata are switched off';
	const waits = /Pending:Wait/.test(mark.last.text) || lifecycleState === 'Pending:Wait';
	return waits ? 'none is visible while the box is in Pending:Wait' : 'they were not visible';
};
