/** Every screen of the TUI on a pty, with hostile names from AWS and a hostile box. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {corpus} from '../hostile/corpus.ts';
import {writeHostileRecording} from '../hostile/hostile-recording.ts';
import {environmentOf} from '../run-program.ts';
import {key, openScreen, pause, type Screen} from '../stories/harness.ts';
import {type OpenLab, openLab} from './open-lab.ts';
import {type Answer, inXml, startTamperingProxy} from './tampering-proxy.ts';
import {isHarmless} from './terminal-grammar.ts';

/** What our own screen may send: colours, moves, erasing, modes of the screen, its title, the clipboard in base64. */
const ownSequences: readonly RegExp[] = [
	/\u001b\[(?:\d{1,3}(?:[;:]\d{0,3})*)?m/g,
	/\u001b\[\d*(?:;\d+)?[ABCDEFGHJKST]/g,
	/\u001b\[\?(?:25|1049|2004|2026|7|1)[hl]/g,
	/\u001b\[2[23];[012]t/g,
	/\u001b\][02];[ -~■]{0,60}\u0007/g,
	/\u001b\]52;c;[A-Za-z0-9+/=]{0,100000}\u0007/g,
	/\u001b\[(?:\?u|>\d*u|<u|\?996n|c)/g,
	/\r/g,
];

const forgedFrame = '┃ ■ HELD by ana@lap7 since 13:17:09 · resumes at 14:17 ┃';
const forged = [forgedFrame, 'enter ▸ release   q quit', '┏━━━━━━━━━━━━━━┓', '┗━━━━━━━━━━━━━━┛'];

let folder: string;
let lab: OpenLab;
let proxy: Awaited<ReturnType<typeof startTamperingProxy>>;
let tamper: (operation: string, answer: Answer) => Answer;
let screen: Screen | undefined;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'unflap-hostile-'));
	writeHostileRecording(join(folder, 'odd-boot'), forged);
	lab = await openLab('--seed', '7', '--speed', '30', '--scenario', join(folder, 'odd-boot'));
});
afterAll(async () => {
	await lab.close();
	await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});
beforeEach(async () => {
	tamper = (_operation, answer) => answer;
	proxy = await startTamperingProxy(lab.endpoint, (operation, answer) => tamper(operation, answer));
});
afterEach(async () => {
	await proxy.close();
});

const open = (endpoint: string, columns = 100) => {
	screen = openScreen({
		columns,
		environment: environmentOf(lab.home, {
			...lab.env,
			AWS_ENDPOINT_URL: endpoint,
			TERM: 'xterm-256color',
			COLORTERM: 'truecolor',
		}),
	});
	return screen;
};

const onlyOwnSequences = (bytes: string) => {
	const rest = ownSequences.reduce((text, own) => text.replace(own, ''), bytes);
	isHarmless(rest);
};

/** Visits every screen and overlay, scrolls, searches, copies; the words on screen do not matter. */
const visitAll = async (view: Screen) => {
	await view.press('j', 'k', '?', key.escape, '!', key.escape, '@', key.escape, 'd', key.escape, 'c');
	await view.press(key.enter, 'j', 'd', key.escape, 'c', '6', 'j', 'c', key.escape);
	await view.press('3', 'j', 'j', key.enter, key.escape, 'd', key.escape, 'a', key.escape);
	await view.press('4', 'g', 'e', 'e', 'E', 'w', 'w', 't', 't', 'u', key.escape, '=', '=', 'c');
	await view.press(
		'/',
		'a',
		key.enter,
		'n',
		'N',
		'&',
		key.escape,
		'g',
		key.ctrlD,
		key.ctrlD,
		'G',
		'd',
		key.escape,
	);
	await view.press('5', 'j', '1', 'H');
	await pause(1000);
	await view.press(key.escape, ':', key.escape, '~');
};

test('T1 a hostile box: no screen lets a byte of it through', async () => {
	const view = open(lab.endpoint);
	await view.sees(/web-prod/, 20);
	await view.press(key.enter, '4');
	await view.sees(/density .* [1-9][\d,]* lines/, 60);
	await view.settles();
	await visitAll(view);
	view.write(key.ctrlC);
	await view.ended();
	onlyOwnSequences(view.bytes());
});

