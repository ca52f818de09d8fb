import {describe, expect, test} from 'vitest';
import {checkSchedules} from './model/check.ts';
import {mutantOf, mutants} from './model/mutants.ts';
import {foundByTheModel} from './model/regressions.ts';
import {runSchedule} from './model/world.ts';

/** Caught after thousands of schedules: `npm run prove`, which CI runs, has these too, and counts what reached each rule. */
const rare = new Set([
	'resumes what other live holds want',
	'stops the fuse of a stranger',
	'suspends again after somebody ended the hold',
]);

describe('the core against a small model of AWS', () => {
	test('H1 H2 F5 nothing of ours stays suspended and nothing foreign is resumed, whatever fails, dies or forges', () => {
		const {failure} = checkSchedules({runs: 4000, seed: 20_261_122});
		expect(failure?.story ?? 'clean').toBe('clean');
	}, 300_000);

	test.each(foundByTheModel)('found before: $name', ({schedule}) => {
		const {violations, story} = runSchedule(schedule, {tell: true});
		expect(violations.length === 0 ? 'clean' : [...violations, ...story].join('\n')).toBe('clean');
	});

	test.each(Object.keys(mutants).filter(name => !rare.has(name)))(
		'a core that %s is caught',
		name => {
			const {failure} = checkSchedules({runs: 20_000, seed: 7, shrink: false, ...mutantOf(name)});
			expect(failure).not.toBeNull();
		},
		600_000,
	);
});
