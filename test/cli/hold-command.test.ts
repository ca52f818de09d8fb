import {expect, test} from 'vitest';
import {runCommand} from '../../src/cli/hold-command.ts';

test.each([
	['/no/such/program', 127],
	['/etc/passwd', 126],
	['a\0b', 127],
])('M1 a command that cannot be started is told, never thrown: %j', async (program, code) => {
	const {ended} = runCommand([program], {});
	expect(await ended).toMatchObject({code, problem: expect.stringContaining(program)});
});
