import {expect, test} from 'vitest';
import {hostile} from '../../src/base/terminal-text.ts';
import {openJson} from '../../src/stream/json-message.ts';

test('a JSON message gives its text, its level, and the other fields in their order, nested ones by a dot', () => {
	const line = '{"ts":1.5,"level":"error","msg":"no bucket","http":{"status":403,"tags":["a",1]},"ok":null}';
	expect(openJson(hostile(line))).toEqual({
		text: 'no bucket',
		level: 'error',
		fields: [
			{name: 'ts', value: '1.5'},
			{name: 'http.status', value: '403'},
			{name: 'http.tags', value: '["a",1]'},
			{name: 'ok', value: 'null'},
		],
		more: 0,
	});
});

test.each(['plain', '{not json}', '[1,2]', '"text"', '', '{"a":1', `{"a":"${'x'.repeat(70_000)}"}`])(
	'what is no JSON object of bearable size stays a line: %#',
	text => {
		expect(openJson(hostile(text))).toBeNull();
	},
);

test('many fields are counted, deep ones are left as JSON, and an empty object is a value', () => {
	const wide = JSON.stringify(
		Object.fromEntries(Array.from({length: 55}, (_, index) => [`k${index}`, index])),
	);
	expect(openJson(hostile(wide))).toMatchObject({more: 15});
	const deep = openJson(hostile('{"a":{"b":{"c":{"d":{"e":1}}}},"empty":{}}'));
	expect(deep?.fields).toEqual([
		{name: 'a.b.c.d', value: '{"e":1}'},
		{name: 'empty', value: '{}'},
	]);
});
