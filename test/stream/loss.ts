/**
 * Numbered lines from a box of the lab, over a bad way: what arrives, in which order, how often. No AWS between: the
 * lab's agent on one side, our stream on the other, the real socket in the middle.
 */
import type {Aws} from '../../src/aws/types.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {lifeOf, monotonicUs, toRecording} from '../../src/lab/box/life.ts';
import {createBoxes, loadRecordings} from '../../src/lab/boxes.ts';
import type {Boxes, ChannelFault, Recording} from '../../src/lab/types.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import type {StreamEvent} from '../../src/stream/types.ts';
import {openTerminal, serveChannels} from '../lab/agent/loopback.ts';
import {createFakeWorld} from '../lab/box/fake-world.ts';

export type LossOptions = {
	readonly lines: number;
	/** How fast the box writes. */
	readonly linesASecond: number;
	readonly closes: number;
	readonly pauses: number;
	/** Lost, doubled, swapped and late frames, both ways. */
	readonly faults: readonly ChannelFault[];
};

export type LossReport = {
	/** Numbers that came, in the order they came. */
	readonly numbers: readonly number[];
	/** Of the log store: what the screen says. */
	readonly screen: {readonly lines: number; readonly lost: number};
	readonly all: number;
	readonly marks: readonly string[];
	readonly sessions: number;
	readonly seconds: number;
};

const prefix = 'numbered line ';
const baseName = 'S01-healthy';

export const streamNumberedLines = async (options: LossOptions): Promise<LossReport> => {
	const world = createFakeWorld();
	const recording = numbered(options);
	const boxes = await createBoxes(world, {recordings: [recording]});
	const server = await serveChannels(boxes);
	const firstUs = monotonicUs(
		recording.entries.find(({fields}) => fields['MESSAGE'] === `${prefix}1`)?.fields,
	);
	// The first number is written two seconds from now.
	const {instanceId} = world.add(recording, {poweredOnAt: world.clock.now() - firstUs / 1000 + 2000});
	world.clock.run();
	world.faults.push(...options.faults);
	let sessions = 0;
	const aws = awsOf(boxes, server.base, () => {
		sessions += 1;
	});
	const stream = openBoxStream({aws, instanceId, processClock: createProcessClock(), unitStates: false});
	const store = createLogStore({maxBytes: 512 * 1024 ** 2});
	const box = store.box(instanceId);
	const numbers: number[] = [];
	const marks: string[] = [];
	const trouble = scheduled(options);
	const began = performance.now();
	let all = 0;
	const take = (event: StreamEvent) => {
		if (event.kind === 'mark') marks.push(event.text);
		if (event.kind === 'lost') store.lost(event.lines);
		if (event.kind !== 'entries') return;
		all += event.entries.length;
		store.append(box, event.entries);
		numbers.push(...numbersOf(event.entries));
		// One at a time: a link that is gone cannot be closed.
		const resumed = marks.filter(mark => mark.includes('resumed')).length;
		const next = trouble[resumed];
		if (next !== undefined && numbers.length >= next.after && !world.faults.includes(next.fault))
			world.faults.push(next.fault);
	};
	for await (const event of stream.events) {
		take(event);
		if (numbers.length >= options.lines) break;
	}
	const {lines, lost} = store.counts();
	const seconds = (performance.now() - began) / 1000;
	await stream.stop();
	store.stop();
	await boxes.close();
	world.clock.close();
	await server.close();
	return {numbers, screen: {lines, lost}, all, marks, sessions, seconds};
};

