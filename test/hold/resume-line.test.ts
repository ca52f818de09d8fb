import {execFile} from 'node:child_process';
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {resumeLine} from '../../src/hold/resume-line.ts';

const facts = {
	region: 'eu-west-1',
	profile: 'prod admin',
	endpoint: 'http://127.0.0.1:4566',
	readOnly: false,
};

test('the line has region, profile and endpoint as in force', () => {
	expect(resumeLine(facts, 'web-prod', ['ReplaceUnhealthy', 'HealthCheck'])).toBe(
		"aws autoscaling resume-processes --auto-scaling-group-name web-prod --scaling-processes ReplaceUnhealthy HealthCheck --region eu-west-1 --profile 'prod admin' --endpoint-url http://127.0.0.1:4566",
	);
});

test('an empty list makes no command: AWS would resume all nine', () => {
	expect(resumeLine(facts, 'web-prod', [])).not.toContain('resume-processes');
});

test.each([
	"x'; touch canary #",
	'$(touch canary)',
	'`touch canary`',
	'a b  c',
	'*',
	'-rf',
	'"; touch canary; "',
	'x\\',
	'!!',
])('T9 pasted into a real sh, a group named %s is one argument and runs nothing', async group => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-paste-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const aws = join(folder, 'aws');
	await writeFile(aws, '#!/bin/sh\nprintf \'%s\\0\' "$@" > argv\n');
	await chmod(aws, 0o755);
	const line = resumeLine(facts, group, ['HealthCheck']);
	await promisify(execFile)('/bin/sh', ['-c', line], {cwd: folder, env: {PATH: folder}});
	const argv = (await readFile(join(folder, 'argv'), 'utf8')).split('\0');
	const glued = argv.find(word => word.startsWith('--auto-scaling-group-name='));
	const named =
		glued?.slice('--auto-scaling-group-name='.length) ?? argv[argv.indexOf('--auto-scaling-group-name') + 1];
	expect(named).toBe(group);
	expect(glued !== undefined).toBe(group.startsWith('-'));
	await expect(readFile(join(folder, 'canary'))).rejects.toThrow();
});

test('T9 a name with invisible characters gives no command', () => {
	for (const group of ['web\u200bprod', 'web\u001b]52;c;x', 'web\u202eprod', 'web\nprod'])
		expect(resumeLine(facts, group, ['HealthCheck'])).not.toContain('aws autoscaling');
});
