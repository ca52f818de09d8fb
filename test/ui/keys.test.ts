import {expect, test} from 'vitest';
import {ours} from '../../src/base/terminal-text.ts';
import type {Shown} from '../../src/base/text.ts';
import {shareRows} from '../../src/ui/frame.ts';
import {keyNames} from '../../src/ui/keys/key-name.ts';
import {patternOf} from '../../src/ui/keys/log-moves.ts';
import {actionsOn, footerOn} from '../../src/ui/keys/screens.ts';
import {helpView} from '../../src/ui/overlays/help.ts';
import {go, goBack, goForward, leave, type Place, screenNames, startAt} from '../../src/ui/place.ts';
import {wrapped} from '../../src/ui/screens/log-line.ts';
import {cropRow, row, span} from '../../src/ui/span.ts';
import {aModel} from './fakes.ts';

const noKey = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
	super: false,
	hyper: false,
	capsLock: false,
	numLock: false,
};

test('each key of a chunk has its name, line ends and controls too', () => {
	expect(keyNames('/web\r', noKey)).toEqual(['/', 'w', 'e', 'b', 'enter']);
	expect(keyNames('d', {...noKey, ctrl: true})).toEqual(['ctrl-d']);
	expect(keyNames('', {...noKey, escape: true})).toEqual(['esc']);
	expect(keyNames(' ', noKey)).toEqual(['space']);
	expect(keyNames('T', {...noKey, meta: true})).toEqual(['esc', 'T']);
	expect(keyNames('', {...noKey, escape: true, meta: true})).toEqual(['esc', 'esc']);
	expect(keyNames('', {...noKey, return: true, meta: true})).toEqual(['esc', 'enter']);
	expect(keyNames('c', {...noKey, ctrl: true, meta: true})).toEqual(['esc', 'ctrl-c']);
	expect(keyNames('', {...noKey, upArrow: true, meta: true})).toEqual(['up']);
});

test('on every screen a key means one thing', () => {
	for (const screen of screenNames) {
		const keys = actionsOn(screen).flatMap(action => action.keys);
		expect(new Set(keys).size, screen).toBe(keys.length);
	}
});

test('ctrl-k is bound nowhere, and d, s and r never change anything', () => {
	for (const screen of screenNames) {
		const actions = actionsOn(screen);
		expect(actions.flatMap(({keys}) => keys)).not.toContain('ctrl-k');
		for (const key of ['d', 's', 'r', 'ctrl-d'])
			expect(actions.find(({keys}) => keys.includes(key))?.writes, key).not.toBe(true);
	}
});

test('help lists every key that acts on a screen, and every one of its footer', () => {
	for (const screen of screenNames) {
		const view = helpView(aModel({place: {screen}}), {kind: 'help', query: '', scroll: 0});
		const text = view.rows.map(({spans}) => spans.map(one => one.text).join('')).join('\n');
		for (const {keys, display} of actionsOn(screen)) expect(text).toContain(display ?? keys.join(' '));
		for (const {keys} of footerOn(screen, false)) if (!/^\d$/.test(keys)) expect(text).toContain(keys);
	}
});

test('a search with a special character is a regular expression, and ! inverts it', () => {
	expect(patternOf('403|denied')).toEqual({pattern: {kind: 'regexp', source: '403|denied'}, inverts: false});
	expect(patternOf('!denied')).toEqual({pattern: {kind: 'text', source: 'denied'}, inverts: true});
	expect(patternOf('')).toEqual({pattern: null, inverts: false});
});

test('escape goes up the tree, and back to the waterfall a log was opened from', () => {
	const at = (screen: Place['screen'], box: string | null = null): Place => ({
		screen,
		group: 'web-prod',
		box,
	});
	const opened = go(
		go(go(startAt({screen: 'fleet', group: null, box: null}), at('group')), at('boot', 'i-1')),
		at('logs', 'i-1'),
	);
	expect(leave(opened).here).toEqual(at('boot', 'i-1'));
	expect(leave(leave(opened)).here).toEqual(at('group'));
	expect(leave(leave(leave(opened))).here.screen).toBe('fleet');
	const straight = go(startAt({screen: 'fleet', group: null, box: null}), at('logs'));
	expect(leave(straight).here.screen).toBe('fleet');
	expect(goForward(goBack(opened)).here).toEqual(opened.here);
});

test('a wrapped line has all of its text, and no piece is wider than its room', () => {
	const text = `${'ab本🙂'.repeat(40)}end` as Shown;
	const pieces = wrapped(text, 17);
	expect(pieces.join('')).toBe(text);
});

test('what an overlay covers is cut at the cell, half of a wide character becoming a blank', () => {
	const given = row(span(ours`ab`), span('本本' as Shown), span(ours`cd`));
	const text = (from: number, to: number) =>
		cropRow(given, from, to)
			.map(one => one.text)
			.join('');
	expect(text(0, 3)).toBe('ab ');
	expect(text(3, 8)).toBe(' 本cd');
	expect(text(0, 10)).toBe('ab本本cd  ');
});

test('panes share all rows, the main one has six at least, and those without room fold in order', () => {
	const pane = (id: string, ideal: number) => ({id, ideal, title: [], note: [], rows: () => []});
	for (let rows = 10; rows < 60; rows++) {
		const heights = shareRows({
			columns: 100,
			rows,
			panes: [pane('main', 10), pane('a', 4), pane('b', 7)],
			main: 'main',
			foldFirst: ['b', 'a'],
			opened: null,
			status: [],
			toast: null,
		});
		const sum = [...heights.values()].reduce((total, height) => total + height, 0);
		expect(sum + 4).toBe(rows);
		expect(heights.get('main')).toBeGreaterThanOrEqual(6);
		if ((heights.get('a') ?? 0) === 0) expect(heights.get('b')).toBe(0);
	}
});
