/** `unflap edit` of the built program on boxes of the lab. */
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type OpenLab, openLab} from '../e2e/open-lab.ts';
import {door} from '../run-program.ts';

let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '3', '--speed', '2');
}, 60_000);
afterAll(() => lab.close());

const path = '/etc/instance-metadata/env.sh';
const edit = (editor: string, ...more: readonly string[]) =>
	lab.run(['edit', 'web-prod/1', path, '--yes', ...more], {environment: {EDITOR: editor}});
const onBox = async () => (await lab.run(['run', 'web-prod/1', '--', 'cat', path])).stdout;

/** A program for EDITOR, as a script of sh; `$1` is the copy. */
const script = (name: string, ...lines: readonly string[]): string => {
	const file = join(lab.home, name);
	writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'), {mode: 0o755});
	return file;
};

const state = () => join(lab.home, '.local/state/unflap');
const allFiles = (folder: string): readonly string[] =>
	readdirSync(folder, {withFileTypes: true}).flatMap(entry =>
		entry.isDirectory() ? allFiles(join(folder, entry.name)) : [join(folder, entry.name)],
	);

test('what the editor made of the file stands on the box, and its difference is kept for the image', async () => {
	const {code, stdout, stderr} = await edit('sed -i s/foo-app-config-prod/foo-app-config/');
	expect(code).toBe(0);
	expect(stderr).toMatch(/^touches i-[0-9a-f]{17} alone, of web-prod /);
	expect(stderr).toContain("-CONFIG_BUCKET='foo-app-config-prod'\n+CONFIG_BUCKET='foo-app-config'");
	expect(stdout).toMatch(/env\.sh is written on i-/);
	expect(await onBox()).toContain("CONFIG_BUCKET='foo-app-config'\n");
	const kept = allFiles(join(state(), 'edits'));
	expect(kept).toHaveLength(1);
	expect(statSync(kept[0] ?? '').mode & 0o777).toBe(0o600);
	expect(readFileSync(kept[0] ?? '', 'utf8')).toContain("+CONFIG_BUCKET='foo-app-config'");
}, 60_000);

