import {expect, test} from 'vitest';
import type {GroupDetail} from '../../src/groups/types.ts';
import {judge} from '../../src/verdict/judge.ts';
import {goodBootOf, readyAt, slowest} from '../../src/verdict/pace.ts';
import {graceTooShort} from '../../src/verdict/rules/grace-too-short.ts';
import type {Facts, Finding} from '../../src/verdict/types.ts';
import {endedByCheck, pace, recordedBoot} from './paces.ts';
import {unknownFacts} from './recorded-facts.ts';

const findingOf = (facts: Partial<Facts>): Finding | undefined =>
	graceTooShort.judge({...unknownFacts, ...facts})[0];

const passing = {state: 'passing', everPassed: true, lastAnswer: null, at: null} as const;
const failing = {state: 'failing', everPassed: false, lastAnswer: 'Target.Timeout', at: null} as const;

test('good boots that need more than grace and checks together leave make it the fault, with the command', () => {
	const found = findingOf({pace: pace([350, 41, 370]), health: failing});
	expect(found).toMatchObject({kind: 'fault', confidence: 'certain'});
	expect(found?.sentence).toBe(
		'The slowest of 3 good boots of this group needed 6m10s after it was in service, and the grace period is 5m00s: the health check takes a box out after 5m30s.',
	);
	expect(found?.try[0]?.command).toBe(
		'aws autoscaling update-auto-scaling-group --auto-scaling-group-name web-prod --health-check-grace-period 440',
	);
});

test('one good boot makes it likely, no more', () => {
	expect(findingOf({pace: pace([370]), health: failing})).toMatchObject({
		kind: 'fault',
		confidence: 'likely',
	});
});

test('it is latent while the check passes, and where only the counted checks leave the time', () => {
	expect(findingOf({pace: pace([370, 371, 372]), health: passing})?.kind).toBe('latent');
	expect(findingOf({pace: pace([310, 311, 312]), health: failing})?.kind).toBe('latent');
});

test('good boots with room in the grace period rule it out', () => {
	const facts = {...unknownFacts, pace: pace([58, 41, 57]), over: true};
	expect(findingOf(facts)).toBeUndefined();
	const death = {cause: 'elb', rawCause: 'ELB', at: null} as const;
	expect(judge({...facts, death}).ruledOut).toContain(
		'grace period: the slowest of 3 good boots needs 58s of the 5m00s: more of it would only die slower',
	);
});

test('the 99th percentile leaves out the one odd boot of two hundred', () => {
	expect(slowest([...Array.from({length: 199}, (_, at) => at + 1), 9000])).toBe(198);
	expect(slowest([3, 9, 4])).toBe(9);
	expect(slowest([])).toBeNull();
});

test('a box that the check ended in the middle of a boot without a fault had too little time', async () => {
	const boot = await recordedBoot('S11-terminated-mid-boot');
	const found = findingOf(endedByCheck(boot, 90, {graceSeconds: 60}));
	expect(found).toMatchObject({kind: 'fault', confidence: 'likely'});
	expect(found?.sentence).toBe(
		'The health check ended the box 1m30s after it was in service, before s3-config-sync.service was up and with nothing failed; the grace period is 1m00s.',
	);
});

test('units that came up only after the grace period had too little time, and others had not', async () => {
	const boot = await recordedBoot('S01-healthy');
	const needed = Math.round(((readyAt(boot) ?? 0) - (boot.startedAtUs ?? 0) / 1000 - 20_000) / 1000);
	expect(needed).toBeGreaterThan(10);
	expect(findingOf(endedByCheck(boot, needed + 5, {graceSeconds: needed - 10}))?.sentence).toContain(
		'with nothing failed, and the units were up only after',
	);
	expect(findingOf(endedByCheck(boot, needed + 5, {graceSeconds: needed + 1}))).toBeUndefined();
});

test('it says nothing of a boot with a fault, of one that lived long, and of another end', async () => {
	const broken = await recordedBoot('S05-s3-access-denied');
	expect(findingOf(endedByCheck(broken, 90))).toBeUndefined();
	const boot = await recordedBoot('S11-terminated-mid-boot');
	expect(findingOf(endedByCheck(boot, 3600))).toBeUndefined();
	const other = endedByCheck(boot, 90);
	expect(findingOf({...other, death: {cause: 'spot', rawCause: '', at: 0}})).toBeUndefined();
	expect(findingOf({...other, pace: null})).toBeUndefined();
});

test('a good boot is one whose units came up without a fault and whose check passes, in the first boot of its box', async () => {
	const boot = await recordedBoot('S01-healthy');
	const started = Math.round((boot.startedAtUs ?? 0) / 1000);
	const ready = readyAt(boot) ?? 0;
	const detailAt = (endedAt: number) =>
		({
			view: {activities: [{description: 'Launching a new EC2 instance: i-1', endedAt}]},
		}) as unknown as GroupDetail;
	const box = (state: string) => ({instanceId: 'i-1', target: {state}}) as Parameters<typeof goodBootOf>[1];
	expect(goodBootOf(detailAt(started), box('healthy'), boot)).toEqual({
		instanceId: 'i-1',
		bootId: boot.bootId,
		at: ready,
		seconds: (ready - started) / 1000,
	});
	expect(goodBootOf(detailAt(ready + 60_000), box('healthy'), boot)?.seconds).toBe(0);
	expect(goodBootOf(detailAt(started), box('unhealthy'), boot)).toBeNull();
	expect(goodBootOf(detailAt(started - 3_600_000), box('healthy'), boot)).toBeNull();
	const firstFault = (await recordedBoot('S05-s3-access-denied')).firstFault;
	expect(firstFault).not.toBeNull();
	expect(goodBootOf(detailAt(started), box('healthy'), {...boot, firstFault})).toBeNull();
});
