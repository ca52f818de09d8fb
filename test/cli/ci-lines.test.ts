import {Writable} from 'node:stream';
import {expect, test} from 'vitest';
import {encodeJson} from '../../src/base/json.ts';
import {hostile, shown, shownLines} from '../../src/base/terminal-text.ts';
import {guardJson, guardLine, isCi} from '../../src/cli/ci-lines.ts';
import {createPrinter} from '../../src/cli/printer.ts';
import {corpus} from '../hostile/corpus.ts';

/** How CI systems find commands: GitHub trims blanks before `::`, and looks for `##[` anywhere. */
const readsAsCommand = (line: string) =>
	/^\s*::/.test(line) || /##(?:\[|vso\[|teamcity\[)/i.test(line) || /^\s*(?:##|%%)/.test(line);

test.each(corpus)('T4 no line of a box starts in column 0 or is read as a command: $name', ({text}) => {
	for (const line of shownLines(hostile(text))) {
		expect(guardLine(line, true)).toMatch(/^│ /);
		expect(readsAsCommand(guardLine(line, true))).toBe(false);
		expect(readsAsCommand(guardLine(line, false))).toBe(false);
	}
});

test.each(corpus)('T4 JSON keeps its value: $name', ({text}) => {
	const json = guardJson(encodeJson({text}));
	expect(JSON.parse(json)).toEqual({text: JSON.parse(JSON.stringify(text)) as string});
	expect(readsAsCommand(json)).toBe(false);
});

const collect = (environment: NodeJS.ProcessEnv) => {
	let text = '';
	const stream = new Writable({
		write: (chunk: Buffer, _encoding, done) => {
			text += chunk.toString();
			done();
		},
	}) as unknown as NodeJS.WriteStream;
	const printer = createPrinter({
		stdout: stream,
		stderr: stream,
		colour: false,
		environment,
		onBrokenPipe: () => undefined,
	});
	return {printer, text: () => text};
};

test('T4 the printer knows CI by its variables', () => {
	for (const environment of [{CI: 'true'}, {GITHUB_ACTIONS: 'true'}, {TF_BUILD: 'True'}]) {
		expect(isCi(environment)).toBe(true);
		const {printer, text} = collect(environment);
		printer.line(shown(hostile('::add-mask::x')), 'box');
		printer.line(shown(hostile('plain')));
		printer.json({message: '##[group]x'});
		expect(text()).toBe('│ ::add-mask::x\nplain\n{"message":"#\\u0023[group]x"}\n');
	}
	expect(isCi({CI: ''})).toBe(false);
	expect(isCi({CI: 'false'})).toBe(false);
	const {printer, text} = collect({});
	printer.line(shown(hostile('::add-mask::x')), 'box');
	expect(text()).toBe('::add-mask::x\n');
});

test('S6 JSON masks the secrets in its texts', () => {
	const {printer, text} = collect({});
	printer.json({message: 'password=hunter2', list: [`AKIA${'IOSFODNN7'}EXAMPLE`], count: 1});
	expect(JSON.parse(text())).toEqual({message: 'password=[redacted]', list: ['[redacted]'], count: 1});
});