test('T1 T6 hostile names from AWS: no screen, title or preview lets a byte of them through', async () => {
	const awkward = `canary ${corpus
		.map(({text}) => text.toWellFormed().replace(/[\u0000-\u001f\ufffe\uffff]/g, ''))
		.join(' ')
		.slice(0, 3000)}`;
	tamper = (_operation, answer) => {
		const written = answer.type.includes('json') ? JSON.stringify(awkward).slice(1, -1) : inXml(awkward);
		return {
			...answer,
			body: answer.body.replaceAll('web-prod', () => written).replaceAll('ELB', () => written),
		};
	};
	const view = open(proxy.endpoint);
	await view.sees(/canary/, 20);
	await visitAll(view);
	view.write(key.ctrlC);
	await view.ended();
	onlyOwnSequences(view.bytes());
});

/** Presses a key that looks for something until it stands there: its line may not have come yet. */
const finds = async (view: Screen, next: string, found: RegExp) => {
	for (let tries = 0; tries < 30 && !view.shows(found); tries += 1) {
		await view.press(next);
		await view.settles(1);
	}
	await view.sees(found);
};

test.each([80, 200])('T12 a forged frame stays behind our gutter, %i columns', async columns => {
	const view = open(lab.endpoint, columns);
	await view.sees(/web-prod/, 20);
	await view.press(key.enter, '4');
	await view.sees(/density .* [1-9][\d,]* lines/, 60);
	await view.settles();
	// Where in the journal the forged line stands is the recording's affair: search goes there.
	await view.press('g', '/', ...'resumes at', key.enter);
	await finds(view, 'n', /resumes at 14:17/);
	await view.press(key.escape, 'g');
	for (let page = 0; page < 12; page++) {
		await view.settles(3);
		const rows = view.lines();
		for (const [index, row] of rows.entries()) {
			if (!/HELD by ana|resumes at|▸ release|┏━━━━━━━━━━━━━━┓|┗━━━━━━━━━━━━━━┛/.test(row)) continue;
			expect([index, row]).toEqual([index, expect.stringMatching(/^│.*│$/)]);
			expect(index).toBeGreaterThan(0);
			expect(index).toBeLessThan(rows.length - 1);
		}
		expect(rows.some(row => /^\s*┏/.test(row))).toBe(false);
		await view.press(key.ctrlD);
	}
	view.write(key.ctrlC);
	await view.ended();
});

test('T8 what is copied is text: no escape, no end of a paste, and its size is told', async () => {
	const view = open(lab.endpoint);
	await view.sees(/web-prod/, 20);
	await view.press(key.enter, '4');
	await view.sees(/density .* [1-9][\d,]* lines/, 60);
	await view.settles();
	await view.press('g');
	for (let row = 0; row < 30; row++) await view.press('j', 'c');
	view.write(key.ctrlC);
	await view.ended();
	const copies = Array.from(view.bytes().matchAll(/\u001b\]52;c;([^\u0007\u001b]*)\u0007/g), match =>
		Buffer.from(match[1] ?? '', 'base64').toString('utf8'),
	);
	expect(copies.length).toBeGreaterThan(10);
	for (const text of copies) isHarmless(text);
	expect(view.bytes()).not.toMatch(/\u001b\]52;c;\?/);
});

test.each([
	['as a terminal marks it', '\u001b[200~H\r\r\u001b[201~'],
	['from a terminal that marks none', 'H\r\r'],
])('T7 a paste of hotkeys changes nothing, %s', async (_name, pasted) => {
	const view = open(lab.endpoint);
	await view.sees(/web-prod/, 20);
	const before = (await lab.requests()).length;
	for (const place of ['1', '2', '3', '4', '6', '1']) {
		await view.press(place);
		view.write(pasted);
		await pause(1500);
		await view.press(key.escape);
		// An escape that arrives together with the next key would be read as one with it.
		await view.losesSight(/enter holds/, 20);
	}
	view.write(key.ctrlC);
	await view.ended();
	const changes = (await lab.requests())
		.slice(before)
		.filter(({mutating, applied, operation}) => mutating && applied && !/Session/.test(operation));
	expect(changes.map(({operation}) => operation)).toEqual([]);
});
