import {execFileSync} from 'node:child_process';
import {expect, onTestFinished, test} from 'vitest';
import {startEndpoint, success} from '../aws/fake-endpoint.ts';
import {corpus} from '../hostile/corpus.ts';
import {makeHome, runProgram} from '../run-program.ts';

const scriptOf = async (shell: string) => {
	const {home, forget} = await makeHome();
	const {stdout, code, stderr} = await runProgram(['completion', shell], {home});
	await forget();
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	return stdout;
};

/** What bash would offer, with `unflap completion names` answered by `names`. */
const offered = (script: string, words: readonly string[], names = '') =>
	execFileSync(
		'bash',
		[
			...['--noprofile', '--norc', '-c'],
			`${script}\nunflap() { printf '%s' "$NAMES"; }\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unflap; printf '%s\\n' "\${COMPREPLY[@]}"`,
			'-',
			'unflap',
			...words,
		],
		{encoding: 'utf8', env: {PATH: process.env['PATH'], NAMES: names}},
	)
		.split('\n')
		.filter(Boolean);

test('bash completes commands, flags, fixed words and names', async () => {
	const script = await scriptOf('bash');
	expect(offered(script, ['hol'])).toEqual(['hold', 'holds']);
	expect(offered(script, ['hold', '--pre'])).toEqual(['--preset']);
	expect(offered(script, ['policy', 'f'])).toEqual(['fuse']);
	expect(offered(script, ['-r', 'eu-west-1', 'hold', 'we'], 'web-prod\nworker\n')).toEqual(['web-prod']);
	expect(offered(script, ['hold', 'web', '--preset', 'f'])).toEqual([]);
	expect(offered(script, ['hold', 'web', '--', 'l'], 'long\n')).toEqual([]);
});

test.each(['zsh', 'fish'])('%s gets every command and flag', async shell => {
	const script = await scriptOf(shell);
	for (const word of ['doctor', 'holds', 'all-regions', 'preset', 'completion names'])
		expect(script).toContain(word);
});

test('T9 a name that a shell could read as more than a word is not offered', async () => {
	const {home, forget} = await makeHome();
	const escaped = (text: string) =>
		text.replaceAll(/[&<>]/g, found => `&#${found.charCodeAt(0)};`).replaceAll(/[^\t\n\x20-\ud7ff]/g, '');
	const names = ['web-prod', '-rf', '$(id)', 'a b', "it's", ...corpus.map(({text}) => text)];
	const endpoint = await startEndpoint(() => ({
		body: success(
			'DescribeAutoScalingGroups',
			`<AutoScalingGroups>${names.map(name => `<member><AutoScalingGroupName>${escaped(name)}</AutoScalingGroupName></member>`).join('')}</AutoScalingGroups>`,
		),
	}));
	onTestFinished(async () => {
		await endpoint.close();
		await forget();
	});
	const {stdout, code} = await runProgram(['completion', 'names'], {
		home,
		environment: {
			AWS_ENDPOINT_URL: endpoint.url,
			AWS_REGION: 'eu-west-1',
			AWS_ACCESS_KEY_ID: 'AKIACANARYCANARYCAN0',
			AWS_SECRET_ACCESS_KEY: 'x',
		},
	});
	expect(code).toBe(0);
	const offered = stdout.split('\n').filter(Boolean);
	expect(offered).toContain('web-prod');
	for (const name of offered) expect(name).toMatch(/^\w[\w.:/@+=,-]*$/);
});

test('a shell nobody knows is wrong usage', async () => {
	const {home, forget} = await makeHome();
	expect(await runProgram(['completion', 'tcsh'], {home})).toMatchObject({code: 2, stdout: ''});
	await forget();
});
