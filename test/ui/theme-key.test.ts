import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from './app-screen.ts';
import {aFakeAws, aGroup, settings} from './fakes.ts';

const openWith = (text: string | null, part: Partial<typeof settings> = {}) => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-theme-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	const config = join(folder, 'config.json');
	if (text !== null) writeFileSync(config, text, {mode: 0o600});
	const paths = {...settings.paths, config};
	return {config, app: openApp({...aFakeAws([aGroup({name: 'web'})], []), part: {...part, paths}})};
};

test('T turns the theme and keeps it in the config', async () => {
	const {app, config} = openWith('{"region": "eu-west-1"}');
	await app.sees(/▸ web/);
	app.write('T');
	await app.sees('theme light, kept in the config');
	expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({region: 'eu-west-1', theme: 'light'});
});

test('a config that cannot be written costs the toast alone', async () => {
	const {app, config} = openWith('{"regio": "eu-west-1"}');
	await app.sees(/▸ web/);
	app.write('T');
	await app.sees(/theme light, for this run: .*there is no setting "regio"/);
	expect(readFileSync(config, 'utf8')).toBe('{"regio": "eu-west-1"}');
});

test('read-only writes no config', async () => {
	const {app, config} = openWith('{}', {readOnly: true});
	await app.sees(/▸ web/);
	app.write('T');
	await app.sees(/theme light, for this run: read-only/);
	expect(readFileSync(config, 'utf8')).toBe('{}');
});
