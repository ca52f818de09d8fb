/** Keys to holds, in the whole app: what is asked before anything changes, and what is then asked of a hold. */
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {createHoldWatch} from '../../src/ui/hold-watch.ts';
import type {Ui} from '../../src/ui/ui.ts';
import {openApp} from './app-screen.ts';
import {aPreview, aRelease, type FakeHoldsParts, fakeHolds} from './fake-holds.ts';
import {aFakeAws, aGroup, aModel, flappingActivities, idOf, now} from './fakes.ts';

const readAfterMs = 400;

const open = async (parts: FakeHoldsParts = {}, group: string | null = 'web-prod') => {
	const fake = fakeHolds(parts);
	const legacy = aGroup({
		name: 'legacy',
		suspended: [{process: 'ReplaceUnhealthy', reason: 'User suspended at 2026-11-03T14:00:00Z'}],
	});
	const {aws, changes} = aFakeAws([aGroup({name: 'web-prod'}), legacy], flappingActivities('web-prod'));
	const app = openApp({aws, holds: fake.holds, group});
	await app.sees(group === null ? /▸ web-prod/ : /Instances 3 of 3/);
	/** What stands on the screen long enough to be read, then a key. */
	const answer = async (seen: string | RegExp, keys: string) => {
		await app.sees(seen);
		await pause(readAfterMs);
		app.write(keys);
	};
	const asks = (what: string) => expect.poll(fake.asked, {timeout: 5000}).toContain(what);
	return {...fake, app, answer, asks, changes};
};

test('one-patient comes first where boxes are healthy, and takes the sickest box out', async () => {
	const {app, answer, asks} = await open({preview: aPreview({healthyBoxes: 2})}, null);
	app.write('\r');
	await app.sees(/Instances 3 of 3/);
	app.write('H');
	await answer(/▸ i-0000…0002 {2}Unhealthy/, '\r');
	await asks(`standby ${idOf(2)}`);
	await app.sees('i-0000…0002: done, and AWS says so');
});

test(':hold takes a time, of the group it names or of the one on the screen', async () => {
	const {app, answer, asks, asked} = await open();
	app.write(':hold 5h\r');
	await app.sees('5h is no time between 10s and 4h');
	app.write(':hold 30m\r');
	await app.sees('in 30:00');
	app.write('\u001b');
	await pause(100);
	app.write(':hold web-prod 45m\r');
	await app.sees('in 45:00');
	expect(asked()).toEqual([]);
	await answer(/enter.*holds/, '\r');
	await asks('hold web-prod fuse 2700');
});

test('without a net the name is typed, and it lasts fifteen minutes', async () => {
	const {app, answer, asks, asked} = await open();
	app.write('H');
	await answer(/enter.*holds/, 'n');
	await app.sees('nothing resumes this group');
	await answer('Type the group', '\r');
	await app.sees('type the whole name');
	expect(asked()).toEqual([]);
	app.write('web-prod');
	await answer('▏web-prod▕', '\r');
	await asks('hold web-prod none 900');
});

test('a release preview heals first, after asking, and says when the mark did not clear', async () => {
	const {app, answer, asks, asked} = await open({
		held: true,
		release: () => aRelease({terminate: [{instanceId: idOf(2), why: 'marked Unhealthy'}], dies: 1}),
		result: {done: false, says: 'the mark did not clear', next: ['Detach is the sure way to keep it']},
	});
	app.write('H');
	await answer(/Type 1 to release/, 'h');
	await app.sees('Clears the mark');
	expect(asked()).toEqual([]);
	await answer('sets i-0000…0002 Healthy, in AWS', '\r');
	await asks(`healthy ${idOf(2)}`);
	await app.sees('the mark did not clear; Detach is the sure way to keep it');
});

test('what others suspended anew is resumed on a yes only', async () => {
	const changedByOther = [{process: 'HealthCheck', reason: 'User suspended at 2026-11-22T13:58:00Z'}];
	const {app, answer, asks} = await open({held: true, release: () => aRelease({changedByOther})});
	app.write('H');
	await answer(/left so \(r resumes it\)/, 'r');
	await answer('resumed too', '\r');
	await asks('release HealthCheck');
	await app.sees(/✔ resumed and verified .*fuse stopped/);
});

test('a hold that repaired itself twice asks by itself, and the bell rings', async () => {
	const {app, answer, asks, move} = await open({held: true});
	move({question: 'Terminate was resumed twice in ten minutes'});
	await answer('somebody works against this hold', '\r');
	await asks('answer true');
	expect(app.bytes()).toContain('\u0007');
});

test('a stray is resumed, or adopted into a hold, only on a typed yes', async () => {
	const {app, answer, asks, asked} = await open({}, null);
	app.write('/leg\r');
	await app.sees(/▸ legacy/);
	app.write('a');
	await app.sees('mark as intended');
	app.write('jj');
	await answer('does it (asks)', '\r');
	await answer('Type yes', 'no\r');
	await app.sees('type yes, the whole word');
	expect(asked()).toEqual([]);
	await answer('Type yes', 'yes\r');
	await asks('resume legacy ReplaceUnhealthy');
	app.write('\u001B');
	await pause(100);
	app.write('aj');
	await answer('does it (asks)', '\r');
	await answer('Type yes', 'yes\r');
	await app.sees(/Adopts +ReplaceUnhealthy/);
	await answer(/enter.*holds/, '\r');
	await asks('hold legacy fuse 3600 adopts ReplaceUnhealthy');
});

