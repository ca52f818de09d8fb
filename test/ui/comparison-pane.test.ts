import {expect, test} from 'vitest';
import type {KnownBoot} from '../../src/boot/compare-boots.ts';
import type {Boot} from '../../src/boot/types.ts';
import {journalOf, modelOf} from '../boot/recordings.ts';
import {aModel, idOf, type ModelParts} from './fakes.ts';
import {expectWholeFrame, linesOf} from './painted.ts';

const bootOf = async (scenario: string): Promise<Boot> => {
	const boot = (await modelOf(journalOf(scenario))).boot();
	if (boot === null) throw new Error(scenario);
	return boot;
};

const failing = await bootOf('S05-s3-access-denied');
const healthy = await bootOf('S01-healthy');
const known = (boot: Boot, number: number, template: string): KnownBoot => ({
	instanceId: idOf(number),
	template,
	boot: {...boot, bootId: `${number}`},
});
const here = {...failing, bootId: '1'};
const screenOf = (knownBoots: readonly KnownBoot[], part: ModelParts = {}) =>
	aModel({
		place: {screen: 'boot', box: idOf(1)},
		size: [100, 40],
		boxes: [
			{
				instanceId: idOf(1),
				group: 'web-prod',
				state: {state: 'live'},
				rung: 'session',
				whyNotHigher: null,
				boot: here,
				marks: [],
				bytes: 0,
				store: null,
				console: '',
				folder: null,
			},
		],
		knownBoots: [known(here, 1, '43'), ...knownBoots],
		...part,
	});

test('the pane counts boots alike, shows the version before, and names the first difference', () => {
	const text = linesOf(
		screenOf([known(failing, 2, '43'), known(failing, 3, '43'), known(healthy, 4, '42')]),
	).join('\n');
	expect(text).toMatch(
		/─ against this group's other boots ─.*3 other boots known · good i-0000…0004 .*b picks another/,
	);
	expect(text).toMatch(/instance-metadata +29\.5s +usual 29\.5s ±0\.0s +v42: 34\.0s, 1 of 1 fine/);
	expect(text).toMatch(/s3-config-sync +failed +3 of 3 on v43 +v42: 22\.7s, 1 of 1 fine/);
	expect(text).toMatch(/foo-app +never +up in 0 of 3 on v43 +v42: 0\.0s, 1 of 1 fine/);
	expect(text).toMatch(
		/First difference from the good boot: s3-config-sync at 1:48\. All before it ended the same way/,
	);
});

test('with nothing to compare with, or nothing good, it says so', () => {
	const alone = linesOf(screenOf([])).join('\n');
	expect(alone).toContain('Nothing to compare with yet');
	const bad = linesOf(screenOf([known(failing, 2, '43')])).join('\n');
	expect(bad).toMatch(/1 other boot known, none good/);
	expect(bad).toContain('No good boot of this group is known');
	expect(bad).not.toContain('First difference');
});

test('with little room the pane folds first, opened it keeps the difference', () => {
	const others = [known(failing, 2, '43'), known(healthy, 4, '42')];
	for (const size of [
		[80, 24],
		[60, 16],
		[100, 30],
		[200, 50],
	] as const)
		expectWholeFrame(screenOf(others, {size}));
	const small = linesOf(screenOf(others, {size: [80, 24]}));
	expect(small.filter(line => /against this group's other boots/.test(line))).toHaveLength(1);
	const opened = screenOf(others, {size: [80, 24], state: {openedPane: 'comparison'}});
	expect(linesOf(opened).join('\n')).toContain('First difference');
});

test('a boot picked by hand is named as such', () => {
	const others = [known(failing, 2, '43'), known(healthy, 4, '42')];
	const text = linesOf(screenOf(others, {state: {comparedWith: '2'}})).join('\n');
	expect(text).toMatch(/picked i-0000…0002/);
	expect(text).toMatch(/No difference from the boot of i-0000…0002 so far/);
});
