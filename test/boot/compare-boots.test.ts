import {expect, test} from 'vitest';
import {compareBoots, isGood, type KnownBoot, runOf} from '../../src/boot/compare-boots.ts';
import {journalOf, modelOf} from './recordings.ts';

const load = async (scenario: string, template: string | null): Promise<KnownBoot> => {
	const boot = (await modelOf(journalOf(scenario))).boot();
	if (boot === null) {
		throw new Error(scenario);
	}

	return {instanceId: `i-${scenario}`, template, boot};
};

const again = (one: KnownBoot, number: number): KnownBoot => ({
	...one,
	instanceId: `${one.instanceId}-${number}`,
	boot: {
		...one.boot,
		bootId: `${one.boot.bootId}-${number}`,
		startedAtUs: (one.boot.startedAtUs ?? 0) + number,
	},
});

const healthy = await load('S01-healthy', '42');
const denied = await load('S05-s3-access-denied', '43');
const looping = await load('S06-crash-loop', '43');
const late = await load('S02-metadata-late', '42');
const killed = await load('S11-terminated-mid-boot', '43');

test('a recorded healthy boot is good, one with a fault or a chain that never ended is not', () => {
	expect([healthy, late].map(({boot}) => isGood(boot))).toEqual([true, true]);
	expect([denied, looping, killed].map(({boot}) => isGood(boot))).toEqual([false, false, false]);
});

test('the first difference from the good boot is the unit that failed, at its start', () => {
	const {difference, reference, referenceIsGood, others} = compareBoots(denied, [healthy, denied]);
	expect([others, referenceIsGood, reference?.instanceId]).toEqual([1, true, healthy.instanceId]);
	expect(difference).toMatchObject({
		unit: denied.boot.firstFault?.unit,
		here: {outcome: 'failed'},
		there: {outcome: 'up'},
	});
	expect(difference?.atSeconds).toBeLessThan(denied.boot.firstFault?.atSeconds ?? 0);
});

test('the newest good boot is what others are compared with, unless a person picks another', () => {
	const known = [healthy, again(late, 1e13), looping, denied];
	expect(compareBoots(denied, known).reference?.instanceId).toBe('i-S02-metadata-late-10000000000000');
	const picked = compareBoots(denied, known, {pick: looping.boot.bootId});
	expect([picked.reference?.instanceId, picked.referenceIsGood]).toEqual([looping.instanceId, false]);
	expect(picked.difference?.unit).toBe(denied.boot.firstFault?.unit);
});

test('boots of the same template version are counted, those of the version before stand beside them', () => {
	const known = [healthy, late, again(denied, 1), again(denied, 2), looping, denied];
	const {units} = compareBoots(denied, known);
	const failed = units.find(({unit}) => unit === denied.boot.firstFault?.unit);
	expect(failed?.here).toMatchObject({outcome: 'failed', tries: 1});
	expect(failed?.alike).toMatchObject({boots: 3, up: 1, failed: 2, failedTries: 1});
	expect(failed?.elsewhere).toMatchObject({template: '42', boots: 2, up: 2, failed: 0});
	const app = units.at(-1);
	expect([app?.here.outcome, app?.alike.up, app?.alike.failed]).toEqual(['never', 0, 1]);
});

test('the same boot again differs from itself in nothing', () => {
	for (const one of [healthy, denied, looping, killed]) {
		const {difference, otherPace} = compareBoots(one, [again(one, 1)], {pick: `${one.boot.bootId}-1`});
		expect([difference, otherPace]).toEqual([null, []]);
	}
});

test('without another boot, or without a good one, nothing is claimed', () => {
	expect(compareBoots(denied, [denied])).toMatchObject({others: 0, reference: null, difference: null});
	expect(compareBoots(denied, [again(denied, 1)])).toMatchObject({
		others: 1,
		reference: null,
		difference: null,
	});
});

test('a unit that a shutdown stopped has neither failed nor come up', () => {
	const stopped = killed.boot.units.filter(unit => unit.endedByShutdown && unit.upSeconds === null);
	for (const {name} of stopped) {
		expect(['stopped', 'never']).toContain(runOf(killed.boot, name).outcome);
	}

	expect(compareBoots(killed, [healthy]).difference).toBeNull();
});

test('a unit of the chain that took twice as long and by seconds is named, and never counts as the difference', () => {
	const slow: KnownBoot = {
		...again(healthy, 1),
		boot: {
			...healthy.boot,
			bootId: 'slow',
			units: healthy.boot.units.map(unit =>
				unit.name === healthy.boot.chain[0] && unit.upSeconds !== null
					? {...unit, upSeconds: unit.upSeconds + 60}
					: unit,
			),
		},
	};
	const {difference, otherPace} = compareBoots(slow, [healthy]);
	expect(difference).toBeNull();
	expect(otherPace.map(({unit}) => unit)).toEqual([healthy.boot.chain[0]]);
});
