// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted lines are code.
/** Rule 1 of the threats: text from outside cannot reach a sink raw. Each line here must be an error of the compiler. */
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {repositoryRoot} from '../shared-folder.ts';

const run = promisify(execFile);

/** What is planted, with `name` a raw text from AWS: a line each, in a file of its own. */
const planted: readonly (readonly [string, string])[] = [
	['the printer: a line', 'out.line(name)'],
	['the printer: a template', 'out.line(`group ${name}`)'],
	['the printer: a note', 'out.note(name)'],
	['the printer: a warning', 'out.warn(name)'],
	['a line of ours', 'out.line(ours`group ${name}`)'],
	['width', 'width(name)'],
	['cut', 'cut(name, 10)'],
	['pad', 'pad(name, 10)'],
	['colour', "createPaint(true)('red', name)"],
	['a word for a shell', 'const words: Word = name'],
	['a segment of a path', 'const segments: Segment = name'],
	['markup', 'const marked: Markup = name'],
	['shown for markup', 'const marked: Markup = shown(name)'],
	['a word for a terminal', 'out.line(word(name))'],
	['a quoted word for shown', 'const text: Shown = word(name)'],
];

const allowed = [
	'out.line(shown(name))',
	'out.line(ours`group ${shown(name)}: ${3}`)',
	'out.note(cut(shown(name), 10))',
	'const words: Word = word(name)',
	'const marked: Markup = markup(name)',
	"const segments: Segment = segment(name, 'arn')",
];

const preamble = `
import {cut, ours, pad, shown, width} from '${repositoryRoot}/src/base/terminal-text.ts';
import {markup} from '${repositoryRoot}/src/base/markup.ts';
import {segment} from '${repositoryRoot}/src/base/segment.ts';
import {word} from '${repositoryRoot}/src/base/quote.ts';
import type {Hostile, Markup, Segment, Shown, Word} from '${repositoryRoot}/src/base/text.ts';
import {createPaint} from '${repositoryRoot}/src/cli/paint.ts';
import type {Printer} from '${repositoryRoot}/src/cli/command.ts';
export const use = [cut, ours, pad, shown, width, markup, segment, word, createPaint];
export type Used = Hostile | Markup | Segment | Shown | Word;
declare const out: Printer;
declare const name: Hostile;
`;

let folder: string;
let complaints: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'unflap-sinks-'));
	const write = (file: string, line: string) =>
		writeFile(join(folder, file), `${preamble}export const planted = () => {\n${line};\n};\n`);
	await Promise.all([
		...planted.map(([, line], index) => write(`bad-${index}.mts`, line)),
		...allowed.map((line, index) => write(`good-${index}.mts`, line)),
		writeFile(
			join(folder, 'tsconfig.json'),
			JSON.stringify({
				extends: join(repositoryRoot, 'tsconfig.json'),
				include: ['*.mts'],
				compilerOptions: {typeRoots: [join(repositoryRoot, 'node_modules/@types')]},
			}),
		),
	]);
	complaints = await run(
		process.execPath,
		[
			join(repositoryRoot, 'node_modules/typescript/bin/tsc'),
			'-p',
			join(folder, 'tsconfig.json'),
			'--pretty',
			'false',
		],
		{cwd: folder, maxBuffer: 16_777_216},
	).then(
		({stdout}) => stdout,
		(error: {stdout: string}) => error.stdout,
	);
});
afterAll(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

test.each(planted.map(([name], index) => [name, index] as const))(
	'raw text is refused by %s',
	(_name, index) => {
		expect(complaints).toMatch(new RegExp(`bad-${index}\\.mts.*error TS2(?:345|322)`));
	},
);

test('text that went through its door is accepted', () => {
	expect(complaints).not.toContain('good-');
});
