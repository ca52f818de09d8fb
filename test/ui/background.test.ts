/** What stands behind a group on screen 5: asked for while it is looked at, kept for minutes, told in the chain of evidence. */
import {beforeAll, expect, onTestFinished, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {hostile} from '../../src/base/terminal-text.ts';
import type {Background} from '../../src/groups/background.ts';
import {makeGroupView} from '../../src/groups/group-view.ts';
import {createBackgroundWatch} from '../../src/ui/background-watch.ts';
import type {WatchedBox} from '../../src/ui/box-watch.ts';
import type {Facts} from '../../src/verdict/types.ts';
import {aGroup, ago, aLife, fakeAws, fakeProcessClock, now} from '../groups/make.ts';
import {recordedFacts} from '../verdict/recorded-facts.ts';
import {aModel, detailOf, idOf} from './fakes.ts';
import {linesOf} from './painted.ts';

const detail = () =>
	detailOf(
		makeGroupView(
			aGroup(),
			{activities: [10, 20, 30].flatMap(m => aLife(m, 400)), coveredFrom: ago(500)},
			now,
		),
	);

const open = (refuse: (call: string) => Error | undefined = () => undefined) => {
	const clock = fakeProcessClock();
	const aws = fakeAws({}, refuse);
	const failures: unknown[] = [];
	let changes = 0;
	const watch = createBackgroundWatch({
		aws,
		processClock: clock,
		changed: () => {
			changes += 1;
		},
		failed: error => failures.push(error),
	});
	onTestFinished(() => watch.stop());
	return {watch, clock, aws, failures, changes: () => changes};
};

const lookUps = (calls: readonly string[]) => calls.filter(call => call === 'trailEvents').length;

test('it is read once while it is looked at and again after five minutes; another box costs no look-up', async () => {
	const {watch, clock, aws, changes} = open();
	const seen = detail();
	expect(watch.of(seen, 'i-1')).toBeNull();
	await clock.pass(0);
	expect(watch.of(seen, 'i-1')).toMatchObject({changes: [], missing: []});
	expect([lookUps(aws.calls), changes()]).toEqual([1, 1]);
	await clock.pass(4 * 60_000);
	watch.of(seen, 'i-1');
	await clock.pass(0);
	expect(lookUps(aws.calls)).toBe(1);
	await clock.pass(61_000);
	expect(watch.of(seen, 'i-1')).not.toBeNull();
	await clock.pass(0);
	expect(lookUps(aws.calls)).toBe(2);
	expect(watch.of(seen, 'i-2')).toBeNull();
	await clock.pass(0);
	expect(watch.of(seen, 'i-2')).not.toBeNull();
	expect(lookUps(aws.calls)).toBe(2);
});

test('what may not be read is part of the answer, and a mistake of ours is told', async () => {
	const denied = open(call => (call === 'trailEvents' ? new UnflapError('denied', 'no') : undefined));
	denied.watch.of(detail(), 'i-1');
	await denied.clock.pass(0);
	expect(denied.watch.of(detail(), 'i-1')?.missing).toMatchObject([{needs: 'cloudtrail:LookupEvents'}]);
	expect(denied.failures).toEqual([]);
	const broken = open(call => (call === 'trailEvents' ? new Error('bug') : undefined));
	broken.watch.of(detail(), 'i-1');
	await broken.clock.pass(0);
	expect(broken.failures).toHaveLength(1);
});

let refused: Facts;
beforeAll(async () => {
	refused = (await recordedFacts('S05-s3-access-denied')).whole;
});

const watched = (): WatchedBox => ({
	instanceId: idOf(1),
	group: 'web-prod',
	state: {state: 'live'},
	rung: 'session',
	whyNotHigher: null,
	boot: refused.boot,
	marks: refused.marks,
	bytes: 0,
	store: null,
	console: hostile(''),
	folder: null,
});

const background: Background = {
	template: null,
	onsetAt: Date.UTC(2026, 10, 22, 12, 37),
	changes: [
		{
			kind: 'template',
			at: Date.UTC(2026, 10, 22, 12, 35),
			who: 'arn:aws:iam::1:user/ci-deploy',
			what: 'template web v42 → v43 (IamInstanceProfile.Arn)',
		},
	],
	deployment: null,
	lastFailed: null,
	missing: [{operation: 'LookupEvents', needs: 'cloudtrail:LookupEvents', message: 'no'}],
};

test('screen 5 ends its chain with who changed what and when, and says which permission is missing', () => {
	const lines = linesOf(
		aModel({place: {screen: 'why', box: idOf(1)}, size: [120, 50], boxes: [watched()], background}),
	);
	const chain = lines.findIndex(line => line.includes('─ Chain of evidence'));
	const change = lines.findIndex(line =>
		/\d +change +12:35 ci-deploy: template web v42 → v43 \(IamInstanceProfile\.Arn\), 2m00s before it/.test(
			line,
		),
	);
	expect(change).toBeGreaterThan(chain);
	expect(lines.join('\n')).toMatch(
		/\? who changed what before the flapping began: needs cloudtrail:LookupEvents/,
	);
});
