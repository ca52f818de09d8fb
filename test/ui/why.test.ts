/** Screen 5 from a recorded boot: the sentence, its evidence, what to try; and what it says while nothing is known. */
import {beforeAll, expect, test} from 'vitest';
import {hostile, shown, width} from '../../src/base/terminal-text.ts';
import type {WatchedBox} from '../../src/ui/box-watch.ts';
import {wrapWords} from '../../src/ui/wrap-words.ts';
import type {Facts} from '../../src/verdict/types.ts';
import {recordedFacts} from '../verdict/recorded-facts.ts';
import {aModel, idOf} from './fakes.ts';
import {linesOf} from './painted.ts';

let denied: Facts;
let late: Facts;

beforeAll(async () => {
	denied = (await recordedFacts('S05-s3-access-denied')).whole;
	late = (await recordedFacts('S11b-hard-kill-mid-boot')).whole;
});

const watched = ({boot, marks}: Facts, state: WatchedBox['state'] = {state: 'live'}): WatchedBox => ({
	instanceId: idOf(1),
	group: 'web-prod',
	state,
	rung: 'session',
	whyNotHigher: null,
	boot,
	marks,
	bytes: 0,
	store: null,
	console: hostile(''),
	folder: null,
});

test('the sentence stands first, each link of its evidence below, and the command to try is whole', () => {
	const text = linesOf(
		aModel({place: {screen: 'why', box: idOf(1)}, size: [120, 40], boxes: [watched(denied)]}),
	).join('\n');
	expect(text).toMatch(/─ Verdict ─.*certain · s3-denied/);
	expect(text).toMatch(/Role \S+ may not s3:ListBucket on bucket/);
	expect(text).toMatch(/1 +journal +2:3\d +fatal error: An error occurred \(AccessDenied\)/);
	expect(text).toMatch(/aws s3api list-objects-v2 --bucket \S+ --max-items 1/);
});

test('a box that is gone in the middle of its boot is said to have been cut off, a living one to boot still', () => {
	const of = (state: WatchedBox['state']) =>
		linesOf(
			aModel({place: {screen: 'why', box: idOf(1)}, size: [100, 30], boxes: [watched(late, state)]}),
		).join('\n');
	expect(of({state: 'gone', why: hostile('terminated')})).toMatch(/The journal stops at 48s/);
	expect(of({state: 'live'})).toMatch(/Still booting, 48s so far; nothing has failed yet/);
});

test('without a boot it says which key reads one', () => {
	const text = linesOf(aModel({place: {screen: 'why', box: null}, size: [80, 24], boxes: []})).join('\n');
	expect(text).toMatch(/No boot was read yet\. 3 opens the boot of a box/);
});

test('sentences are broken between words, and words that do not fit within', () => {
	const lines = wrapWords(shown(hostile('one two three aaaaaaaaaaaaaaa b')), 9);
	expect(lines).toEqual(['one two', 'three', 'aaaaaaaaa', 'aaaaaa b']);
	for (const line of wrapWords(shown(hostile('漢字 漢字漢字漢字 x')), 5))
		expect(width(line)).toBeLessThanOrEqual(5);
});
