// The pipe from a box: what a whole boot costs on the wire, many messages on a long way, and twenty boxes at once.
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {gunzipSync} from 'node:zlib';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {openChannel} from '../../src/channel/open-channel.ts';
import {loadRecordingFolder} from '../../src/lab/box/read-recording.ts';
import {createBoxes, loadRecordings} from '../../src/lab/boxes.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import {openTerminal, serveChannels} from '../lab/agent/loopback.ts';
import {createFakeWorld} from '../lab/box/fake-world.ts';
import {sharedFolder} from '../shared-folder.ts';
import {awsOf} from '../stream/loss.ts';
import {median, openLab, program, row} from './lab.js';
import {openRelay} from './relay.js';

const roundTripMs = 40;
const messages = 1000;

await wholeBoot();
await longWay();
await twentyBoxes();

/** The running boot of a flooding box, read once: bytes that come over the socket, frames and all, beside plain JSON. */
async function wholeBoot() {
	const folder = join(sharedFolder, 'fixtures/boots/S10-noisy');
	const plain = gunzipSync(readFileSync(join(folder, 'journalctl-D-o-json.jsonl.gz'))).length;
	const recording = await loadRecordingFolder(folder);
	const world = createFakeWorld();
	const boxes = await createBoxes(world);
	const server = await serveChannels(boxes);
	const relay = await openRelay(Number(new URL(server.base).port));
	const {instanceId} = world.add(recording, {
		poweredOnAt: world.clock.now() - recording.lengthSeconds * 1000,
	});
	const stream = openBoxStream({
		aws: awsOf(boxes, `ws://127.0.0.1:${relay.port}`, () => undefined),
		instanceId,
		processClock: createProcessClock(),
		unitStates: false,
	});
	let entries = 0;
	const start = performance.now();
	for await (const event of stream.events) {
		if (event.kind === 'entries') entries += event.entries.length;
		if (event.kind === 'state' && event.state.state === 'live') break;
	}
	const seconds = (performance.now() - start) / 1000;
	const wire = relay.received();
	await stream.stop();
	await boxes.close();
	world.clock.close();
	relay.close();
	await server.close();
	row(
		`whole boot of ${entries} entries over a session`,
		`${(wire / 1e6).toFixed(1)} MB on the wire, ${(plain / wire).toFixed(1)}x less than -o json (${(plain / 1e6).toFixed(0)} MB), ${seconds.toFixed(0)} s`,
		'18x fewer bytes',
		'journalctl -b -o json through the plugin: all of them',
	);
}

/** Nobody waits for an acknowledgement: a thousand messages cost one round trip, not a thousand. */
async function longWay() {
	const world = createFakeWorld();
	const boxes = await createBoxes(world);
	const server = await serveChannels(boxes);
	const relay = await openRelay(Number(new URL(server.base).port), roundTripMs);
	const recording = loadRecordings().get('S01-healthy');
	if (recording === undefined) throw new Error('no recording');
	const {instanceId} = world.add(recording, {poweredOnAt: world.clock.now() - 130_000});
	const base = `ws://127.0.0.1:${relay.port}`;
	const received = [];
	for (let run = 0; run < 3; run++) received.push(await receiveOver());
	const terminal = await openTerminal(boxes, base, {instanceId, command: null});
	const line = `${'x'.repeat(1000)}\n`;
	// The answer comes when the program on the box has read all of them.
	terminal.type(`stty -echo; head -c ${messages * line.length} | wc -c; echo the''end\r`);
	await pause(1000);
	const start = performance.now();
	for (let number = 0; number < messages; number++) terminal.type(line);
	while (!terminal.screen().includes('theend\r')) await pause(2);
	if (!terminal.screen().includes(`${messages * line.length}\r`)) throw new Error('not all of it arrived');
	const sent = performance.now() - start;
	boxes.terminateSession(terminal.sessionId);
	await terminal.channel.ended;
	await boxes.close();
	world.clock.close();
	relay.close();
	await server.close();
	row(
		`${messages} unacknowledged frames at ${roundTripMs} ms round trip`,
		`received in ${median(received).toFixed(0)} ms with the way there, typed, read and answered in ${sent.toFixed(0)} ms`,
		'not slower than the plugin',
		'the plugin keeps no window either: one round trip and the transfer',
	);
}

/** A flood of as many frames, behind the same delay. */
async function receiveOver(): Promise<number> {
	const flood = spawn(process.execPath, [new URL('flood.js', import.meta.url).pathname, String(messages)], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const port = await new Promise<number>(resolve =>
		flood.stdout.once('data', text => resolve(Number(String(text)))),
	);
	const relay = await openRelay(port, roundTripMs);
	let first = 0;
	const channel = await openChannel({
		ticket: {
			sessionId: 'bench',
			streamUrl: `ws://127.0.0.1:${relay.port}/v1/data-channel/bench`,
			token: 'token',
		},
		targetId: 'i-0123456789abcdef0',
		signUpgrade: async () => ({}),
		processClock: createProcessClock(),
		wallNow: Date.now,
		handlers: {
			stdout: () => {
				if (first === 0) first = performance.now();
			},
			stderr: () => undefined,
		},
	});
	await channel.ended;
	const took = performance.now() - first + roundTripMs;
	flood.stdin.end();
	relay.close();
	return took;
}

/** `logs GROUP -f` of twenty boxes, each with its whole boot behind it. */
async function twentyBoxes() {
	const lab = await openLab('--groups', '1', '--instances', '20');
	const child = spawn(process.execPath, [program, 'logs', 'web-prod', '-f', '-o', 'jsonl'], {
		env: lab.environment,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const seen = new Set<string>();
	let bytes = 0;
	child.stdout.on('data', (chunk: Buffer) => {
		bytes += chunk.length;
		for (const [box] of chunk.toString('latin1').matchAll(/i-0[0-9a-f]{16}/g)) seen.add(box);
	});
	await pause(20_000);
	const rollup = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8');
	const rss = Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
	child.kill('SIGTERM');
	await new Promise(resolve => child.once('exit', resolve));
	lab.stop();
	row(
		`logs -f of ${seen.size} boxes at once, whole process`,
		`${rss.toFixed(0)} MB after ${(bytes / 1e6).toFixed(0)} MB of lines`,
		'250 MB or less',
	);
}