test('a box in Standby is brought back by H, or named when unflap ends', async () => {
	const patient = {
		patientId: '0123abcd',
		group: 'web-prod',
		region: 'eu-west-1',
		instanceId: idOf(1),
		way: 'standby',
		since: now,
		owner: 'ana@lap7',
		undo: 'aws autoscaling exit-standby --instance-ids i-1',
	} as const;
	const {app, answer, asks} = await open({patients: [patient]});
	await app.sees('■ TAKEN OUT i-0000…0001');
	app.write('H');
	await answer('enter brings it back', '\r');
	await asks(`bring back ${idOf(1)}`);
	await app.sees('done, and AWS says so');
	const other = await open({patients: [patient]}, null);
	other.app.write('q');
	await other.answer('leaves it there', 'l');
	expect(await other.app.code).toBe(0);
	expect(other.app.notes().join('\n')).toContain('stays in Standby');
	expect(other.app.notes().join('\n')).toContain('aws autoscaling exit-standby');
});

test('a lost terminal leaves the hold to its guardian, and does not release it', async () => {
	const {app, asked} = await open({held: true});
	app.ending.request({kind: 'signal', signal: 'SIGHUP', count: 1});
	await app.code;
	expect(asked()).toEqual(['linger']);
});

test('a hold that was taken up again is said with its start, and stays in @', async () => {
	const {app} = await open({
		held: true,
		takenUp: [{group: 'web-prod', holdId: '7f3a90c1', since: now - 240_000}],
	});
	await app.sees('taken up again: web-prod, held since 13:56:00');
	app.write('@');
	await app.sees(/Our changes/);
	await app.sees(/· ?$|taken up again: web-prod, held since 13:56:00/);
});

test('what a hold did by itself is said as it happens', async () => {
	const {app, tell} = await open({held: true});
	await app.sees(/■ HELD by ana/);
	tell({event: 'repaired', processes: ['Terminate'], message: 'somebody resumed it'});
	await app.sees('web-prod: suspended again: Terminate; somebody resumed it');
});

describe('the watch', () => {
	/** A watch on a fake screen, whose clock a test moves. */
	const watch = (parts: FakeHoldsParts = {held: true}) => {
		const fake = fakeHolds(parts);
		let state = aModel().state;
		let at = 0;
		const said: string[] = [];
		const written: string[] = [];
		const ui = {
			state: () => state,
			set: (part: Partial<typeof state>) => {
				state = {...state, ...part};
			},
			model: () => aModel({now: now + at}),
			services: () => ({holds: () => fake.holds}),
			processClock: {now: () => at, sleep: async () => undefined},
			toast: (text: string) => said.push(text),
			write: (bytes: string) => written.push(bytes),
		} as unknown as Ui;
		const made = createHoldWatch(ui);
		return {
			...fake,
			said,
			written,
			state: () => state,
			key: made.key,
			at: (seconds: number) => {
				at = seconds * 1000;
				made.tick();
			},
		};
	};

	test('no key for 30 minutes: warned first, then renewed no more, and a key renews again', () => {
		const {at, key, asked, state, written} = watch();
		at(1799);
		expect(state().idle).toBe('no');
		at(1800);
		expect(state().idle).toBe('warned');
		expect(written).toEqual(['\u0007']);
		at(1859);
		expect(asked()).toEqual([]);
		at(1860);
		expect(state().idle).toBe('not-renewing');
		at(1900);
		expect(asked()).toEqual(['renewals false']);
		expect(key()).toBe(true);
		expect(key()).toBe(false);
		expect(asked()).toEqual(['renewals false', 'renewals true']);
	});

	test('a key after the warning is enough: renewal never stopped', () => {
		const {at, key, asked, state} = watch();
		at(1800);
		expect(key()).toBe(true);
		at(1900);
		expect(asked()).toEqual([]);
		expect(state().idle).toBe('no');
	});

	test('without a hold nobody is missed', () => {
		const {at, state} = watch({held: false});
		at(10_000);
		expect(state().idle).toBe('no');
	});

	test('five minutes before the end: the bell, once an end, and who will die', async () => {
		const release = () => aRelease({terminate: [{instanceId: idOf(2), why: ''}], dies: 1});
		const {at, key, state, said, written, move} = watch({held: true, release});
		at(51 * 60 - 10);
		key();
		written.length = 0;
		at(51 * 60 - 1);
		expect(written).toEqual([]);
		at(51 * 60);
		at(51 * 60 + 1);
		expect(written).toEqual(['\u0007']);
		expect(said.at(-1)).toContain('web-prod ends in 5:00');
		await expect.poll(() => state().dying['7f3a90c1']).toEqual([idOf(2)]);
		move({until: now + 60 * 60_000});
		at(55 * 60);
		expect(written).toEqual(['\u0007', '\u0007']);
	});
});
