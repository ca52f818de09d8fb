import {expect, test} from 'vitest';
import {parseCommand, readInvocation} from '../../src/cli/arguments.ts';

const logs = {
	name: 'logs',
	usage: 'unflap logs GROUP',
	outputs: ['text', 'cat', 'jsonl'],
	flags: {
		unit: {type: 'string', short: 'u', multiple: true, value: 'UNIT', help: ''},
		boot: {type: 'string', short: 'b', value: 'ID', help: ''},
		follow: {type: 'boolean', short: 'f', help: ''},
	},
} as const;

test.each([
	[['ls', '-o', 'json'], 'ls', ['-o', 'json']],
	[['-p', 'prod', '--region=eu-west-1', 'ls'], 'ls', ['-p', 'prod', '--region=eu-west-1']],
	[['-o', 'json', 'logs', 'web', '--', 'ls'], 'logs', ['-o', 'json', 'web', '--', 'ls']],
	[['--read-only'], null, ['--read-only']],
	[['--view', 'boot', 'web-prod'], 'web-prod', ['--view', 'boot']],
	[['--view', 'logs'], null, ['--view', 'logs']],
	[['-f', 'web'], null, ['-f', 'web']],
	[['logs', '-f', 'web'], 'logs', ['-f', 'web']],
	[['--', 'ls'], null, ['--', 'ls']],
	[[], null, []],
])('%j has the command %j', (argv, word, others) => {
	expect(readInvocation(argv)).toMatchObject({word, others});
});

test('help is asked for anywhere before --', () => {
	expect(readInvocation(['logs', '-f', '--help'])).toMatchObject({word: 'logs', help: true});
	expect(readInvocation(['run', '--', '--help'])).toMatchObject({help: false});
});

test('global flags stand anywhere before --, the rest is left alone', () => {
	const {args, settingsFlags} = parseCommand(logs, [
		'-r',
		'eu-west-1',
		'web',
		'-u',
		'a.service',
		'--profile',
		'p',
		'-u',
		'b.service',
		'--readonly',
		'-f',
		'--',
		'-o',
		'json',
		'--',
	]);
	expect(args).toEqual({
		positionals: ['web'],
		flags: {unit: ['a.service', 'b.service'], follow: true},
		rest: ['-o', 'json', '--'],
		output: 'text',
	});
	expect(settingsFlags).toMatchObject({region: 'eu-west-1', profile: 'p', readOnly: true});
});

test.each([[['--boot', '-1']], [['-b', '-1']], [['--boot=-1']]])('%j means the boot before', argv => {
	expect(parseCommand(logs, argv).args.flags['boot']).toBe('-1');
});

test.each([
	[['--frob'], /--frob/],
	[['-z'], /-z/],
	[['--unit'], /--unit/],
	[['--follow=yes'], /--follow/],
	[['-o', 'xml'], /cannot print "xml"/],
	[['-o', 'svg'], /cannot print "svg"/],
])('%j is wrong usage that names the fault', (argv, message) => {
	expect(() => parseCommand(logs, argv)).toThrow(
		expect.objectContaining({
			kind: 'usage',
			exitCode: 2,
			message: expect.stringMatching(message) as string,
		}) as Error,
	);
});
