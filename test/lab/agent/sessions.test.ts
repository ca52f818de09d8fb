import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {createBoxes, loadRecordings} from '../../../src/lab/boxes.ts';
import type {Boxes, LabInstance} from '../../../src/lab/types.ts';
import {createFakeWorld, type FakeWorld} from '../box/fake-world.ts';
import {runOverChannel, serveChannels} from './loopback.ts';

let world: FakeWorld;
let boxes: Boxes;
let server: Awaited<ReturnType<typeof serveChannels>>;
let instance: LabInstance;

beforeAll(async () => {
	world = createFakeWorld();
	boxes = await createBoxes(world);
	server = await serveChannels(boxes);
});
beforeEach(() => {
	const recording = loadRecordings().get('S05-s3-access-denied');
	if (recording === undefined) throw new Error('no recording');
	instance = world.add(recording, {poweredOnAt: world.clock.now() - 130_000});
});
afterEach(() => {
	world.faults.splice(0);
	for (const sessionId of boxes.openSessions()) boxes.terminateSession(sessionId);
});
afterAll(async () => {
	await boxes.close();
	world.clock.close();
	await server.close();
});

const run = (command: string, separate = true) =>
	runOverChannel(boxes, server.base, {instanceId: instance.instanceId, command, separate});
const until = async (isTrue: () => boolean) => {
	for (let tries = 0; !isTrue(); tries += 1) {
		if (tries > 400) throw new Error('it never came');
		await new Promise(resolve => setTimeout(resolve, 25));
	}
};

test('a command gives its output, its errors apart, and its exit code', async () => {
	const answer = await run("sh -c 'echo out; echo err >&2; exit 3'");
	expect(await answer.ended).toEqual({kind: 'closed', output: ''});
	expect([answer.stdout(), answer.stderr(), answer.exitCode()]).toEqual(['out\n', 'err\n', 3]);
});

test('the agent runs no shell: variables, globs and pipes are words', async () => {
	const answer = await run("printf '%s\\n' $HOME '*' a | cat");
	await answer.ended;
	expect(answer.stdout()).toBe('$HOME\n*\na\n|\ncat\n');
});

test('a command that cannot start sends its exit code first and its text later', async () => {
	const answer = await run('no-such-program');
	await until(() => answer.exitCode() !== null);
	expect([answer.exitCode(), answer.stderr()]).toEqual([1, '']);
	await answer.ended;
	expect(answer.stderr()).toBe('exec: "no-such-program": executable file not found in $PATH');
});

test('without separateOutputStream nothing comes before the end, both streams together, no exit code', async () => {
	const answer = await run("sh -c 'echo out; sleep 0.3; echo err >&2'", false);
	await answer.ended;
	expect([answer.stdout(), answer.stderr(), answer.exitCode()]).toEqual(['out\nerr\n', '', null]);
});

test('0x03 interrupts the command itself', async () => {
	const answer = await run("sh -c 'echo ready; exec sleep 60'");
	await until(() => answer.stdout() === 'ready\n');
	answer.interrupt();
	expect(await answer.ended).toEqual({kind: 'closed', output: ''});
});

test('TerminateSession ends the command and closes the channel', async () => {
	const answer = await run("sh -c 'echo ready; sleep 60; echo late'");
	await until(() => answer.stdout() === 'ready\n');
	expect(boxes.openSessions()).toContain(answer.sessionId);
	expect(boxes.terminateSession(answer.sessionId)).toBe(true);
	expect(await answer.ended).toEqual({kind: 'closed', output: ''});
	expect(boxes.openSessions()).not.toContain(answer.sessionId);
	expect(boxes.terminateSession(answer.sessionId)).toBe(false);
});

test('frames lost, doubled, swapped and late still give every line once and in order', async () => {
	world.faults.push(
		{kind: 'drop', share: 0.1},
		{kind: 'duplicate', share: 0.1},
		{kind: 'reorder', share: 0.1},
		{kind: 'delay', share: 0.05, ms: 30},
	);
	const answer = await run(
		"sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i of a text that fills frames; done'",
	);
	await answer.ended;
	const lines = answer.stdout().split('\n').slice(0, -1);
	expect(lines).toEqual(
		Array.from({length: 300}, (_, index) => `line ${index + 1} of a text that fills frames`),
	);
}, 30_000);

test('a link that drops loses separate output, yet the session ends with code 0, as the real one does', async () => {
	world.faults.push({kind: 'disconnect', ms: 200, id: 'once'});
	const answer = await run("sh -c 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done'");
	expect(await answer.ended).toMatchObject({kind: 'dropped'});
	expect(answer.stdout()).not.toContain('8');
	const ticket = boxes.resumeSession(answer.sessionId, server.base);
	expect(ticket?.sessionId).toBe(answer.sessionId);
	await until(() => !boxes.openSessions().includes(answer.sessionId));
	expect(boxes.resumeSession(answer.sessionId, server.base)).toBeNull();
});

test('a pause of publication loses what comes after it', async () => {
	world.faults.push({kind: 'pause', ms: 200, id: 'pause'});
	const answer = await run("sh -c 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done'");
	await answer.ended;
	expect(answer.stdout()).not.toContain('6');
	expect(answer.exitCode()).toBe(0);
});

test('a token opens one channel and no second one', async () => {
	const answer = await run("sh -c 'sleep 30'");
	const stale = runOverChannel(
		{...boxes, startSession: request => ({...boxes.startSession(request), token: 'invented'})},
		server.base,
		{instanceId: instance.instanceId, command: 'id'},
	);
	expect(await (await stale).ended).toMatchObject({kind: 'dropped'});
	expect(boxes.openSessions()).toContain(answer.sessionId);
});

test('a terminated box falls silent: nothing more arrives, and the channel is not closed', async () => {
	const answer = await run("sh -c 'while :; do echo tick; sleep 0.1; done'");
	await until(() => answer.stdout().includes('tick'));
	world.terminate(instance.instanceId);
	await new Promise(resolve => setTimeout(resolve, 200));
	const before = answer.stdout().length;
	const ended = await Promise.race([
		answer.ended,
		new Promise(resolve => setTimeout(resolve, 500, 'still open')),
	]);
	expect(ended).toBe('still open');
	expect(answer.stdout().length).toBe(before);
	answer.leave();
});

test('a box whose agent is not up yet refuses a session', () => {
	const recording = boxes.recordings.get('S01-healthy');
	if (recording === undefined) throw new Error('no recording');
	const young = world.add(recording, {poweredOnAt: world.clock.now() - 5000});
	const start = () =>
		boxes.startSession({
			instanceId: young.instanceId,
			documentName: 'AWS-StartNonInteractiveCommand',
			parameters: {command: ['id']},
			streamBase: server.base,
			callerKeyId: 'AKIDEXAMPLE',
		});
	expect(start).toThrow(/is not connected/);
});

test('while the agent is away nothing arrives, and nothing is lost when it is back', async () => {
	const answer = await run("sh -c 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo $i; sleep 0.05; done'");
	await until(() => answer.stdout().includes('3'));
	world.away.add(instance.instanceId);
	// What was on its way already still arrives.
	await new Promise(resolve => setTimeout(resolve, 100));
	const before = answer.stdout();
	await new Promise(resolve => setTimeout(resolve, 300));
	expect(answer.stdout()).toBe(before);
	world.away.delete(instance.instanceId);
	await answer.ended;
	expect(answer.stdout().trim().split('\n')).toEqual(
		Array.from({length: 20}, (_, index) => String(index + 1)),
	);
});
