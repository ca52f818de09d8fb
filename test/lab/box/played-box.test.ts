import {afterEach, expect, test} from 'vitest';
import {textOf} from '../../../src/lab/box/life.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {journalctl} from '../../../src/lab/box/players/journalctl.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import type {Recording} from '../../../src/lab/types.ts';
import {createFakeWorld, type FakeWorld, startAt} from './fake-world.ts';

const recordings = loadRecordings();
const recording = (name: string): Recording => {
	const found = recordings.get(name);
	if (found === undefined) throw new Error(`no ${name}`);
	return found;
};
const worlds: FakeWorld[] = [];
const open = (name: string, seed = 1): {world: FakeWorld; box: PlayedBox} => {
	const world = createFakeWorld();
	worlds.push(world);
	return {world, box: createPlayedBox(world.add(recording(name), {seed}), world.clock)};
};
afterEach(() => {
	for (const world of worlds.splice(0)) world.clock.close();
});

const running = (box: PlayedBox) => {
	const boot = box.boots().at(-1);
	if (boot === undefined) throw new Error('no boot');
	return boot;
};

test('entries appear as lab time reaches them, and stop when the box is terminated', () => {
	const {world, box} = open('S01-healthy');
	const early = box.visible(running(box));
	world.clock.step(60);
	const middle = box.visible(running(box));
	world.terminate(box.instance.instanceId);
	world.clock.step(600);
	expect(early).toBeLessThan(middle);
	expect(middle).toBeLessThan(722);
	expect(box.visible(running(box))).toBe(middle);
});

test('wall clock times are lab time', () => {
	const {box} = open('S01-healthy');
	const {entries} = running(box);
	for (const entry of entries) {
		expect(Math.abs(entry.realtimeUs / 1000 - entry.dueAt)).toBeLessThan(1);
		expect(entry.dueAt).toBeGreaterThanOrEqual(startAt);
	}
});

test('ids, cursors, times, addresses and boot ids differ between two seeds, and nothing of the recording is left', () => {
	const [one, other] = [open('S05-s3-access-denied', 1), open('S05-s3-access-denied', 2)];
	for (const {world} of [one, other]) world.clock.step(400);
	const texts = [one.box, other.box].map(box =>
		JSON.stringify(running(box).entries.map(entry => entry.fields())),
	);
	const life = [
		'i-0327258f8656612a4',
		'5990577a209f45ceaef8888e4a37c59e',
		'ec2327258f864566a12a4580aee235a2',
		'10.0.1.52',
	];
	for (const text of texts) for (const recorded of life) expect(text).not.toContain(recorded);
	const [mine, theirs] = [running(one.box), running(other.box)];
	expect(mine.bootId).not.toBe(theirs.bootId);
	for (const [index, entry] of mine.entries.entries()) {
		const twin = theirs.entries[index];
		expect(entry.cursor).not.toBe(twin?.cursor);
		if (entry.monotonicUs > 1_000_000) expect(entry.monotonicUs).not.toBe(twin?.monotonicUs);
	}
	const unit = 's3-config-sync.service';
	expect(mine.unitFacts(unit).get('InvocationID')).not.toBe(theirs.unitFacts(unit).get('InvocationID'));
	expect(mine.unitFacts(unit).get('Result')).toBe('exit-code');
	expect(one.box.machineId).not.toBe(other.box.machineId);
});

test('the invocation in the journal is the one systemctl shows', () => {
	const {world, box} = open('S05-s3-access-denied');
	world.clock.step(400);
	const shown = running(box).unitFacts('s3-config-sync.service').get('InvocationID');
	const own = running(box).entries.filter(
		({recorded}) =>
			textOf(recorded['UNIT']) === 's3-config-sync.service' && recorded['UNIT_RESULT'] !== undefined,
	);
	expect(own.map(entry => textOf(entry.fields()['INVOCATION_ID']))).toEqual([shown]);
});

test('the agent answers when the recorded one did, and the app is healthy when it was', () => {
	const {world, box} = open('S01-healthy');
	world.clock.step(55);
	expect([box.agentOnline(), box.appHealthy()]).toEqual([false, false]);
	world.clock.step(20);
	expect([box.agentOnline(), box.appHealthy()]).toEqual([true, false]);
	world.clock.step(70);
	expect([box.agentOnline(), box.appHealthy()]).toEqual([true, true]);
	const sick = open('S05-s3-access-denied');
	sick.world.clock.step(3600);
	expect(sick.box.appHealthy()).toBe(false);
});

test('a recorded reboot is played: another boot id, the agent away in between', () => {
	const {world, box} = open('S06-crash-loop');
	world.clock.step(150);
	expect([box.boots().length, box.agentOnline()]).toEqual([1, true]);
	world.clock.step(50);
	expect([box.boots().length, box.agentOnline()]).toEqual([2, false]);
	world.clock.step(60);
	expect(box.agentOnline()).toBe(true);
	const [first, second] = box.boots();
	expect(first?.bootId).not.toBe(second?.bootId);
});

test('a box that lost its power in the recording has no agent any more', () => {
	const {world, box} = open('S11b-hard-kill-mid-boot');
	world.clock.step(65);
	expect(box.agentOnline()).toBe(true);
	world.clock.step(20);
	expect(box.agentOnline()).toBe(false);
});

test('the console grows with time and has the kernel from the start', () => {
	const {world, box} = open('S05-s3-access-denied');
	world.clock.step(3);
	const early = box.consoleText();
	world.clock.step(300);
	const late = box.consoleText();
	expect(early).toContain('Linux version');
	expect(late.startsWith(early)).toBe(true);
	expect(late.length).toBeGreaterThan(early.length + 10_000);
});

test('dates inside messages, on the console and in unit facts are lab time too', () => {
	const {world, box} = open('S07-oom');
	world.clock.step(600);
	const boot = running(box);
	const texts = [
		...boot.entries.map(entry => textOf(entry.fields()['MESSAGE'])),
		boot.unitFacts('s3-config-sync.service').get('ExecStart') ?? '',
		box.consoleText(),
	].join('\n');
	const times = [...texts.matchAll(/\b2026-11-22[ T](\d\d:\d\d):\d\d/g)].map(([, time]) => time ?? '');
	expect(times.length).toBeGreaterThan(20);
	// The kernel's build date and certificates keep theirs; nothing of the recorded evening is left.
	for (const time of times) expect(time >= '12:00' && time <= '12:10').toBe(true);
});

test('what becomes visible while a follow still writes what was there before is followed, not left out', async () => {
	const {world, box} = open('S01-healthy');
	const gone = new AbortController();
	const cursors: string[] = [];
	world.clock.step(30);
	const reading = journalctl({
		box,
		args: ['-b', '-f', '--no-tail', '-o', 'json'],
		isRoot: true,
		input: Buffer.alloc(0),
		io: {
			write: async text => {
				for (const [, cursor = ''] of text.toString().matchAll(/"__CURSOR"\s*:\s*"([^"]+)"/g))
					cursors.push(cursor);
				// A slow reader: a minute of the boot passes while the first lines leave.
				if (cursors.length > 0 && box.visible(running(box)) < 600) world.clock.step(20);
			},
			complain: () => undefined,
			gone: gone.signal,
		},
	});
	world.clock.run();
	await expect.poll(() => cursors.length - box.visible(running(box))).toBe(0);
	gone.abort();
	await reading;
	expect(cursors).toEqual(
		running(box)
			.entries.slice(0, cursors.length)
			.map(({cursor}) => cursor),
	);
});
