import {expect, test} from 'vitest';
import {logScreen} from './log-screen.ts';
import {expectWholeFrame} from './painted.ts';

const json = '{"level":"error","msg":"no bucket","http":{"status":403,"path":"/a\\u001b[31mb"},"tries":3}';

test('enter opens a JSON message field by field, and closes it again', () => {
	const {press, body, model, current} = logScreen(['before', json, 'after']);
	press('k');
	press('k');
	press('j');
	expect(current()).toContain('{"level":"error"');
	const before = body();
	press('enter');
	const rows = body().join('\n');
	expect(rows).toContain('error no bucket');
	expect(rows).toMatch(/http\.status +403/);
	expect(rows).toMatch(/tries +3/);
	expect(rows).toContain('after');
	expect(rows).not.toContain('\u001b[31m');
	for (const [columns, rowCount] of [
		[60, 16],
		[80, 24],
		[200, 50],
	] as const)
		expectWholeFrame({...model(), state: {...model().state, size: {columns, rows: rowCount}}});
	press('enter');
	expect(body()).toEqual(before);
});

test('enter on a line that is neither folded nor JSON says so', () => {
	const {press, toasts} = logScreen(['one', 'two']);
	press('k');
	press('enter');
	expect(toasts.join('\n')).toContain('the line is no JSON');
});

test('a JSON message of many fields, opened on a small screen, stays on it', () => {
	const many = JSON.stringify(
		Object.fromEntries(Array.from({length: 60}, (_, index) => [`field${index}`, index])),
	);
	const {press, model, current} = logScreen(['before', many, 'after']);
	press('k');
	press('k');
	press('j');
	press('enter');
	expect(current()).toContain('{}');
	expectWholeFrame({...model(), state: {...model().state, size: {columns: 80, rows: 24}}});
});
