import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterEach, expect, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import type {BoxStream, BoxStreamOptions, StreamEvent} from '../../src/stream/types.ts';
import {sharedFolder} from '../shared-folder.ts';
import {type FakeAgent, startFakeAgent} from './fake-agent.ts';

const instanceId = 'i-0c1a2b3c4d5e67e20';
const recording = join(sharedFolder, 'fixtures', 'boots', 'S05-s3-access-denied');
const recorded = gunzipSync(readFileSync(join(recording, 'journalctl-b-o-json.jsonl.gz')))
	.toString()
	.trimEnd()
	.split('\n');
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', '');
/** The player's box runs on this kernel, so the recorded boot id becomes its own. */
const lines = recorded.map(line => line.replaceAll('5990577a209f45ceaef8888e4a37c59e', bootId));
const cursorsOf = (given: readonly string[]) =>
	given.map(line => (JSON.parse(line) as Record<string, string>)['__REALTIME_TIMESTAMP'] ?? '');

/** Eight programs may share two cores. */
const patience = {timeout: 45_000};

let agent: FakeAgent | null = null;
let stream: BoxStream | null = null;
afterEach(async () => {
	await stream?.stop();
	await agent?.close();
	agent = null;
	stream = null;
});

const open = async (options: Partial<BoxStreamOptions> = {}, prepare?: (agent: FakeAgent) => void) => {
	agent = await startFakeAgent(instanceId);
	prepare?.(agent);
	const opened = openBoxStream({aws: agent.aws, instanceId, processClock: createProcessClock(), ...options});
	stream = opened;
	const events: StreamEvent[] = [];
	const done = (async () => {
		for await (const event of opened.events) events.push(event);
	})();
	const entries = () => events.flatMap(event => (event.kind === 'entries' ? event.entries : []));
	const marks = () => events.flatMap(event => (event.kind === 'mark' ? [event.text] : []));
	const states = () => events.flatMap(event => (event.kind === 'state' ? [event.state.state] : []));
	return {agent, stream: opened, events, entries, marks, states, done};
};

const times = (entries: readonly {realtimeUs: number}[]) => entries.map(({realtimeUs}) => String(realtimeUs));

test('the backlog comes packed, then live lines without a gap, then the unit states beside them', async () => {
	const box = await open({}, ({addLines, setUnits}) => {
		addLines(lines.slice(0, 600));
		setUnits(
			'foo-app.service loaded inactive dead Foo\n',
			readFileSync(join(recording, 'systemctl-show-units.txt'), 'utf8'),
		);
	});
	await expect.poll(() => box.states(), patience).toContain('live');
	box.agent.addLines(lines.slice(600));
	await expect.poll(() => box.entries().length, patience).toBe(lines.length);
	expect(times(box.entries())).toEqual(cursorsOf(lines));
	expect(box.states()).toEqual(['waiting', 'backlog', 'live']);
	const units = box.events.find(event => event.kind === 'units');
	expect(units?.kind === 'units' && units.units.map(({id}) => id)).toContain('foo-app.service');
	await box.stream.stop();
	expect(box.agent.calls).toEqual(['start tester-1', 'interrupt tester-1', 'terminate tester-1']);
});

test('story 14: a dropped link is reopened after the last cursor and says so, no line missing, none twice', async () => {
	const box = await open({}, ({addLines}) => addLines(lines.slice(0, 500)));
	await expect.poll(() => box.states(), patience).toContain('live');
	box.agent.addLines(lines.slice(500, 600));
	await expect.poll(() => box.entries().length, patience).toBe(600);
	box.agent.dropLink(400);
	box.agent.addLines(lines.slice(600));
	await expect.poll(() => box.entries().length, patience).toBe(lines.length);
	expect(times(box.entries())).toEqual(cursorsOf(lines));
	expect(box.marks()).toEqual([
		expect.stringMatching(/^7e20 link dropped \d+\.\ds, resumed at the same journal cursor, 0 lines lost$/),
	]);
	expect(box.states()).toEqual(['waiting', 'backlog', 'live', 'dropped', 'live']);
});

test('a link that drops in the middle of the backlog loses nothing either', async () => {
	let dropped = false;
	const box = await open({}, fake => {
		fake.addLines(lines);
		fake.setFault((frame, number) => {
			if (number === 12 && !dropped) {
				dropped = true;
				setImmediate(() => fake.dropLink(50));
			}
			return [frame];
		});
	});
	await expect.poll(() => box.entries().length, patience).toBe(lines.length);
	expect(times(box.entries())).toEqual(cursorsOf(lines));
});

