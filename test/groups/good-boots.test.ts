import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {createGoodBoots, type GoodBoot} from '../../src/groups/good-boots.ts';

let home: string;
let notes: string[];
beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'unflap-good-boots-'));
	notes = [];
});
afterEach(() => rm(home, {recursive: true, force: true}));

const group = {name: 'web-prod', arn: 'arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:a:web-prod'};
const keptBy = (endpoint: string | null = null) =>
	createGoodBoots({folder: join(home, 'unflap'), endpoint, tell: note => notes.push(note)});
const onlyFile = async () => {
	const folder = join(home, 'unflap', 'good-boots');
	return join(folder, (await readdir(folder))[0] ?? '');
};
const boot = (number: number): GoodBoot => ({
	instanceId: `i-${number}`,
	bootId: `b${number}`,
	at: 1_700_000_000_000 + number,
	seconds: number,
});

test('a boot is kept once, oldest first, for the next run', async () => {
	expect(await keptBy().read(group)).toEqual([]);
	await keptBy().add(group, [boot(2)]);
	await keptBy().add(group, [boot(1), boot(2)]);
	expect(await keptBy().read(group)).toEqual([boot(1), boot(2)]);
	expect(notes).toEqual([]);
});

test('the newest two hundred are kept', async () => {
	await keptBy().add(
		group,
		Array.from({length: 230}, (_, at) => boot(at)),
	);
	const kept = await keptBy().read(group);
	expect(kept.length).toBe(200);
	expect(kept[0]).toEqual(boot(30));
});

test('P2 the file is 0600, and another endpoint or account has its own', async () => {
	await keptBy().add(group, [boot(1)]);
	expect((await stat(await onlyFile())).mode & 0o777).toBe(0o600);
	expect(await keptBy('http://127.0.0.1:1').read(group)).toEqual([]);
	expect(await keptBy().read({...group, arn: group.arn.replace(':1:', ':2:')})).toEqual([]);
});

test.each([
	['cut short', (text: string) => text.slice(0, 40), 'it is damaged'],
	['of other things', () => '{"version":1,"boots":[{"instanceId":7}]}', 'it is of another group'],
	[
		'of a later unflap',
		(text: string) => text.replace('"version":1', '"version":2'),
		'it is of another version',
	],
	[
		'with a negative time',
		(text: string) => text.replace('"seconds":1', '"seconds":-1'),
		'it is not what unflap writes',
	],
])('a file that is %s is not used, which is said, and the next boot replaces it', async (_, spoil, why) => {
	await keptBy().add(group, [boot(1)]);
	const path = await onlyFile();
	await writeFile(path, spoil(await readFile(path, 'utf8')));
	expect(await keptBy().read(group)).toEqual([]);
	expect(notes.join()).toContain('The kept good boots of web-prod are not used');
	expect(notes.join()).toContain(why);
	await keptBy().add(group, [boot(5)]);
	expect(await keptBy().read(group)).toEqual([boot(5)]);
});
