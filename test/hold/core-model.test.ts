import {describe, expect, test} from 'vitest';
import {checkSchedules} from './model/check.ts';
import {mutantOf, mutants} from './model/mutants.ts';
import {foundByTheModel} from './model/regressions.ts';
import {rulesToReach} from './model/rules.ts';
import {runSchedule} from './model/world.ts';

describe('the core against a small model of AWS', () => {
	test('H1 H2 F5 nothing of ours stays suspended and nothing foreign is resumed, whatever fails, dies or forges', () => {
		const {failure, reached} = checkSchedules({runs: 20_000, seed: 20_261_122});
		expect(failure?.story ?? 'clean').toBe('clean');
		expect(rulesToReach.filter(rule => !reached.has(rule))).toEqual([]);
	}, 900_000);

	test.each(foundByTheModel)('found before: $name', ({schedule}) => {
		const {violations, story} = runSchedule(schedule, {tell: true});
		expect(violations.length === 0 ? 'clean' : [...violations, ...story].join('\n')).toBe('clean');
	});

	test.each(Object.keys(mutants))(
		'a core that %s is caught',
		name => {
			const {failure} = checkSchedules({runs: 20_000, seed: 7, shrink: false, ...mutantOf(name)});
			expect(failure).not.toBeNull();
		},
		600_000,
	);
});
