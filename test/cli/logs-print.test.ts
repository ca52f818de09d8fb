import {expect, test} from 'vitest';
import type {Shown} from '../../src/base/text.ts';
import type {Printer} from '../../src/cli/command.ts';
import {createLogsPrinter, type LogsStyle} from '../../src/cli/logs-print.ts';
import {entry} from '../ui/fakes.ts';

const printed = (
	messages: readonly string[],
	style: Partial<LogsStyle>,
	highlighted: readonly string[] = [],
) => {
	const lines: Shown[] = [];
	const out: Partial<Printer> = {colour: false, line: text => void lines.push(text)};
	const printer = createLogsPrinter(out as Printer, 'text', ['i-0aa'], {fold: false, open: false, ...style});
	for (const message of messages)
		printer.line({
			box: 0,
			entry: entry(message),
			...(highlighted.includes(message) ? {isHighlighted: true as const} : {}),
		});
	printer.end();
	return lines.map(line => line.replace(/^.*?: /, ''));
};

test('--fold counts what repeats the line before it, also at the end, and prints everything else', () => {
	expect(printed(['a', 'a', 'a', 'b', 'a', 'a'], {fold: true})).toEqual([
		'a',
		'    ⋯ the same 2 more times',
		'b',
		'a',
		'    ⋯ the same 1 more time',
	]);
	expect(printed(['a', 'a'], {})).toEqual(['a', 'a']);
});

test('--open prints a JSON message as level and text, then a line a field, and others as they are', () => {
	const lines = printed(['plain', '{"level":"warn","message":"slow","ms":12,"at":{"host":"x"}}'], {
		open: true,
	});
	expect(lines[0]).toBe('plain');
	expect(lines[1]).toBe('warn slow');
	expect(lines[2]).toMatch(/ {4}ms=12$/);
	expect(lines[3]).toMatch(/ {4}at\.host=x$/);
});

test('a highlighted line is marked also where there is no colour', () => {
	expect(printed(['one', 'two'], {}, ['two'])).toEqual(['one', '▌two']);
});
