import {expect, test} from 'vitest';
import {commandEnvironment, runCommand} from '../../src/cli/hold-command.ts';
import {corpus} from '../hostile/corpus.ts';

test('M1 variables of the command have fixed names and one printable line', () => {
	for (const {text: group} of corpus) {
		const environment = commandEnvironment({PATH: '/bin'}, {group, holdId: '7f3a90c1'});
		expect(Object.keys(environment)).toEqual(['PATH', 'UNFLAP_GROUP', 'UNFLAP_HOLD_ID']);
		expect(environment['UNFLAP_GROUP']).toMatch(/^[\x20-\x7e]{0,200}$/);
	}
});

test.each([
	['/no/such/program', 127],
	['/etc/passwd', 126],
	['a\0b', 127],
])('M1 a command that cannot be started is told, never thrown: %j', async (program, code) => {
	const {ended} = runCommand([program], {});
	expect(await ended).toMatchObject({code, problem: expect.stringContaining(program)});
});
