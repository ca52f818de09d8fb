import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createBootModel} from '../../../src/boot/boot-model.ts';
import {createJournalReader} from '../../../src/journal/journal-reader.ts';
import type {ParsedLine} from '../../../src/journal/parse-entry.ts';
import type {JournalEntry} from '../../../src/journal/types.ts';
import {type CommandRunner, createCommandRunner} from '../../../src/lab/box/command-runner.ts';
import {packagedRecordings} from '../../../src/lab/box/load-boots.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {createAnswerReader} from '../../../src/remote/answers.ts';
import {type FollowLine, followScript} from '../../../src/remote/follow-line.ts';
import type {UnitFacts} from '../../../src/remote/types.ts';
import {createStateReader} from '../../../src/remote/unit-states.ts';
import {sharedFolder} from '../../shared-folder.ts';
import {createFakeWorld, type FakeWorld} from './fake-world.ts';

const nonce = '00112233445566778899aabbccddeeff';
const recordings = loadRecordings();
const worlds: FakeWorld[] = [];
afterAll(() => {
	for (const world of worlds) world.clock.close();
});

const open = (name: string, seconds: number): {world: FakeWorld; box: PlayedBox} => {
	const recording = recordings.get(name);
	if (recording === undefined) throw new Error(`no ${name}`);
	const world = createFakeWorld();
	worlds.push(world);
	const box = createPlayedBox(world.add(recording), world.clock);
	world.clock.step(seconds);
	return {world, box};
};

/** Runs the line that unflap runs, and reads its answers as unflap does, until `isEnough`. */
const follow = async (
	runner: CommandRunner,
	box: PlayedBox,
	{
		isEnough,
		during,
		...line
	}: Partial<FollowLine> & {isEnough: (entries: readonly JournalEntry[]) => boolean; during?: () => void},
) => {
	const entries: JournalEntry[] = [];
	const units: UnitFacts[] = [];
	const problems: string[] = [];
	let liveFrom: string | null = null;
	let isOver = false;
	const keep = (lines: readonly ParsedLine[]) => {
		for (const line of lines)
			if (line.kind === 'entry') entries.push(line.entry);
			else problems.push('garbage in the journal');
	};
	const backlog = createJournalReader();
	const live = createJournalReader();
	const answers = createAnswerReader(nonce, {
		probe: facts => problems.push(...facts.missing),
		journal: (bytes, part) => keep((part === 'backlog' ? backlog : live).push(bytes)),
		live: cursor => {
			keep(backlog.end());
			liveFrom = cursor;
			during?.();
		},
		end: () => {
			keep(backlog.end());
			isOver = true;
		},
		stray: text => problems.push(text),
		damaged: text => problems.push(text),
	});
	const states = createStateReader(nonce, {
		units: found => units.push(...found),
		said: text => problems.push(text),
	});
	const script = followScript({
		nonce,
		boot: 'running',
		cursor: null,
		follow: true,
		unitStates: true,
		...line,
	});
	const process = await runner.run(box, ['sh', '-c', script]);
	process.stdout.on('data', (bytes: Buffer) => answers.push(bytes));
	process.stderr.on('data', (bytes: Buffer) => states.push(bytes));
	for (let tries = 0; !isOver && !isEnough(entries); tries += 1) {
		if (tries > 800) throw new Error(`only ${entries.length} entries came; ${problems.join('; ')}`);
		await new Promise(resolve => setTimeout(resolve, 25));
	}
	process.kill();
	await process.exited;
	return {entries, units, problems, liveFrom};
};

describe.each(['auto', 'reader'] as const)('the line unflap follows a box with, run by %s', choice => {
	let runner: CommandRunner;
	beforeAll(() => {
		runner = createCommandRunner(choice);
	});
	afterAll(() => runner.close());

	test('gives the whole boot so far, then what comes, without a gap', async () => {
		const {world, box} = open('S05-s3-access-denied', 120);
		const boot = box.boots()[0];
		const before = boot === undefined ? 0 : box.visible(boot);
		const {entries, units, problems, liveFrom} = await follow(runner, box, {
			isEnough: all => all.length >= 732,
			during: () => world.clock.step(600),
		});
		expect(problems).toEqual([]);
		expect(liveFrom).toBe(boot?.entries[before - 1]?.cursor);
		// The entry at the seam comes twice: once in the backlog, without its cursor, and once live.
		const times = entries.map(entry => entry.realtimeUs);
		times.splice(before, 1);
		expect(times).toEqual(boot?.entries.map(entry => entry.realtimeUs));
		expect(units.find(unit => unit.id === 'ssh.service')).toMatchObject({loadState: 'loaded'});
	});

	test('goes on after the last cursor', async () => {
		const {box} = open('S05-s3-access-denied', 600);
		const all = box.boots()[0]?.entries ?? [];
		const cursor = all[700]?.cursor ?? '';
		const {entries, liveFrom} = await follow(runner, box, {cursor, isEnough: some => some.length >= 31});
		expect(liveFrom).toBe(cursor);
		expect(entries.map(entry => entry.realtimeUs)).toEqual(all.slice(700).map(entry => entry.realtimeUs));
	});

	test('reads the boot before, and ends', async () => {
		const {box} = open('S06-crash-loop', 400);
		const [first] = box.boots();
		const {entries, problems} = await follow(runner, box, {boot: '-1', follow: false, isEnough: () => false});
		expect(problems).toEqual([]);
		expect(entries).toHaveLength(first?.entries.length ?? 0);
		expect(new Set(entries.map(entry => entry.bootId))).toEqual(new Set([first?.bootId]));
	});

	test('brings every awkward entry of the noisy boot', async () => {
		const {box} = open('noisy', 400);
		const boot = box.boots()[0];
		const {entries, problems} = await follow(runner, box, {follow: false, isEnough: () => false});
		expect(problems).toEqual([]);
		expect(entries.length).toBe(boot?.entries.length);
	}, 30_000);
});

type Expected = {
	readonly scenario: string;
	readonly expected_failing_unit: string | null;
	readonly expected_result: string;
};
const index = JSON.parse(readFileSync(join(sharedFolder, 'fixtures/boots/index.json'), 'utf8')) as {
	readonly scenarios: readonly Expected[];
};

test.each([...packagedRecordings])(
	'a box that plays %s has the first fault of its recording, in each boot',
	async name => {
		const expected = index.scenarios.find(({scenario}) => scenario === name);
		const {box} = open(name, 1000);
		const runner = createCommandRunner('reader');
		for (const offset of box.boots().map((_boot, number) => number - box.boots().length + 1)) {
			const {entries, units} = await follow(runner, box, {
				boot: offset === 0 ? 'running' : String(offset),
				follow: false,
				unitStates: offset === 0,
				isEnough: () => false,
			});
			const model = createBootModel();
			model.add(entries);
			if (offset === 0) model.facts(units);
			const fault = model.boot()?.firstFault ?? null;
			expect(fault?.unit ?? null).toBe(expected?.expected_failing_unit ?? null);
			if (expected?.expected_failing_unit) expect(fault?.result).toBe(expected.expected_result);
		}
		await runner.close();
	},
);
