/** The lines of a try of other user data: their words run in a real sh, their stand-ins too. */
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {
	armWords,
	disarmWords,
	prepareWords,
	readUserDataLine,
	standIns,
} from '../../src/remote/user-data-line.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-user-data-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	writeFileSync(join(folder, 'data'), '{"ours":1}\n');
	writeFileSync(join(folder, 'real'), '#!/bin/sh\necho real "$@"\n', {mode: 0o755});
	for (const [name, script] of Object.entries(standIns)) {
		const path = join(folder, name);
		writeFileSync(
			path,
			script.replaceAll('/var/lib/unflap/user-data', folder).replaceAll('@REAL@', join(folder, 'real')),
		);
		chmodSync(path, 0o755);
	}
});

const run = (name: 'curl' | 'wget', ...args: readonly string[]) => {
	const {stdout, status} = spawnSync(join(folder, name), args, {cwd: folder, encoding: 'utf8'});
	return {stdout, status};
};
const wasRead = () => {
	try {
		return readFileSync(join(folder, 'used'), 'utf8') !== '';
	} catch {
		return false;
	}
};
const address = 'http://169.254.169.254/latest/user-data';

test('a curl of the user data gets ours, whatever else it asks for', () => {
	expect(run('curl', '-fsS', '-H', 'X-aws-ec2-metadata-token: t', address).stdout).toBe('{"ours":1}\n');
	expect(run('curl', '-s', '-w', '\\n%{http_code}', address).stdout).toBe('{"ours":1}\n\n200');
	expect(run('curl', '-s', 'http://[fd00:ec2::254]/2021-07-15/user-data').stdout).toBe('{"ours":1}\n');
	for (const words of [['-o', 'out'], ['-sfo', 'out'], ['--output=out'], ['-oout']]) {
		rmSync(join(folder, 'out'), {force: true});
		expect(run('curl', '-s', ...words, '-w', '%{http_code}', address).stdout).toBe('200');
		expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('{"ours":1}\n');
	}
	expect(wasRead()).toBe(true);
});

test('a wget of the user data gets ours, as a file or on standard output', () => {
	expect(run('wget', '-qO-', address).stdout).toBe('{"ours":1}\n');
	expect(run('wget', '-q', '-O', '-', address).stdout).toBe('{"ours":1}\n');
	expect(run('wget', '-q', address).stdout).toBe('');
	expect(readFileSync(join(folder, 'user-data'), 'utf8')).toBe('{"ours":1}\n');
});

test('everything else goes to the real program, word for word', () => {
	expect(run('curl', '-X', 'PUT', 'http://169.254.169.254/latest/api/token').stdout).toBe(
		'real -X PUT http://169.254.169.254/latest/api/token\n',
	);
	expect(run('curl', 'https://example.org/latest/user-data').stdout).toContain('real https');
	expect(run('wget', '-qO-', 'https://example.org/x').stdout).toBe('real -qO- https://example.org/x\n');
	expect(wasRead()).toBe(false);
});

test('after an hour the real program answers again, also where nobody took the files away', () => {
	const old = Date.now() / 1000 - 3700;
	utimesSync(join(folder, 'data'), old, old);
	expect(run('curl', address).stdout).toBe(`real ${address}\n`);
});

test('Q3 Q6 names that are no service and other markers are refused, and words of programs are none of ours', () => {
	const nonce = '0123456789abcdef0123456789abcdef';
	for (const unit of ['a b.service', '*.service', '$(x).service', '-x', 'a.timer', '../x.service', ''])
		for (const words of [prepareWords, armWords, disarmWords])
			expect(() => words({nonce, unit}), unit).toThrow();
	expect(() => prepareWords({nonce: 'x', unit: 'a.service'})).toThrow();
	expect(readUserDataLine(nonce, `:${nonce}:ready`)).toEqual({news: 'ready', isEmpty: false});
	expect(readUserDataLine(nonce, `:${nonce}:ready empty`)).toEqual({news: 'ready', isEmpty: true});
	expect(readUserDataLine(nonce, `:${nonce}:gone read`)).toEqual({news: 'gone', wasRead: true});
	expect(readUserDataLine(nonce, `:${nonce}:failed it has no curl`)).toEqual({
		news: 'failed',
		why: 'it has no curl',
	});
	expect(readUserDataLine(nonce, ':ffffffffffffffffffffffffffffffff:ready')).toBeNull();
	expect(readUserDataLine(nonce, 'ready')).toBeNull();
});

test('S8 no user data and no token stands in a word of any line', () => {
	const words = prepareWords({nonce: '0'.repeat(32), unit: 'a.service'}).join('\n');
	// The token goes to curl by its standard input, the user data from curl to a file.
	expect(words).toContain('| curl -sS -m 5');
	expect(words).not.toMatch(/-H "?\$/);
});

test('the lines are what a POSIX sh reads', () => {
	const line = {nonce: '0'.repeat(32), unit: 'a.service'};
	for (const words of [prepareWords(line), armWords(line), disarmWords(line)])
		expect(spawnSync('sh', ['-n', '-c', words[2] ?? ''], {encoding: 'utf8'})).toMatchObject({
			status: 0,
			stderr: '',
		});
});
