/** The release preview in every scenario of the lab: who it says will die dies, and nobody else. */
import {expect, test} from 'vitest';
import {releaseAll, scenarioNames} from './processes/release-scenarios.ts';

const names = await scenarioNames();

test.each(names)('in scenario %s the release kills and launches what its preview said', async scenario => {
	const results = [
		...(await releaseAll({scenario, preset: 'freeze', heldSeconds: 600})),
		...(await releaseAll({scenario, preset: 'no-replace', heldSeconds: 0, marks: true})),
	];
	expect(results.length).toBeGreaterThan(0);
	expect(
		results.flatMap(({group, preset, problems}) => problems.map(problem => `${group} ${preset}: ${problem}`)),
	).toEqual([]);
});

test('the scenarios cover boxes that die at once, boxes that are judged, and groups where nobody dies', async () => {
	const results = [
		...(await releaseAll({scenario: 'default', preset: 'freeze', heldSeconds: 600, marks: true})),
		...(await releaseAll({scenario: 'default', preset: 'freeze', heldSeconds: 600})),
	];
	expect(results.some(({predicted}) => predicted.atOnce.length > 0)).toBe(true);
	expect(results.some(({predicted}) => predicted.judged.length > 0)).toBe(true);
	expect(results.some(({predicted}) => predicted.atOnce.length + predicted.judged.length === 0)).toBe(true);
});
