import {
	chmod,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	symlink,
	utimes,
	writeFile,
} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type ActivityCache, createActivityCache} from '../../src/groups/activity-cache.ts';
import {readBeside} from '../../src/groups/activity-memory.ts';
import {createFleetStore} from '../../src/groups/fleet-store.ts';
import {listGroups} from '../../src/groups/list-groups.ts';
import {loadGroup} from '../../src/groups/load-group.ts';
import {aDeath, aGroup, aLaunch, aLife, anId, fakeAws, fakeProcessClock, now} from './make.ts';

let home: string;
let notes: string[];
beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'unflap-activities-'));
	notes = [];
});
afterEach(() => rm(home, {recursive: true, force: true}));

const cacheOf = (endpoint: string | null = null): ActivityCache =>
	createActivityCache({folder: join(home, 'unflap'), endpoint, tell: note => notes.push(note)});
const folder = () => join(home, 'unflap', 'activities');
const onlyFile = async () => join(folder(), (await readdir(folder()))[0] ?? '');

const reading = () => ({activities: [...aLife(5), ...aLife(15)], coveredFrom: now - 7_200_000});

test('what was kept of a group is read by the next run', async () => {
	const kept = reading();
	await cacheOf().write(aGroup(), kept);
	expect(await cacheOf().read(aGroup())).toEqual(kept);
	expect(notes).toEqual([]);
});

test('nothing kept is no complaint', async () => {
	expect(await cacheOf().read(aGroup())).toBeNull();
	expect(notes).toEqual([]);
});

test('P2 the folder is 0700 and the file 0600, and the name of the group is one segment', async () => {
	const name = '../../.ssh/x';
	await cacheOf().write(aGroup({name}), reading());
	expect((await stat(folder())).mode & 0o777).toBe(0o700);
	expect((await stat(await onlyFile())).mode & 0o777).toBe(0o600);
	expect(await readdir(folder())).toEqual([expect.stringMatching(/^ssh-x-[0-9a-f]{12}\.json$/)]);
});

test('P2 a folder that others can write is neither read nor written, and that is said once', async () => {
	await cacheOf().write(aGroup(), reading());
	await chmod(folder(), 0o777);
	const before = await readFile(await onlyFile(), 'utf8');
	const cache = cacheOf();
	expect(await cache.read(aGroup())).toBeNull();
	await cache.write(aGroup(), reading());
	expect(await readFile(await onlyFile(), 'utf8')).toBe(before);
	expect(notes).toEqual([expect.stringContaining('are not used')]);
});

test('P2 a planted link is not followed, and the next write replaces it', async () => {
	await cacheOf().write(aGroup(), reading());
	const file = await onlyFile();
	const target = join(home, 'target');
	await writeFile(target, 'mine', {mode: 0o600});
	await rm(file);
	await symlink(target, file);
	const cache = cacheOf();
	expect(await cache.read(aGroup())).toBeNull();
	await cache.write(aGroup(), reading());
	expect(await readFile(target, 'utf8')).toBe('mine');
	expect(await cache.read(aGroup())).not.toBeNull();
	expect(notes).toEqual([expect.stringContaining('is a symbolic link')]);
});

test.each([
	['half a file', (text: string) => text.slice(0, text.length / 2), 'damaged'],
	['another version', (text: string) => text.replace('"version":1', '"version":9'), 'another version'],
	['another group', (text: string) => text.replace('123456789012', '999999999999'), 'another group'],
	[
		'a time that is text',
		(text: string) => text.replace(/"startedAt":\d+/, '"startedAt":"x"'),
		'not what unflap',
	],
	['a list', () => '[]', 'not what unflap'],
])('%s is ignored with a note', async (_, spoil, why) => {
	await cacheOf().write(aGroup(), reading());
	const file = await onlyFile();
	await writeFile(file, spoil(await readFile(file, 'utf8')));
	expect(await cacheOf().read(aGroup())).toBeNull();
	expect(notes).toEqual([expect.stringContaining(why)]);
});

test('another endpoint, and a group made anew under the same name, know nothing of it', async () => {
	await cacheOf().write(aGroup(), reading());
	expect(await cacheOf('http://127.0.0.1:1').read(aGroup())).toBeNull();
	expect(await cacheOf().read(aGroup({arn: aGroup().arn.replace('uuid', 'other')}))).toBeNull();
});

test('S6 a secret in a cause is not on disk', async () => {
	const secret = 'AKIAIOSFODNN7EXAMPLE';
	const death = aDeath(anId(), 3, `because of ${secret}`);
	await cacheOf().write(aGroup(), {activities: [{...death, statusMessage: secret}], coveredFrom: null});
	const text = await readFile(await onlyFile(), 'utf8');
	expect(text).not.toContain(secret);
	expect(text).toContain('[redacted]');
});

