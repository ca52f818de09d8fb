import {describe, expect, test} from 'vitest';
import {checkSchedules, rulesToReach} from './model/check.ts';
import {mutants} from './model/mutants.ts';

describe('the core against a small model of AWS', () => {
	test('nothing of ours stays suspended and nothing foreign is resumed, whatever fails, dies or meddles', () => {
		const {failure, reached} = checkSchedules({runs: 4000, seed: 20_261_122});
		expect(failure?.story ?? 'clean').toBe('clean');
		expect(rulesToReach.filter(rule => !reached.has(rule))).toEqual([]);
	}, 240_000);

	test.each(Object.keys(mutants))(
		'a core that %s is caught',
		name => {
			const step = mutants[name];
			expect(step).toBeDefined();
			if (step === undefined) return;
			const {failure} = checkSchedules({runs: 3000, seed: 7, step, shrink: false});
			expect(failure).not.toBeNull();
		},
		120_000,
	);
});
