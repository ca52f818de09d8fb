/** The line that runs a unit again: what a real sh makes of it, with a systemctl that only writes down what it was told. */
import {execFile} from 'node:child_process';
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readRetry, retryScript, retryWords} from '../../src/remote/retry-line.ts';
import {runLine} from '../../src/remote/run-line.ts';

const nonce = '0123456789abcdef0123456789abcdef';

/** `fails`: a pattern of sh for the words of calls that end with 7. */
const play = async (script: string, fails = 'none') => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-retry-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true}));
	const log = join(folder, 'log');
	await writeFile(
		join(folder, 'systemctl'),
		`#!/bin/sh\nprintf '%s\\n' "$#:$*" >>'${log}'\ncase "$*" in ${fails}) exit 7 ;; esac\n`,
	);
	await writeFile(join(folder, 'sudo'), '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n');
	for (const name of ['systemctl', 'sudo']) await chmod(join(folder, name), 0o755);
	const {code, stdout} = await new Promise<{code: number; stdout: string}>(resolve =>
		execFile('/bin/sh', ['-c', script], {env: {PATH: `${folder}:/usr/bin:/bin`}}, (error, out) =>
			resolve({code: error === null ? 0 : Number(error.code), stdout: out}),
		),
	);
	const calls = (await readFile(log, 'utf8')).trim().split('\n');
	return {
		code,
		calls,
		jobs: stdout
			.trim()
			.split('\n')
			.map(line => readRetry(nonce, line)),
	};
};

test('failures are forgotten, the unit is restarted, then its orphans are started in their order', async () => {
	const {code, calls, jobs} = await play(
		retryScript({nonce, unit: 'sync.service', orphans: ['app.service', 'web@1.service']}),
	);
	expect(calls).toEqual([
		'3:reset-failed -- sync.service',
		'3:restart -- sync.service',
		'3:start -- app.service',
		'3:start -- web@1.service',
	]);
	expect(jobs).toEqual([
		{unit: 'sync.service', status: 0},
		{unit: 'app.service', status: 0},
		{unit: 'web@1.service', status: 0},
	]);
	expect(code).toBe(0);
});

test('what the unit fails with is passed on, and no orphan is started on top of it', async () => {
	const {code, calls, jobs} = await play(
		retryScript({nonce, unit: 'sync.service', orphans: ['app.service']}),
		'restart*',
	);
	expect(calls).toHaveLength(2);
	expect(jobs).toEqual([{unit: 'sync.service', status: 7}]);
	expect(code).toBe(7);
});

test('Q3 globs, options and words that are no unit are refused before anything is sent', () => {
	for (const unit of [
		'*',
		'a*.service',
		'a[b].service',
		'-rf',
		'--now',
		'a b.service',
		'a;reboot',
		'',
		'x/y.service',
	])
		expect(() => retryScript({nonce, unit, orphans: []})).toThrow(/is no name of a unit/);
	expect(() => retryScript({nonce, unit: 'a.service', orphans: ['$(reboot).service']})).toThrow(
		/is no name of a unit/,
	);
});

test('Q2 a unit that begins with a dash is an operand, never an option', async () => {
	const {calls} = await play(retryScript({nonce, unit: '-.mount', orphans: []}));
	expect(calls).toContain('3:restart -- -.mount');
});

test('Q6 a line without the nonce of this run is words of a program', () => {
	expect(readRetry(nonce, `:${'f'.repeat(32)}:job app.service 0`)).toBeNull();
	expect(readRetry(nonce, ':job app.service 0')).toBeNull();
	expect(readRetry(nonce, `:${nonce}:job app.service 0x`)).toBeNull();
	expect(readRetry(nonce, `:${nonce}:job $(x) 0`)).toBeNull();
});

test('the whole line passes the splitter of the agent', () => {
	expect(runLine(retryWords({nonce, unit: 'a\\x2db.service', orphans: []}))).toContain('a\\x2db.service');
});
