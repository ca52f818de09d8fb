import {readdir, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {json, openRegion} from './groups-in-lab.ts';

type Detail = {readonly state: string; readonly activities: readonly unknown[]};

const keptFile = async (home: string) => {
	const names = await readdir(home, {recursive: true});
	const found = names.filter(name => /unflap\/activities\/[^/]+\.json$/.test(name));
	expect(found).toHaveLength(1);
	return join(home, found[0] ?? '');
};

test('show keeps what it read of a group, and a damaged file of it is said on stderr and replaced', async () => {
	const {run, home} = await openRegion();
	const first = await json<Detail>(run(['show', 'web-prod', '-o', 'json']));
	const file = await keptFile(home);
	const {size, mode} = await stat(file);
	expect(mode & 0o777).toBe(0o600);
	await writeFile(file, '{"version":1,');
	const {stdout, stderr, code} = await run(['show', 'web-prod', '-o', 'json']);
	expect({code, state: (JSON.parse(stdout) as Detail).state}).toEqual({code: 0, state: first.state});
	expect(stderr).toContain('The kept activities of web-prod are not used: it is damaged');
	expect((await stat(file)).size).toBeGreaterThan(size / 2);
	expect((await run(['graveyard', 'web-prod'])).stderr).toBe('');
});
