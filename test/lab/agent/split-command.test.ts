import {expect, test} from 'vitest';
import {shlexWord} from '../../../src/base/quote.ts';
import {splitCommand} from '../../../src/lab/agent/split-command.ts';

test.each([
	['journalctl -n 5', ['journalctl', '-n', '5']],
	['sh -c \'echo "a b" $x\'', ['sh', '-c', 'echo "a b" $x']],
	['a "b \\" c" d\\ e', ['a', 'b " c', 'd e']],
	["'it'\\''s'", ["it's"]],
	['a  \t b\n c', ['a', 'b', 'c']],
	['\'\' ""', ['', '']],
	['a#b # the rest', ['a#b']],
	['$HOME *', ['$HOME', '*']],
])('%j is split as the agent does', (command, words) => {
	expect(splitCommand(command)).toEqual(words);
});

test.each(["a 'b", 'a "b', 'a \\'])('%j has no end', command => {
	expect(() => splitCommand(command)).toThrow(/EOF found/);
});

test('what our quoting wrote comes out again', () => {
	for (const text of ["a'b", 'x\ny', '$(id)', '', '#', '\\', '"', 'ä 🚀'])
		expect(splitCommand(`sh ${shlexWord(text)}`)).toEqual(['sh', text]);
});
