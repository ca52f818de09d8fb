import {expect, test} from 'vitest';
import {jumpTo} from '../../src/ui/keys/log-moves.ts';
import {entry} from './fakes.ts';
import {logScreen} from './log-screen.ts';
import {expectWholeFrame} from './painted.ts';

/** Three tries of six lines each, the third ends with a line that is new. */
const attempt = (number: number) =>
	['starting', 'reading config', 'connecting', 'error: refused', 'cleaning up', 'stopped'].map(
		step => `${step} ${number}`,
	);
const told = [...attempt(1), ...attempt(2), ...attempt(3), 'giving up for good'];

const foldedScreen = (messages: readonly string[] = told) => logScreen(messages);

test('lines like earlier ones stand as one row with their number, errors counted, the end whole', () => {
	const {body, model} = foldedScreen();
	const rows = body();
	expect(rows.filter(row => /starting 1|error: refused 1|stopped 1/.test(row))).toHaveLength(3);
	expect(rows.join('\n')).not.toMatch(/starting 2/);
	expect(rows.join('\n')).toMatch(/⋯ 12 lines like earlier ones folded · 2 errors +enter unfolds/);
	expect(rows.join('\n')).toContain('giving up for good');
	for (const size of [
		[60, 16],
		[80, 24],
		[100, 30],
		[200, 50],
	] as const)
		expectWholeFrame({...model(), state: {...model().state, size: {columns: size[0], rows: size[1]}}});
});

test('while the same is said again and again its newest lines stand there', () => {
	const {body} = foldedScreen(told.slice(0, -1));
	expect(body().join('\n')).toContain('stopped 3');
	expect(body().join('\n')).not.toContain('folded');
});

test('j and k step over a fold, enter opens it and closes it again', () => {
	const {press, body, current} = foldedScreen();
	press('g', 'j', 'j', 'j', 'j', 'j', 'j');
	expect(current()).toContain('12 lines');
	press('j');
	expect(current()).toContain('giving up');
	press('k', 'enter');
	expect(current()).toContain('starting 2');
	expect(body().filter(row => /(?:starting|stopped) [123]/.test(row))).toHaveLength(6);
	press('j', 'j', 'enter');
	expect(current()).toContain('12 lines');
	press('k');
	expect(current()).toContain('stopped 1');
});

test('the next error inside a fold comes out of it', () => {
	const {press, current, body} = foldedScreen();
	press('g', 'e', 'e');
	expect(current()).toContain('error: refused 2');
	expect(body().join('\n')).not.toContain('folded');
});

test('a search is about every line: nothing is folded, and n finds what was', () => {
	const {view, press, body, current, ui} = foldedScreen();
	press('g');
	view({search: 'config 3'});
	expect(body().join('\n')).not.toContain('folded');
	jumpTo(ui, 'match', 1);
	expect(current()).toContain('reading config 3');
	view({onlyMatching: true});
	expect(body().filter(row => /reading/.test(row))).toHaveLength(1);
	view({search: '', onlyMatching: false});
	expect(body().join('\n')).toContain('12 lines');
});

test('c copies all a fold stands for, and the number of lines stays', () => {
	const {press, copies, store} = foldedScreen();
	press('g', 'j', 'j', 'j', 'j', 'j', 'j', 'c');
	expect(copies.at(-1)?.split('\n')).toEqual([...attempt(2), ...attempt(3)]);
	expect(store.counts().lines).toBe(19);
});

test('after leaving the end nothing folds under the eye', () => {
	const {press, store, body} = foldedScreen(told.slice(0, -1));
	press('k');
	const before = body();
	store.append(0, [entry('giving up for good')]);
	store.setFilter({});
	const kept = before.length - 3;
	expect(body().slice(0, kept)).toEqual(before.slice(0, kept));
	expect(body().join('\n')).not.toContain('folded');
	press('f', 'k');
	expect(body().join('\n')).toContain('folded');
});

test('every line stands on the screen or in a fold, once and in order, wherever the screen is', () => {
	const messages = Array.from({length: 400}, (_, number) =>
		number % 57 === 0
			? `news of kind ${'x'.repeat(1 + number / 57)}`
			: `step ${'y'.repeat(number % 3)} ${number}`,
	);
	const {press, ui, store} = foldedScreen([...messages, 'the last of all']);
	press('g');
	const seen: number[] = [];
	for (let page = 0; page < 40; page += 1) {
		const {top = 0, end = 0} = ui.geometry().logs ?? {};
		for (let position = Math.max(top, seen.length); position < end; position += 1) seen.push(position);
		press('ctrl-f');
	}
	expect(seen).toEqual(Array.from({length: store.end()}, (_, position) => position));
});
