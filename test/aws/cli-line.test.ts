import {execFileSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {cliLine, resumeLine} from '../../src/aws/cli-line.ts';
import type {AwsFacts} from '../../src/aws/types.ts';
import {corpus} from '../hostile/corpus.ts';

const facts: AwsFacts = {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false};

test('the line has region, profile and endpoint as in force', () => {
	expect(resumeLine('web-prod', ['Launch', 'HealthCheck'], facts)).toBe(
		'aws autoscaling resume-processes --auto-scaling-group-name web-prod --scaling-processes Launch HealthCheck --region eu-west-1',
	);
	const elsewhere = {...facts, profile: 'my profile', endpoint: 'http://127.0.0.1:4566'};
	expect(resumeLine('web-prod', ['Launch'], elsewhere)).toMatch(
		/--region eu-west-1 --profile 'my profile' --endpoint-url http:\/\/127\.0\.0\.1:4566$/,
	);
});

test('S9 an endpoint with userinfo makes no line, since its password would stand in it', () => {
	expect(
		cliLine(['sts', 'get-caller-identity'], {...facts, endpoint: 'https://[redacted]@aws.example'}),
	).toEqual(expect.not.stringContaining('password'));
	expect(
		cliLine(['sts', 'get-caller-identity'], {...facts, endpoint: 'https://ana:password@aws.example'}),
	).toBeNull();
});

const folder = mkdtempSync(join(tmpdir(), 'unflap-words-'));
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
const seenFile = join(folder, 'seen');
const canary = join(folder, 'canary');
writeFileSync(join(folder, 'aws'), `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done > ${seenFile}\n`);
chmodSync(join(folder, 'aws'), 0o700);
writeFileSync(canary, 'untouched');

const names = [
	...corpus.map(({text}) => text),
	`x'; rm -f ${canary} #`,
	`$(rm -f ${canary})`,
	`\`rm -f ${canary}\``,
	`x\nrm -f ${canary}`,
	`"; rm -f ${canary}; "`,
	'-rf',
	'--endpoint-url=https://evil.example',
	'!history',
	'~root',
	'a b\\',
];

test('T9 a real shell sees exactly the words meant, or there is no line', () => {
	let lines = 0;
	for (const name of names) {
		const line = resumeLine(name, ['Launch'], facts);
		if (line === null) continue;
		lines += 1;
		execFileSync('/bin/sh', ['-c', line], {env: {PATH: `${folder}:/usr/bin:/bin`}, stdio: 'ignore'});
		const words = readFileSync(seenFile, 'utf8').split('\0').slice(0, -1);
		expect(words).toEqual([
			...['autoscaling', 'resume-processes'],
			...(name.startsWith('-') ? [`--auto-scaling-group-name=${name}`] : ['--auto-scaling-group-name', name]),
			...['--scaling-processes', 'Launch', '--region', 'eu-west-1'],
		]);
	}
	expect(lines).toBeGreaterThan(8);
	expect(readFileSync(canary, 'utf8')).toBe('untouched');
});