test('the report carries it as a patch', async () => {
	const {code, stdout} = await lab.run(['report', 'web-prod', '-o', 'md']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/### Edited on boxes[\s\S]*--- a\/etc\/instance-metadata\/env\.sh\n\+\+\+ b\/etc/);
	const {stdout: page} = await lab.run(['report', 'web-prod', '-o', 'html']);
	expect(page).toMatch(/Edited on boxes[\s\S]*--- a\/etc\/instance-metadata\/env\.sh/);
}, 60_000);

test('an editor that is left with an error sends nothing, and neither does one that changes nothing', async () => {
	const before = await onBox();
	const aborted = await edit('false');
	expect(aborted.code).toBe(1);
	expect(aborted.stderr).toMatch(/false ended with exit 1: nothing was sent/);
	const same = await edit('true');
	expect(same.code).toBe(0);
	expect(same.stderr).toMatch(/was not changed: nothing was sent/);
	expect((await edit('/no/such/editor')).stderr).toMatch(/could not be started/);
	expect(await onBox()).toBe(before);
	expect(readdirSync(join(state(), 'edit'))).toEqual([]);
}, 60_000);

test('D3 somebody else who edits meanwhile wins, and the copy is kept and named', async () => {
	const other = script(
		'other-editor',
		`EDITOR='sed -i s/4.18.2/9.9.9/' '${process.execPath}' '${door}' edit web-prod/1 ${path} --yes >&2 || exit 9`,
		'echo MINE=1 >>"$1"',
	);
	const {code, stderr} = await edit(other);
	expect(code).toBe(1);
	expect(stderr).toMatch(/was changed on the box meanwhile: nothing was written/);
	const copy = /your copy is kept: (\S+)/.exec(stderr)?.[1] ?? '';
	await edit('true');
	expect(readFileSync(copy, 'utf8')).toContain('MINE=1');
	expect(await onBox()).toContain("APP_VERSION='9.9.9'");
	expect(await onBox()).not.toContain('MINE=1');
}, 60_000);

test('M2 G1 the editor gets one path with a safe name in a folder of its own, and no descriptor but the terminal’s', async () => {
	const log = join(lab.home, 'editor-log');
	const spy = script(
		'spy-editor',
		`{ echo "$#"; echo "$1"; stat -c %a "$(dirname "$1")"; stat -c %a "$1"; ls /proc/self/fd | tr '\\n' ' '; } >'${log}'`,
	);
	await edit(spy);
	const [count, copy = '', folder, mode, descriptors = ''] = readFileSync(log, 'utf8').split('\n');
	expect(count).toBe('1');
	expect(copy).toMatch(/\/unflap\/edit\/\d+-[0-9a-f]{16}\/env\.sh$/);
	expect([folder, mode]).toEqual(['700', '600']);
	// What whoever runs these tests has left open, every child of theirs has too.
	const usual = execFileSync('sh', ['-c', "ls /proc/self/fd | tr '\\n' ' '"], {encoding: 'utf8'});
	expect(descriptors.trim().split(' ').length).toBe(usual.trim().split(' ').length);
}, 60_000);

test('D5 a hunk with a secret is nowhere in the state folder; --with-secrets prints it, and keeps it no more', async () => {
	const canary = 'AKIAIOSFODNN7CANARY1';
	const {code, stdout} = await edit(
		script('add-key', `echo AWS_ACCESS_KEY_ID=${canary} >>"$1"`),
		'--with-secrets',
	);
	expect(code).toBe(0);
	expect(stdout).toContain(`+AWS_ACCESS_KEY_ID=${canary}`);
	expect(await onBox()).toContain('AWS_ACCESS_KEY_ID=');
	for (const file of allFiles(state())) expect(readFileSync(file, 'latin1')).not.toContain(canary);
	const {stdout: page} = await lab.run(['report', 'web-prod', '-o', 'md']);
	expect(page).not.toContain(canary);
	expect(page).toMatch(/1 hunk is left out/);
}, 60_000);

test('the file of a unit is found by its name, and its manager reads it anew', async () => {
	const {code, stdout} = await lab.run(['edit', 'web-prod/1', 'foo-app.service', '--yes'], {
		environment: {EDITOR: 'sed -i s/RestartSec=2/RestartSec=7/'},
	});
	expect(code).toBe(0);
	expect(stdout).toContain('its manager has read it');
	const {stdout: unit} = await lab.run(['run', 'web-prod/1', '--', 'systemctl', 'cat', 'foo-app.service']);
	expect(unit).toContain('RestartSec=7');
}, 60_000);

test('D2 what is no file to edit, and what is not there, is refused with the reason', async () => {
	const fifo = await lab.run(['edit', 'web-prod/1', '/run/initctl', '--yes']);
	expect(fifo.stderr).toMatch(/cannot be edited: it is a fifo/);
	expect(fifo.code).not.toBe(0);
	const missing = await lab.run(['edit', 'web-prod/1', '/etc/nothing', '--yes']);
	expect(missing.stderr).toMatch(/has no \/etc\/nothing/);
	expect((await lab.run(['edit', 'web-prod/1', 'relative', '--yes'])).code).toBe(2);
}, 60_000);

test('D4 no request has the content, and --read-only makes none', async () => {
	const requests = JSON.stringify(await lab.requests());
	expect(requests).not.toContain('CONFIG_PREFIX');
	expect(requests).not.toContain(Buffer.from("CONFIG_PREFIX='foo-app").toString('base64').slice(0, 16));
	const before = (await lab.requests()).length;
	const {code, stderr} = await lab.run(['--read-only', 'edit', 'web-prod/1', path]);
	expect(code).not.toBe(0);
	expect(stderr).toMatch(/--read-only is set/);
	expect((await lab.requests()).length).toBe(before);
}, 60_000);