/** The same for the output of a shell, which is carried on by ResumeSession. */
export const typeNumberedLines = async (
	options: Omit<LossOptions, 'linesASecond'>,
): Promise<Pick<LossReport, 'numbers' | 'seconds'> & {readonly resumed: number}> => {
	const world = createFakeWorld();
	const boxes = await createBoxes(world);
	const server = await serveChannels(boxes);
	const recording = loadRecordings().get(baseName);
	if (recording === undefined) throw new Error('no recording');
	const {instanceId} = world.add(recording, {poweredOnAt: world.clock.now() - 130_000});
	world.faults.push(...options.faults);
	const began = performance.now();
	const shell = await openTerminal(boxes, server.base, {instanceId, command: null});
	// What the terminal echoes holds no number, since the shell puts it together.
	const program = `seq 1 ${options.lines} | sed 's/^/numbered ''line /'; echo the''end`;
	shell.type(`stty -echo -onlcr; PS1=; ${program}\r`);
	const trouble = scheduled(options);
	const numbers: number[] = [];
	let read = 0;
	const isOver = () => shell.screen().includes('\ntheend') || shell.screen().endsWith('theend\n');
	for (let over = false; !over; ) {
		over = isOver();
		const end = shell.screen().lastIndexOf('\n') + 1;
		for (const [, number] of shell
			.screen()
			.slice(read, end)
			.matchAll(/^numbered line (\d+)\r?$/gm))
			numbers.push(Number(number));
		read = end;
		while (trouble[0] !== undefined && numbers.length >= trouble[0].after) {
			const next = trouble.shift();
			if (next !== undefined) world.faults.push(next.fault);
		}
		if (!over) await new Promise(resolve => setTimeout(resolve, 20));
	}
	const resumed = shell.news.filter(({kind}) => kind === 'resumed').length;
	boxes.terminateSession(shell.sessionId);
	await shell.channel.ended;
	await boxes.close();
	world.clock.close();
	await server.close();
	return {numbers, seconds: (performance.now() - began) / 1000, resumed};
};

/** The first number that is not the one after the number before it, or null. */
export const firstWrong = (numbers: readonly number[]): string | null => {
	const at = numbers.findIndex((number, index) => number !== index + 1);
	return at < 0 ? null : `place ${at + 1} holds ${numbers[at]}`;
};

/** Trouble spread evenly over the lines: closes and pauses by turns. */
const scheduled = ({lines, closes, pauses}: Pick<LossOptions, 'lines' | 'closes' | 'pauses'>) => {
	const count = closes + pauses;
	const every = pauses === 0 ? Number.POSITIVE_INFINITY : Math.floor(count / pauses);
	return Array.from({length: count}, (_, index) => {
		const isPause = (index + 1) % every === 0 && (index + 1) / every <= pauses;
		const fault: ChannelFault = isPause
			? {kind: 'pause', ms: 400, id: `trouble ${index}`}
			: {kind: 'disconnect', ms: 250, id: `trouble ${index}`};
		return {after: Math.floor(((index + 1) * lines) / (count + 1)), fault};
	});
};

const numbered = ({lines, linesASecond}: LossOptions): Recording => {
	const base = loadRecordings().get(baseName);
	if (base === undefined) throw new Error('no recording');
	const life = lifeOf(base);
	const [boot] = life.boots;
	const last = boot?.entries.at(-1);
	if (boot === undefined || last === undefined) throw new Error('no boot');
	const begin = monotonicUs(last) + 3_000_000;
	const entries = [
		...boot.entries,
		...Array.from({length: lines}, (_, index) => ({
			...last,
			__MONOTONIC_TIMESTAMP: String(begin + Math.round((index * 1e6) / linesASecond)),
			MESSAGE: `${prefix}${index + 1}`,
		})),
	];
	return toRecording({
		...life,
		name: 'numbered',
		boots: [{...boot, entries, endSeconds: null}],
		lengthSeconds: life.lengthSeconds + lines / linesASecond + 10,
	});
};

const numbersOf = (entries: readonly JournalEntry[]) =>
	entries.flatMap(({message}) => (message.startsWith(prefix) ? [Number(message.slice(prefix.length))] : []));

export const awsOf = (boxes: Boxes, base: string, started: () => void): Aws => {
	const parts: Pick<Aws, 'facts' | 'clock'> & {polling: object; stream: object} = {
		facts: {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
		clock: {now: Date.now, rate: 1, skewMs: () => 0, disagreementMs: () => 0, observe: () => undefined},
		polling: {
			instances: async (ids: readonly string[]) =>
				ids.map(instanceId => ({instanceId, state: 'running', stateReason: null})),
			ssmConnected: async () => true,
			consoleOutput: async () => ({text: '', at: null}),
		},
		stream: {
			startCommandSession: async (instanceId: string, command: string) => {
				const ticket = boxes.startSession({
					instanceId,
					documentName: 'AWS-StartNonInteractiveCommand',
					parameters: {command: [command], separateOutputStream: ['true']},
					streamBase: base,
					callerKeyId: 'AKIDEXAMPLE',
				});
				started();
				return ticket;
			},
			resumeSession: async () => null,
			terminateSession: async (sessionId: string) => {
				boxes.terminateSession(sessionId);
			},
			signStreamUrl: async () => ({}),
			streamAgent: () => undefined,
		},
	};
	return parts as unknown as Aws;
};
