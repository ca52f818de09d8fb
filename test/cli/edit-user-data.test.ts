/** `unflap edit BOX user-data` of the built program on a box of the lab whose user data is broken. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type OpenLab, openLab} from '../e2e/open-lab.ts';

let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--scenario', 'S04-user-data-malformed', '--seed', '3', '--speed', '10');
}, 60_000);
afterAll(() => lab.close());

const script = (name: string, ...lines: readonly string[]): string => {
	const file = join(lab.home, name);
	writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'), {mode: 0o755});
	return file;
};
const edit = (editor: string, ...more: readonly string[]) =>
	lab.run(['edit', 'web-prod/1', 'user-data', '--yes', ...more], {environment: {EDITOR: editor}});
/** What is left of a try on the box. */
const left = async () => {
	const {stdout} = await lab.run([
		'run',
		'web-prod/1',
		'--',
		'sh',
		'-c',
		'cat /run/systemd/system/instance-metadata.service.d/90-unflap-user-data.conf /var/lib/unflap/user-data/data; true',
	]);
	return stdout;
};

test('an editor that changes nothing leaves nothing on the box, and no unit runs', async () => {
	const {code, stderr, stdout} = await edit('true');
	expect(code).toBe(0);
	expect(stderr).toMatch(/instance-metadata\.service reads it/);
	expect(stderr).toMatch(/user-data was not changed: nothing was sent/);
	expect(stdout).toBe('');
	expect(await left()).toBe('');
}, 90_000);

test('user data that is still broken fails as before, and goes away again', async () => {
	const {code, stdout, stderr} = await edit(script('worse', 'printf "{\\"broken\\": " >"$1"'));
	expect(code).toBe(1);
	expect(stdout).toMatch(/instance-metadata\.service/);
	expect(stderr).toMatch(/instance-metadata\.service read it/);
	expect(await left()).toBe('');
}, 90_000);

test('user data that parses lets the chain run to its end, without a launch, and only for that run', async () => {
	const {code, stdout, stderr} = await edit(script('better', 'printf "{\\"app\\": \\"foo-app\\"}\\n" >"$1"'));
	expect(stderr).toMatch(/^touches i-[0-9a-f]{17} alone, of web-prod /);
	expect(stderr).toMatch(/\+\{"app": "foo-app"\}/);
	expect(stdout).toMatch(/foo-app\.service/);
	expect(code).toBe(0);
	expect(stderr).toMatch(/has its own user data again/);
	expect(await left()).toBe('');
	const report = await lab.run(['report', 'web-prod', '-o', 'md', '--no-probe']);
	expect(report.stdout).toMatch(/--- a\/user-data\n\+\+\+ b\/user-data/);
}, 120_000);

test('what is no service cannot read it, and --unit goes with user-data alone', async () => {
	expect((await edit('true', '--unit', 'x.timer')).code).not.toBe(0);
	const odd = await lab.run(['edit', 'web-prod/1', '/etc/x', '--unit', 'a.service']);
	expect(odd.code).toBe(2);
	expect(odd.stderr).toMatch(/--unit goes with user-data/);
}, 60_000);
