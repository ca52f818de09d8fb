import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {takeGuardianReleases} from '../../src/hold/guardian-log.ts';
import {createLineSplitter} from '../../src/hold/guardian-messages.ts';
import {openGuardian as open} from './open-guardian.ts';

test('the end of the pipe without a word is a release, and the next start is told of it once', async () => {
	const {guardian, fake, stateFolder, holdId} = await open();
	await guardian.pipeEnded();
	expect(fake.changes().map(([name]) => name)).toEqual(['putTag', 'resume', 'deleteTag']);
	expect(fake.group.suspended).toEqual([]);
	expect(await takeGuardianReleases(stateFolder)).toMatchObject([
		{holdId, group: 'web', resumed: ['ReplaceUnhealthy']},
	]);
	expect(await takeGuardianReleases(stateFolder)).toEqual([]);
	expect(await readFile(join(stateFolder, 'guardian.log.1'), 'utf8')).toContain('"event":"released"');
});

test('a guardian that is dismissed does nothing', async () => {
	const {guardian, fake} = await open();
	await guardian.hear({type: 'done'});
	await guardian.pipeEnded();
	expect(fake.changes()).toEqual([]);
});

test('G2 a process that went silent is released at its lease, and not before', async () => {
	const {guardian, clock, fake} = await open();
	clock.forward(120_000);
	await guardian.look();
	expect(fake.changes()).toEqual([]);
	clock.forward(1_700_000);
	await guardian.look();
	await vi.waitFor(() => expect(fake.group.suspended).toEqual([]));
});

test('G2 a process that beats is left alone past an old lease', async () => {
	const {guardian, clock, fake} = await open();
	clock.forward(2_000_000);
	await guardian.hear({type: 'beat'});
	await guardian.look();
	expect(fake.changes()).toEqual([]);
});

test('a message that is cut by the end of the pipe is none', () => {
	const lines: string[] = [];
	const split = createLineSplitter(line => lines.push(line));
	for (const chunk of ['{"a"', ':1}\n{"b":2}\n\n{"c"', ':']) split(chunk);
	expect(lines).toEqual(['{"a":1}', '{"b":2}']);
});
