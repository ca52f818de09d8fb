/** Pids of a box are its own: another seed has others, and all that names one process still agrees. */
import {afterEach, expect, test} from 'vitest';
import {textOf} from '../../../src/lab/box/life.ts';
import {createPidShift} from '../../../src/lab/box/own-text.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {createFakeWorld, type FakeWorld} from './fake-world.ts';

const recordings = loadRecordings();
const worlds: FakeWorld[] = [];
const open = (name: string, seed: number): PlayedBox => {
	const world = createFakeWorld();
	worlds.push(world);
	const recording = recordings.get(name);
	if (recording === undefined) throw new Error(`no ${name}`);
	const box = createPlayedBox(world.add(recording, {seed}), world.clock);
	world.clock.step(1000);
	return box;
};
afterEach(() => {
	for (const world of worlds.splice(0)) world.clock.close();
});

const bootOf = (box: PlayedBox) => {
	const boot = box.boots().at(-1);
	if (boot === undefined) throw new Error('no boot');
	return boot;
};
const pidsOf = (box: PlayedBox): readonly string[] =>
	bootOf(box).entries.map(entry => textOf(entry.fields()['_PID']));

test('pids differ between seeds, the manager is 1 in both, and equal ones stay equal', () => {
	const [one, other] = [open('S07-oom', 1), open('S07-oom', 2)].map(pidsOf);
	const pairs = new Map(one?.map((pid, index) => [pid, other?.[index]]));
	expect(new Set(pairs.values()).size).toBe(pairs.size);
	for (const [pid, counterpart] of pairs)
		if (pid === '' || Number(pid) < 100) expect(counterpart).toBe(pid);
		else expect(counterpart).not.toBe(pid);
	expect(pairs.get('1')).toBe('1');
});

test('messages, task lists and unit facts name the pids that the entries have', () => {
	const box = open('S07-oom', 5);
	const entries = bootOf(box).entries.map(entry => entry.fields());
	const known = new Set(entries.map(fields => textOf(fields['_PID'])));
	const messages = entries.map(fields => textOf(fields['MESSAGE'])).join('\n');
	const named = [
		...messages.matchAll(/\bpid[ =:]+(\d{3,})|Killed process (\d+)|^\[\s*(\d{3,})\]\s+999/gim),
	].map(match => match.slice(1).find(pid => pid !== undefined) ?? '');
	expect(named.length).toBeGreaterThan(5);
	expect(named.filter(pid => !known.has(pid))).toEqual([]);
	const facts = bootOf(box).unitNames.map(unit => bootOf(box).unitFacts(unit));
	const main = facts.map(unit => unit.get('ExecMainPID') ?? '0').filter(pid => pid !== '0');
	expect(main.length).toBeGreaterThan(1);
	// Not every process says something.
	expect(main.filter(pid => known.has(pid)).length).toBeGreaterThan(1);
	const started = facts.flatMap(unit => /pid=(\d+)/.exec(unit.get('ExecStart') ?? '')?.[1] ?? []);
	expect(started.filter(pid => main.includes(pid)).length).toBeGreaterThan(1);
});

test('numbers that are no pids stay', () => {
	const {inText} = createPidShift(3);
	for (const text of [
		'DHCPDISCOVER on ens5 to 255.255.255.255 port 67 interval 5',
		'Consumed 1.304s CPU time.',
		'[    0.123456] Linux version 6.1.0',
		'systemd[1]: Started process 1 of 2',
		'Startup finished in 6.036s (kernel) + 1min 36.266s (userspace)',
	])
		expect(inText(text)).toBe(text);
	expect(inText('foo-app[532]: segfault at 0')).not.toContain('[532]');
});
