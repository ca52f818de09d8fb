/** A hold started under an older Node: the door and the program end it together, whichever is hit. */
import {spawn} from 'node:child_process';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {pretendOldNode} from '../pretend-old-node.ts';
import {door, environmentOf, finished} from '../run-program.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
beforeEach(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
});
afterEach(() => lab.close());

const suspended = async () =>
	Object.keys((await lab.groups()).find(({name}) => name === 'batch')?.suspended ?? {}).sort();

const startHold = async () => {
	const child = spawn(
		process.execPath,
		['--import', pretendOldNode, door, 'hold', 'batch', '--for', '10m', '-o', 'jsonl'],
		{
			stdio: ['ignore', 'pipe', 'pipe'],
			env: environmentOf(lab.home, lab.env),
		},
	);
	const ended = finished(child);
	await expect.poll(suspended, {timeout: 30_000}).toContain('ReplaceUnhealthy');
	return {child, ended};
};

test.each([
	['SIGTERM', {code: 143, signal: null}],
	['SIGHUP', {code: 129, signal: null}],
	['SIGINT', {code: 130, signal: null}],
	['SIGKILL', {code: null, signal: 'SIGKILL'}],
] as const)('%s at the door gives the group back', async (signal, end) => {
	const before = await suspended();
	const {child, ended} = await startHold();
	child.kill(signal);
	await expect.poll(suspended, {timeout: 30_000}).toEqual(before);
	expect(await ended).toMatchObject(end);
});