test.each([
	['lost', (frame: Buffer, number: number) => (number % 7 === 3 ? [] : [frame])],
	['doubled', (frame: Buffer) => [frame, frame]],
	['reordered', (frame: Buffer, number: number) => (number % 5 === 1 ? ('later' as const) : [frame])],
])('frames %s on the way change nothing of what is read', async (_name, fault) => {
	const box = await open({}, fake => {
		fake.addLines(lines.slice(0, 200));
		fake.setFault(fault);
	});
	await expect.poll(() => box.entries().length, patience).toBe(200);
	expect(times(box.entries())).toEqual(cursorsOf(lines.slice(0, 200)));
});

test('story 13: a box is dead only when EC2 says so', async () => {
	const box = await open({causeOfDeath: async () => 'elb'}, ({addLines}) => addLines(lines.slice(0, 50)));
	await expect.poll(() => box.states(), patience).toContain('live');
	box.agent.dropLink(600);
	await expect.poll(() => box.states().filter(state => state === 'live').length, patience).toBe(2);
	expect(box.states()).not.toContain('gone');
	box.agent.setInstance({state: 'terminated', stateReason: 'Server.InternalError'});
	box.agent.dropLink(60_000);
	await expect.poll(() => box.states(), patience).toContain('gone');
	expect(box.marks().at(-1)).toBe('7e20 died (elb)');
	await box.done;
});

test('a box that is gone leaves the last words of its console, without their colours', async () => {
	const box = await open({causeOfDeath: async () => 'elb'}, ({addLines}) => addLines(lines.slice(0, 50)));
	await expect.poll(() => box.states(), patience).toContain('live');
	box.agent.setConsole(
		'early\r\n\x1b[32m  OK  \x1b[0m Stopped target.\r\n\r\nlast but one\r\nreboot: Power down\r\n\r\n',
	);
	box.agent.setInstance({state: 'terminated', stateReason: 'Server.InternalError'});
	box.agent.dropLink(60_000);
	await expect.poll(() => box.states(), patience).toContain('gone');
	expect(box.marks().slice(-4)).toEqual([
		'7e20 died (elb)',
		'7e20 console: OK   Stopped target.',
		'7e20 console: last but one',
		'7e20 console: reboot: Power down',
	]);
});

test('before the agent answers the console is shown, and the stream climbs by itself', async () => {
	const box = await open({}, fake => {
		fake.addLines(lines.slice(0, 20));
		fake.setConnected(false);
		fake.setConsole('[    0.000000] Linux version 6.1\n');
	});
	await expect.poll(() => box.events.map(({kind}) => kind), patience).toContain('console');
	expect(box.events.find(event => event.kind === 'state' && event.whyNotHigher !== null)).toMatchObject({
		rung: 'console',
		whyNotHigher: 'the SSM agent does not answer yet',
	});
	box.agent.setConnected(true);
	await expect.poll(() => box.states(), patience).toContain('live');
	expect(box.entries()).toHaveLength(20);
});

test('X5 an agent that demands what we cannot give fails alone, with the reason, and is not asked again and again', async () => {
	const box = await open({}, fake => {
		fake.addLines(lines.slice(0, 20));
		fake.setDemand({ActionType: 'KMSEncryption', ActionParameters: {KMSKeyId: 'abc', Challenge: ''}});
	});
	const reason = () => box.events.findLast(event => event.kind === 'state');
	await expect.poll(() => reason()?.whyNotHigher, patience).toContain('must be encrypted with KMS');
	expect(reason()?.state.state).toBe('waiting');
	expect(box.entries()).toEqual([]);
	await new Promise(resolve => setTimeout(resolve, 1500));
	expect(box.agent.calls.filter(call => call.startsWith('start'))).toEqual(['start tester-1']);
});

test('without follow the stream ends by itself, its session ended and forgotten', async () => {
	const box = await open({follow: false}, ({addLines}) => addLines(lines));
	await box.done;
	expect(times(box.entries())).toEqual(cursorsOf(lines));
	expect(box.states()).toEqual(['waiting', 'backlog', 'ended']);
	expect(box.agent.calls.at(-1)).toBe('terminate tester-1');
});

test('open sessions stand in the state folder, without token or address, until they end', async () => {
	const fake = await startFakeAgent(instanceId);
	agent = fake;
	fake.addLines(lines.slice(0, 5));
	const opened = openBoxStream({
		aws: fake.aws,
		instanceId,
		processClock: createProcessClock(),
		stateFolder: join(fake.folder, 'state'),
	});
	stream = opened;
	for await (const event of opened.events) if (event.kind === 'state' && event.state.state === 'live') break;
	const folder = join(fake.folder, 'state', 'sessions');
	const [name = ''] = readdirSync(folder);
	const text = readFileSync(join(folder, name), 'utf8');
	expect(JSON.parse(text)).toMatchObject({pid: process.pid, sessions: ['tester-1'], region: 'eu-west-1'});
	expect(text).not.toMatch(/token|127\.0\.0\.1/);
	await opened.stop();
	expect(readdirSync(folder)).toEqual([]);
});
