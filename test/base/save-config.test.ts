import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readConfig} from '../../src/base/read-config.ts';
import {saveSetting} from '../../src/base/save-config.ts';

const aFolder = () => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-save-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	return folder;
};

test('a config that is not there is made, with its folder, for this user alone', async () => {
	const path = join(aFolder(), 'unflap', 'config.json');
	await saveSetting(path, 'theme', 'light');
	expect(readConfig(path, true).values).toEqual({theme: 'light'});
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test('what else stands in the config stays, in its order, and the file keeps its mode', async () => {
	const path = join(aFolder(), 'config.json');
	const before = {
		region: 'eu-west-1',
		units: {'web-*': ['a.b.service', 'c.service']},
		theme: 'dark',
		redact: ['token=\\S+'],
		spoolMaxMegabytes: 64,
	};
	writeFileSync(path, JSON.stringify(before), {mode: 0o640});
	chmodSync(path, 0o640);
	await saveSetting(path, 'theme', 'contrast');
	const after = JSON.parse(readFileSync(path, 'utf8'));
	expect(after).toEqual({...before, theme: 'contrast'});
	expect(Object.keys(after)).toEqual(Object.keys(before));
	expect(statSync(path).mode & 0o777).toBe(0o640);
});

test.each([
	['what is no JSON', '{"theme": "dark",'],
	['what is no object', '["theme"]'],
	['a setting that is not known', '{"them": "dark"}'],
])('a config with %s is left as it is, and said', async (_, text) => {
	const path = join(aFolder(), 'config.json');
	writeFileSync(path, text, {mode: 0o600});
	await expect(saveSetting(path, 'theme', 'light')).rejects.toMatchObject({kind: 'config'});
	expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a linked config stays a link, what it names is written', async () => {
	const folder = aFolder();
	const real = join(folder, 'dotfiles.json');
	const path = join(folder, 'config.json');
	writeFileSync(real, '{"region": "eu-west-1"}', {mode: 0o600});
	symlinkSync(real, path);
	await saveSetting(path, 'theme', 'light');
	expect(lstatSync(path).isSymbolicLink()).toBe(true);
	expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({region: 'eu-west-1', theme: 'light'});
});

test('a folder in the way is said, and nothing is made', async () => {
	const folder = aFolder();
	const path = join(folder, 'file', 'config.json');
	writeFileSync(join(folder, 'file'), '');
	await expect(saveSetting(path, 'theme', 'light')).rejects.toMatchObject({kind: 'config'});
	const other = join(folder, 'config.json');
	mkdirSync(other);
	await expect(saveSetting(other, 'theme', 'light')).rejects.toMatchObject({kind: 'config'});
	expect(existsSync(join(other, 'config.json'))).toBe(false);
});
