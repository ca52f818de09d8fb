import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {copy} from '../../src/ui/clipboard.ts';
import {setTitle, titleOf} from '../../src/ui/title.ts';
import type {Ui} from '../../src/ui/ui.ts';
import {countingHolds, openApp} from './app-screen.ts';
import {aFakeAws, aGroup, aHold, flappingActivities, now} from './fakes.ts';
import {hostileTexts} from './hostile-texts.ts';

const aRegion = () =>
	aFakeAws([aGroup({name: 'web-prod'}), aGroup({name: 'batch'})], flappingActivities('web-prod'));
const paste = (text: string) => `\u001B[200~${text}\u001B[201~`;

test('the fleet comes up, a group opens, and q leads back and out', async () => {
	const app = openApp(aRegion());
	await app.sees(/▸ web-prod .*▲ FLAPS/);
	app.write('\r');
	await app.sees(/Instances 3 of 3/);
	app.write('q');
	await app.sees(/▸ web-prod .*▲ FLAPS/);
	app.write('q');
	expect(await app.code).toBe(0);
});

test('a burst of keys in one chunk is taken key by key', async () => {
	const app = openApp(aRegion());
	await app.sees(/▸ web-prod/);
	app.write('/bat\r');
	await app.sees(/▸ batch/);
	expect(app.text()).not.toMatch(/web-prod +\d/);
	app.write('\u001B');
	await app.sees(/web-prod +\d/);
	await app.sees(/▸ batch/);
});

test('ctrl-c without a hold ends with 130, SIGTERM with 143', async () => {
	const one = openApp(aRegion());
	await one.sees(/▸ web-prod/);
	one.write('\u0003');
	expect(await one.code).toBe(130);
	const other = openApp(aRegion());
	await other.sees(/▸ web-prod/);
	other.ending.request({kind: 'signal', signal: 'SIGTERM', count: 1});
	expect(await other.code).toBe(143);
});

test('every exit leaves the alternate screen, shows the cursor and ends bracketed paste', async () => {
	const app = openApp(aRegion());
	await app.sees(/▸ web-prod/);
	app.write('q');
	await app.code;
	expect(app.bytes()).toContain('\u001B[?1049h');
	for (const end of ['\u001B[?1049l', '\u001B[?25h', '\u001B[?2004l'])
		expect(app.bytes().lastIndexOf(end), JSON.stringify(end)).toBeGreaterThan(
			app.bytes().indexOf('\u001B[?1049h'),
		);
});

test('without colour no SGR of a colour is sent, and T says so', async () => {
	const app = openApp({...aRegion(), part: {colour: false}});
	await app.sees(/▸ web-prod .*▲ FLAPS/);
	app.write('T');
	await app.sees('no colour');
	const codes = [...app.bytes().matchAll(/\u001B\[([\d;]*)m/g)].flatMap(match =>
		(match[1] ?? '').split(';').map(Number),
	);
	expect(codes.filter(code => (code >= 30 && code <= 49) || (code >= 90 && code <= 107))).toEqual([]);
});

test('with --ascii every cell of ours is ASCII, in the same place', async () => {
	const app = openApp({...aRegion(), part: {ascii: true}});
	await app.sees(/> web-prod .*\^ FLAPS/);
	expect(app.text()).toMatch(/^[\x20-\x7e\n]*$/);
});

test('T7 a paste does nothing on a screen, is text in a field, and confirms nothing', async () => {
	const {holds, held} = countingHolds();
	const region = aRegion();
	const app = openApp({...region, holds});
	await app.sees(/▸ web-prod/);
	for (const screen of ['1', '2', '3', '4', '5', '6', '1']) {
		app.write(screen);
		await pause(50);
		app.write(paste('H\r\r'));
		await app.sees('paste ignored');
	}
	expect(app.text()).not.toContain('Hold web-prod');
	app.write('/');
	app.write(paste('web-pr\r\nod'));
	await app.sees(/· \/web-prod/);
	app.write('\r');
	app.write('H\r');
	await app.sees('enter holds');
	await pause(100);
	expect(held()).toBe(0);
	expect(region.changes).toEqual([]);
});

test('T6 a title is one sequence of printable characters, whatever the group is called', () => {
	for (const text of hostileTexts) {
		const title = titleOf({holds: [aHold({group: text})], now});
		const sent = setTitle(title ?? '');
		expect(sent).toMatch(/^\u001B\]2;■ [\x20-\x7e]* \d+:\d\d\u0007$/);
		expect([...(title ?? '')].length).toBeLessThanOrEqual(60);
	}
	expect(titleOf({holds: [], now})).toBeNull();
});

test('T8 what is copied holds no control byte and never the end of a paste', () => {
	for (const text of hostileTexts) {
		let sent = '';
		const toasts: string[] = [];
		const ui = {write: (bytes: string) => (sent += bytes), toast: (said: string) => toasts.push(said)};
		copy(ui as unknown as Ui, [text]);
		const payload = /^\u001B\]52;c;([A-Za-z0-9+/=]*)\u0007$/.exec(sent)?.[1] ?? '';
		const copied = Buffer.from(payload, 'base64').toString('utf8');
		expect(copied).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
		expect(copied).not.toContain('201~\u001B');
		expect(toasts[0]).toMatch(/^copied [\d,]+ bytes/);
		expect(Number(/[\d,]+/.exec(toasts[0] ?? '')?.[0]?.replaceAll(',', ''))).toBe(Buffer.byteLength(copied));
	}
});

test('T8 more than a terminal takes is not copied, and says so', () => {
	let sent = '';
	const toasts: string[] = [];
	const ui = {write: (bytes: string) => (sent += bytes), toast: (said: string) => toasts.push(said)};
	copy(ui as unknown as Ui, ['x'.repeat(80_000)]);
	expect(sent).toBe('');
	expect(toasts[0]).toContain('too long to copy');
});