test('beyond a thousand groups the one not looked at for longest goes', async () => {
	await mkdir(folder(), {recursive: true, mode: 0o700});
	await chmod(join(home, 'unflap'), 0o700);
	for (let index = 0; index < 1000; index += 1) await writeFile(join(folder(), `g-${index}.json`), '{}');
	await utimes(join(folder(), 'g-7.json'), 1, 1);
	await cacheOf().write(aGroup(), reading());
	const names = await readdir(folder());
	expect(names).toHaveLength(1000);
	expect(names).not.toContain('g-7.json');
});

test('a next run asks for the newest 20 only, and still knows what AWS has forgotten', async () => {
	const old = aLife(1000);
	const shared = aLife(10);
	await loadGroup(fakeAws({activities: () => [...shared, ...old]}), 'web-prod', {cache: cacheOf()});
	const later = fakeAws({activities: () => [...aLife(2), ...shared]});
	const {view} = await loadGroup(later, 'web-prod', {cache: cacheOf()});
	expect(later.calls.filter(call => call.startsWith('activities'))).toEqual(['activities web-prod 20']);
	expect(view.lives).toHaveLength(3);
});

test('what does not join the newest activities is read anew, as is what was still in progress', async () => {
	const aws = fakeAws({activities: () => aLife(2)});
	const full = 'activities web-prod 100';
	await readBeside(aws, 'web-prod', {kept: {activities: aLife(500), coveredFrom: 0}});
	expect(aws.calls).toEqual(['activities web-prod 20', full]);
	const shared = aLife(3);
	const running = aLaunch(anId(), 600, {endedAt: null, status: 'InProgress'});
	const again = fakeAws({activities: () => shared});
	await readBeside(again, 'web-prod', {kept: {activities: [...shared, running], coveredFrom: 0}});
	expect(again.calls).toEqual(['activities web-prod 20', full]);
});

test('after more than twenty unseen records what was kept joins again, also what AWS has forgotten', async () => {
	const forgotten = aLife(100_000);
	const shared = aLife(300);
	const unseen = Array.from({length: 15}, (_, at) => aLife(2 + at)).flat();
	const aws = fakeAws({activities: () => [...unseen, ...shared]});
	const kept = {activities: [...shared, ...forgotten], coveredFrom: 7};
	const {activities, coveredFrom} = await readBeside(aws, 'web-prod', {kept});
	expect(activities).toHaveLength(unseen.length + shared.length + forgotten.length);
	expect(coveredFrom).toBe(7);
	expect(aws.calls).toEqual(['activities web-prod 20', 'activities web-prod 100']);
});

test('what was in progress when it was kept, and is gone from AWS, is not in progress for ever', async () => {
	const shared = aLife(3);
	const running = aLaunch(anId(), 600, {endedAt: null, status: 'InProgress'});
	const aws = fakeAws({activities: () => shared});
	const kept = {activities: [...shared, running], coveredFrom: 0};
	expect((await readBeside(aws, 'web-prod', {kept})).activities).toHaveLength(shared.length);
});

test('ls asks each of a few groups for the newest 20, where an earlier run has kept the rest', async () => {
	const activities = [aLife(5), aLife(15), aLife(200)].flat();
	await listGroups(fakeAws({activities: () => activities}), {cache: cacheOf()});
	const aws = fakeAws({activities: () => activities.slice(0, 4)});
	const [view] = await listGroups(aws, {cache: cacheOf()});
	expect(aws.calls).toEqual(['groups', 'activities web-prod 20']);
	expect(view?.lives).toHaveLength(3);
});

test('the screen begins with what was kept, and writes only where there is something new', async () => {
	const activities = [aLife(5), aLife(15)].flat();
	const shown: string[] = [];
	const cache: ActivityCache = {
		read: cacheOf().read,
		write: async (group, kept) => {
			shown.push(`${group.name} ${kept.activities.length}`);
			await cacheOf().write(group, kept);
		},
	};
	await cacheOf().write(aGroup(), {activities: activities.slice(2), coveredFrom: 0});
	const aws = fakeAws({activities: () => activities});
	const clock = fakeProcessClock();
	const store = createFleetStore({aws, processClock: clock, cache});
	try {
		await expect.poll(() => store.getState().loading).toBe(false);
		await clock.pass(60_000);
		await expect
			.poll(() => aws.calls.filter(call => call === 'activities web-prod 20').length)
			.toBeGreaterThan(2);
		expect(aws.calls.filter(call => call.startsWith('activities'))).not.toContain('activities web-prod 100');
		expect(shown).toEqual(['web-prod 4']);
	} finally {
		store.stop();
	}
});
